/** Thread that reads one uploaded table into a reference profile and ends. */
import { parentPort, workerData } from 'node:worker_threads'
import type { ImportQuestion } from './import-messages.ts'
import { readReference } from './read-reference.ts'

parentPort?.postMessage(await readReference(workerData as ImportQuestion))
