/**
 * Judges a stored envelope on every read: parse, signature by a known key, statement, subject, and the row's columns.
 * Signature checks are cached by the envelope's bytes; the comparison with the row never is.
 */
import { hash } from 'node:crypto'
import {
  type Digest,
  DSSE_PAYLOAD_TYPE,
  type Envelope,
  isDigest,
  PREDICATE,
  type Statement,
} from '@rampart/domain'
import {
  canonicalJson,
  isAbout,
  parseEnvelope,
  type VerificationKey,
  validateStatement,
  verifyEnvelope,
} from '@rampart/signing'
import { signatureFault } from './signers/signer-state.ts'
import type { SignerRow } from './signers/store.ts'
import type { EvidenceRow } from './store.ts'

export type EvidenceRecord = {
  readonly id: string
  readonly predicateType: string
  /** Empty when the envelope cannot be read. */
  readonly predicate: Readonly<Record<string, unknown>>
  readonly subjectDigest: Digest
  readonly subjectName: string
  /** Who caused it, as recorded. */
  readonly principal: string
  /** Id of the key that signed; empty when none of ours did. */
  readonly signer: string
  readonly createdAt: string
  readonly verified: boolean
  /** Why it is not verified. */
  readonly reasons: readonly string[]
  /** Absent when it cannot be read. */
  readonly envelope?: Envelope
}

type Read = {
  readonly envelope?: Envelope
  readonly statement?: Statement
  readonly signer: string
  readonly reasons: readonly string[]
}

const MAX_CACHED = 4096

const readStatement = (payload: Uint8Array): Statement | undefined => {
  try {
    return validateStatement(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)))
  } catch {
    return undefined
  }
}

const readEnvelope = (text: string): Envelope | undefined => {
  try {
    const envelope = parseEnvelope(JSON.parse(text))
    // It was stored as canonical JSON: any other text was changed, even where DSSE would not mind.
    return canonicalJson(envelope) === text ? envelope : undefined
  } catch {
    return undefined
  }
}

const readEvidence = (text: string, keys: readonly VerificationKey[]): Read => {
  const envelope = readEnvelope(text)
  if (envelope === undefined) return { signer: '', reasons: ['the envelope cannot be read'] }
  const statement = readStatement(Buffer.from(envelope.payload, 'base64'))
  const shown = { envelope, ...(statement === undefined ? {} : { statement }) }
  const verdict = verifyEnvelope(envelope, { keys, payloadType: DSSE_PAYLOAD_TYPE })
  if (verdict.verdict === 'untrusted') return { ...shown, signer: '', reasons: verdict.reasons }
  const reasons = statement === undefined ? ['the payload is not an in-toto statement'] : []
  return { ...shown, signer: verdict.keyids[0] ?? '', reasons }
}

const rowFaults = (row: EvidenceRow, statement: Statement): string[] => {
  const faults: string[] = []
  if (!isAbout(statement, row.subjectDigest)) faults.push('the statement is about another digest')
  if (statement.predicateType !== row.predicateType) faults.push('the statement is of another type')
  if (!statement.subject.some((subject) => subject.name === row.subjectName)) {
    faults.push('the statement is about another name')
  }
  return faults
}

export type SignersByName = ReadonlyMap<string, Pick<SignerRow, 'spec' | 'revocation'>>

/** A signature of somebody else counts as long as its signer does. */
const signerFaults = (row: EvidenceRow, statement: Statement, signers: SignersByName): string[] => {
  if (statement.predicateType !== PREDICATE.signature) return []
  const { signer, identity } = statement.predicate as { signer?: unknown; identity?: unknown }
  const accepted = { signer: String(signer), identity: String(identity), receivedAtMs: row.time.getTime() }
  const fault = signatureFault(accepted, signers)
  return fault === undefined ? [] : [fault]
}

/** `verify(row)` never throws: what cannot be read is not verified. */
export const createEvidenceVerifier = (keys: readonly VerificationKey[]) => {
  const cache = new Map<string, Read>()

  const cachedRead = (text: string): Read => {
    const key = hash('sha256', text, 'base64')
    const found = cache.get(key)
    if (found !== undefined) return found
    const read = readEvidence(text, keys)
    const oldest = cache.size >= MAX_CACHED ? cache.keys().next().value : undefined
    if (oldest !== undefined) cache.delete(oldest)
    cache.set(key, read)
    return read
  }

  return (row: EvidenceRow, signers: SignersByName): EvidenceRecord => {
    const { envelope, statement, signer, reasons: faults } = cachedRead(row.envelope)
    const reasons = [
      ...faults,
      ...(statement === undefined
        ? []
        : [...rowFaults(row, statement), ...signerFaults(row, statement, signers)]),
    ]
    if (!isDigest(row.subjectDigest)) reasons.push('the subject is not a digest')
    return {
      id: row.id,
      predicateType: row.predicateType,
      predicate: statement?.predicate ?? {},
      subjectDigest: row.subjectDigest as Digest,
      subjectName: row.subjectName,
      principal: row.principal,
      signer,
      createdAt: row.time.toISOString(),
      verified: reasons.length === 0,
      reasons,
      ...(envelope === undefined ? {} : { envelope }),
    }
  }
}
