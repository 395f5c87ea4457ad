/** SQL over the requests for approval and their history. */
import type { ApprovalState, Digest, ModelVersionRef } from '@rampart/domain'
import type { Tx } from '@rampart/kit'

export type ApprovalRequest = {
  readonly tenant: string
  readonly id: string
  readonly seq: string
  readonly name: string
  readonly version: string
  readonly digest: Digest
  readonly state: ApprovalState
  readonly reason: string
  readonly requestedBy: string
  /** Persons asked by name; who may approve is the policy's answer. */
  readonly approvers: readonly string[]
  readonly evidenceDigest: Digest
  readonly policyDigest: Digest
  readonly expiresAt: Date
  readonly revision: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type HistoryEntry = {
  readonly action: string
  readonly principal: string
  readonly text: string
  readonly details: Readonly<Record<string, unknown>>
  readonly time: Date
}

const COLUMNS = `tenant, id::text AS id, seq::text AS seq, name, version, digest, state, reason,
  requested_by AS "requestedBy", approvers, evidence_digest AS "evidenceDigest", policy_digest AS "policyDigest",
  expires_at AS "expiresAt", revision, created_at AS "createdAt", updated_at AS "updatedAt"`

type NewRequest = Omit<
  ApprovalRequest,
  'tenant' | 'seq' | 'state' | 'revision' | 'updatedAt' | 'createdAt' | 'expiresAt'
> & {
  readonly createdAt: string
  readonly expiresAt: string
}

/** Undefined when the version has an open request already. */
export const insertRequest = async (tx: Tx, request: NewRequest): Promise<ApprovalRequest | undefined> => {
  const [row] = await tx.query<ApprovalRequest>(
    `INSERT INTO approvals_request (id, name, version, digest, state, reason, requested_by, approvers, evidence_digest,
       policy_digest, expires_at, created_at, updated_at)
     VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, $8, $9, $10, $11, $11)
     ON CONFLICT (tenant, name, version) WHERE state = 'open' DO NOTHING RETURNING ${COLUMNS}`,
    [
      request.id,
      request.name,
      request.version,
      request.digest,
      request.reason,
      request.requestedBy,
      JSON.stringify(request.approvers),
      request.evidenceDigest,
      request.policyDigest,
      request.expiresAt,
      request.createdAt,
    ],
  )
  return row
}

export const findRequest = async (tx: Tx, id: string): Promise<ApprovalRequest | undefined> => {
  const [row] = await tx.query<ApprovalRequest>(
    `SELECT ${COLUMNS} FROM approvals_request r WHERE r.id = $1`,
    [id],
  )
  return row
}

/** Serialises every writer of one request. Lock its version first. */
export const lockRequest = async (tx: Tx, id: string): Promise<ApprovalRequest | undefined> => {
  const [row] = await tx.query<ApprovalRequest>(
    `SELECT ${COLUMNS} FROM approvals_request r WHERE r.id = $1 FOR UPDATE`,
    [id],
  )
  return row
}

/** The newest request about a version, open or not; locked. */
export const lockNewest = async (tx: Tx, ref: ModelVersionRef): Promise<ApprovalRequest | undefined> => {
  const [row] = await tx.query<ApprovalRequest>(
    `SELECT ${COLUMNS} FROM approvals_request r WHERE r.name = $1 AND r.version = $2 ORDER BY r.seq DESC LIMIT 1 FOR UPDATE`,
    [ref.name, ref.version],
  )
  return row
}

export const updateState = async (
  tx: Tx,
  id: string,
  change: { readonly state: ApprovalState; readonly time: string },
): Promise<ApprovalRequest> => {
  const [row] = await tx.query<ApprovalRequest>(
    `UPDATE approvals_request SET state = $2, updated_at = $3, revision = revision + 1 WHERE id = $1 RETURNING ${COLUMNS}`,
    [id, change.state, change.time],
  )
  if (row === undefined) throw new Error(`the request ${id} is gone`)
  return row
}

export type RequestFilter = {
  readonly state?: ApprovalState
  readonly name?: string
  readonly version?: string
  readonly before?: string
  readonly limit: number
}

/** Newest first. */
export const listRequests = (tx: Tx, filter: RequestFilter): Promise<ApprovalRequest[]> =>
  tx.query<ApprovalRequest>(
    `SELECT ${COLUMNS} FROM approvals_request r
     WHERE ($1::text IS NULL OR r.state = $1) AND ($2::text IS NULL OR r.name = $2) AND ($3::text IS NULL OR r.version = $3)
       AND ($4::bigint IS NULL OR r.seq < $4::bigint) ORDER BY r.seq DESC LIMIT $5`,
    [filter.state ?? null, filter.name ?? null, filter.version ?? null, filter.before ?? null, filter.limit],
  )

/** Open ones whose time is over; run under ALL_TENANTS. */
export const listOverdue = (tx: Tx, now: string, limit: number): Promise<{ tenant: string; id: string }[]> =>
  tx.query<{ tenant: string; id: string }>(
    `SELECT tenant, id::text AS id FROM approvals_request WHERE state = 'open' AND expires_at <= $1
     ORDER BY expires_at LIMIT $2`,
    [now, limit],
  )

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** States of those requests that are about this version and these bytes. */
export const statesOf = async (
  tx: Tx,
  about: ModelVersionRef & { readonly digest: Digest },
  ids: readonly string[],
): Promise<ReadonlyMap<string, ApprovalState>> => {
  const wanted = ids.filter((id) => UUID.test(id))
  if (wanted.length === 0) return new Map()
  const rows = await tx.query<{ id: string; state: ApprovalState }>(
    `SELECT id::text AS id, state FROM approvals_request r
     WHERE r.id = ANY($1::uuid[]) AND r.name = $2 AND r.version = $3 AND r.digest = $4`,
    [wanted, about.name, about.version, about.digest],
  )
  return new Map(rows.map(({ id, state }) => [id, state]))
}

export const insertHistory = async (
  tx: Tx,
  request: string,
  entry: Omit<HistoryEntry, 'time'> & { readonly time: string },
): Promise<void> => {
  await tx.query(
    `INSERT INTO approvals_history (request, action, principal, text, details, time) VALUES ($1, $2, $3, $4, $5, $6)`,
    [request, entry.action, entry.principal, entry.text, JSON.stringify(entry.details), entry.time],
  )
}

const MAX_HISTORY = 500

/** Oldest first. */
export const listHistory = (tx: Tx, request: string): Promise<HistoryEntry[]> =>
  tx.query<HistoryEntry>(
    `SELECT action, principal, text, details, time FROM approvals_history h WHERE h.request = $1 ORDER BY h.seq LIMIT $2`,
    [request, MAX_HISTORY],
  )
