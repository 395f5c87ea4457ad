/**
 * Statements over records in Parquet and in segments, by the product itself: values come from users, statements never.
 * Runs inside the store process; see parquet-process.ts.
 */
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { SEQUENCE_DIGITS } from './log-columns.ts'
import type { LogFile, SequenceRange } from './log-file.ts'
import {
  copyTo,
  type Erased,
  isErased,
  noRows,
  openRows,
  parquetRows,
  quote,
  segmentRows,
  viewSelect,
} from './parquet-sql.ts'

/** Closed segments to turn into one file per tenant and day. */
export type ConvertTask = {
  readonly segments: readonly string[]
  readonly erasures: readonly Erased[]
  /** Where the file of a tenant and day is to be written, both as they stand in the records. */
  readonly id: string
  readonly drafts: string
}

export type SegmentCount = SequenceRange & {
  readonly segment: string
  readonly records: number
  readonly erased: number
}

export type ConvertResult = {
  readonly files: readonly (Omit<LogFile, 'bytes'> & { readonly draft: string })[]
  readonly segments: readonly SegmentCount[]
}

/** Files keep the segment beside what the view reads. */
const WITH_SEGMENT = '*'

type Rows = readonly Record<string, unknown>[]

const ask = async (
  connection: DuckDBConnection,
  sql: string,
  values: readonly DuckDBValue[] = [],
): Promise<Rows> => (await connection.runAndReadAll(sql, [...values])).getRowObjectsJson() as Rows

const iso = (timestamp: unknown): string =>
  `${String(timestamp).replace(' ', 'T')}${/\.\d/.test(String(timestamp)) ? '' : '.000'}Z`

const DAY = "strftime(time, '%Y-%m-%d')"

const SUMMARY = `count(*)::DOUBLE AS records, min(time)::VARCHAR AS "from", max(time)::VARCHAR AS "to",
  list_sort(list_distinct(list(coalesce(route, '')))) AS routes`

/** Folder names from tenants: nothing that a file system could read as a path. */
export const folderOf = (tenant: string): string =>
  encodeURIComponent(tenant).replaceAll('.', '%2E').replaceAll('*', '%2A')

const draftName = (drafts: string, path: string): string => `${drafts}/${path.replaceAll('/', '+')}`

