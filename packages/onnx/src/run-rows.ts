/**
 * Runs example rows on a model in a child process that may abort, hang or eat memory without harming us:
 * native code that crashes takes only the child with it. Memory is bounded by a heap limit and, on Linux,
 * by watching the child's resident size.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolveWorker } from '@rampart/kit'
import { onnxErrors } from './errors.ts'
import { foreignFormat } from './foreign-format.ts'
import type { ModelInspection } from './inspect-model.ts'
import type { SessionSource } from './session.ts'
import { revive } from './worker-session.ts'

export type OutputValue = number | bigint | boolean | string

/** Flat values per output name, and how long the run took. */
export type RowResult = {
  readonly outputs: Readonly<Record<string, readonly OutputValue[]>>
  readonly millis: number
}

export type RowsQuestion =
  | { readonly ask: 'load'; readonly source: SessionSource }
  | { readonly ask: 'rows'; readonly rows: readonly unknown[] }

export type RowsAnswer = {
  readonly inspection?: ModelInspection
  readonly millis?: number
  readonly results?: RowResult[]
  readonly error?: { readonly code: string; readonly message: string }
}

export type RunRowsOptions = {
  readonly source: SessionSource
  /** Records as `readRecord` of @rampart/codecs takes them: `{"inputs":{NAME: one row}}`. */
  readonly rows: Iterable<unknown> | AsyncIterable<unknown>
  /** Called per row in order; keeps memory flat for long files. */
  readonly onRow: (result: RowResult, row: unknown, index: number) => void
  /** For everything together. */
  readonly timeoutMs: number
  readonly memoryMb?: number
}

export type RunRowsReport = {
  readonly inspection: ModelInspection
  readonly rows: number
  readonly loadMs: number
  readonly runMs: number
}

const CHUNK_ROWS = 64
const WATCH_MS = 100

/** Throws ONNX_* errors: what the model did wrong, that the child died, or that time or memory ran out. */
export const runRows = async (options: RunRowsOptions): Promise<RunRowsReport> => {
  const memoryMb = options.memoryMb ?? 2048
  const foreign = await foreignFormat(options.source.path)
  if (foreign !== undefined) throw onnxErrors.ONNX_NOT_A_MODEL(`not an ONNX model: it begins like ${foreign}`)
  const child = startChild(memoryMb)
  const end = watch(child, options.timeoutMs, memoryMb)
  try {
    const loaded = await ask(child, end, { ask: 'load', source: options.source })
    const totals = await feed(child, end, options)
    return { inspection: loaded.inspection as ModelInspection, loadMs: loaded.millis ?? 0, ...totals }
  } finally {
    end.stop()
    child.kill('SIGKILL')
  }
}

const startChild = (memoryMb: number): ChildProcess =>
  fork(resolveWorker(import.meta.url, './run-rows-process.ts'), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { PATH: process.env['PATH'] ?? '', LANG: process.env['LANG'] ?? 'C.UTF-8' },
    execArgv: [`--max-old-space-size=${memoryMb}`],
  })

const feed = async (
  child: ChildProcess,
  end: ChildEnd,
  options: RunRowsOptions,
): Promise<{ rows: number; runMs: number }> => {
  let chunk: unknown[] = []
  let rows = 0
  let runMs = 0
  const flush = async (): Promise<void> => {
    const sent = chunk
    chunk = []
    const { results = [] } = await ask(child, end, { ask: 'rows', rows: sent })
    for (const [index, result] of results.entries()) {
      runMs += result.millis
      options.onRow(result, sent[index], rows)
      rows += 1
    }
  }
  for await (const row of options.rows) {
    chunk.push(row)
    if (chunk.length >= CHUNK_ROWS) await flush()
  }
  if (chunk.length > 0) await flush()
  return { rows, runMs }
}

type ChildEnd = { readonly failed: Promise<never>; stop(): void }

/** `failed` rejects when the child dies, the time is over or its resident memory is beyond the limit. */
const watch = (child: ChildProcess, timeoutMs: number, memoryMb: number): ChildEnd => {
  const { promise, reject } = Promise.withResolvers<never>()
  promise.catch(() => undefined)
  const timeout = setTimeout(() => {
    reject(onnxErrors.ONNX_WORKER_TIMEOUT(`the model did not finish within ${timeoutMs} ms and was stopped`))
    child.kill('SIGKILL')
  }, timeoutMs)
  const memory = setInterval(() => {
    if (residentMb(child.pid) <= memoryMb) return
    reject(onnxErrors.ONNX_WORKER_DIED(`the model used more than ${memoryMb} MB and was stopped`))
    child.kill('SIGKILL')
  }, WATCH_MS)
  child.on('error', (cause) =>
    reject(onnxErrors.ONNX_WORKER_DIED('the process for the model did not start', { cause })),
  )
  child.on('exit', (code, signal) =>
    reject(onnxErrors.ONNX_WORKER_DIED(`the model ended its process (${signal ?? `exit code ${code}`})`)),
  )
  return {
    failed: promise,
    stop: () => {
      clearTimeout(timeout)
      clearInterval(memory)
    },
  }
}

/** Resident megabytes from /proc; 0 where there is no /proc. */
const residentMb = (pid: number | undefined): number => {
  try {
    const pages = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]
    return (Number(pages) * 4096) / 1_048_576
  } catch {
    return 0
  }
}

const ask = async (child: ChildProcess, end: ChildEnd, question: RowsQuestion): Promise<RowsAnswer> => {
  const answered = new Promise<RowsAnswer>((resolve) =>
    child.once('message', (answer) => resolve(answer as RowsAnswer)),
  )
  child.send(question, () => undefined)
  const answer = await Promise.race([answered, end.failed])
  if (answer.error !== undefined) throw revive(answer.error)
  return answer
}
