/** SQL over the tables of alert sources and what they told. */
import type { Sighting } from '@rampart/codecs'
import type { Tx } from '@rampart/kit'
import type { FilePosition } from './file-tail.ts'
import type { SourceSpec } from './source-spec.ts'

export type Source = {
  readonly tenant: string
  readonly name: string
  readonly spec: SourceSpec
  readonly revision: number
  readonly position: FilePosition | undefined
  readonly updatedBy: string
  readonly updatedAt: string
}

type Row = {
  tenant: string
  name: string
  spec: SourceSpec
  revision: number
  position: FilePosition | null
  updated_by: string
  updated_at: Date
}

const toSource = (row: Row): Source => ({
  tenant: row.tenant,
  name: row.name,
  spec: row.spec,
  revision: row.revision,
  position: row.position ?? undefined,
  updatedBy: row.updated_by,
  updatedAt: row.updated_at.toISOString(),
})

export const listSources = async (tx: Tx): Promise<Source[]> =>
  (await tx.query<Row>('SELECT * FROM siem_source ORDER BY tenant, name')).map(toSource)

export const lockSource = async (tx: Tx, name: string): Promise<Source | undefined> => {
  const [row] = await tx.query<Row>('SELECT * FROM siem_source WHERE name = $1 FOR UPDATE', [name])
  return row === undefined ? undefined : toSource(row)
}

export const putSource = async (
  tx: Tx,
  source: Pick<Source, 'name' | 'spec' | 'updatedBy' | 'updatedAt'>,
): Promise<Source> => {
  const [row] = await tx.query<Row>(
    `INSERT INTO siem_source AS s (name, spec, updated_by, updated_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant, name) DO UPDATE SET spec = $2, updated_by = $3, updated_at = $4, revision = s.revision + 1
     RETURNING *`,
    [source.name, JSON.stringify(source.spec), source.updatedBy, source.updatedAt],
  )
  return toSource(row as Row)
}

export const deleteSource = async (tx: Tx, name: string): Promise<void> => {
  for (const table of ['siem_seen', 'siem_sighting'])
    await tx.query(`DELETE FROM ${table} WHERE source = $1`, [name])
  await tx.query('DELETE FROM siem_source WHERE name = $1', [name])
}

export const savePosition = async (tx: Tx, name: string, position: FilePosition): Promise<void> => {
  await tx.query('UPDATE siem_source SET position = $2 WHERE name = $1', [name, JSON.stringify(position)])
}

/** Which of these ids were taken before. */
export const findSeen = async (tx: Tx, source: string, ids: readonly string[]): Promise<Set<string>> => {
  const rows = await tx.query<{ id: string }>(
    'SELECT id FROM siem_seen WHERE source = $1 AND id = ANY ($2)',
    [source, ids],
  )
  return new Set(rows.map(({ id }) => id))
}

export const markSeen = async (
  tx: Tx,
  source: string,
  ids: readonly string[],
  now: string,
): Promise<void> => {
  await tx.query(
    'INSERT INTO siem_seen (source, id, seen_at) SELECT $1, unnest($2::text[]), $3 ON CONFLICT DO NOTHING',
    [source, ids, now],
  )
}

export const forgetSeen = async (tx: Tx, before: string): Promise<void> => {
  await tx.query('DELETE FROM siem_seen WHERE seen_at < $1', [before])
}

/** Keeps the latest of each source. */
export const forgetSightings = async (tx: Tx, most: number): Promise<void> => {
  await tx.query(
    `DELETE FROM siem_sighting WHERE (tenant, source, key) IN (
       SELECT tenant, source, key FROM (
         SELECT tenant, source, key, row_number() OVER (PARTITION BY tenant, source ORDER BY last_time DESC) AS at
         FROM siem_sighting) AS ranked
       WHERE at > $1)`,
    [most],
  )
}

export const addSightings = async (tx: Tx, source: string, sightings: readonly Sighting[]): Promise<void> => {
  const byKey = new Map<string, { last: Sighting; first: string; count: number }>()
  for (const one of sightings) {
    const before = byKey.get(one.key)
    byKey.set(one.key, { last: one, first: before?.first ?? one.time, count: (before?.count ?? 0) + 1 })
  }
  for (const { last, first, count } of byKey.values())
    await tx.query(
      `INSERT INTO siem_sighting AS s (source, key, kind, count, first_time, last_time, last_id, body)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (tenant, source, key) DO UPDATE SET count = s.count + $4,
         first_time = least(s.first_time, $5), last_time = greatest(s.last_time, $6), last_id = $7, body = $8`,
      [source, last.key, last.kind, count, first, last.time, last.id, JSON.stringify(last)],
    )
}

export type StoredSighting = {
  readonly seq: string
  readonly source: string
  readonly count: number
  readonly firstTime: string
  readonly lastTime: string
  readonly sighting: Sighting
}

export const listSightings = async (
  tx: Tx,
  filter: {
    readonly source?: string
    readonly value?: string
    readonly before?: string
    readonly limit: number
  },
): Promise<StoredSighting[]> => {
  const rows = await tx.query<{
    seq: string
    source: string
    count: string
    first_time: Date
    last_time: Date
    body: Sighting
  }>(
    `SELECT seq::text, source, count::text, first_time, last_time, body FROM siem_sighting AS s
     WHERE ($1::text IS NULL OR source = $1) AND ($2::jsonb IS NULL OR body -> 'observables' @> $2)
       AND ($3::bigint IS NULL OR s.seq < $3) ORDER BY s.seq DESC LIMIT $4`,
    [
      filter.source ?? null,
      filter.value === undefined ? null : JSON.stringify([{ value: filter.value }]),
      filter.before ?? null,
      filter.limit,
    ],
  )
  return rows.map((row) => ({
    seq: row.seq,
    source: row.source,
    count: Number(row.count),
    firstTime: row.first_time.toISOString(),
    lastTime: row.last_time.toISOString(),
    sighting: row.body,
  }))
}
