/**
 * Checks JSON values against a datatype while copying them into a tensor array.
 * Numbers must be finite and in range; INT64 and UINT64 also take decimal strings and bigints; BOOL takes only true
 * and false. Raw bytes are held to the same rules.
 */
import type { Datatype } from '@rampart/domain'
import type { AppError } from '@rampart/kit'
import { codecErrors } from './errors.ts'
import { BFLOAT16_LIMIT, FLOAT16_LIMIT, toBfloat16Bits, toFloat16Bits } from './float16.ts'
import { checkRawLength, copyRaw } from './raw-elements.ts'
import type { TensorArray } from './tensor.ts'

/** Largest double that still rounds to a finite float32. */
const FLOAT32_LIMIT = 3.4028235677973362e38
const DECIMAL = /^-?\d{1,20}$/

type CopyFlat = (source: readonly unknown[], target: TensorArray, offset: number, name: string) => void

const refuse = (name: string, index: number, datatype: Datatype, value: unknown): never => {
  throw codecErrors.CODECS_VALUE_INVALID(
    `input ${JSON.stringify(name)}: element ${index} is not a ${datatype} value (${describe(value)})`,
  )
}

const describe = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'string') return `the string ${JSON.stringify(value.slice(0, 32))}`
  return typeof value === 'object' ? 'an object' : String(value)
}

const floats =
  (datatype: Datatype, limit: number): CopyFlat =>
  (source, target, offset, name) => {
    const to = target as Float32Array | Float64Array
    for (let i = 0; i < source.length; i++) {
      const value = source[i]
      if (typeof value !== 'number' || !(value <= limit && value >= -limit)) refuse(name, i, datatype, value)
      to[offset + i] = value as number
    }
  }

const halves =
  (datatype: Datatype, limit: number, toBits: (value: number) => number): CopyFlat =>
  (source, target, offset, name) => {
    for (let i = 0; i < source.length; i++) {
      const value = source[i]
      if (typeof value !== 'number' || !(Math.abs(value) <= limit)) refuse(name, i, datatype, value)
      ;(target as Uint16Array)[offset + i] = toBits(value as number)
    }
  }

const integers =
  (datatype: Datatype, least: number, greatest: number): CopyFlat =>
  (source, target, offset, name) => {
    const to = target as Int32Array
    for (let i = 0; i < source.length; i++) {
      const value = source[i]
      if (!Number.isInteger(value) || (value as number) < least || (value as number) > greatest)
        refuse(name, i, datatype, value)
      to[offset + i] = value as number
    }
  }

const wideIntegers =
  (datatype: Datatype, least: bigint, greatest: bigint): CopyFlat =>
  (source, target, offset, name) => {
    const to = target as BigInt64Array
    for (let i = 0; i < source.length; i++) {
      const value = source[i]
      const isExact =
        typeof value === 'bigint' ||
        Number.isSafeInteger(value) ||
        (typeof value === 'string' && DECIMAL.test(value))
      const exact = isExact ? BigInt(value as number | string | bigint) : undefined
      if (exact === undefined || exact < least || exact > greatest) refuse(name, i, datatype, value)
      to[offset + i] = exact as bigint
    }
  }

const booleans: CopyFlat = (source, target, offset, name) => {
  for (let i = 0; i < source.length; i++) {
    const value = source[i]
    if (typeof value !== 'boolean') refuse(name, i, 'BOOL', value)
    ;(target as Uint8Array)[offset + i] = value ? 1 : 0
  }
}

const strings: CopyFlat = (source, target, offset, name) => {
  for (let i = 0; i < source.length; i++) {
    const value = source[i]
    // The runtime takes C strings: it would see only what is before a NUL, and policy and records all of it.
    if (typeof value !== 'string' || value.includes('\0')) refuse(name, i, 'BYTES', value)
    ;(target as string[])[offset + i] = value as string
  }
}

const COPY: Readonly<Record<Datatype, CopyFlat>> = {
  BOOL: booleans,
  UINT8: integers('UINT8', 0, 255),
  UINT16: integers('UINT16', 0, 65535),
  UINT32: integers('UINT32', 0, 4294967295),
  UINT64: wideIntegers('UINT64', 0n, 18446744073709551615n),
  INT8: integers('INT8', -128, 127),
  INT16: integers('INT16', -32768, 32767),
  INT32: integers('INT32', -2147483648, 2147483647),
  INT64: wideIntegers('INT64', -9223372036854775808n, 9223372036854775807n),
  FP16: halves('FP16', FLOAT16_LIMIT, toFloat16Bits),
  BF16: halves('BF16', BFLOAT16_LIMIT, toBfloat16Bits),
  FP32: floats('FP32', FLOAT32_LIMIT),
  FP64: floats('FP64', Number.MAX_VALUE),
  BYTES: strings,
}

export type CopyTarget = {
  readonly name: string
  readonly datatype: Datatype
  readonly shape: readonly number[]
  /** Product of `shape`, already checked against the limit. */
  readonly count: number
}

/** Elements of a request: JSON values (flat, or nested like the shape), or raw bytes. */
export type TensorSource = readonly unknown[] | Uint8Array

const isNested = (data: readonly unknown[], spec: CopyTarget): boolean =>
  spec.shape.length > 1 && Array.isArray(data[0])

/** Refuses data whose outer length cannot fit the shape, before memory is taken for the elements. */
export const checkOuterLength = (data: TensorSource, spec: CopyTarget): void => {
  if (data instanceof Uint8Array) return checkRawLength(data, spec)
  const expected = isNested(data, spec) ? spec.shape[0] : spec.count
  if (data.length === expected) return
  throw codecErrors.CODECS_SHAPE_MISMATCH(
    `input ${JSON.stringify(spec.name)}: shape [${spec.shape.join(',')}] needs ${expected} elements, data has ${data.length}`,
  )
}

/**
 * Copies `data` (flat, or nested like `shape`) to `target[offset …]`.
 * On a throw, elements may already have been written: the caller commits its offset only afterwards.
 */
export const copyTensor = (
  data: TensorSource,
  spec: CopyTarget,
  target: TensorArray,
  offset: number,
): void => {
  if (data instanceof Uint8Array) return copyRaw(data, spec, target, offset)
  checkOuterLength(data, spec)
  if (isNested(data, spec)) copyNested(data, spec, target, offset)
  else COPY[spec.datatype](data, target, offset, spec.name)
}

const copyNested = (
  data: readonly unknown[],
  spec: CopyTarget,
  target: TensorArray,
  offset: number,
): void => {
  const { shape } = spec
  const copy = COPY[spec.datatype]
  const walk = (level: unknown, depth: number, at: number, stride: number): void => {
    const length = shape[depth] as number
    if (!Array.isArray(level) || level.length !== length) throw wrongNesting(spec, depth)
    const inner = stride / length
    if (depth === shape.length - 1) copy(level, target, at, spec.name)
    else for (let i = 0; i < length; i++) walk(level[i], depth + 1, at + i * inner, inner)
  }
  walk(data, 0, offset, spec.count)
}

const wrongNesting = (spec: CopyTarget, depth: number): AppError =>
  codecErrors.CODECS_SHAPE_MISMATCH(
    `input ${JSON.stringify(spec.name)}: nested data does not follow shape [${spec.shape.join(',')}] at depth ${depth}`,
  )
