/** `rampart query SQL`: one SELECT over the inference log, in a locked process of the server. */
import type { Command } from 'commander'
import { printable } from '../io.ts'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'
import { renderTable } from '../table.ts'
import { countOf } from './arguments.ts'

type Result = {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
  readonly truncated: boolean
}

const QUERY_MS = 20_000

const cellOf = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

const csvCell = (value: unknown): string => {
  const text = cellOf(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const csvOf = ({ columns, rows }: Result): string =>
  [columns.map(({ name }) => name), ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('')

/** Names may repeat, as in `select 1, 1`: the first wins in an object, a table and CSV show all. */
const objectsOf = ({ columns, rows }: Result): Record<string, unknown>[] =>
  rows.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at]] as const).toReversed()))

const print = ({ io, format }: Session, result: Result): void => {
  if (format === 'json' || format === 'yaml') printDocument(io, objectsOf(result), format)
  else if (format === 'csv') io.out(csvOf(result))
  else {
    const columns = result.columns.map(({ name, type }, at) => ({
      head: printable(name),
      cell: (row: readonly unknown[]) => cellOf(row[at]),
      right: /INT|DOUBLE|FLOAT|DECIMAL/.test(type),
    }))
    io.out(renderTable(columns, result.rows))
  }
}

const query = async (
  session: Session,
  words: readonly string[],
  options: { limit?: number },
): Promise<void> => {
  const text = words.join(' ')
  const sql = text === '-' ? await session.io.stdin() : text
  const { data } = await session.client.call<Result>('POST', '/api/v1/inference-log/query', {
    body: { sql, ...(options.limit === undefined ? {} : { maxRows: options.limit }) },
    timeoutMs: session.timeoutMs ?? QUERY_MS,
    signal: session.io.signal,
  })
  print(session, data)
  if (data.truncated) session.say(`only the first ${data.rows.length} rows; there are more`)
}

export const addQuery = (program: Command, run: Run): void => {
  program
    .command('query')
    .description('run one SELECT (DuckDB) over the view inference_log; - reads it from standard input')
    .argument('<sql...>', 'for example: select route, count(*) from inference_log group by route')
    .option('--limit <rows>', 'rows at most', countOf)
    .action(run(query))
}
