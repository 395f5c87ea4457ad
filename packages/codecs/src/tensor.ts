/** Tensors in memory: flat row-major arrays per Open Inference Protocol datatype. */
import type { Datatype } from '@rampart/domain'
import { fromBfloat16Bits, fromFloat16Bits } from './float16.ts'

/** BOOL is one byte per element (0 or 1), FP16 and BF16 their 16 bits, BYTES one string per element. */
export type TensorArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | string[]

/** `data.length` equals the product of `shape`. */
export type Tensor = {
  readonly name: string
  readonly datatype: Datatype
  readonly shape: readonly number[]
  readonly data: TensorArray
}

const ALLOCATE: Readonly<Record<Datatype, (count: number) => TensorArray>> = {
  BOOL: (count) => new Uint8Array(count),
  UINT8: (count) => new Uint8Array(count),
  UINT16: (count) => new Uint16Array(count),
  UINT32: (count) => new Uint32Array(count),
  UINT64: (count) => new BigUint64Array(count),
  INT8: (count) => new Int8Array(count),
  INT16: (count) => new Int16Array(count),
  INT32: (count) => new Int32Array(count),
  INT64: (count) => new BigInt64Array(count),
  FP16: (count) => new Uint16Array(count),
  BF16: (count) => new Uint16Array(count),
  FP32: (count) => new Float32Array(count),
  FP64: (count) => new Float64Array(count),
  BYTES: (count) => new Array<string>(count).fill(''),
}

/** A zeroed (or empty-string) array for `count` elements. */
export const allocateTensor = (datatype: Datatype, count: number): TensorArray => ALLOCATE[datatype](count)

/** Product of the dimensions, or undefined when one is negative or the product exceeds `limit`. */
export const elementCount = (shape: readonly number[], limit: number): number | undefined => {
  let count = 1
  for (const dimension of shape) {
    if (!Number.isSafeInteger(dimension) || dimension < 0) return undefined
    count *= dimension
    if (count > limit && !shape.includes(0)) return undefined
  }
  return count
}

/** A view of elements `[from, to)`; typed arrays share memory with the original. */
export const sliceTensor = (data: TensorArray, from: number, to: number): TensorArray =>
  Array.isArray(data) ? data.slice(from, to) : data.subarray(from, to)

/** Element `index` as a plain value: number, bigint, boolean or string. */
export const tensorValue = (
  tensor: Pick<Tensor, 'datatype' | 'data'>,
  index: number,
): number | bigint | boolean | string => {
  const value = tensor.data[index] ?? 0
  if (tensor.datatype === 'BOOL') return value !== 0
  if (tensor.datatype === 'FP16') return fromFloat16Bits(Number(value))
  if (tensor.datatype === 'BF16') return fromBfloat16Bits(Number(value))
  return value
}
