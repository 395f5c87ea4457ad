/** SQL over the tables of sinks and their queues. */
import type { Tx } from '@rampart/kit'
import type { QueuedBody } from './record-of-event.ts'
import type { SinkSpec } from './sink-spec.ts'

export type Sink = {
  readonly tenant: string
  readonly name: string
  readonly spec: SinkSpec
  readonly revision: number
  readonly channel: string
  readonly fromCursor: string | undefined
  readonly updatedBy: string
  readonly updatedAt: string
}

/** Named in every statement beside row-level security, whose condition no index can serve. */
const TENANT = `current_setting('rampart.tenant')`

type SinkRow = {
  tenant: string
  name: string
  spec: SinkSpec
  revision: number
  channel: string
  from_cursor: string | null
  updated_by: string
  updated_at: Date
}

const toSink = (row: SinkRow): Sink => ({
  tenant: row.tenant,
  name: row.name,
  spec: row.spec,
  revision: row.revision,
  channel: row.channel,
  fromCursor: row.from_cursor ?? undefined,
  updatedBy: row.updated_by,
  updatedAt: row.updated_at.toISOString(),
})

export const listSinks = async (tx: Tx): Promise<Sink[]> =>
  (await tx.query<SinkRow>('SELECT * FROM siem_sink ORDER BY tenant, name')).map(toSink)

export const lockSink = async (tx: Tx, name: string): Promise<Sink | undefined> => {
  const [row] = await tx.query<SinkRow>('SELECT * FROM siem_sink WHERE name = $1 FOR UPDATE', [name])
  return row === undefined ? undefined : toSink(row)
}

export const putSink = async (
  tx: Tx,
  sink: Pick<Sink, 'name' | 'spec' | 'channel' | 'updatedBy' | 'updatedAt'> & { readonly fromCursor: string },
): Promise<Sink> => {
  const [row] = await tx.query<SinkRow>(
    `INSERT INTO siem_sink AS s (name, spec, channel, from_cursor, updated_by, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (tenant, name) DO UPDATE SET spec = $2, updated_by = $5, updated_at = $6, revision = s.revision + 1
     RETURNING *`,
    [sink.name, JSON.stringify(sink.spec), sink.channel, sink.fromCursor, sink.updatedBy, sink.updatedAt],
  )
  return toSink(row as SinkRow)
}

export const clearFromCursor = async (tx: Tx, name: string): Promise<void> => {
  await tx.query('UPDATE siem_sink SET from_cursor = NULL WHERE name = $1', [name])
}

export const deleteSink = async (tx: Tx, name: string): Promise<void> => {
  await tx.query(`DELETE FROM siem_delivery WHERE tenant = ${TENANT} AND sink = $1`, [name])
  await tx.query(`DELETE FROM siem_feed_place WHERE tenant = ${TENANT} AND sink = $1`, [name])
  await tx.query(`DELETE FROM siem_sink_progress WHERE tenant = ${TENANT} AND sink = $1`, [name])
  await tx.query('DELETE FROM siem_sink WHERE name = $1', [name])
}

/** Gives how many are new. Held until the transaction ends: see the table's comment. */
export const enqueue = async (
  tx: Tx,
  sink: string,
  bodies: readonly QueuedBody[],
  queuedAt: string,
): Promise<number> => {
  await tx.query(
    `SELECT pg_advisory_xact_lock(hashtextextended(current_setting('rampart.tenant') || '/' || $1, 5140))`,
    [sink],
  )
  // The bodies as one JSON text, not as an array of texts: neither side has to escape and parse every quote once more.
  const [row] = await tx.query<{ n: number }>(
    `WITH added AS (INSERT INTO siem_delivery (sink, event_id, body, queued_at)
       SELECT $1, given.event_id, given.body, $4
       FROM ROWS FROM (unnest($2::text[]), json_array_elements($3::json)) WITH ORDINALITY AS given (event_id, body, at)
       ORDER BY given.at ON CONFLICT (tenant, sink, event_id) DO NOTHING RETURNING 1)
     SELECT count(*)::int AS n FROM added`,
    [sink, bodies.map(({ eventId }) => eventId), JSON.stringify(bodies), queuedAt],
  )
  return row?.n ?? 0
}

export type Queued = { readonly seq: string; readonly body: QueuedBody }

export const readQueue = (tx: Tx, sink: string, after: string, limit: number): Promise<Queued[]> =>
  tx.query<Queued>(
    `SELECT seq::text, body FROM siem_delivery AS d
     WHERE tenant = ${TENANT} AND sink = $1 AND d.seq > $2::bigint AND state = 'queued' ORDER BY d.seq LIMIT $3`,
    [sink, after, limit],
  )

/** When the record that waits longest was queued; those up to `after` were written already. */
export const readOldest = async (tx: Tx, sink: string, after: string): Promise<Date | undefined> => {
  const [row] = await tx.query<{ queued_at: Date }>(
    `SELECT queued_at FROM siem_delivery AS d
     WHERE tenant = ${TENANT} AND sink = $1 AND d.seq > $2::bigint AND state = 'queued' ORDER BY d.seq LIMIT 1`,
    [sink, after],
  )
  return row?.queued_at
}

