/** One worker thread with a small heap and a deadline per file. A thread that dies makes its file unverified, never clean. */
import { Worker } from 'node:worker_threads'
import { resolveWorker } from '@rampart/kit'
import { createFileReports, findingOf } from './file-reports.ts'
import type { FileReport, ScanLimits } from './scan-context.ts'
import type { ScanAnswer } from './scan-messages.ts'

const HEAP_MIB = 72
const YOUNG_MIB = 8
/** The thread checks the deadline itself; this is for when it does not get there. */
const KILL_AFTER_MS = 5000

export interface ScanThread {
  scan(path: string, label: string, limits: ScanLimits): Promise<readonly FileReport[]>
  close(): Promise<void>
}

export const createScanThread = (): ScanThread => {
  let worker: Worker | undefined
  let lastId = 0

  const start = (): Worker => {
    if (worker !== undefined) return worker
    const made = new Worker(resolveWorker(import.meta.url, './scan-worker.ts'), {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB, maxYoungGenerationSizeMb: YOUNG_MIB },
    })
    // A thread may die between two files; the next one gets a new thread.
    made.on('error', () => undefined)
    made.once('exit', () => {
      if (worker === made) worker = undefined
    })
    worker = made
    return made
  }

  const scan = (path: string, label: string, limits: ScanLimits): Promise<readonly FileReport[]> =>
    new Promise((resolve) => {
      const id = ++lastId
      const thread = start()
      const collected = createFileReports()
      collected.take({ kind: 'open', path: label })
      const finish = (why?: string): void => {
        clearTimeout(timer)
        thread.off('message', onMessage).off('error', onError).off('exit', onExit)
        if (why !== undefined) {
          worker = undefined
          void thread.terminate()
          collected.take({ kind: 'finding', path: label, finding: findingOf('scan-limit', why) })
        }
        resolve(collected.reports())
      }
      const onMessage = (answer: ScanAnswer): void => {
        if (answer.id !== id) return
        if (answer.done) finish()
        else collected.take(answer.event)
      }
      const onError = (error: Error): void => finish(`the scan ended early: ${error.message}`)
      const onExit = (): void => finish('the scan ended early')
      const timer = setTimeout(
        () => finish(`the scan took longer than ${limits.maxMillis} ms`),
        limits.maxMillis + KILL_AFTER_MS,
      )
      thread.on('message', onMessage).on('error', onError).on('exit', onExit)
      thread.postMessage({ id, path, label, limits })
    })

  return {
    scan,
    close: async () => {
      const thread = worker
      worker = undefined
      await thread?.terminate()
    },
  }
}
