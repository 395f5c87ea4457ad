/** Runs a model in this thread. Loading and running are native and block the event loop while they last. */
import { hash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { Tensor, TensorArray } from '@rampart/codecs'
import type { Digest } from '@rampart/domain'
import type { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node'
import './silence-runtime.ts'
import { runtimeTypeOf } from './datatype.ts'
import { onnxErrors } from './errors.ts'
import { inspectModelBytes, type ModelInspection } from './inspect-model.ts'

/** What a model runs on; `close` releases native memory and later runs throw. */
export interface Session {
  readonly inspection: ModelInspection
  /** Inputs in the signature's order; answers every output in the signature's order. */
  run(inputs: readonly Tensor[]): Promise<Tensor[]>
  close(): Promise<void>
}

export type SessionSource = {
  readonly path: string
  /** Checked over the very bytes that are loaded. */
  readonly digest?: Digest
  readonly maxBytes?: number
  /** Threads inside one operator; 1 leaves the other cores to requests. */
  readonly threads?: number
}

const DEFAULT_MAX_BYTES = 1_073_741_824

/** Throws ONNX_* errors of reading, ONNX_DIGEST_MISMATCH, or ONNX_LOAD_FAILED. */
export const createSession = async (source: SessionSource): Promise<Session> => {
  const bytes = await readModelBytes(source)
  const inspection = inspectModelBytes(bytes)
  const runtime = await import('onnxruntime-node')
  const session = await load(runtime, bytes, source.threads ?? 1)
  return openSession(runtime, session, inspection)
}

const readModelBytes = async (source: SessionSource): Promise<Uint8Array> => {
  const { size } = await stat(source.path)
  const limit = source.maxBytes ?? DEFAULT_MAX_BYTES
  if (size > limit) throw onnxErrors.ONNX_TOO_LARGE(`the model has ${size} bytes, the limit is ${limit}`)
  const bytes = await readFile(source.path)
  const found = `sha256:${hash('sha256', bytes, 'hex')}`
  if (source.digest !== undefined && found !== source.digest)
    throw onnxErrors.ONNX_DIGEST_MISMATCH(`the model file has digest ${found}, expected ${source.digest}`)
  return bytes
}

type Runtime = typeof import('onnxruntime-node')

const load = async (runtime: Runtime, bytes: Uint8Array, threads: number): Promise<InferenceSession> => {
  try {
    return await runtime.InferenceSession.create(bytes, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 4,
    })
  } catch (cause) {
    throw onnxErrors.ONNX_LOAD_FAILED(`the runtime cannot load the model: ${firstLine(cause)}`, { cause })
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]?.slice(0, 300) ?? ''

const openSession = (runtime: Runtime, session: InferenceSession, inspection: ModelInspection): Session => {
  const { signature } = inspection
  const outputNames = signature.outputs.map((spec) => spec.name)
  let open = true
  return {
    inspection,
    run: async (inputs) => {
      if (!open) throw onnxErrors.ONNX_SESSION_CLOSED('the session is closed')
      const feeds: Record<string, RuntimeTensor> = {}
      for (const input of inputs) feeds[input.name] = toRuntime(runtime, input)
      let results: Record<string, RuntimeTensor>
      try {
        results = (await session.run(feeds, outputNames)) as Record<string, RuntimeTensor>
      } catch (cause) {
        throw onnxErrors.ONNX_RUN_FAILED(`the model failed: ${firstLine(cause)}`, { cause })
      }
      return signature.outputs.map((spec) => fromRuntime(results[spec.name] as RuntimeTensor, spec))
    },
    close: async () => {
      if (!open) return
      open = false
      await session.release()
    },
  }
}

const toRuntime = (runtime: Runtime, tensor: Tensor): RuntimeTensor =>
  new runtime.Tensor(runtimeTypeOf(tensor.datatype), tensor.data as Float32Array, tensor.shape)

const fromRuntime = (
  result: RuntimeTensor,
  spec: { name: string; datatype: Tensor['datatype'] },
): Tensor => ({
  name: spec.name,
  datatype: spec.datatype,
  shape: result.dims,
  data: result.data as TensorArray,
})
