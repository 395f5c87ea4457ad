/** SQL of the audit log. All functions take the caller's transaction; sequencer and proofs run as all tenants. */
import { APP_ROLE, type Tx } from '@rampart/kit'
import type { MerkleNode } from '@rampart/signing'
import type { CheckpointRow, EntryRow, NodeRow } from './audit-source.ts'
import type { AuditBody } from './entry.ts'

/** Any fixed number: whoever holds this transaction-level lock is the one sequencer. */
const SEQUENCER_LOCK = '4417203990211'

export type PendingRow = { readonly time: Date; readonly body: string }
export type Tail = { readonly size: number; readonly root: Uint8Array | undefined }
export type AppendedEntry = {
  readonly parsed: AuditBody
  readonly body: string
  readonly leafHash: Uint8Array
  readonly root: Uint8Array
}

// Text forms, so that comparing them with the body sees every change that the column can hold.
const ENTRY_COLUMNS = `idx::text AS idx, entry_id::text AS "entryId", tenant,
  to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS time,
  principal, action, entity_kind AS "entityKind", entity_id AS "entityId", outcome, body,
  leaf_hash AS "leafHash", root`

export const insertPending = async (tx: Tx, tenant: string, time: string, body: string): Promise<void> => {
  await tx.query('INSERT INTO audit_pending (tenant, time, body) VALUES ($1, $2, $3)', [tenant, time, body])
}

export const tryBecomeSequencer = async (tx: Tx): Promise<boolean> => {
  const [row] = await tx.query<{ held: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS held', [
    SEQUENCER_LOCK,
  ])
  return row?.held === true
}

/** Takes the oldest waiting records whose transactions cannot be overtaken by one that still runs. */
export const takePending = async (tx: Tx, limit: number): Promise<PendingRow[]> => {
  const rows = await tx.query<PendingRow & { xid: string; id: string }>(
    `DELETE FROM audit_pending WHERE id IN (
       SELECT id FROM audit_pending WHERE xid < kit_horizon() ORDER BY xid, id LIMIT $1)
     RETURNING xid::text AS xid, id::text AS id, time, body`,
    [limit],
  )
  const order = (left: bigint, right: bigint): number => (left < right ? -1 : left > right ? 1 : 0)
  return rows.sort((a, b) => order(BigInt(a.xid), BigInt(b.xid)) || order(BigInt(a.id), BigInt(b.id)))
}

/** Counts at most 10 000, so that a long backlog does not slow the batches that shorten it. */
export const countPending = async (tx: Tx): Promise<{ count: number; oldest: Date | null }> => {
  const [row] = await tx.query<{ count: string; oldest: Date | null }>(
    `SELECT count(*) AS count, min(p.time) AS oldest
     FROM (SELECT time FROM audit_pending ORDER BY xid, id LIMIT 10000) p`,
  )
  return { count: Number(row?.count ?? 0), oldest: row?.oldest ?? null }
}

export const selectTail = async (tx: Tx): Promise<Tail> => {
  const [row] = await tx.query<{ idx: string; root: Uint8Array }>(
    'SELECT e.idx::text AS idx, e.root FROM audit_entry e ORDER BY e.idx DESC LIMIT 1',
  )
  return row === undefined ? { size: 0, root: undefined } : { size: Number(row.idx) + 1, root: row.root }
}

export const insertEntries = async (tx: Tx, entries: readonly AppendedEntry[]): Promise<void> => {
  const column = <T>(pick: (entry: AppendedEntry) => T): T[] => entries.map(pick)
  await tx.query(
    `INSERT INTO audit_entry
       (idx, entry_id, tenant, time, principal, action, entity_kind, entity_id, outcome, body, leaf_hash, root)
     SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
       $8::text[], $9::text[], $10::text[], $11::bytea[], $12::bytea[])`,
    [
      column((entry) => entry.parsed.index),
      column((entry) => entry.parsed.id),
      column((entry) => entry.parsed.tenant),
      column((entry) => entry.parsed.time),
      column((entry) => entry.parsed.principal),
      column((entry) => entry.parsed.action),
      column((entry) => entry.parsed.entity.kind),
      column((entry) => entry.parsed.entity.id),
      column((entry) => entry.parsed.outcome),
      column((entry) => entry.body),
      column((entry) => entry.leafHash),
      column((entry) => entry.root),
    ],
  )
}

export const insertNodes = async (tx: Tx, nodes: readonly MerkleNode[]): Promise<void> => {
  if (nodes.length === 0) return
  await tx.query(
    'INSERT INTO audit_node (level, idx, hash) SELECT * FROM unnest($1::int[], $2::bigint[], $3::bytea[])',
    [nodes.map((node) => node.level), nodes.map((node) => node.index), nodes.map((node) => node.hash)],
  )
}

export const insertCheckpoint = async (tx: Tx, size: number, note: string): Promise<void> => {
  await tx.query('INSERT INTO audit_checkpoint (size, note) VALUES ($1, $2)', [size, note])
}

export const selectLatestCheckpoint = async (tx: Tx): Promise<{ size: number; note: string } | undefined> => {
  const [row] = await tx.query<{ size: string; note: string }>(
    'SELECT c.size::text AS size, c.note FROM audit_checkpoint c ORDER BY c.size DESC LIMIT 1',
  )
  return row === undefined ? undefined : { size: Number(row.size), note: row.note }
}

