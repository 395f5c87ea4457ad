/**
 * Runs a model in a worker thread, so that long models never block the caller's event loop.
 * The thread's death (or a run past its deadline) is an error for the runs in flight only; the next run starts
 * a new thread. Cannot stop native code in the middle of a run: an abandoned thread ends when its run returns.
 */
import { Worker } from 'node:worker_threads'
import { type AppError, type Clock, resolveWorker } from '@rampart/kit'
import { onnxErrors } from './errors.ts'
import './silence-runtime.ts'
import type { ModelInspection } from './inspect-model.ts'
import type { ModelProfile, ProfileOptions } from './profile-session.ts'
import type { Session, SessionSource } from './session.ts'
import type { WorkerAnswer, WorkerQuestion } from './worker-messages.ts'

export type WorkerSessionOptions = SessionSource & {
  readonly startTimeoutMs?: number
  readonly runTimeoutMs?: number
  /** Threads started within one minute before runs are refused. */
  readonly maxStartsPerMinute?: number
  readonly onDeath?: (error: AppError) => void
}

export interface WorkerSession extends Session {
  profile(options: ProfileOptions): Promise<ModelProfile>
  /** Ends the thread now; runs in flight fail. For tests and for models that must stop at once. */
  kill(): Promise<void>
}

type Deps = { readonly clock: Pick<Clock, 'monotonic'> }
type Waiting = { resolve(answer: WorkerAnswer): void; reject(error: AppError): void; timer: NodeJS.Timeout }
type Question =
  | { ask: 'run'; inputs: Parameters<Session['run']>[0] }
  | { ask: 'profile'; options: ProfileOptions }

const MINUTE_MS = 60_000
/** A process that exits while a thread is in a native run aborts: closing waits this long for the run to return. */
const CLOSE_WAIT_MS = 10_000

const withinMs = async (ms: number, work: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}

/** Loads the model in a thread before it returns. Throws what loading threw. */
export const createWorkerSession = async (
  options: WorkerSessionOptions,
  deps: Deps,
): Promise<WorkerSession> => {
  const runTimeoutMs = options.runTimeoutMs ?? 30_000
  const starts: number[] = []
  const ends = new Set<Promise<unknown>>()
  let closed = false
  let current: Promise<Thread> | undefined

  const start = (): Promise<Thread> => {
    const now = deps.clock.monotonic()
    while (starts[0] !== undefined && now - starts[0] > MINUTE_MS) starts.shift()
    if (starts.length >= (options.maxStartsPerMinute ?? 5))
      throw onnxErrors.ONNX_WORKER_DIED('the model keeps ending its worker; it rests for up to a minute')
    starts.push(now)
    const started = startThread(options, ends, (error) => {
      if (current === started) current = undefined
      if (!closed) options.onDeath?.(error)
    })
    current = started
    return started
  }

  const ask = async (question: Question, timeoutMs: number): Promise<WorkerAnswer> => {
    if (closed) throw onnxErrors.ONNX_SESSION_CLOSED('the session is closed')
    return (await (current ?? start())).ask(question, timeoutMs)
  }

  const { inspection } = await start()
  const end = async (): Promise<void> => {
    const thread = await current?.catch(() => undefined)
    thread?.leave()
  }
  return {
    inspection,
    run: async (inputs) => (await ask({ ask: 'run', inputs }, runTimeoutMs)).outputs ?? [],
    profile: async (profile) =>
      (await ask({ ask: 'profile', options: profile }, profile.budgetMs + runTimeoutMs))
        .profile as ModelProfile,
    kill: end,
    close: async () => {
      closed = true
      await end()
      await withinMs(CLOSE_WAIT_MS, Promise.all(ends))
    },
  }
}

type Thread = {
  readonly inspection: ModelInspection
  ask(question: Question, timeoutMs: number): Promise<WorkerAnswer>
  /** Fails what is in flight and lets the thread end by itself after its run. */
  leave(): void
}

