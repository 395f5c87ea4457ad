/**
 * Hashes many byte ranges: a small model, and one that is a single range, in the calling thread with pauses; a large one
 * in a few threads that pull batches.
 */
import { availableParallelism } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { isAppError, resolveWorker } from '@rampart/kit/core'
import { signingErrors } from '../errors.ts'
import { type HashJob, type HashRun, loadRangeHasher } from './file-hash.ts'
import type { HashType } from './hash-algorithm.ts'
import type { HashAnswer } from './hash-worker.ts'

export type HashOptions = {
  readonly type: HashType
  /** Default 2, never more than the processors. */
  readonly threads?: number
  readonly signal?: AbortSignal
}

const INLINE_BYTES = 8 * 1024 * 1024
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

const hashWithPauses = async (run: HashRun, signal: AbortSignal | undefined): Promise<string> => {
  try {
    for (;;) {
      signal?.throwIfAborted()
      const { done, value } = run.next()
      if (done === true) return value
      await nextTurn()
    }
  } catch (error) {
    if (isAppError(error) || signal?.aborted === true) throw error
    throw unreadable((error as Error).message, error)
  } finally {
    // Closes the file of a run that was left in the middle.
    run.return('')
  }
}

const hashHere = async (jobs: readonly HashJob[], { type, signal }: HashOptions): Promise<string[]> => {
  const hash = await loadRangeHasher(type)
  const digests: string[] = []
  for (const job of jobs) {
    digests.push(await hashWithPauses(hash(job), signal))
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
  // A thread's memory is worth it for bytes, not for names: a hundred thousand tiny files are read faster than listed.
  const isSmall = bytes <= INLINE_BYTES
  if (isSmall || jobs.length === 1 || options.threads === 1) return await hashHere(jobs, options)
  const batches = batchesOf(jobs)
  const threads = Math.max(1, Math.min(options.threads ?? 2, availableParallelism(), batches.length))
  const digests = new Array<string>(jobs.length)
  await Promise.all(Array.from({ length: threads }, () => drain(batches, digests, options)))
  return digests
}
