/** Users' SQL: each statement in a process of its own, with a deadline and a limit of memory that the process cannot lift. */
import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolveWorker } from '@rampart/kit'
import { inferenceLogErrors } from './errors.ts'
import type { SandboxAnswer, SandboxQuestion } from './sandbox.ts'

export type QueryResult = {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
  /** True when there are more rows than one answer holds. */
  readonly truncated: boolean
}

const WATCH_MS = 50
/** What a process needs beside what DuckDB accounts for. */
const BASE_MB = 384
const GRACE_MS = 1_000

const residentMb = (pid: number | undefined): number => {
  try {
    return (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096) / 1_048_576
  } catch {
    return 0
  }
}

/** DuckDB's message without its class, its advice about settings and our folders. */
export const cleanMessage = (message: string, folder: string): string => {
  const [first = ''] = message.split('\n\nPossible solutions')
  const text = first
    .replaceAll(folder, '')
    .replaceAll(/(["'])(?:\/|parquet\/)[^"']*\1/g, 'a file')
    .replace(/^(?:[A-Z][A-Za-z]+ )+Error: /, '')
  return text.slice(0, 2000)
}

const INTEGERS: readonly string[] = ['BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT']

/** DuckDB writes wide integers as text; those that a double holds exactly become numbers. */
const plainRow = (row: readonly unknown[], types: readonly string[], folder: string): unknown[] =>
  row.map((value, at) => {
    if (typeof value !== 'string') return value
    if (INTEGERS.includes(types[at] ?? '') && Number.isSafeInteger(Number(value))) return Number(value)
    return value.includes(folder) ? value.replaceAll(folder, '') : value
  })

const start = (folder: string, memoryMb: number): ChildProcess =>
  fork(resolveWorker(import.meta.url, './sandbox-process.ts'), {
    cwd: folder,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { PATH: process.env['PATH'] ?? '', TZ: 'UTC' },
    execArgv: [`--max-old-space-size=${memoryMb}`],
  })

/** Throws INFERENCE_LOG_SQL, _SQL_REFUSED, _QUERY_TIMEOUT, _QUERY_MEMORY. */
export const runQuery = async (folder: string, question: SandboxQuestion): Promise<QueryResult> => {
  const child = start(folder, question.memoryMb)
  const { promise, resolve, reject } = Promise.withResolvers<SandboxAnswer>()
  const tooLong = (): void =>
    reject(
      inferenceLogErrors.INFERENCE_LOG_QUERY_TIMEOUT(`The query took longer than ${question.timeoutMs} ms.`),
    )
  const deadline = setTimeout(tooLong, question.timeoutMs + GRACE_MS)
  const watch = setInterval(() => {
    if (residentMb(child.pid) > question.memoryMb + BASE_MB)
      reject(
        inferenceLogErrors.INFERENCE_LOG_QUERY_MEMORY(`The query needed more than ${question.memoryMb} MB.`),
      )
  }, WATCH_MS)
  child.once('message', resolve)
  child.once('error', reject)
  child.once('exit', () => reject(inferenceLogErrors.INFERENCE_LOG_WORKER('The process of the query ended.')))
  child.send(question, (error) => {
    if (error !== null) reject(error)
  })
  try {
    return resultOf(await promise, folder, question)
  } finally {
    clearTimeout(deadline)
    clearInterval(watch)
    child.kill('SIGKILL')
  }
}

const resultOf = (answer: SandboxAnswer, folder: string, question: SandboxQuestion): QueryResult => {
  if (answer.ok) {
    const types = answer.columns.map(({ type }) => type)
    const rows = answer.rows.map((row) => plainRow(row, types, folder))
    return { columns: answer.columns, rows, truncated: answer.truncated }
  }
  const message = cleanMessage(answer.message, folder)
  if (answer.reason === 'timeout')
    throw inferenceLogErrors.INFERENCE_LOG_QUERY_TIMEOUT(
      `The query took longer than ${question.timeoutMs} ms.`,
    )
  if (answer.reason === 'refused') throw inferenceLogErrors.INFERENCE_LOG_SQL_REFUSED(message)
  if (answer.message.startsWith('Out of Memory'))
    throw inferenceLogErrors.INFERENCE_LOG_QUERY_MEMORY(`The query needed more than ${question.memoryMb} MB.`)
  throw inferenceLogErrors.INFERENCE_LOG_SQL(message)
}
