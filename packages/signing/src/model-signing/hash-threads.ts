/** Hashes many byte ranges: a small model in the calling thread, a large one in a few threads that pull batches. */
import { availableParallelism } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { isAppError, resolveWorker } from '@rampart/kit/core'
import { signingErrors } from '../errors.ts'
import { type HashJob, loadRangeHasher } from './file-hash.ts'
import type { HashType } from './hash-algorithm.ts'
import type { HashAnswer } from './hash-worker.ts'

export type HashOptions = {
  readonly type: HashType
  /** Default 2, never more than the processors. */
  readonly threads?: number
  readonly signal?: AbortSignal
}

const INLINE_BYTES = 8 * 1024 * 1024
const INLINE_FILES = 512
const BATCH_BYTES = 16 * 1024 * 1024
const BATCH_FILES = 256

type Batch = { readonly from: number; readonly jobs: readonly HashJob[] }

const sizeOf = (job: HashJob): number => job.end - job.start

const unreadable = (message: string, cause?: unknown): Error =>
  signingErrors.SIGNING_MODEL_UNREADABLE(`a file of the model cannot be read: ${message}`, { cause })

const batchesOf = (jobs: readonly HashJob[]): Batch[] => {
  const batches: Batch[] = []
  let from = 0
  let bytes = 0
  jobs.forEach((job, at) => {
    bytes += sizeOf(job)
    if (bytes >= BATCH_BYTES || at - from + 1 >= BATCH_FILES || at === jobs.length - 1) {
      batches.push({ from, jobs: jobs.slice(from, at + 1) })
      from = at + 1
      bytes = 0
    }
  })
  return batches
}

const hashHere = async (jobs: readonly HashJob[], { type, signal }: HashOptions): Promise<string[]> => {
  const hash = await loadRangeHasher(type)
  const digests: string[] = []
  for (const job of jobs) {
    signal?.throwIfAborted()
    try {
      digests.push(hash(job))
    } catch (error) {
      throw isAppError(error) ? error : unreadable((error as Error).message, error)
    }
    if (digests.length % 32 === 0) await nextTurn()
  }
  return digests
}

/** One thread's life: pulls batches until none is left, then ends. */
const drain = (batches: Batch[], digests: string[], { type, signal }: HashOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(resolveWorker(import.meta.url, './hash-worker.ts'), { workerData: { type } })
    let current: Batch | undefined
    const onAbort = (): void => finish(signal?.reason)
    const finish = (error?: unknown): void => {
      signal?.removeEventListener('abort', onAbort)
      // No thread may go on reading a model whose answer nobody waits for.
      if (error !== undefined) batches.length = 0
      void worker.terminate().then(() => (error === undefined ? resolve() : reject(error)))
    }
    const next = (): void => {
      current = batches.shift()
      if (current === undefined) finish()
      else worker.postMessage(current.jobs)
    }
    worker.on('message', (answer: HashAnswer) => {
      if ('fault' in answer) {
        const { isChange, message } = answer.fault
        finish(isChange ? signingErrors.SIGNING_MODEL_CHANGED(message) : unreadable(message))
        return
      }
      answer.digests.forEach((digest, at) => {
        digests[(current?.from ?? 0) + at] = digest
      })
      next()
    })
    worker.once('error', finish)
    signal?.addEventListener('abort', onAbort, { once: true })
    next()
  })

/** Hex digests in the order of the jobs. Throws SIGNING_MODEL_CHANGED, SIGNING_MODEL_UNREADABLE, or the signal's reason. */
export const hashRanges = async (
  jobs: readonly HashJob[],
  options: HashOptions,
): Promise<readonly string[]> => {
  options.signal?.throwIfAborted()
  const bytes = jobs.reduce((sum, job) => sum + sizeOf(job), 0)
  if (bytes <= INLINE_BYTES && jobs.length <= INLINE_FILES) return await hashHere(jobs, options)
  const batches = batchesOf(jobs)
  const threads = Math.max(1, Math.min(options.threads ?? 2, availableParallelism(), batches.length))
  const digests = new Array<string>(jobs.length)
  await Promise.all(Array.from({ length: threads }, () => drain(batches, digests, options)))
  return digests
}
