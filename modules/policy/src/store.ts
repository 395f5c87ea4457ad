/** SQL over the policy tables. */
import type { Decision, EntityRef } from '@rampart/domain'
import type { Tx } from '@rampart/kit'
import type { PackFiles, PackName } from './pack-files.ts'

export type PackOrigin = 'shipped' | 'edited' | 'rollback'

export type PackVersionInfo = {
  readonly pack: PackName
  readonly version: number
  readonly digest: `sha256:${string}`
  readonly origin: PackOrigin
  readonly testsPassed: number
  readonly message: string
  readonly author: string
  readonly createdAt: string
}
export type PackVersion = PackVersionInfo & { readonly files: PackFiles }

type VersionRow = {
  pack: PackName
  version: number
  digest: `sha256:${string}`
  origin: PackOrigin
  files?: PackFiles
  tests_passed: number
  message: string
  author: string
  created_at: Date
}

const INFO = 'pack, version, digest, origin, tests_passed, message, author, created_at'

const toInfo = (row: VersionRow): PackVersionInfo => ({
  pack: row.pack,
  version: row.version,
  digest: row.digest,
  origin: row.origin,
  testsPassed: row.tests_passed,
  message: row.message,
  author: row.author,
  createdAt: row.created_at.toISOString(),
})
const toVersion = (row: VersionRow): PackVersion => ({ ...toInfo(row), files: row.files ?? {} })

/** Writers of one pack wait for each other until the end of the transaction. */
export const lockPack = async (tx: Tx, pack: PackName): Promise<void> => {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 7708))', [pack])
}

