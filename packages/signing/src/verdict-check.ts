/** Whether a signed verdict lets a digest be used now. Pure: whoever has the envelope and the keys can ask, offline. */
import {
  type Digest,
  DSSE_PAYLOAD_TYPE,
  isDigest,
  PREDICATE,
  VERDICT_SCHEMA,
  type Verdict,
} from '@rampart/domain'
import { parseEnvelope, verifyEnvelope } from './dsse.ts'
import type { VerificationKey } from './ed25519-key.ts'
import { isAbout, validateStatement } from './statement.ts'

export type VerdictFault = 'missing' | 'unreadable' | 'signature' | 'subject' | 'expired' | 'denied'

export type VerdictCheck =
  | { readonly valid: true; readonly verdict: Verdict; readonly expiresAtMs: number }
  | { readonly valid: false; readonly fault: VerdictFault; readonly reasons: readonly string[] }

const bad = (fault: VerdictFault, ...reasons: string[]): VerdictCheck & { readonly valid: false } => ({
  valid: false,
  fault,
  reasons,
})

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isMoment = (value: unknown): value is string =>
  typeof value === 'string' && Number.isFinite(Date.parse(value))

const isVerdict = (value: unknown): value is Verdict =>
  isRecord(value) &&
  value.schema === VERDICT_SCHEMA &&
  isDigest(value.digest) &&
  typeof value.tenant === 'string' &&
  (value.decision === 'allow' || value.decision === 'deny') &&
  Array.isArray(value.reasons) &&
  value.reasons.every((reason) => typeof reason === 'string') &&
  isMoment(value.issuedAt) &&
  isMoment(value.expiresAt)

/** Reads the verdict out of an envelope when one of `keys` signed it and the statement is about the verdict's digest. */
export const readVerdict = (
  envelope: unknown,
  keys: readonly VerificationKey[],
): { readonly verdict: Verdict } | (VerdictCheck & { readonly valid: false }) => {
  if (envelope === undefined || envelope === null) return bad('missing', 'there is no verdict')
  try {
    const checked = verifyEnvelope(parseEnvelope(envelope), { keys, payloadType: DSSE_PAYLOAD_TYPE })
    if (checked.verdict === 'untrusted') return bad('signature', ...checked.reasons)
    const text = new TextDecoder('utf-8', { fatal: true }).decode(checked.payload)
    const statement = validateStatement(JSON.parse(text))
    if (statement.predicateType !== PREDICATE.verdict) return bad('unreadable', 'the statement is no verdict')
    const { predicate } = statement
    if (!isVerdict(predicate)) return bad('unreadable', 'the verdict cannot be read')
    if (!isAbout(statement, predicate.digest)) return bad('subject', 'the statement is about another digest')
    return { verdict: predicate }
  } catch (error) {
    return bad('unreadable', error instanceof Error ? error.message : 'the envelope cannot be read')
  }
}

/**
 * Valid only when signed by one of `keys`, about this digest and tenant, `allow`, and not expired at `nowMs`. Never
 * throws: whatever cannot be read is not valid.
 */
export const checkVerdict = (
  envelope: unknown,
  subject: { readonly digest: Digest; readonly tenant: string },
  keys: readonly VerificationKey[],
  nowMs: number,
): VerdictCheck => {
  const reading = readVerdict(envelope, keys)
  if ('valid' in reading) return reading
  const { verdict } = reading
  if (verdict.digest !== subject.digest || verdict.tenant !== subject.tenant)
    return bad('subject', 'the verdict is about another digest')
  const expiresAtMs = Date.parse(verdict.expiresAt)
  if (verdict.decision !== 'allow') return bad('denied', ...verdict.reasons)
  // Written so that a moment that is no number is not before anything.
  if (!(nowMs < expiresAtMs)) return bad('expired', `the verdict expired at ${verdict.expiresAt}`)
  return { valid: true, verdict, expiresAtMs }
}
