/** The requests of the serving benches: held-out rows of the examples, one row per request, as JSON, binary tensors or gRPC. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { encodeInferMessage } from '@rampart/codecs'
import { assetPath } from '@rampart/kit'

export type BenchModel = 'card-fraud' | 'digit-image'
/** `grpc` is raw contents over gRPC. */
export type Encoding = 'json' | 'binary' | 'grpc'

export type BenchRequest = {
  /** REST when absent. */
  readonly protocol?: 'grpc'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export const INPUTS = {
  'card-fraud': { name: 'features', shape: [1, 26] },
  'digit-image': { name: 'image', shape: [1, 1, 28, 28] },
} as const

/** The `index`-th held-out row, as the numbers a client would send. */
export const heldOutRow = (model: BenchModel, index: number): number[] => {
  const lines = gunzipSync(readFileSync(assetPath(`examples/${model}/heldout.ndjson.gz`)))
    .toString('utf8')
    .trimEnd()
    .split('\n')
  const row = JSON.parse(lines[index % lines.length] ?? '') as { inputs: Record<string, unknown> }
  const value = row.inputs[INPUTS[model].name]
  if (Array.isArray(value)) return value as number[]
  const { base64 } = value as { base64: string }
  return [...Buffer.from(base64, 'base64')]
}

/** Flat numbers as arrays of arrays. */
export const nested = (row: readonly unknown[], shape: readonly number[]): unknown => {
  const [length = 1, ...rest] = shape
  if (rest.length === 0) return row
  const stride = row.length / length
  return Array.from({ length }, (_, i) => nested(row.slice(i * stride, (i + 1) * stride), rest))
}

/** An inference request of the Open Inference Protocol with one row. */
export const benchRequest = (model: BenchModel, encoding: Encoding): BenchRequest => {
  const { name, shape } = INPUTS[model]
  const row = heldOutRow(model, 0)
  const path = `/v2/models/${model}/infer`
  if (encoding === 'grpc') return grpcRequest(model, row)
  if (encoding === 'json') {
    const body = Buffer.from(JSON.stringify({ inputs: [{ name, datatype: 'FP32', shape, data: row }] }))
    return { path, headers: { 'content-type': 'application/json' }, body }
  }
  const data = Buffer.from(Float32Array.from(row).buffer)
  const head = Buffer.from(
    JSON.stringify({
      inputs: [{ name, datatype: 'FP32', shape, parameters: { binary_data_size: data.length } }],
      parameters: { binary_data_output: true },
    }),
  )
  return {
    path,
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(head.length),
    },
    body: Buffer.concat([head, data]),
  }
}

const grpcRequest = (model: BenchModel, row: readonly number[]): BenchRequest => {
  const { name, shape } = INPUTS[model]
  const tensor = { name, datatype: 'FP32' as const, shape, data: Float32Array.from(row) }
  const body = encodeInferMessage({ name: model, version: '' }, [{ name, tensor }], [])
  return { protocol: 'grpc', path: '/inference.GRPCInferenceService/ModelInfer', headers: {}, body }
}