export const insertVersion = async (tx: Tx, version: PackVersion): Promise<void> => {
  await tx.query(
    `INSERT INTO policy_version (pack, version, digest, origin, files, tests_passed, message, author, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      version.pack,
      version.version,
      version.digest,
      version.origin,
      JSON.stringify(version.files),
      version.testsPassed,
      version.message,
      version.author,
      version.createdAt,
    ],
  )
}

/** Newest first, with files. */
export const selectVersions = async (tx: Tx, pack: PackName, limit: number): Promise<PackVersion[]> => {
  const rows = await tx.query<VersionRow>(
    `SELECT ${INFO}, files FROM policy_version WHERE pack = $1 ORDER BY version DESC LIMIT $2`,
    [pack, limit],
  )
  return rows.map(toVersion)
}

export const findVersion = async (
  tx: Tx,
  pack: PackName,
  version: number,
): Promise<PackVersion | undefined> => {
  const rows = await tx.query<VersionRow>(
    `SELECT ${INFO}, files FROM policy_version WHERE pack = $1 AND version = $2`,
    [pack, version],
  )
  return rows[0] && toVersion(rows[0])
}

/** Newest first, without files. */
export const selectHistory = async (
  tx: Tx,
  pack: PackName,
  page: { readonly before?: number; readonly limit: number },
): Promise<PackVersionInfo[]> => {
  const rows = await tx.query<VersionRow>(
    `SELECT ${INFO} FROM policy_version WHERE pack = $1 AND ($2::integer IS NULL OR version < $2)
     ORDER BY version DESC LIMIT $3`,
    [pack, page.before ?? null, page.limit],
  )
  return rows.map(toInfo)
}

/** A decision as logged: `times` equal questions, all answered by this one. */
export type LoggedDecision = Decision & {
  readonly tenant: string
  readonly packVersion: number
  readonly action: string
  readonly entity?: EntityRef
  readonly times: number
}

/** PostgreSQL's jsonb takes neither NUL nor half of a surrogate pair, and both can come from a caller. */
const storable = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\u0000', '\ufffd') : value

/** Inserts all or nothing, and again without harm when a commit's outcome is unknown. */
export const insertDecisions = async (tx: Tx, decisions: readonly LoggedDecision[]): Promise<void> => {
  const rows = decisions.map((one) => ({
    tenant: one.tenant,
    id: one.id,
    pack: one.pack,
    pack_version: one.packVersion,
    bundle_digest: one.bundleDigest,
    input_digest: one.inputDigest,
    principal: one.principal,
    action: one.action,
    entity_kind: one.entity?.kind ?? null,
    entity_id: one.entity?.id ?? null,
    allow: one.allow,
    reasons: one.reasons,
    obligations: one.obligations,
    evaluation_micros: one.evaluationMicros,
    times: one.times,
    time: one.time,
  }))
  const columns = `tenant, id, pack, pack_version, bundle_digest, input_digest, principal, action, entity_kind,
    entity_id, allow, reasons, obligations, evaluation_micros, times, time`
  await tx.query(
    `INSERT INTO policy_decision (${columns})
     SELECT ${columns} FROM jsonb_populate_recordset(NULL::policy_decision, $1::jsonb)
     ON CONFLICT (tenant, id) DO NOTHING`,
    [JSON.stringify(rows, storable)],
  )
}

export type DecisionFilter = {
  readonly pack?: string
  readonly principal?: string
  readonly allow?: boolean
  /** false: without allowed reads of the API. */
  readonly routine?: boolean
  readonly entity?: EntityRef
  readonly before?: string
  readonly limit: number
}

type DecisionRow = {
  seq: string
  id: string
  tenant: string
  pack: PackName
  pack_version: number
  bundle_digest: `sha256:${string}`
  input_digest: `sha256:${string}`
  principal: string
  action: string
  entity_kind: EntityRef['kind'] | null
  entity_id: string | null
  allow: boolean
  reasons: string[]
  obligations: Record<string, unknown>
  evaluation_micros: number
  times: number
  time: Date
}

export type StoredDecision = LoggedDecision & { readonly seq: string }

const toDecision = (row: DecisionRow): StoredDecision => ({
  seq: row.seq,
  id: row.id,
  tenant: row.tenant,
  pack: row.pack,
  packVersion: row.pack_version,
  bundleDigest: row.bundle_digest,
  inputDigest: row.input_digest,
  principal: row.principal,
  action: row.action,
  ...(row.entity_kind !== null && row.entity_id !== null
    ? { entity: { kind: row.entity_kind, id: row.entity_id } }
    : {}),
  allow: row.allow,
  reasons: row.reasons,
  obligations: row.obligations,
  evaluationMicros: row.evaluation_micros,
  times: row.times,
  time: row.time.toISOString(),
})

/** Newest first. */
export const selectDecisions = async (tx: Tx, filter: DecisionFilter): Promise<StoredDecision[]> => {
  const rows = await tx.query<DecisionRow>(
    `SELECT seq::text AS seq, id, tenant, pack, pack_version, bundle_digest, input_digest, principal, action,
       entity_kind, entity_id, allow, reasons, obligations, evaluation_micros, times, time
     FROM policy_decision
     WHERE ($1::text IS NULL OR pack = $1) AND ($2::text IS NULL OR principal = $2)
       AND ($3::boolean IS NULL OR allow = $3) AND ($4::text IS NULL OR (entity_kind = $4 AND entity_id = $5))
       AND ($6::bigint IS NULL OR seq < $6)
       AND ($8::boolean IS NOT FALSE OR NOT (pack = 'authz' AND allow AND action LIKE '%:read'))
     ORDER BY policy_decision.seq DESC LIMIT $7`,
    [
      filter.pack ?? null,
      filter.principal ?? null,
      filter.allow ?? null,
      filter.entity?.kind ?? null,
      filter.entity?.id ?? null,
      filter.before ?? null,
      filter.limit,
      filter.routine ?? null,
    ],
  )
  return rows.map(toDecision)
}

/** `XID-SEQ`: the place after a decision. */
export type DecisionPlace = { readonly xid: string; readonly seq: string }

/** Oldest first: decisions after `place` that no running transaction can still precede. */
export const selectDecisionsAfter = async (
  tx: Tx,
  place: DecisionPlace,
  limit: number,
): Promise<readonly (StoredDecision & { readonly place: DecisionPlace })[]> => {
  const rows = await tx.query<DecisionRow & { xid: string }>(
    `SELECT xid::text AS xid, seq::text AS seq, id, tenant, pack, pack_version, bundle_digest, input_digest, principal,
       action, entity_kind, entity_id, allow, reasons, obligations, evaluation_micros, times, time
     FROM policy_decision AS d
     WHERE tenant = current_setting('rampart.tenant') AND (xid, seq) > ($1::xid8, $2::bigint) AND xid < kit_horizon()
     ORDER BY d.xid, d.seq LIMIT $3`,
    [place.xid, place.seq, limit],
  )
  return rows.map((row) => ({ ...toDecision(row), place: { xid: row.xid, seq: row.seq } }))
}

/** The place after everything that ended before now. */
export const selectDecisionHead = async (tx: Tx): Promise<DecisionPlace> => {
  const [row] = await tx.query<{ xid: string }>('SELECT kit_horizon()::text AS xid')
  return { xid: row?.xid ?? '0', seq: '0' }
}

/** Deletes decisions older than `before`; answers how many. */
export const deleteDecisions = async (tx: Tx, before: string): Promise<number> => {
  const rows = await tx.query<{ n: string }>(
    'WITH gone AS (DELETE FROM policy_decision WHERE time < $1 RETURNING 1) SELECT count(*)::text AS n FROM gone',
    [before],
  )
  return Number(rows[0]?.n ?? 0)
}
