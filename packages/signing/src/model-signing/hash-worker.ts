/** Thread that hashes batches of byte ranges; one answer per batch, in order. */
import { parentPort, workerData } from 'node:worker_threads'
import { isAppError } from '@rampart/kit/core'
import { type HashJob, loadRangeHasher, runToEnd } from './file-hash.ts'
import type { HashType } from './hash-algorithm.ts'

export type HashAnswer =
  | { readonly digests: readonly string[] }
  | { readonly fault: { readonly isChange: boolean; readonly message: string } }

const { type } = workerData as { readonly type: HashType }
const hash = await loadRangeHasher(type)

const answerTo = (batch: readonly HashJob[]): HashAnswer => {
  try {
    return { digests: batch.map((job) => runToEnd(hash(job))) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { fault: { isChange: isAppError(error), message } }
  }
}

parentPort?.on('message', (batch: readonly HashJob[]) => parentPort?.postMessage(answerTo(batch)))
