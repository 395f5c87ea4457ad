/** The thread in which a graph is read and looked at: it may be killed at any moment. */
import { parentPort, workerData } from 'node:worker_threads'
import { AppError } from '@rampart/kit'
import { lintGraph, openModelGraph } from '@rampart/onnx/graph'

const look = (file: string): unknown => {
  try {
    const model = openModelGraph(file)
    try {
      return lintGraph(model)
    } finally {
      model.close()
    }
  } catch (error) {
    if (error instanceof AppError) return { unreadable: error.message }
    throw error
  }
}

parentPort?.postMessage(look((workerData as { file: string }).file))
