/**
 * The second door of signing: OpenSSF Model Signing v1 alone, for programs that must start fast. Certificates and
 * keyless signatures are loaded when they are used: their libraries cost more start-up time than signing a small model.
 */

export {
  type Attestation,
  type AttestationReading,
  isAboutAny,
  isAttestedBy,
  readAttestation,
} from './model-signing/attestation.ts'
export type { ValidAt } from './model-signing/certificate-signer.ts'
export {
  type ModelSigner,
  type ModelVerifier,
  readModelPrivateKey,
  readModelPublicKey,
} from './model-signing/ec-key.ts'
export { HASH_TYPES, type HashType } from './model-signing/hash-algorithm.ts'
export type { KeylessTrust } from './model-signing/keyless-verification.ts'
export {
  createManifest,
  type Manifest,
  type Resource,
  rootDigest,
  type Serialization,
} from './model-signing/manifest.ts'
export { GIT_PATHS, listModelFiles, type ModelFile, type ModelFiles } from './model-signing/model-files.ts'
export { IN_TOTO_TYPE, MODEL_PREDICATE_TYPE, readModelStatement } from './model-signing/model-statement.ts'
export { type SignedModel, type SignModelRequest, signModel } from './model-signing/sign-model.ts'
export { readSignatureBundle, type SignatureBundle } from './model-signing/signature-bundle.ts'
export {
  type BundleVerifier,
  createKeyVerifier,
  type SignerIdentity,
  type SignerVerdict,
} from './model-signing/signer-verification.ts'
export { isRecord, parseStrictJson, type StrictJson } from './model-signing/strict-json.ts'
export { type ModelVerdict, type VerifyModelRequest, verifyModel } from './model-signing/verify-model.ts'

/** Signing and verifying with X.509 certificates. */
export const loadCertificateSigning = () => import('./model-signing/certificate-signer.ts')
/** Verifying Sigstore keyless signatures. */
export const loadKeylessVerification = () => import('./model-signing/keyless-verification.ts')
