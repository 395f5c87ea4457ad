/** The thread in which files are read: it may be killed at any moment, and holds no state between files. */
import { parentPort } from 'node:worker_threads'
import { scanFile } from './scan-file.ts'
import type { ScanAnswer, ScanQuestion } from './scan-messages.ts'

parentPort?.on('message', ({ id, path, label, limits }: ScanQuestion) => {
  const say = (answer: ScanAnswer): void => parentPort?.postMessage(answer)
  scanFile(
    path,
    label,
    limits,
    (event) => say({ id, done: false, event }),
    () => performance.now(),
  )
  say({ id, done: true })
})
