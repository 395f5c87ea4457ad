/** Simulations in a thread of their own: the process goes on answering, whatever a bundle does. */
import { Worker } from 'node:worker_threads'
import { AppError, type ErrorKind, resolveWorker } from '@rampart/kit'
import type { Policy } from '@rampart/policy'
import { type SimulationDeps, threatsErrors } from '@rampart/threats'

type Answer = Awaited<ReturnType<SimulationDeps['run']>>

/** What the thread says. */
export type ToSimulation =
  | { readonly kind: 'next' }
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'expired'; readonly until: string }
  | {
      readonly kind: 'failure'
      readonly failure: {
        readonly kind: ErrorKind
        readonly code: string
        readonly message: string
        readonly details: unknown
      }
    }

const HEAP_MB = 512
/** Compiling and starting, beyond the time that the answers may take. */
const GRACE_MS = 10_000

const failed = (message: string) => threatsErrors.THREATS_SIMULATION_FAILED(message)

type Fault = Extract<ToSimulation, { kind: 'expired' | 'failure' }>

const errorOf = (heard: Fault): AppError =>
  heard.kind === 'failure'
    ? new AppError(heard.failure)
    : threatsErrors.THREATS_SIMULATION_BUNDLE_EXPIRED(
        `The bundle was valid until ${heard.until}: nothing would be done on its word.`,
      )

/** The thread is fed page by page; the last one is empty. */
const feed = async (worker: Worker, pages: AsyncIterator<readonly unknown[]>): Promise<void> =>
  worker.postMessage((await pages.next()).value ?? [])

export const createSimulationPorts = (
  policy: Pick<Policy, 'hot' | 'version'>,
  heapMb = HEAP_MB,
): Pick<SimulationDeps, 'activeBundle' | 'run'> => ({
  activeBundle: async () => {
    const { version, digest } = policy.hot('response')
    const { files } = await policy.version('response', version)
    return { version, digest, files }
  },
  run: async (question, history, signal) => {
    const worker = new Worker(resolveWorker(import.meta.url, './simulation-worker.ts'), {
      workerData: question,
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    })
    const pages = history[Symbol.asyncIterator]()
    const end = (): void => void worker.terminate()
    const timer = setTimeout(end, question.budgetMs + GRACE_MS)
    signal.addEventListener('abort', end, { once: true })
    try {
      return await new Promise<Answer>((resolve, reject) => {
        worker.on('message', (heard: ToSimulation) => {
          if (heard.kind === 'answer') resolve(heard.answer)
          else if (heard.kind === 'next') feed(worker, pages).catch(reject)
          // At once: what the thread said last may come in the same turn as its exit.
          else reject(errorOf(heard))
        })
        worker.once('error', (error: NodeJS.ErrnoException) =>
          reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? failed('It needed too much memory.') : error),
        )
        worker.once('exit', () =>
          reject(
            failed(signal.aborted ? 'Whoever asked is gone.' : 'It was not done in the time that it had.'),
          ),
        )
      })
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      await pages.return?.()
      await worker.terminate()
    }
  },
})