/** `onEnd` is called once, whether the thread ended while loading, while running or when it was terminated. */
const startThread = async (
  options: WorkerSessionOptions,
  ends: Set<Promise<unknown>>,
  onEnd: (error: AppError) => void,
): Promise<Thread> => {
  const waiting = new Map<number, Waiting>()
  const worker = new Worker(resolveWorker(import.meta.url, './session-worker.ts'), {
    workerData: sourceOf(options),
  })
  let lastId = 0
  let ended: AppError | undefined

  const end = (error: AppError): void => {
    if (ended !== undefined) return
    ended = error
    for (const entry of waiting.values()) {
      clearTimeout(entry.timer)
      entry.reject(error)
    }
    waiting.clear()
    onEnd(error)
  }
  const expect = (id: number, timeoutMs: number): Promise<WorkerAnswer> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        end(onnxErrors.ONNX_WORKER_TIMEOUT(`the model did not answer within ${timeoutMs} ms and was stopped`))
        leave()
      }, timeoutMs)
      waiting.set(id, { resolve, reject, timer })
    })
  worker.on('message', (answer: WorkerAnswer) => settle(waiting, answer))
  worker.on('error', (cause) =>
    end(onnxErrors.ONNX_WORKER_DIED('the worker that ran the model died', { cause })),
  )
  worker.on('exit', () => end(onnxErrors.ONNX_WORKER_DIED('the worker that ran the model ended')))
  const exited = new Promise((resolve) => worker.once('exit', resolve))
  ends.add(exited)
  void exited.then(() => ends.delete(exited))
  // `terminate` in the middle of a native run aborts the whole process: the thread is asked to end after it.
  const leave = (): void => worker.postMessage({ id: 0, ask: 'close' } satisfies WorkerQuestion)
  worker.unref()

  const ready = await expect(0, options.startTimeoutMs ?? 60_000)
  return {
    inspection: ready.inspection as ModelInspection,
    ask: async (question, timeoutMs) => {
      if (ended !== undefined) throw ended
      lastId += 1
      const answer = expect(lastId, timeoutMs)
      const { message, transfer } = packQuestion(question)
      worker.postMessage({ id: lastId, ...message } satisfies WorkerQuestion, transfer)
      return answer
    },
    leave: () => {
      end(onnxErrors.ONNX_WORKER_DIED('the worker that ran the model ended'))
      leave()
    },
  }
}

/** A view takes its whole buffer along when it is cloned, and batches are views of large ones: such rows are copied. */
const packQuestion = (question: Question): { message: Question; transfer: ArrayBuffer[] } => {
  if (question.ask !== 'run') return { message: question, transfer: [] }
  const transfer: ArrayBuffer[] = []
  const inputs = question.inputs.map((tensor) => {
    const { data } = tensor
    if (Array.isArray(data) || data.byteLength === data.buffer.byteLength) return tensor
    const copy = data.slice()
    transfer.push(copy.buffer)
    return { ...tensor, data: copy }
  })
  return { message: { ask: 'run', inputs }, transfer }
}

const sourceOf = ({ path, digest, maxBytes, threads }: SessionSource): SessionSource => ({
  path,
  ...(digest === undefined ? {} : { digest }),
  ...(maxBytes === undefined ? {} : { maxBytes }),
  ...(threads === undefined ? {} : { threads }),
})

const settle = (waiting: Map<number, Waiting>, answer: WorkerAnswer): void => {
  const entry = waiting.get(answer.id)
  if (entry === undefined) return
  waiting.delete(answer.id)
  clearTimeout(entry.timer)
  if (answer.error === undefined) entry.resolve(answer)
  else entry.reject(revive(answer.error))
}

/** An error that crossed the thread border, as the AppError it was. */
export const revive = ({ code, message }: { code: string; message: string }): AppError =>
  code in onnxErrors
    ? onnxErrors[code as keyof typeof onnxErrors](message)
    : onnxErrors.ONNX_RUN_FAILED(message)
