/**
 * Tensors as raw bytes: little-endian elements without padding, BYTES elements each behind a 4-byte little-endian
 * length (binary tensor data extension of the Open Inference Protocol; the same layout as raw contents in gRPC).
 * Node runs on little-endian machines only where onnxruntime does, so elements are copied as they are.
 */
import { isUtf8 } from 'node:buffer'
import type { Datatype } from '@rampart/domain'
import { codecErrors } from './errors.ts'
import { fromBfloat16Bits, fromFloat16Bits } from './float16.ts'
import { allocateTensor, type TensorArray } from './tensor.ts'

type FixedDatatype = Exclude<Datatype, 'BYTES'>

const ELEMENT_BYTES: Readonly<Record<FixedDatatype, number>> = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  BF16: 2,
  FP32: 4,
  FP64: 8,
}

/** What is known of a tensor before its elements are looked at. */
type RawTarget = {
  readonly name: string
  readonly datatype: Datatype
  readonly shape: readonly number[]
  readonly count: number
}

const LENGTH_BYTES = 4

/** Refuses bytes that cannot hold exactly `count` elements; for BYTES it checks the least possible length. */
export const checkRawLength = (bytes: Uint8Array, spec: RawTarget): void => {
  const { datatype, count } = spec
  const isText = datatype === 'BYTES'
  const needed = count * (isText ? LENGTH_BYTES : ELEMENT_BYTES[datatype])
  if (isText ? bytes.length >= needed : bytes.length === needed) return
  throw codecErrors.CODECS_SHAPE_MISMATCH(
    `input ${JSON.stringify(spec.name)}: shape [${spec.shape.join(',')}] of ${datatype} needs ${isText ? 'at least ' : ''}${needed} bytes, ${bytes.length} were sent`,
  )
}

const refuse = (spec: Pick<RawTarget, 'name' | 'datatype'>, index: number, what: string): never => {
  throw codecErrors.CODECS_VALUE_INVALID(
    `input ${JSON.stringify(spec.name)}: element ${index} is not a ${spec.datatype} value (${what})`,
  )
}

/** Exponent bits that mean NaN or infinity. */
const FP16_SPECIAL = 0x7c00
const BF16_SPECIAL = 0x7f80

/** The same values are refused as in JSON: NaN, infinities, booleans beyond 0 and 1. */
const checkElements = (data: TensorArray, from: number, spec: RawTarget): void => {
  const to = from + spec.count
  switch (spec.datatype) {
    case 'FP32':
    case 'FP64': {
      const floats = data as Float32Array
      for (let i = from; i < to; i++) {
        const value = floats[i] as number
        if (value - value !== 0) refuse(spec, i - from, String(value))
      }
      return
    }
    case 'FP16':
    case 'BF16': {
      const special = spec.datatype === 'FP16' ? FP16_SPECIAL : BF16_SPECIAL
      const bits = data as Uint16Array
      for (let i = from; i < to; i++)
        if (((bits[i] as number) & special) === special) refuse(spec, i - from, 'not finite')
      return
    }
    case 'BOOL': {
      const flags = data as Uint8Array
      for (let i = from; i < to; i++) if ((flags[i] as number) > 1) refuse(spec, i - from, String(flags[i]))
      return
    }
  }
}

const copyTexts = (bytes: Uint8Array, spec: RawTarget, target: string[], offset: number): void => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  for (let i = 0; i < spec.count; i++) {
    if (at + LENGTH_BYTES > text.length) refuse(spec, i, 'its length is cut off')
    const from = at + LENGTH_BYTES
    const length = text.readUInt32LE(at)
    if (length > text.length - from) refuse(spec, i, `${length} bytes are announced, fewer follow`)
    at = from + length
    target[offset + i] = textOf(text.subarray(from, at), spec, i)
  }
  if (at !== text.length) refuse(spec, spec.count, `${text.length - at} bytes too many`)
}