export const convert = async (connection: DuckDBConnection, task: ConvertTask): Promise<ConvertResult> => {
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE batch AS SELECT * EXCLUDE (place), ${isErased(task.erasures)} AS erased
     FROM (${segmentRows(task.segments)})`,
  )
  try {
    const segments = await ask(
      connection,
      `SELECT segment, min(epoch) AS epoch, min(seq)::DOUBLE AS first, max(seq)::DOUBLE AS last, count(*)::DOUBLE AS records,
         count_if(erased)::DOUBLE AS erased, bool_and(seq IS NOT NULL AND line IS NOT NULL AND time IS NOT NULL
           AND starts_with(line, '{"seq":' || seq::VARCHAR || ',')) AS whole
       FROM batch GROUP BY segment ORDER BY segment`,
    )
    for (const one of segments)
      if (one.whole !== true) throw new Error(`segment ${String(one.segment)} has lines that are not records`)
    const groups = await ask(
      connection,
      `SELECT tenant, ${DAY} AS day, ${SUMMARY}, list_distinct(list(segment)) AS segments
       FROM batch WHERE NOT erased GROUP BY ALL ORDER BY ALL`,
    )
    const files: ConvertResult['files'][number][] = []
    for (const { tenant, day, from, to, records, routes, segments: names } of groups) {
      const path = `parquet/${folderOf(String(tenant))}/${String(day)}/${task.id}.parquet`
      const draft = draftName(task.drafts, path)
      await connection.run(
        copyTo(
          `SELECT * EXCLUDE (filename, erased) FROM batch
           WHERE NOT erased AND tenant = ${quote(String(tenant))} AND ${DAY} = ${quote(String(day))}`,
          draft,
        ),
      )
      files.push({
        path,
        draft,
        tenant: String(tenant),
        day: String(day),
        records: Number(records),
        from: iso(from),
        to: iso(to),
        routes: routes as string[],
        ranges: segments
          .filter(({ segment }) => (names as unknown[]).includes(segment))
          .map(({ epoch, first, last }) => ({
            epoch: String(epoch),
            first: Number(first),
            last: Number(last),
          })),
      })
    }
    return {
      files,
      segments: segments.map(({ segment, epoch, first, last, records, erased }) => ({
        segment: String(segment),
        epoch: String(epoch),
        first: Number(first),
        last: Number(last),
        records: Number(records),
        erased: Number(erased),
      })),
    }
  } finally {
    await connection.run('DROP TABLE IF EXISTS batch')
  }
}

/** Which records a rewritten file loses. */
export type Removal =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'erase'; readonly erasures: readonly Erased[] }
  | { readonly kind: 'routes'; readonly routes: readonly string[] }

const removalSql = (removal: Removal): string => {
  if (removal.kind === 'nothing') return 'false'
  if (removal.kind === 'erase') return isErased(removal.erasures)
  return `coalesce(route, '') IN (${removal.routes.map(quote).join(',')})`
}

/** Several files of one tenant and day as one, without what is removed. */
export const merge = async (
  connection: DuckDBConnection,
  task: { readonly files: readonly string[]; readonly removal: Removal; readonly draft: string },
): Promise<Pick<LogFile, 'records' | 'from' | 'to' | 'routes'> | undefined> => {
  const rows = `(${parquetRows(task.files, WITH_SEGMENT)}) WHERE NOT ${removalSql(task.removal)}`
  const [found] = await ask(connection, `SELECT ${SUMMARY} FROM ${rows}`)
  if (found === undefined || Number(found.records) === 0) return undefined
  await connection.run(copyTo(`SELECT * FROM ${rows} ORDER BY time`, task.draft))
  return {
    records: Number(found.records),
    from: iso(found.from),
    to: iso(found.to),
    routes: found.routes as string[],
  }
}

/** How many records of the files would go, and which segments they are of. */
export const affected = async (
  connection: DuckDBConnection,
  task: { readonly files: readonly string[]; readonly removal: Removal },
): Promise<{ readonly records: number; readonly segments: readonly string[] }> => {
  const [found] = await ask(
    connection,
    `SELECT count(*)::DOUBLE AS records, list_sort(list_distinct(list(segment))) AS segments
     FROM (${parquetRows(task.files, WITH_SEGMENT)}) WHERE ${removalSql(task.removal)}`,
  )
  return { records: Number(found?.records ?? 0), segments: (found?.segments as string[] | null) ?? [] }
}

/** Every segment with records in the files, or the one of a record. */
export const segmentsOf = async (
  connection: DuckDBConnection,
  task: { readonly files: readonly string[]; readonly epoch?: string; readonly sequence?: number },
): Promise<readonly string[]> => {
  if (task.files.length === 0) return []
  const rows = parquetRows(task.files, WITH_SEGMENT)
  const found =
    task.epoch === undefined || task.sequence === undefined
      ? await ask(connection, `SELECT DISTINCT segment FROM (${rows}) ORDER BY 1`)
      : await ask(connection, `SELECT segment FROM (${rows}) WHERE epoch = ? AND seq = ?::UBIGINT LIMIT 1`, [
          task.epoch,
          task.sequence,
        ])
  return found.map(({ segment }) => String(segment))
}

/** Leaf hashes of one segment in the order of its lines, 32 bytes each, from the records that are there. */
export const leaves = async (
  connection: DuckDBConnection,
  task: { readonly files: readonly string[]; readonly segment: string },
): Promise<{ readonly hashes: Uint8Array }> => {
  // RFC 6962 2.1: SHA-256 of 0x00 and the line.
  const rows = await ask(
    connection,
    `SELECT sha256('\\x00'::BLOB || encode(line)) AS hash FROM (${parquetRows(task.files, WITH_SEGMENT)})
     WHERE segment = ? ORDER BY seq`,
    [task.segment],
  )
  const hashes = Buffer.from(rows.map(({ hash }) => String(hash)).join(''), 'hex')
  return { hashes }
}

export type RecordFilter = {
  readonly route?: string
  readonly model?: string
  readonly version?: string
  readonly principal?: string
  readonly requestId?: string
  readonly traceId?: string
  readonly decision?: 'allow' | 'deny' | 'none'
  readonly status?: number
  readonly minLatencyMs?: number
  readonly from?: string
  readonly to?: string
  readonly epoch?: string
  readonly sequence?: number
}

/** Records before this one, newest first. */
export type RecordCursor = { readonly time: string; readonly epoch: string; readonly sequence: number }

export type SearchTask = {
  readonly files: readonly string[]
  readonly segments: readonly string[]
  readonly tenant: string
  readonly erasures: readonly Erased[]
  readonly filter: RecordFilter
  readonly before?: RecordCursor
  readonly limit: number
}

const CONDITIONS: { readonly [Name in keyof RecordFilter]-?: string } = {
  route: 'route = ?',
  model: 'model = ?',
  version: 'version = ?',
  principal: 'caller = ?',
  requestId: 'request = ?',
  traceId: 'trace[4:35] = ?',
  decision: `CASE WHEN reasons IS NOT NULL THEN 'deny' WHEN decision IS NOT NULL THEN 'allow' ELSE 'none' END = ?`,
  status: 'status = ?',
  minLatencyMs: 'latency_us >= 1000 * ?::DOUBLE',
  from: 'time >= ?::TIMESTAMP',
  to: 'time < ?::TIMESTAMP',
  epoch: 'epoch = ?',
  sequence: 'seq = ?::UBIGINT',
}

/** Rows of the view, newest first. */
export const search = async (connection: DuckDBConnection, task: SearchTask): Promise<Rows> => {
  const { filter, before, tenant } = task
  const values: DuckDBValue[] = []
  const conditions = [`tenant = ${quote(tenant)}`, `NOT ${isErased(task.erasures)}`]
  for (const name of Object.keys(CONDITIONS) as (keyof RecordFilter)[]) {
    const value = filter[name]
    if (value === undefined) continue
    conditions.push(CONDITIONS[name])
    values.push(value)
  }
  if (before !== undefined) {
    conditions.push('(time, epoch, seq) < (?::TIMESTAMP, ?, ?::UBIGINT)')
    values.push(before.time, before.epoch, before.sequence)
  }
  const sources = [
    ...(task.files.length === 0 ? [] : [parquetRows(task.files)]),
    ...(task.segments.length === 0 ? [] : [`SELECT * FROM (${openRows(task.segments)})`]),
  ]
  const all = sources.length === 0 ? noRows : sources.join(' UNION ALL BY NAME ')
  const rows = `(SELECT * FROM (${all}) WHERE ${conditions.join(' AND ')}
    ORDER BY time DESC, epoch DESC, seq DESC LIMIT ${Math.floor(task.limit)})`
  return ask(connection, `${viewSelect(rows)} ORDER BY time DESC, id DESC`, values)
}

/** Records in the spans, each epoch's in order and at most `perEpoch` of them; without input and output. */
export const follow = async (
  connection: DuckDBConnection,
  task: {
    readonly files: readonly string[]
    readonly tenant: string
    readonly erasures: readonly Erased[]
    readonly from: string
    readonly spans: readonly { readonly epoch: string; readonly after: number; readonly to: number }[]
    readonly perEpoch: number
  },
): Promise<
  readonly { readonly id: string; readonly epoch: string; readonly seq: number; readonly line: string }[]
> => {
  const spans = task.spans.map(
    ({ epoch, after, to }) =>
      `(epoch = ${quote(epoch)} AND seq > ${Math.floor(after)} AND seq <= ${Math.floor(to)})`,
  )
  const rows = await ask(
    connection,
    `SELECT epoch || '-' || lpad(seq::VARCHAR, ${SEQUENCE_DIGITS}, '0') AS id, epoch, seq::DOUBLE AS seq,
       json_merge_patch(line::JSON, '{"input":null,"output":null}')::VARCHAR AS line
     FROM (${parquetRows(task.files)})
     WHERE tenant = ${quote(task.tenant)} AND time >= ?::TIMESTAMP AND NOT ${isErased(task.erasures)} AND (${spans.join(' OR ')})
     QUALIFY row_number() OVER (PARTITION BY epoch ORDER BY seq) <= ${Math.floor(task.perEpoch)}
     ORDER BY epoch, seq`,
    [task.from],
  )
  return rows.map(({ id, epoch, seq, line }) => ({
    id: String(id),
    epoch: String(epoch),
    seq: Number(seq),
    line: String(line),
  }))
}
