/** CSV by csv-parse (RFC 4180, with the latitude of real files): quotes, CRLF, a byte order mark, short last cells. */
import { createReadStream, type ReadStream } from 'node:fs'
import { CsvError, type Options, parse } from 'csv-parse'
import { type Cell, cellOf } from './cell.ts'
import { type Block, positionsOf, requireNames, type Table } from './columns.ts'
import { tablesErrors } from './errors.ts'

/** A record without end, or a quote that is never closed, must not fill the memory. */
const MAX_RECORD_BYTES = 4 * 1024 * 1024
const CHUNK_BYTES = 256 * 1024
const BLOCK_ROWS = 4096

/** Reads the header. Throws TABLES_FILE_MISSING, or TABLES_MALFORMED for an empty file or a broken header. */
export const openCsv = async (path: string, delimiter: string): Promise<Table> => {
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter)) {
    throw tablesErrors.TABLES_MALFORMED('a delimiter is one character, neither a quote nor a line end')
  }
  let header: readonly string[] = []
  for await (const record of records(path, { delimiter, to: 1 })) header = record
  const names = header.map((name, at) => (name.trim() === '' ? `column ${at + 1}` : name))
  requireNames(path, names)
  return {
    columns: names,
    read: (columns) => blocks(path, delimiter, positionsOf(path, names, columns), names.length),
  }
}

/** Blank lines are no rows; a row may end early (the rest is missing) but not late. */
const records = async function* (path: string, options: Options): AsyncGenerator<string[]> {
  const source = createReadStream(path, { highWaterMark: CHUNK_BYTES })
  const parser = parse({
    ...options,
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: MAX_RECORD_BYTES,
  })
  source.once('error', (error) => parser.destroy(error))
  source.pipe(parser)
  try {
    for await (const record of parser) yield record as string[]
  } catch (error) {
    throw failureOf(path, error)
  } finally {
    close(source)
  }
}

const close = (source: ReadStream): void => {
  source.unpipe()
  source.destroy()
}

const failureOf = (path: string, error: unknown): unknown => {
  if (error instanceof CsvError)
    return tablesErrors.TABLES_MALFORMED(`${path}: ${error.message}`, { cause: error })
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return tablesErrors.TABLES_FILE_MISSING(`there is no file ${path}`)
  if (code === 'EISDIR') return tablesErrors.TABLES_FILE_MISSING(`${path} is a folder`)
  if (code === 'EACCES') return tablesErrors.TABLES_FILE_MISSING(`${path} may not be read`)
  return error
}

const blocks = async function* (
  path: string,
  delimiter: string,
  positions: readonly number[],
  width: number,
): AsyncGenerator<Block> {
  let columns: Cell[][] = positions.map(() => [])
  let firstRow = 0
  let rows = 0
  for await (const record of records(path, { delimiter, from: 2 })) {
    if (record.length > width) {
      throw tablesErrors.TABLES_MALFORMED(
        `${path}: data row ${firstRow + rows + 1} has ${record.length} cells, the header ${width}`,
      )
    }
    for (let i = 0; i < positions.length; i += 1) {
      const text = record[positions[i] as number]
      columns[i]?.push(text === undefined ? null : cellOf(text))
    }
    rows += 1
    if (rows === BLOCK_ROWS) {
      yield { firstRow, rows, columns }
      firstRow += rows
      rows = 0
      columns = positions.map(() => [])
    }
  }
  if (rows > 0) yield { firstRow, rows, columns }
}
