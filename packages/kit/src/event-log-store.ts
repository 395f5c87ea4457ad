/**
 * SQL of the event log. Ids are taken before commit, so "id greater than the last one seen" loses late committers:
 * rows are read in order of (xid, id) and only below pg_snapshot_xmin(pg_current_snapshot()), here kit_horizon(), under
 * which every transaction has ended (PostgreSQL manual, 9.27 "Transaction ID and Snapshot Information").
 */
import type { Tx } from './database.ts'
import { kitErrors } from './errors.ts'

export type NewEvent = {
  /** `rampart.model-version.registered.v1` */
  readonly type: string
  readonly subject: string
  readonly principal: string
  readonly data: Record<string, unknown>
}

/** CloudEvents 1.0 in JSON form, with tenant, principal and cursor as extension attributes. */
export type StoredEvent = {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: 'rampart'
  readonly type: string
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly data: Record<string, unknown>
  readonly tenant: string
  readonly principal: string
  readonly cursor: string
}

/** `XID-ID`: position after an event; `0-0` is before the first. */
export type Cursor = string
export const START: Cursor = '0-0'

const CURSOR = /^(\d{1,20})-(\d{1,19})$/
const MAX_XID = 2n ** 64n - 1n
const MAX_ID = 2n ** 63n - 1n

export const parseCursor = (cursor: Cursor): { readonly xid: string; readonly id: string } => {
  const match = CURSOR.exec(cursor)
  const [xid, id] = [match?.[1], match?.[2]]
  if (xid === undefined || id === undefined || BigInt(xid) > MAX_XID || BigInt(id) > MAX_ID) {
    throw kitErrors.KIT_CURSOR_INVALID('the cursor is not one that the server gave out')
  }
  return { xid, id }
}

