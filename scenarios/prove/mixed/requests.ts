/** Inference requests of every form for the same rows: JSON flat and nested, binary, gRPC with raw and with typed contents. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { BINARY_HEADER } from '@rampart/codecs'
import { assetPath } from '@rampart/kit'
import { nested } from '../../../bench/load/requests.ts'

/** One input row: numbers, or one text. */
export type InputRow = readonly number[] | string

export type ModelRows = {
  readonly model: string
  readonly input: string
  /** Of one row, without the batch axis. */
  readonly shape: readonly number[]
  readonly rows: readonly InputRow[]
}

export type MixedRequest = {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly isGrpc: boolean
}

export const FORMS = ['json', 'json-nested', 'binary', 'binary-out', 'grpc-raw', 'grpc-typed'] as const
export type Form = (typeof FORMS)[number]

const SHAPES: Readonly<Record<string, readonly [input: string, shape: readonly number[]]>> = {
  'card-fraud': ['features', [26]],
  'digit-image': ['image', [1, 28, 28]],
  'mail-filter': ['text', []],
}

const readRow = (value: unknown): InputRow => {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value as number[]
  return [...Buffer.from((value as { base64: string }).base64, 'base64')]
}

/** The first `count` held-out rows of an example. */
export const readModelRows = (model: string, count: number): ModelRows => {
  const [input, shape] = SHAPES[model] ?? ['', []]
  const lines = gunzipSync(readFileSync(assetPath(`examples/${model}/heldout.ndjson.gz`)))
    .toString('utf8')
    .split('\n', count)
  const rows = lines.map((line) =>
    readRow((JSON.parse(line) as { inputs: Record<string, unknown> }).inputs[input]),
  )
  return { model, input, shape, rows }
}

/** Raw tensor contents: little-endian floats, or texts behind their lengths. */
const rawOf = (rows: readonly InputRow[]): Buffer =>
  Buffer.concat(
    rows.map((row) => {
      if (typeof row !== 'string') return Buffer.from(Float32Array.from(row).buffer)
      const text = Buffer.from(row)
      const length = Buffer.alloc(4)
      length.writeUInt32LE(text.length)
      return Buffer.concat([length, text])
    }),
  )

const varint = (value: number): Buffer => {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest >= 128 ? (rest % 128) | 128 : rest)
    if (rest < 128) return Buffer.from(bytes)
  }
}
const field = (number: number, bytes: Buffer): Buffer =>
  Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
const textField = (number: number, text: string): Buffer => field(number, Buffer.from(text))

/** InferTensorContents: fp32_contents packed, or bytes_contents. */
const typedOf = (rows: readonly InputRow[]): Buffer =>
  typeof rows[0] === 'string'
    ? Buffer.concat(rows.map((row) => textField(8, row as string)))
    : field(6, rawOf(rows))

/** ModelInferRequest, written here without the product's own writer. */
const grpcBody = (from: ModelRows, rows: readonly InputRow[], isTyped: boolean): Buffer => {
  const shape = [rows.length, ...from.shape]
  const input = Buffer.concat([
    textField(1, from.input),
    textField(2, typeof rows[0] === 'string' ? 'BYTES' : 'FP32'),
    field(3, Buffer.concat(shape.map(varint))),
    ...(isTyped ? [field(5, typedOf(rows))] : []),
  ])
  return Buffer.concat([
    textField(1, from.model),
    field(5, input),
    ...(isTyped ? [] : [field(7, rawOf(rows))]),
  ])
}

export const mixedRequest = (from: ModelRows, rows: readonly InputRow[], form: Form): MixedRequest => {
  const shape = [rows.length, ...from.shape]
  const datatype = typeof rows[0] === 'string' ? 'BYTES' : 'FP32'
  if (form === 'grpc-raw' || form === 'grpc-typed')
    return {
      path: '/inference.GRPCInferenceService/ModelInfer',
      headers: {},
      body: grpcBody(from, rows, form === 'grpc-typed'),
      isGrpc: true,
    }
  const rest = { path: `/v2/models/${from.model}/infer`, isGrpc: false }
  if (form === 'json' || form === 'json-nested') {
    const flat = rows.flat()
    const data = form === 'json' ? flat : nested(flat, shape)
    const body = Buffer.from(JSON.stringify({ inputs: [{ name: from.input, datatype, shape, data }] }))
    return { ...rest, headers: { 'content-type': 'application/json' }, body }
  }
  const raw = rawOf(rows)
  const head = Buffer.from(
    JSON.stringify({
      inputs: [{ name: from.input, datatype, shape, parameters: { binary_data_size: raw.length } }],
      ...(form === 'binary-out' ? { parameters: { binary_data_output: true } } : {}),
    }),
  )
  const headers = { 'content-type': 'application/octet-stream', [BINARY_HEADER]: String(head.length) }
  return { ...rest, headers, body: Buffer.concat([head, raw]) }
}
