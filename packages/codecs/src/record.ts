/**
 * Example and reference records: one JSON object per line, `{"inputs":{NAME: one row},"label": value}`.
 * A row has the input's shape without its first dimension. Images may be written as
 * `{"base64","datatype":"UINT8","scale","shape"}`: element = byte × scale.
 */
import type { Datatype, ModelSignature, TensorSpec } from '@rampart/domain'
import { codecErrors } from './errors.ts'
import { allocateTensor, elementCount, type Tensor } from './tensor.ts'
import { checkOuterLength, copyTensor } from './tensor-values.ts'

/** The tensors of one row (first dimension 1) and the label as written. */
export type ExampleRecord = { readonly tensors: readonly Tensor[]; readonly label: unknown }

const MAX_ROW_ELEMENTS = 16_777_216
const MAX_RANK = 16

type PackedTensor = {
  readonly base64: string
  readonly datatype: string
  readonly scale?: number
  readonly shape?: readonly number[]
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isPacked = (value: unknown): value is PackedTensor =>
  isObject(value) && typeof value['base64'] === 'string'

/** Reads one line. Throws InvalidInput with a message that names the input. */
export const decodeRecord = (line: string, signature: ModelSignature): ExampleRecord => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw codecErrors.CODECS_RECORD_INVALID('the record is not valid JSON', { cause })
  }
  return readRecord(value, signature)
}

/** The same from a parsed record. */
export const readRecord = (value: unknown, signature: ModelSignature): ExampleRecord => {
  const inputs = isObject(value) ? value['inputs'] : undefined
  if (!isObject(value) || !isObject(inputs))
    throw codecErrors.CODECS_RECORD_INVALID('a record must be {"inputs":{…},"label":…}')
  const known = new Set(signature.inputs.map((spec) => spec.name))
  const stranger = Object.keys(inputs).find((name) => !known.has(name))
  if (stranger !== undefined)
    throw codecErrors.CODECS_TENSOR_UNKNOWN(`the model has no input ${JSON.stringify(stranger.slice(0, 64))}`)
  return { tensors: signature.inputs.map((spec) => readRow(inputs[spec.name], spec)), label: value['label'] }
}

const readRow = (value: unknown, spec: TensorSpec): Tensor => {
  if (value === undefined)
    throw codecErrors.CODECS_TENSOR_MISSING(`input ${JSON.stringify(spec.name)} is missing`)
  const shape = [1, ...rowShape(value, spec)]
  const count = elementCount(shape, MAX_ROW_ELEMENTS)
  if (count === undefined)
    throw codecErrors.CODECS_TOO_MANY_ELEMENTS(`input ${JSON.stringify(spec.name)}: one row is too large`)
  const data = isPacked(value)
    ? unpack(value, spec, count)
    : Array.isArray(value)
      ? value.flat(MAX_RANK)
      : [value]
  const flat = { name: spec.name, datatype: spec.datatype, shape: [count], count }
  checkOuterLength(data, flat)
  const target = allocateTensor(spec.datatype, count)
  copyTensor(data, flat, target, 0)
  return { name: spec.name, datatype: spec.datatype, shape, data: target }
}

/** A varying dimension inside a row takes its size from the data (or from the packed tensor's shape). */
const rowShape = (value: unknown, spec: TensorSpec): number[] => {
  const packed = isPacked(value) ? value.shape : undefined
  let level: unknown = value
  return spec.shape.slice(1).map((size, axis) => {
    const found = Array.isArray(level) ? level.length : 1
    level = Array.isArray(level) ? level[0] : undefined
    return size >= 0 ? size : (packed?.[axis] ?? found)
  })
}

const BYTE_TYPES: readonly string[] = ['UINT8'] satisfies Datatype[]

const unpack = (packed: PackedTensor, spec: TensorSpec, count: number): number[] => {
  const name = JSON.stringify(spec.name)
  if (!BYTE_TYPES.includes(packed.datatype))
    throw codecErrors.CODECS_DATATYPE_MISMATCH(`input ${name}: packed data must be UINT8`)
  const bytes = Buffer.from(packed.base64, 'base64')
  if (bytes.length !== count)
    throw codecErrors.CODECS_SHAPE_MISMATCH(
      `input ${name}: ${bytes.length} packed bytes, ${count} are needed`,
    )
  const scale = typeof packed.scale === 'number' ? packed.scale : 1
  return Array.from(bytes, (byte) => byte * scale)
}