/** Order of two cursors: negative, zero, positive. */
export const compareCursors = (a: Cursor, b: Cursor): number => {
  const [left, right] = [parseCursor(a), parseCursor(b)]
  const xid = BigInt(left.xid) - BigInt(right.xid)
  const difference = xid === 0n ? BigInt(left.id) - BigInt(right.id) : xid
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

export const CHANNEL = 'rampart_event'

export const insertEvent = async (
  tx: Tx,
  row: NewEvent & { readonly tenant: string; readonly eventId: string; readonly time: string },
): Promise<void> => {
  await tx.query(
    `WITH event AS (INSERT INTO kit_event (tenant, event_id, type, subject, principal, time, data)
       VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING 1)
     SELECT pg_notify('${CHANNEL}', '') FROM event`,
    [row.tenant, row.eventId, row.type, row.subject, row.principal, row.time, JSON.stringify(row.data)],
  )
}

type EventRow = {
  xid: string
  id: string
  tenant: string
  event_id: string
  type: string
  subject: string
  principal: string
  time: Date
  data: Record<string, unknown>
}

const toEvent = (row: EventRow): StoredEvent => ({
  specversion: '1.0',
  id: row.event_id,
  source: 'rampart',
  type: row.type,
  subject: row.subject,
  time: row.time.toISOString(),
  datacontenttype: 'application/json',
  data: row.data,
  tenant: row.tenant,
  principal: row.principal,
  cursor: `${row.xid}-${row.id}`,
})

const COLUMNS = 'xid::text, id::text, tenant, event_id::text, type, subject, principal, time, data'

// ORDER BY prefers output columns, and those are text here ("1000" < "999"): the table must be named.
/** Events after `after` that no running transaction can still precede; row-level security picks the tenant. */
export const selectEvents = async (
  tx: Tx,
  query: { readonly after: Cursor; readonly types?: readonly string[] | undefined; readonly limit: number },
): Promise<StoredEvent[]> => {
  const { xid, id } = parseCursor(query.after)
  // The planner cannot see how many rows come after a cursor, expects one, and would sort a whole backlog for every page.
  await tx.query('SET LOCAL enable_sort = off')
  const rows = await tx.query<EventRow>(
    `SELECT ${COLUMNS} FROM kit_event
     WHERE (xid, id) > ($1::xid8, $2::bigint) AND xid < kit_horizon()
       AND ($3::text[] IS NULL OR type = ANY ($3))
     ORDER BY kit_event.xid, kit_event.id LIMIT $4`,
    [xid, id, query.types ?? null, query.limit],
  )
  return rows.map(toEvent)
}

/** The cursor after the last readable event. */
export const selectHead = async (tx: Tx): Promise<Cursor> => {
  const rows = await tx.query<{ xid: string; id: string }>(
    `SELECT xid::text, id::text FROM kit_event WHERE xid < kit_horizon()
     ORDER BY kit_event.xid DESC, kit_event.id DESC LIMIT 1`,
  )
  return rows[0] === undefined ? START : `${rows[0].xid}-${rows[0].id}`
}

/** Committed events exist that wait for an older transaction to end. */
export const selectPending = async (tx: Tx): Promise<boolean> => {
  const rows = await tx.query<{ pending: boolean }>(
    'SELECT EXISTS (SELECT FROM kit_event WHERE xid >= kit_horizon()) AS pending',
  )
  return rows[0]?.pending === true
}

export type Checkpoint = { readonly cursor: Cursor; readonly attempts: number }

/** Creates the consumer at the start of the log when it is new. */
export const ensureConsumer = async (tx: Tx, name: string, now: string): Promise<void> => {
  await tx.query(
    `INSERT INTO kit_consumer (name, xid, id, updated_at) VALUES ($1, '0'::xid8, 0, $2) ON CONFLICT (name) DO NOTHING`,
    [name, now],
  )
}

/** Locks the checkpoint until the transaction ends; undefined while another process works on this consumer. */
export const lockCheckpoint = async (tx: Tx, name: string): Promise<Checkpoint | undefined> => {
  const rows = await tx.query<{ xid: string; id: string; attempts: number }>(
    'SELECT xid::text, id::text, attempts FROM kit_consumer WHERE name = $1 FOR UPDATE SKIP LOCKED',
    [name],
  )
  const row = rows[0]
  return row === undefined ? undefined : { cursor: `${row.xid}-${row.id}`, attempts: row.attempts }
}

export const readCheckpoint = async (tx: Tx, name: string): Promise<Checkpoint> => {
  const rows = await tx.query<{ xid: string; id: string; attempts: number }>(
    'SELECT xid::text, id::text, attempts FROM kit_consumer WHERE name = $1',
    [name],
  )
  const row = rows[0]
  return row === undefined
    ? { cursor: START, attempts: 0 }
    : { cursor: `${row.xid}-${row.id}`, attempts: row.attempts }
}

export const moveCheckpoint = async (tx: Tx, name: string, cursor: Cursor, now: string): Promise<void> => {
  const { xid, id } = parseCursor(cursor)
  await tx.query(
    `UPDATE kit_consumer SET xid = $2::xid8, id = $3, attempts = 0, last_error = NULL, updated_at = $4 WHERE name = $1`,
    [name, xid, id, now],
  )
}

export const countAttempt = async (tx: Tx, name: string, error: string, now: string): Promise<number> => {
  const rows = await tx.query<{ attempts: number }>(
    `UPDATE kit_consumer SET attempts = attempts + 1, last_error = $2, updated_at = $3 WHERE name = $1 RETURNING attempts`,
    [name, error.slice(0, 2000), now],
  )
  return rows[0]?.attempts ?? 0
}

export const insertDeadLetter = async (
  tx: Tx,
  row: { consumer: string; event: StoredEvent; attempts: number; error: string; now: string },
): Promise<void> => {
  const { xid, id } = parseCursor(row.event.cursor)
  await tx.query(
    `INSERT INTO kit_dead_letter (consumer, event_id, tenant, xid, id, attempts, error, time)
     VALUES ($1, $2, $3, $4::xid8, $5, $6, $7, $8)
     ON CONFLICT (consumer, event_id) DO UPDATE SET attempts = EXCLUDED.attempts, error = EXCLUDED.error, time = EXCLUDED.time`,
    [row.consumer, row.event.id, row.event.tenant, xid, id, row.attempts, row.error.slice(0, 2000), row.now],
  )
}