/** Strings are UTF-8 without NUL: the runtime takes C strings, and would see only what is before a NUL. */
export const textOf = (bytes: Buffer, spec: Pick<RawTarget, 'name' | 'datatype'>, index: number): string => {
  if (!isUtf8(bytes)) refuse(spec, index, 'not UTF-8')
  if (bytes.includes(0)) refuse(spec, index, 'it contains NUL')
  return bytes.toString('utf8')
}

/** Copies raw elements to `target[offset …]` and checks them; on a throw some may already have been written. */
export const copyRaw = (bytes: Uint8Array, spec: RawTarget, target: TensorArray, offset: number): void => {
  checkRawLength(bytes, spec)
  if (Array.isArray(target)) return copyTexts(bytes, spec, target, offset)
  const at = target.byteOffset + offset * target.BYTES_PER_ELEMENT
  new Uint8Array(target.buffer, at, bytes.length).set(bytes)
  checkElements(target, offset, spec)
}

/** How much more memory a view may keep alive than it shows. */
const MAX_KEPT = 2

/** Raw elements as a tensor's data: a view where the alignment allows it and little else is kept alive, else a copy. */
export const viewRaw = (bytes: Uint8Array, spec: RawTarget): TensorArray => {
  checkRawLength(bytes, spec)
  const aligned = spec.datatype !== 'BYTES' && bytes.byteOffset % ELEMENT_BYTES[spec.datatype] === 0
  if (!aligned || bytes.buffer.byteLength > MAX_KEPT * bytes.length) {
    const copy = allocateTensor(spec.datatype, spec.count)
    copyRaw(bytes, spec, copy, 0)
    return copy
  }
  const view = viewAs(spec.datatype as FixedDatatype, bytes, spec.count)
  checkElements(view, 0, spec)
  return view
}

const VIEW: Readonly<
  Record<FixedDatatype, new (buffer: ArrayBuffer, at: number, count: number) => TensorArray>
> = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  BF16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
}

const viewAs = (datatype: FixedDatatype, bytes: Uint8Array, count: number): TensorArray =>
  new VIEW[datatype](bytes.buffer as ArrayBuffer, bytes.byteOffset, count)

/** Elements `[from, to)` as raw bytes; numbers are a view of the tensor's memory. */
export const encodeRaw = (datatype: Datatype, data: TensorArray, from: number, to: number): Uint8Array => {
  if (!Array.isArray(data)) {
    const size = data.BYTES_PER_ELEMENT
    return new Uint8Array(data.buffer, data.byteOffset + from * size, (to - from) * size)
  }
  if (datatype !== 'BYTES') throw new TypeError(`${datatype} elements are not strings`)
  let length = 0
  for (let i = from; i < to; i++) length += LENGTH_BYTES + Buffer.byteLength(data[i] as string)
  const bytes = Buffer.allocUnsafe(length)
  let at = 0
  for (let i = from; i < to; i++) {
    const written = bytes.write(data[i] as string, at + LENGTH_BYTES)
    bytes.writeUInt32LE(written, at)
    at += LENGTH_BYTES + written
  }
  return bytes
}

/** The elements as they would stand in JSON; integers beyond 2^53 become decimal strings. Checks them like a copy. */
export const rawToJson = (bytes: Uint8Array, spec: RawTarget): unknown[] => {
  const data = allocateTensor(spec.datatype, spec.count)
  copyRaw(bytes, spec, data, 0)
  if (spec.datatype === 'BOOL') return Array.from(data as Uint8Array, (flag) => flag === 1)
  if (spec.datatype === 'FP16') return Array.from(data as Uint16Array, fromFloat16Bits)
  if (spec.datatype === 'BF16') return Array.from(data as Uint16Array, fromBfloat16Bits)
  return Array.from(data as Iterable<unknown>, plain)
}

const plain = (value: unknown): unknown => {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}
