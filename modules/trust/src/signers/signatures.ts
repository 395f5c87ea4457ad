/** Signatures and attestations of others about a registered version: accepted when a trusted signer made them. */
import { createHash } from 'node:crypto'
import {
  digestHex,
  formatModelVersionRef,
  type ModelVersion,
  type ModelVersionRef,
  PREDICATE,
  type Principal,
} from '@rampart/domain'
import type { Clock, Database } from '@rampart/kit'
import {
  type Attestation,
  isAboutAny,
  MODEL_PREDICATE_TYPE,
  readAttestation,
  readModelStatement,
} from '@rampart/signing'
import { trustErrors } from '../errors.ts'
import type { VersionSource } from '../model-documents.ts'
import type { Trust } from '../trust.ts'
import { identityId, isInScope, isValidAt, judgeDocument } from './signer-spec.ts'
import * as store from './store.ts'

export type SignaturesDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly clock: Clock
  readonly trust: Pick<Trust, 'attest'>
  readonly versions: Pick<VersionSource, 'get'>
}

export type AcceptedDocument = {
  readonly evidenceId: string
  readonly signer: string
  readonly predicateType: string
  readonly isNew: boolean
}

/** A larger statement is kept by its digest alone. */
const MAX_KEPT_BYTES = 256 * 1024

const mismatch = (ref: ModelVersionRef): Error =>
  trustErrors.TRUST_SIGNATURE_MISMATCH(`the document is about other bytes than ${formatModelVersionRef(ref)}`)

/** Every model file of the version must be among the signed files; a signature may cover more. */
const checkSubject = (attestation: Attestation, version: ModelVersion): void => {
  const models = version.artifacts
    .filter(({ role }) => role === 'model')
    .map(({ digest }) => digestHex(digest))
  if (attestation.predicateType !== MODEL_PREDICATE_TYPE) {
    if (!isAboutAny(attestation, new Set([digestHex(version.digest), ...models]))) throw mismatch(version)
    return
  }
  const reading = readModelStatement(attestation.signed?.payload ?? Buffer.alloc(0))
  if ('fault' in reading) throw trustErrors.TRUST_SIGNATURE_INVALID(reading.fault)
  const { serialization, resources } = reading.statement
  if (serialization.method !== 'files' || serialization.hashType !== 'sha256')
    throw trustErrors.TRUST_SIGNATURE_INVALID('only signatures over whole files with sha256 can be compared')
  const signed = new Set(resources.map(({ digest }) => digest))
  if (!models.every((digest) => signed.has(digest))) throw mismatch(version)
}

type Found = { readonly signer: string; readonly identity: string; readonly signedBy: string }

const findSigner = (
  signers: readonly store.SignerRow[],
  model: string,
  bytes: Uint8Array,
  nowMs: number,
): Found => {
  const reasons: string[] = []
  for (const { name, spec, revocation } of signers) {
    if (revocation !== null || !isInScope(spec, model)) continue
    for (const identity of spec.identities.filter((one) => isValidAt(one, nowMs))) {
      const judgement = judgeDocument(identity, bytes, nowMs)
      if ('signedBy' in judgement) return { signer: name, identity: identityId(identity), ...judgement }
      reasons.push(`${name}: ${judgement.why}`)
    }
  }
  throw trustErrors.TRUST_SIGNATURE_UNTRUSTED(
    reasons.length === 0
      ? `no trusted signer may speak about ${model}`
      : `no trusted signer made it (${reasons.slice(0, 8).join('; ')})`,
  )
}

/** What is kept of the document: enough to read what was said, and the digest of all of it. */
const predicateOf = (
  attestation: Attestation,
  found: Found,
  documentDigest: string,
): Record<string, unknown> => {
  const { predicateType, predicate } = attestation
  const isKept = predicateType !== MODEL_PREDICATE_TYPE && JSON.stringify(predicate).length <= MAX_KEPT_BYTES
  return { ...found, documentDigest, predicateType, ...(isKept ? { predicate } : {}) }
}

export const createSignatures = ({ database, clock, trust, versions }: SignaturesDeps) => ({
  /** Throws TRUST_SIGNATURE_INVALID, _MISMATCH, _UNTRUSTED; the same document twice is accepted once. */
  accept: async (
    principal: Principal,
    ref: ModelVersionRef,
    bytes: Uint8Array,
  ): Promise<AcceptedDocument> => {
    const { tenant } = principal
    const version = await versions.get(tenant, ref)
    const reading = readAttestation(bytes)
    if ('fault' in reading)
      throw trustErrors.TRUST_SIGNATURE_INVALID(`not a signature or attestation: ${reading.fault}`)
    const { attestation } = reading
    checkSubject(attestation, version)
    const found = findSigner(await database.read(tenant, store.selectSigners), ref.name, bytes, clock.now())
    const documentDigest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    const subjectName = formatModelVersionRef(version)
    const answer = { signer: found.signer, predicateType: attestation.predicateType }
    return database.tx(tenant, async (tx) => {
      // The lock keeps a revocation that is being made from missing this signature.
      const signer = await store.lockSigner(tx, found.signer)
      if (signer === undefined || signer.revocation !== null)
        throw trustErrors.TRUST_SIGNATURE_UNTRUSTED(`signer ${found.signer} is not trusted any more`)
      const known = await store.selectSignature(tx, { subjectName, documentDigest, signer: found.signer })
      if (known !== undefined) return { evidenceId: known, ...answer, isNew: false }
      const { id } = await trust.attest(tx, principal, {
        subjectName,
        digest: version.digest,
        predicateType: PREDICATE.signature,
        predicate: predicateOf(attestation, found, documentDigest),
      })
      const row = {
        evidenceId: id,
        signer: found.signer,
        subjectName,
        subjectDigest: version.digest,
        documentDigest,
      }
      await store.insertSignature(tx, row)
      return { evidenceId: id, ...answer, isNew: true }
    })
  },
})