/** Root of the first `size` leaves, as stored. */
export const selectRoot = async (tx: Tx, size: number): Promise<Uint8Array | undefined> => {
  const [row] = await tx.query<{ root: Uint8Array }>('SELECT root FROM audit_entry WHERE idx = $1', [
    size - 1,
  ])
  return row?.root
}

export const selectNodes = async (tx: Tx, level: number, from: number, to: number): Promise<Uint8Array[]> => {
  const rows =
    level === 0
      ? await tx.query<{ hash: Uint8Array }>(
          'SELECT leaf_hash AS hash FROM audit_entry WHERE idx >= $1 AND idx < $2 ORDER BY idx',
          [from, to],
        )
      : await tx.query<{ hash: Uint8Array }>(
          'SELECT hash FROM audit_node WHERE level = $3 AND idx >= $1 AND idx < $2 ORDER BY idx',
          [from, to, level],
        )
  return rows.map((row) => row.hash)
}

export type EntryFilter = {
  /** Oldest first from the entry after this index. */
  readonly after?: number
  /** Newest first below this index. */
  readonly before?: number
  readonly principal?: string
  readonly action?: string
  readonly entityKind?: string
  readonly entityId?: string
  readonly limit: number
}

export const selectEntries = async (tx: Tx, filter: EntryFilter): Promise<EntryRow[]> => {
  const forward = filter.after !== undefined
  return await tx.query<EntryRow>(
    `SELECT ${ENTRY_COLUMNS} FROM audit_entry e
     WHERE ($1::bigint IS NULL OR e.idx > $1) AND ($2::bigint IS NULL OR e.idx < $2)
       AND ($3::text IS NULL OR e.principal = $3) AND ($4::text IS NULL OR e.action = $4)
       AND ($5::text IS NULL OR e.entity_kind = $5) AND ($6::text IS NULL OR e.entity_id = $6)
     ORDER BY e.idx ${forward ? 'ASC' : 'DESC'} LIMIT $7`,
    [
      filter.after ?? null,
      filter.before ?? null,
      filter.principal ?? null,
      filter.action ?? null,
      filter.entityKind ?? null,
      filter.entityId ?? null,
      filter.limit,
    ],
  )
}

export const selectEntry = async (tx: Tx, index: number): Promise<EntryRow | undefined> => {
  const [row] = await tx.query<EntryRow>(`SELECT ${ENTRY_COLUMNS} FROM audit_entry e WHERE e.idx = $1`, [
    index,
  ])
  return row
}

export const selectEntryPage = (tx: Tx, after: string | undefined, limit: number): Promise<EntryRow[]> =>
  tx.query<EntryRow>(
    `SELECT ${ENTRY_COLUMNS} FROM audit_entry e WHERE $1::bigint IS NULL OR e.idx > $1 ORDER BY e.idx LIMIT $2`,
    [after ?? null, limit],
  )

export const selectCheckpointPage = (
  tx: Tx,
  after: string | undefined,
  limit: number,
): Promise<CheckpointRow[]> =>
  tx.query<CheckpointRow>(
    `SELECT size::text AS size, tenant, note FROM audit_checkpoint c
     WHERE $1::bigint IS NULL OR c.size > $1 ORDER BY c.size LIMIT $2`,
    [after ?? null, limit],
  )

export const selectNodePage = (
  tx: Tx,
  level: number,
  after: string | undefined,
  limit: number,
): Promise<NodeRow[]> =>
  tx.query<NodeRow>(
    `SELECT idx::text AS idx, tenant, hash FROM audit_node n
     WHERE n.level = $1 AND ($2::bigint IS NULL OR n.idx > $2) ORDER BY n.idx LIMIT $3`,
    [level, after ?? null, limit],
  )

export const countNodes = async (tx: Tx): Promise<number> => {
  const [row] = await tx.query<{ count: string }>('SELECT count(*) AS count FROM audit_node')
  return Number(row?.count ?? 0)
}

/** Rows are fetched in key order from the index: a plan that sorts would stumble over a damaged row at once. */
export const prepareReading = async (tx: Tx): Promise<void> => {
  await tx.query('SET LOCAL enable_seqscan = off')
  await tx.query('SET LOCAL enable_bitmapscan = off')
  await tx.query('SET LOCAL enable_sort = off')
}

/** Reads pages although their checksum is wrong; only a superuser's login may, others read as before. */
export const readPastDamage = async (tx: Tx): Promise<void> => {
  const [row] = await tx.query<{ super: boolean }>(
    'SELECT rolsuper AS super FROM pg_roles WHERE rolname = session_user',
  )
  if (row?.super !== true) return
  await tx.query('SET LOCAL ROLE NONE')
  await tx.query('SET LOCAL ignore_checksum_failure = on')
  await tx.query(`SET LOCAL ROLE ${APP_ROLE}`)
}

export const setMark = (tx: Tx): Promise<unknown> => tx.query('SAVEPOINT audit_page')
export const releaseMark = (tx: Tx): Promise<unknown> => tx.query('RELEASE SAVEPOINT audit_page')
export const returnToMark = (tx: Tx): Promise<unknown> => tx.query('ROLLBACK TO SAVEPOINT audit_page')
