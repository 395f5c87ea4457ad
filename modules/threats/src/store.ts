/** SQL over the threats tables. */
import type { Severity, Signal } from '@rampart/domain'
import type { Tx } from '@rampart/kit'
import type { SignalRow } from './signal-batch.ts'

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

/** Ids of the open conditions with these keys, locked so that concurrent reports queue up behind one another. */
export const lockOpen = async (tx: Tx, keys: readonly string[]): Promise<Map<string, string>> => {
  // In one order everywhere, so that two batches do not wait for one another.
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended(key, 7707)) FROM unnest($1::text[]) AS key', [
    [...new Set(keys)].sort(),
  ])
  const rows = await tx.query<{ key: string; id: string }>(
    "SELECT key, id FROM threats_signal WHERE key = ANY ($1) AND state <> 'cleared'",
    [keys],
  )
  return new Map(rows.map(({ key, id }) => [key, id]))
}

const toRow = ({ signal, firstTime, reports }: SignalRow) => ({
  ...{ id: signal.id, key: signal.key, state: signal.state, severity: signal.severity },
  ...{ detector: signal.detector, entity_kind: signal.entity.kind, entity_id: signal.entity.id },
  ...{ first_time: firstTime, last_time: signal.time, occurrences: reports, body: signal },
})
const GIVEN = `jsonb_to_recordset($1) AS given (id text, key text, state text, severity text, detector text,
  entity_kind text, entity_id text, first_time timestamptz, last_time timestamptz, occurrences integer, body jsonb)`

/** Conditions that go on first: one that ends makes room for a new one of its key. */
export const saveSignals = async (tx: Tx, rows: readonly SignalRow[]): Promise<void> => {
  const goingOn = rows.filter(({ isNew }) => !isNew)
  const opened = rows.filter(({ isNew }) => isNew)
  if (goingOn.length > 0) {
    await tx.query(
      `UPDATE threats_signal AS known SET state = given.state, severity = given.severity, last_time = given.last_time,
         body = given.body, occurrences = known.occurrences + given.occurrences
       FROM ${GIVEN} WHERE known.id = given.id`,
      [JSON.stringify(goingOn.map(toRow))],
    )
  }
  if (opened.length > 0) {
    await tx.query(
      `INSERT INTO threats_signal (id, key, state, severity, detector, entity_kind, entity_id, first_time, last_time,
         occurrences, body)
       SELECT id, key, state, severity, detector, entity_kind, entity_id, first_time, last_time, occurrences, body
       FROM ${GIVEN}`,
      [JSON.stringify(opened.map(toRow))],
    )
  }
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
     ORDER BY threats_signal.seq DESC LIMIT $6`,
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
