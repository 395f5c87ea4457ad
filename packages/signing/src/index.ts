/** DSSE, in-toto statements, Merkle logs, checkpoints and component certificates; no product state. */
export { decodeBase64, encodeBase64 } from './base64.ts'
export { canonicalDigest, canonicalJson } from './canonical-json.ts'
export {
  type CertificateRequest,
  createLocalCa,
  type IssuedCertificate,
  type LocalCa,
} from './certificate-authority.ts'
export type { CertificateChain, CertificateVerdict } from './certificate-verification.ts'
export {
  type Checkpoint,
  type CheckpointVerdict,
  parseCheckpoint,
  signCheckpoint,
  verifyCheckpoint,
} from './checkpoint.ts'
export {
  COMPONENT_NAME_PATTERN,
  type ComponentIdentity,
  formatComponentUri,
  isComponentName,
  parseComponentUri,
} from './component-identity.ts'
export { type EnvelopeVerdict, parseEnvelope, preAuthEncoding, signEnvelope, verifyEnvelope } from './dsse.ts'
export {
  createEd25519Signer,
  generateEd25519Pem,
  openEd25519Signer,
  readVerificationKey,
  type Signer,
  type VerificationKey,
} from './ed25519-key.ts'
export { signingErrors } from './errors.ts'
export {
  type CompactState,
  type CompactTree,
  createCompactTree,
  EMPTY_ROOT,
  foldPeaks,
  HASH_BYTES,
  hashLeaf,
  hashLeafInPlace,
  hashNode,
  type MerkleNode,
  peakPositions,
} from './merkle-hash.ts'
export {
  createConsistencyProof,
  createInclusionProof,
  loadCompactState,
  type NodeSource,
  TILE_HEIGHT,
} from './merkle-proof.ts'
export { verifyConsistency, verifyInclusion } from './merkle-verification.ts'
export {
  type Attestation,
  type BundleVerifier,
  isAboutAny,
  isAttestedBy,
  MODEL_PREDICATE_TYPE,
  readAttestation,
  readModelStatement,
  readSignatureBundle,
} from './model.ts'
export { createCertificateVerifier } from './model-signing/certificate-signer.ts'
export { createKeylessVerifier } from './model-signing/keyless-verification.ts'
export {
  type ProofStep,
  type ProofVerdict,
  proveInSegment,
  RECORD_PROOF_SCHEMA,
  type RecordProof,
  readRecordProof,
  verifyRecordProof,
} from './record-proof.ts'
export {
  formatNoteKey,
  isNoteSignedBy,
  type NoteKey,
  parseNote,
  parseNoteKey,
  signNote,
} from './signed-note.ts'
export { createStatement, isAbout, validateStatement } from './statement.ts'
export { checkVerdict, readVerdict, type VerdictCheck, type VerdictFault } from './verdict-check.ts'
