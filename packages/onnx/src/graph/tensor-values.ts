/** Numbers of a tensor, read from the file when asked for, in chunks. Strings and complex numbers have none. */
import { createWireReader } from '../wire-reader.ts'
import { elementCount, type ModelSource, type Tensor } from './graph-model.ts'

export type TensorSource = Pick<ModelSource, 'readAt' | 'sizeBytes'>

const CHUNK_VALUES = 65_536

type Decode = (view: DataView, at: number) => number

const halfToNumber = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

const brainToNumber = (bits: number): number => {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, bits * 65_536)
  return view.getFloat32(0)
}

/** Bytes per element and how they are read from raw_data, per TensorProto.DataType. 8-bit floats count as bytes. */
const RAW: Readonly<Record<number, readonly [bytes: number, decode: Decode]>> = {
  1: [4, (view, at) => view.getFloat32(at, true)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [1, (view, at) => view.getInt8(at)],
  4: [2, (view, at) => view.getUint16(at, true)],
  5: [2, (view, at) => view.getInt16(at, true)],
  6: [4, (view, at) => view.getInt32(at, true)],
  7: [8, (view, at) => Number(view.getBigInt64(at, true))],
  9: [1, (view, at) => view.getUint8(at)],
  10: [2, (view, at) => halfToNumber(view.getUint16(at, true))],
  11: [8, (view, at) => view.getFloat64(at, true)],
  12: [4, (view, at) => view.getUint32(at, true)],
  13: [8, (view, at) => Number(view.getBigUint64(at, true))],
  16: [2, (view, at) => brainToNumber(view.getUint16(at, true))],
  17: [1, (view, at) => view.getUint8(at)],
  18: [1, (view, at) => view.getUint8(at)],
  19: [1, (view, at) => view.getUint8(at)],
  20: [1, (view, at) => view.getUint8(at)],
}

const decodeRaw = (bytes: Uint8Array, elementType: number): Float64Array => {
  const [width, decode] = RAW[elementType] ?? [1, (view: DataView, at: number) => view.getUint8(at)]
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values = new Float64Array(Math.floor(bytes.length / width))
  for (let i = 0; i < values.length; i += 1) values[i] = decode(view, i * width)
  return values
}

function* rawChunks(
  source: TensorSource,
  tensor: Tensor,
  start: number,
  length: number,
): Generator<Float64Array> {
  const width = RAW[tensor.elementType]?.[0] ?? 1
  for (let done = 0; done < length; ) {
    const chunk = source.readAt(start + done, Math.min(CHUNK_VALUES * width, length - done))
    if (chunk.length === 0) return
    yield decodeRaw(chunk, tensor.elementType)
    done += chunk.length
  }
}

/** float_data, int32_data, int64_data, double_data, uint64_data, packed or not. */
function* typedChunks(source: TensorSource, start: number, length: number): Generator<Float64Array> {
  const wire = createWireReader(source.readAt, source.sizeBytes, {
    maxStringBytes: 0,
    maxFields: 100_000_000,
  })
  const end = start + length
  wire.seek(start)
  const one = (field: number, limit: number): number =>
    field === 4 ? wire.float32(limit) : field === 10 ? wire.float64(limit) : Number(wire.int64(limit))
  let values: number[] = []
  for (let tag = wire.next(end); tag !== undefined; tag = wire.next(end)) {
    if (![4, 5, 7, 10, 11].includes(tag.field)) {
      wire.skip(tag.wire, end)
      continue
    }
    const until = tag.wire === 2 ? wire.lengthDelimited(end) : -1
    do {
      if (until >= 0 && wire.position >= until) break
      values.push(one(tag.field, until < 0 ? end : until))
      if (values.length < CHUNK_VALUES) continue
      yield Float64Array.from(values)
      values = []
    } while (wire.position < until)
  }
  if (values.length > 0) yield Float64Array.from(values)
}

export function* tensorChunks(source: TensorSource, tensor: Tensor): Generator<Float64Array> {
  const { payload } = tensor
  if (tensor.elementType === 8 || tensor.elementType === 14 || tensor.elementType === 15) return
  if (payload.kind === 'inline') yield decodeRaw(payload.rawData, tensor.elementType)
  else if (payload.raw !== undefined) yield* rawChunks(source, tensor, payload.raw.start, payload.raw.length)
  else yield* typedChunks(source, payload.message.start, payload.message.length)
}

/** All values of a tensor of at most `maxValues` elements; undefined for larger ones. */
export const smallValues = (
  source: TensorSource,
  tensor: Tensor,
  maxValues: number,
): readonly number[] | undefined => {
  if (elementCount(tensor) > maxValues) return undefined
  const values: number[] = []
  for (const chunk of tensorChunks(source, tensor)) {
    values.push(...chunk.subarray(0, maxValues + 1))
    if (values.length > maxValues) return undefined
  }
  return values
}

export type Magnitude = { readonly maxAbs: number; readonly count: number }

/** Largest absolute value among the first `maxValues`; NaN counts as infinite. */
export const magnitudeOf = (source: TensorSource, tensor: Tensor, maxValues: number): Magnitude => {
  let maxAbs = 0
  let count = 0
  for (const chunk of tensorChunks(source, tensor)) {
    for (const value of chunk) {
      const size = Number.isNaN(value) ? Number.POSITIVE_INFINITY : Math.abs(value)
      if (size > maxAbs) maxAbs = size
    }
    count += chunk.length
    if (count >= maxValues) break
  }
  return { maxAbs, count }
}
