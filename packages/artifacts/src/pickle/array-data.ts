/** Raw array data that joblib puts between opcodes: how long it is, from the state of the wrapper before it. */
import { MalformedError } from '../byte-stream.ts'
import { DictValue, GlobalValue, InstanceValue, TupleValue, type Value } from './value.ts'

export type ArrayData =
  | { readonly kind: 'raw'; readonly bytes: number; readonly padded: boolean }
  /** An array of objects is a pickle of its own. */
  | { readonly kind: 'pickle' }

const HAS_OBJECTS = 0x01
const MAX_ARRAY_BYTES = 2 ** 50

export const isArrayWrapper = (instance: InstanceValue): boolean =>
  instance.of?.name === 'NumpyArrayWrapper' && /(^|\.)joblib\.numpy_pickle$/.test(instance.of.module)

type ElementType = { readonly bytes: number; readonly objects: boolean }

/** NumPy type strings as pickles write them: `f8`, `<i4`, `U12` (four bytes a character), `V16`, `O8`. */
export const elementOf = (text: string): ElementType | undefined => {
  const match = /^[<>|=]?([?bBhHiIlLqQuefdgFDGSaUVOmMcT])(\d{0,9})(\[[^\]]*\])?$/.exec(text)
  if (match === null) return undefined
  const [, kind = '', digits = ''] = match
  if (kind === 'O') return { bytes: 8, objects: true }
  if (digits === '') return undefined
  return { bytes: Number(digits) * (kind === 'U' ? 4 : 1), objects: false }
}

const fromState = (dtype: InstanceValue): ElementType | undefined => {
  if (!(dtype.state instanceof TupleValue)) return undefined
  const size = dtype.state.items[5]
  const flags = dtype.state.items[7]
  if (typeof size !== 'number' || size < 0) return undefined
  return { bytes: size, objects: typeof flags === 'number' && (flags & HAS_OBJECTS) !== 0 }
}

const elementType = (dtype: Value): ElementType => {
  if (dtype instanceof InstanceValue && dtype.of?.name === 'dtype' && dtype.args instanceof TupleValue) {
    const [written] = dtype.args.items
    const named = typeof written === 'string' ? elementOf(written) : undefined
    const stated = fromState(dtype)
    if (stated !== undefined && (stated.bytes > 0 || named === undefined))
      return { bytes: stated.bytes, objects: stated.objects || named?.objects === true }
    if (named !== undefined) return named
  }
  throw new MalformedError('the element type of an array cannot be told')
}

/** Throws MalformedError when the state does not say; then what follows cannot be read. */
export const arrayDataOf = (wrapper: InstanceValue): ArrayData => {
  if (!(wrapper.state instanceof DictValue)) throw new MalformedError('an array wrapper has no state')
  const { dtype, shape, alignment } = wrapper.state.array ?? {}
  const { bytes, objects } = elementType(dtype ?? null)
  if (objects) return { kind: 'pickle' }
  if (!(shape instanceof TupleValue) || shape.length !== shape.items.length)
    throw new MalformedError('an array wrapper has no readable shape')
  const total = shape.items.reduce<number>(
    (product, size) => product * (typeof size === 'number' && size >= 0 ? size : Number.NaN),
    bytes,
  )
  if (!(total <= MAX_ARRAY_BYTES)) throw new MalformedError('an array is larger than any file')
  return { kind: 'raw', bytes: total, padded: typeof alignment === 'number' }
}

const STORAGE_BYTES: Readonly<Record<string, number>> = {
  FloatStorage: 4,
  DoubleStorage: 8,
  HalfStorage: 2,
  BFloat16Storage: 2,
  LongStorage: 8,
  IntStorage: 4,
  ShortStorage: 2,
  CharStorage: 1,
  ByteStorage: 1,
  BoolStorage: 1,
  ComplexFloatStorage: 8,
  ComplexDoubleStorage: 16,
  QInt8Storage: 1,
  QUInt8Storage: 1,
  QInt32Storage: 4,
  UntypedStorage: 1,
}

/** Bytes of one element of a PyTorch storage class; undefined when it is none. */
export const storageElementBytes = (type: Value | undefined): number | undefined =>
  type instanceof GlobalValue && type.module.startsWith('torch') ? STORAGE_BYTES[type.name] : undefined
