/** The body of an audit entry: who did what to which entity, with what outcome; canonical JSON as hashed. */
import type { EntityRef } from '@rampart/domain'
import { canonicalJson } from '@rampart/signing'
import { auditErrors } from './errors.ts'

export type AuditOutcome = 'success' | 'denied' | 'failure'
export const OUTCOMES: readonly AuditOutcome[] = ['success', 'denied', 'failure']

export type AuditRecord = {
  readonly tenant: string
  /** As `principalName` writes it: `user:alice`. */
  readonly principal: string
  /** `noun:verb`, or `noun.verb` for what the product does by itself. */
  readonly action: string
  readonly entity: EntityRef
  readonly outcome: AuditOutcome
  readonly details: Readonly<Record<string, unknown>>
}

export type AuditBody = AuditRecord & {
  readonly schema: 'audit-entry/1'
  readonly index: number
  /** UUIDv7, given when it was recorded. */
  readonly id: string
  /** RFC 3339 UTC with milliseconds: when it was recorded, not when it was appended. */
  readonly time: string
}

/** An appended entry; hashes in lower-case hex. */
export type AuditEntry = AuditBody & {
  /** The canonical JSON: SHA-256 of 0x00 and these bytes is `leafHash`. */
  readonly body: string
  readonly leafHash: string
  /** Root of the tree that ends with this entry. */
  readonly root: string
}

const MAX_DETAILS_CHARACTERS = 64 * 1024
const PRINTABLE = /^[^\p{Cc}\p{Cs}]{1,512}$/u

/** The text that waits for its index; throws AUDIT_ENTRY_INVALID or SIGNING_NOT_CANONICAL. */
export const encodePending = (record: AuditRecord, id: string, time: string): string => {
  const { tenant, principal, action, entity, outcome, details } = record
  const fields = { tenant, principal, action, 'entity kind': entity.kind, 'entity id': entity.id }
  for (const [name, value] of Object.entries(fields)) {
    if (!PRINTABLE.test(value))
      throw auditErrors.AUDIT_ENTRY_INVALID(`${name} must be 1 to 512 printable characters`)
  }
  if (!OUTCOMES.includes(outcome))
    throw auditErrors.AUDIT_ENTRY_INVALID('outcome is not success, denied or failure')
  if (canonicalJson(details).length > MAX_DETAILS_CHARACTERS) {
    throw auditErrors.AUDIT_ENTRY_INVALID('details are larger than 64 KiB')
  }
  const { kind, id: entityId } = entity
  return canonicalJson({
    schema: 'audit-entry/1',
    id,
    time,
    tenant,
    principal,
    action,
    entity: { kind, id: entityId },
    outcome,
    details,
  })
}

/** The pending text with its place in the log: what is hashed, and its parsed form. */
export const placeEntry = (pending: string, index: number): { body: string; parsed: AuditBody } => {
  const parsed = { ...(JSON.parse(pending) as Omit<AuditBody, 'index'>), index }
  return { body: canonicalJson(parsed), parsed }
}

/** The parsed body, or undefined when it is not JSON of the right outline (an altered one). */
export const parseBody = (body: string): AuditBody | undefined => {
  try {
    const value = JSON.parse(body) as AuditBody
    return typeof value === 'object' &&
      value !== null &&
      typeof value.entity === 'object' &&
      value.entity !== null
      ? value
      : undefined
  } catch {
    return undefined
  }
}
