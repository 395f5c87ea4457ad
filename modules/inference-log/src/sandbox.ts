/**
 * One statement of a user on the records of one tenant. What it may touch is opened first; then files, configuration and
 * extensions are locked, and only then the statement is read.
 */
import { type DuckDBConnection, DuckDBInstance, StatementType } from '@duckdb/node-api'
import { VIEW_NAME } from './log-columns.ts'
import { type Erased, isErased, noRows, openRows, parquetRows, quote, viewSelect } from './parquet-sql.ts'

export type SandboxQuestion = {
  /** Parquet files of the tenant, relative to the working directory. */
  readonly files: readonly string[]
  /** Segments that are not Parquet yet; they hold records of every tenant. */
  readonly segments: readonly string[]
  readonly tenant: string
  readonly erasures: readonly Erased[]
  readonly sql: string
  readonly maxRows: number
  /** Characters of JSON. */
  readonly maxBytes: number
  readonly timeoutMs: number
  readonly memoryMb: number
}

export type SandboxAnswer =
  | {
      readonly ok: true
      readonly columns: readonly { readonly name: string; readonly type: string }[]
      readonly rows: readonly (readonly unknown[])[]
      readonly truncated: boolean
    }
  | {
      readonly ok: false
      readonly reason: 'sql' | 'refused' | 'timeout' | 'failed'
      readonly message: string
    }

/** A connection that can read the tenant's records and nothing else, for good. */
export const openLocked = async (question: SandboxQuestion): Promise<DuckDBConnection> => {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: `${question.memoryMb}MB`,
    temp_directory: '',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  })
  const connection = await instance.connect()
  const { segments, files, tenant, erasures } = question
  const recent = segments.length === 0 ? noRows : openRows(segments)
  const kept = `tenant = ${quote(tenant)} AND NOT ${isErased(erasures)}`
  await connection.run(`CREATE TABLE recent AS SELECT * FROM (${recent}) WHERE ${kept}`)
  const old = files.length === 0 ? noRows : parquetRows(files)
  const all = `(SELECT * FROM (${old}) WHERE ${kept} UNION ALL BY NAME FROM recent)`
  await connection.run(`CREATE VIEW ${VIEW_NAME} AS ${viewSelect(all)}`)
  await connection.run(`SET allowed_paths = [${files.map(quote).join(',')}]`)
  await connection.run('SET enable_external_access = false')
  await connection.run('SET lock_configuration = true')
  return connection
}

/** Only to see whether anything is left; what runs is the text as it came. */
const withoutComments = (sql: string): string => sql.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\/|;/g, '').trim()

const refuse = (message: string): SandboxAnswer => ({ ok: false, reason: 'refused', message })

/** Throws what DuckDB throws. */
export const runStatement = async (
  connection: DuckDBConnection,
  question: SandboxQuestion,
): Promise<SandboxAnswer> => {
  // DuckDB fails on a text without a statement instead of finding none.
  if (withoutComments(question.sql) === '') return refuse('There is no statement.')
  const statements = await connection.extractStatements(question.sql)
  if (statements.count === 0) return refuse('There is no statement.')
  if (statements.count > 1) return refuse('One statement at a time.')
  const prepared = await statements.prepare(0)
  const type = prepared.statementType
  if (type !== StatementType.SELECT && type !== StatementType.EXPLAIN)
    return refuse(`Only SELECT is allowed, this is ${StatementType[type] ?? 'something else'}.`)
  if (prepared.parameterCount > 0)
    return refuse('The statement has parameters, and there is nothing to bind to them.')
  const result = await prepared.stream()
  const columns = result.columnNames().map((name, at) => ({ name, type: String(result.columnType(at)) }))
  const rows: unknown[][] = []
  let bytes = 0
  for await (const chunk of result.yieldRowsJson()) {
    for (const row of chunk) {
      bytes += JSON.stringify(row).length
      if (rows.length >= question.maxRows || bytes > question.maxBytes)
        return { ok: true, columns, rows, truncated: true }
      rows.push(row)
    }
  }
  return { ok: true, columns, rows, truncated: false }
}

export const answerQuestion = async (question: SandboxQuestion): Promise<SandboxAnswer> => {
  let timedOut = false
  try {
    const connection = await openLocked(question)
    const timer = setTimeout(() => {
      timedOut = true
      connection.interrupt()
    }, question.timeoutMs)
    return await runStatement(connection, question).finally(() => clearTimeout(timer))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return timedOut ? { ok: false, reason: 'timeout', message } : { ok: false, reason: 'sql', message }
  }
}
