/** Parquet by hyparquet, row group by row group; pages are unpacked by Node's zlib under a limit of their own. */
import { stat } from 'node:fs/promises'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import {
  asyncBufferFromFile,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
} from 'hyparquet'
import type { Cell } from './cell.ts'
import { type Block, positionsOf, requireNames, type Table } from './columns.ts'
import { tablesErrors } from './errors.ts'

const MAX_PAGE_BYTES = 256 * 1024 * 1024
/** A row group is held in memory; writers make them of at most a million rows. */
const MOST_GROUP_ROWS = 4_000_000

type Unpack = (bytes: Uint8Array, options: { maxOutputLength: number }) => Buffer

const bounded =
  (unpack: Unpack) =>
  (bytes: Uint8Array, outputLength: number): Uint8Array => {
    if (outputLength > MAX_PAGE_BYTES) throw new RangeError(`a page of ${outputLength} bytes`)
    return unpack(bytes, { maxOutputLength: Math.max(1, outputLength) })
  }

const COMPRESSORS: Compressors = {
  GZIP: bounded(gunzipSync),
  BROTLI: bounded(brotliDecompressSync),
  ZSTD: bounded(zstdDecompressSync),
}

/** Columns of plain values; nested ones are left out. Throws TABLES_FILE_MISSING, TABLES_MALFORMED. */
export const openParquet = async (path: string): Promise<Table> => {
  const found = await stat(path).catch((cause: unknown) => {
    throw tablesErrors.TABLES_FILE_MISSING(`there is no file ${path}`, { cause })
  })
  if (!found.isFile()) throw tablesErrors.TABLES_FILE_MISSING(`${path} is not a file`)
  const file = await asyncBufferFromFile(path)
  const metadata = await guarded(path, () => parquetMetadataAsync(file))
  const names = requireNames(path, flatColumns(metadata))
  const rowsInGroups = metadata.row_groups.map((group) => Number(group.num_rows))
  if (rowsInGroups.some((rows) => !(rows >= 0 && rows <= MOST_GROUP_ROWS)))
    throw tablesErrors.TABLES_TOO_LARGE(`${path} has a row group of more than ${MOST_GROUP_ROWS} rows`)
  const read = async function* (columns: readonly string[]): AsyncGenerator<Block> {
    positionsOf(path, names, columns)
    let firstRow = 0
    for (const rows of rowsInGroups) {
      const range = { file, metadata, rowStart: firstRow, rowEnd: firstRow + rows }
      yield { firstRow, rows, columns: await guarded(path, () => readGroup(range, columns)) }
      firstRow += rows
    }
  }
  return { columns: names, read }
}

/** Whatever the library stumbles over in hostile bytes is one answer: this is not a well-formed file. */
const guarded = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw tablesErrors.TABLES_MALFORMED(`${path}: ${message}`, { cause })
  }
}

const flatColumns = (metadata: FileMetaData): string[] => {
  const [root, ...rest] = metadata.schema
  const flat = rest.filter(
    ({ num_children, repetition_type }) => !num_children && repetition_type !== 'REPEATED',
  )
  // Children of a nested column stand in the same list; only those directly under the root are columns.
  if ((root?.num_children ?? 0) === rest.length) return flat.map(({ name }) => name)
  const top = new Set(
    metadata.row_groups[0]?.columns.flatMap((c) =>
      c.meta_data?.path_in_schema.length === 1 ? c.meta_data.path_in_schema : [],
    ),
  )
  return flat.map(({ name }) => name).filter((name) => top.has(name))
}

type Range = Pick<Parameters<typeof parquetRead>[0], 'file'> & {
  readonly metadata: FileMetaData
  readonly rowStart: number
  readonly rowEnd: number
}

const readGroup = async (range: Range, columns: readonly string[]): Promise<Cell[][]> => {
  const rows = range.rowEnd - range.rowStart
  const cells = new Map(columns.map((name) => [name, [] as Cell[]]))
  await parquetRead({
    ...range,
    columns: [...columns],
    compressors: COMPRESSORS,
    onChunk: ({ columnName, columnData, rowStart }) => {
      const column = cells.get(columnName)
      if (column === undefined) return
      if (rowStart !== range.rowStart + column.length) throw new RangeError(`a gap in column ${columnName}`)
      for (let i = 0; i < columnData.length; i += 1) column.push(plainCell(columnData[i]))
    },
  })
  return columns.map((name) => {
    const column = cells.get(name) ?? []
    if (column.length !== rows) throw new RangeError(`${column.length} of ${rows} values in column ${name}`)
    return column
  })
}

/** Whole numbers become doubles, times milliseconds since 1970, booleans and bytes text. */
const plainCell = (value: unknown): Cell => {
  if (typeof value === 'number') return Number.isNaN(value) ? null : value
  if (value === null || value === undefined) return null
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return value.getTime()
  return typeof value === 'string' ? value : String(value)
}
