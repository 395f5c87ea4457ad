/** SQL over the threats tables. */
import type { Severity, Signal } from '@rampart/domain'
import type { Tx } from '@rampart/kit'

type Row = { seq: string; body: Signal; first_time: Date; last_time: Date; occurrences: number }

/** A signal with how long and how often its condition was reported. */
export type StoredSignal = Signal & {
  readonly seq: string
  readonly firstTime: string
  readonly lastTime: string
  readonly occurrences: number
}

const toSignal = (row: Row): StoredSignal => ({
  ...row.body,
  seq: row.seq,
  firstTime: row.first_time.toISOString(),
  lastTime: row.last_time.toISOString(),
  occurrences: row.occurrences,
})

/** The id of the open condition with this key, locked so that concurrent reports queue up behind one another. */
export const lockOpen = async (tx: Tx, key: string): Promise<string | undefined> => {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 7707))', [key])
  const rows = await tx.query<{ id: string }>(
    "SELECT id FROM threats_signal WHERE key = $1 AND state <> 'cleared'",
    [key],
  )
  return rows[0]?.id
}

export const insert = async (tx: Tx, signal: Signal): Promise<void> => {
  await tx.query(
    `INSERT INTO threats_signal (id, key, state, severity, detector, entity_kind, entity_id, first_time, last_time, body)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)`,
    [
      signal.id,
      signal.key,
      signal.state,
      signal.severity,
      signal.detector,
      signal.entity.kind,
      signal.entity.id,
      signal.time,
      JSON.stringify(signal),
    ],
  )
}

export const update = async (tx: Tx, signal: Signal): Promise<void> => {
  await tx.query(
    `UPDATE threats_signal SET state = $2, severity = $3, last_time = $4, body = $5, occurrences = occurrences + 1 WHERE id = $1`,
    [signal.id, signal.state, signal.severity, signal.time, JSON.stringify(signal)],
  )
}

export type SignalFilter = {
  readonly open?: boolean
  readonly state?: string
  readonly severity?: string
  readonly entity?: string
  readonly before?: string
  readonly limit: number
}

/** Newest first; `entity` is `kind:id`. */
export const list = async (tx: Tx, filter: SignalFilter): Promise<StoredSignal[]> => {
  const rows = await tx.query<Row>(
    `SELECT seq::text AS seq, body, first_time, last_time, occurrences FROM threats_signal
     WHERE ($1::boolean IS NULL OR (state <> 'cleared') = $1) AND ($2::text IS NULL OR state = $2)
       AND ($3::text IS NULL OR severity = $3) AND ($4::text IS NULL OR entity_kind || ':' || entity_id = $4)
       AND ($5::bigint IS NULL OR seq < $5)
     ORDER BY seq DESC LIMIT $6`,
    [
      filter.open ?? null,
      filter.state ?? null,
      filter.severity ?? null,
      filter.entity ?? null,
      filter.before ?? null,
      filter.limit,
    ],
  )
  return rows.map(toSignal)
}

export const find = async (tx: Tx, id: string): Promise<StoredSignal | undefined> => {
  const rows = await tx.query<Row>(
    'SELECT seq::text AS seq, body, first_time, last_time, occurrences FROM threats_signal WHERE id = $1',
    [id],
  )
  return rows[0] === undefined ? undefined : toSignal(rows[0])
}

export const countOpen = async (tx: Tx): Promise<{ severity: Severity; detector: string; n: number }[]> =>
  tx.query(
    "SELECT severity, detector, count(*)::int AS n FROM threats_signal WHERE state <> 'cleared' GROUP BY severity, detector",
  )
