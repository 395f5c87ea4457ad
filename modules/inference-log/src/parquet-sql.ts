/** SQL over records in files. Paths and names are quoted here and nowhere else. */
import { LINE_COLUMNS, VIEW_COLUMNS } from './log-columns.ts'

export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`
const list = (texts: readonly string[]): string => `[${texts.map(quote).join(',')}]`

/** Longest record: the route's limit bounds input and output to a mebibyte each. */
const MAX_LINE_BYTES = 8 * 1024 * 1024

const columns = `{${Object.entries(LINE_COLUMNS)
  .map(([name, type]) => `${name}:${quote(type)}`)
  .join(',')}}`

/**
 * Closed segments as rows, in the order of their lines, each with its segment and its place in it. Two readers go over
 * the same lines side by side: one parses, one keeps the bytes. Works only with one thread and on whole lines.
 */
export const segmentRows = (paths: readonly string[]): string => `
  SELECT p.*, regexp_extract(p.filename, '([^/\\\\]+)\\.ndjson$', 1) AS segment, raw.line, row_number() OVER () AS place
  FROM read_json(${list(paths)}, format='newline_delimited', columns=${columns}, filename=true, hive_partitioning=false,
    maximum_object_size=${MAX_LINE_BYTES}) p
  POSITIONAL JOIN (FROM read_csv(${list(paths)}, columns={line:'VARCHAR'}, delim=chr(1), quote='', escape='', header=false,
    auto_detect=false, hive_partitioning=false, max_line_size=${MAX_LINE_BYTES}, null_padding=true)) raw`

/** Segments that may still be written to: a last line that is not whole yet is left out. */
export const openRows = (paths: readonly string[]): string => `
  SELECT r.*, json::VARCHAR AS line
  FROM (SELECT json, from_json(json, ${quote(JSON.stringify(LINE_COLUMNS))}) AS r
    FROM read_ndjson_objects(${list(paths)}, ignore_errors=true, maximum_object_size=${MAX_LINE_BYTES}))
  WHERE r.seq IS NOT NULL AND r.epoch IS NOT NULL`

const stored = [...Object.keys(LINE_COLUMNS), 'line'].join(', ')

export const parquetRows = (paths: readonly string[], names = stored): string =>
  `SELECT ${names} FROM read_parquet(${list(paths)}, hive_partitioning=false, union_by_name=true)`

/** No rows, with the columns of all. */
export const noRows = `SELECT ${Object.entries(LINE_COLUMNS)
  .map(([name, type]) => `NULL::${type} AS ${name}`)
  .join(', ')}, NULL::VARCHAR AS line WHERE false`

export const viewSelect = (from: string): string =>
  `SELECT ${VIEW_COLUMNS.map(([name, expression]) => `${expression} AS ${name}`).join(', ')} FROM ${from}`

/** Records of a caller up to a time; the caller is named by a digest, so that a list of erasures names nobody. */
export type Erased = { readonly callerDigest: string; readonly before: string }

/** What `callerDigest` is of. */
export const callerText = (tenant: string, caller: string): string => `${tenant} ${caller}`

export const isErased = (erasures: readonly Erased[]): string =>
  erasures.length === 0
    ? 'false'
    : `coalesce(time <= (MAP {${erasures
        .map(({ callerDigest, before }) => `${quote(callerDigest)}: ${quote(before)}::TIMESTAMP`)
        .join(', ')}})[sha256(concat(tenant, ' ', caller))], false)`

export const copyTo = (select: string, path: string): string =>
  `COPY (${select}) TO ${quote(path)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 65536)`