export const countDead = async (tx: Tx, sink: string): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM siem_delivery WHERE tenant = ${TENANT} AND sink = $1 AND state = 'dead'`,
    [sink],
  )
  return row?.n ?? 0
}

export const countQueue = async (tx: Tx, sink: string): Promise<{ queued: number; dead: number }> => {
  const [row] = await tx.query<{ queued: number; dead: number }>(
    `SELECT (count(*) FILTER (WHERE state = 'queued'))::int AS queued, (count(*) FILTER (WHERE state = 'dead'))::int AS dead
     FROM siem_delivery WHERE tenant = ${TENANT} AND sink = $1`,
    [sink],
  )
  return row ?? { queued: 0, dead: 0 }
}

/** Delivered records leave the queue, and are counted. */
export const removeDelivered = async (
  tx: Tx,
  sink: string,
  seqs: readonly string[],
  now: string,
): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `WITH gone AS (DELETE FROM siem_delivery WHERE tenant = ${TENANT} AND sink = $1 AND seq = ANY ($2::bigint[])
       AND state = 'queued' RETURNING 1)
     SELECT count(*)::int AS n FROM gone`,
    [sink, seqs],
  )
  const removed = row?.n ?? 0
  await countDelivered(tx, sink, removed, now)
  return removed
}

export const removeThrough = async (tx: Tx, sink: string, seq: string, now: string): Promise<number> => {
  const [row] = await tx.query<{ n: number }>(
    `WITH gone AS (DELETE FROM siem_delivery WHERE tenant = ${TENANT} AND sink = $1 AND seq <= $2::bigint AND state = 'queued' RETURNING 1)
     SELECT count(*)::int AS n FROM gone`,
    [sink, seq],
  )
  const removed = row?.n ?? 0
  await countDelivered(tx, sink, removed, now)
  return removed
}

const countDelivered = async (tx: Tx, sink: string, count: number, now: string): Promise<void> => {
  await tx.query(
    `INSERT INTO siem_sink_progress AS p (sink, delivered, last_delivered_at) VALUES ($1, $2, $3)
     ON CONFLICT (tenant, sink) DO UPDATE SET delivered = p.delivered + $2, last_delivered_at = $3`,
    [sink, count, now],
  )
}

export const noteError = async (tx: Tx, sink: string, error: string, now: string): Promise<void> => {
  await tx.query(
    `INSERT INTO siem_sink_progress (sink, last_error, last_error_at) VALUES ($1, $2, $3)
     ON CONFLICT (tenant, sink) DO UPDATE SET last_error = $2, last_error_at = $3`,
    [sink, error.slice(0, 1000), now],
  )
}

export type Progress = {
  readonly delivered: number
  readonly lastDeliveredAt?: string
  readonly lastError?: string
  readonly lastErrorAt?: string
}

export const readProgress = async (tx: Tx, sink: string): Promise<Progress> => {
  const [row] = await tx.query<{
    delivered: string
    last_delivered_at: Date | null
    last_error: string | null
    last_error_at: Date | null
  }>(`SELECT * FROM siem_sink_progress WHERE tenant = ${TENANT} AND sink = $1`, [sink])
  if (row === undefined) return { delivered: 0 }
  return {
    delivered: Number(row.delivered),
    ...(row.last_delivered_at === null ? {} : { lastDeliveredAt: row.last_delivered_at.toISOString() }),
    ...(row.last_error === null ? {} : { lastError: row.last_error }),
    ...(row.last_error_at === null ? {} : { lastErrorAt: row.last_error_at.toISOString() }),
  }
}

export const bury = async (
  tx: Tx,
  sink: string,
  dead: readonly { seq: string; reason: string }[],
): Promise<void> => {
  await tx.query(
    `UPDATE siem_delivery AS d SET state = 'dead', reason = given.reason
     FROM unnest($2::bigint[], $3::text[]) AS given (seq, reason) WHERE d.tenant = ${TENANT} AND d.sink = $1 AND d.seq = given.seq`,
    [sink, dead.map(({ seq }) => seq), dead.map(({ reason }) => reason.slice(0, 1000))],
  )
}

export type DeadLetter = {
  readonly seq: string
  readonly eventId: string
  readonly reason: string
  readonly queuedAt: string
  readonly record: Readonly<Record<string, unknown>>
}

export const listDead = async (
  tx: Tx,
  sink: string,
  before: string | undefined,
  limit: number,
): Promise<DeadLetter[]> => {
  const rows = await tx.query<{
    seq: string
    event_id: string
    reason: string
    queued_at: Date
    body: QueuedBody
  }>(
    `SELECT seq::text, event_id, reason, queued_at, body FROM siem_delivery AS d
     WHERE tenant = ${TENANT} AND sink = $1 AND state = 'dead' AND ($2::bigint IS NULL OR d.seq < $2) ORDER BY d.seq DESC LIMIT $3`,
    [sink, before ?? null, limit],
  )
  return rows.map((row) => ({
    seq: row.seq,
    eventId: row.event_id,
    reason: row.reason,
    queuedAt: row.queued_at.toISOString(),
    record: row.body.value,
  }))
}

/** Puts dead letters behind the queue, with new places: readers have passed their old ones. */
export const requeueDead = async (
  tx: Tx,
  sink: string,
  eventIds: readonly string[] | undefined,
  now: string,
): Promise<number> => {
  const rows = await tx.query<{ body: QueuedBody }>(
    `DELETE FROM siem_delivery AS d WHERE tenant = ${TENANT} AND sink = $1 AND state = 'dead' AND ($2::text[] IS NULL OR event_id = ANY ($2))
     RETURNING body`,
    [sink, eventIds ?? null],
  )
  if (rows.length > 0)
    await enqueue(
      tx,
      sink,
      rows.map(({ body }) => body),
      now,
    )
  return rows.length
}
