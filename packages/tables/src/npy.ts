/** NumPy's array format (NEP 1): header and elements. Only plain numbers and booleans; arrays of objects are pickles and refused. */
import { tablesErrors } from './errors.ts'

export type NumberArray = {
  readonly shape: readonly number[]
  /** Elements in C order. */
  readonly values: Float64Array
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
const HEADER =
  /^\{\s*'descr':\s*'([<>|=]?)([fiub])(\d)'\s*,\s*'fortran_order':\s*(True|False)\s*,\s*'shape':\s*\(([\d,\s]*)\)\s*,?\s*\}\s*$/

type Read = (view: DataView, at: number, little: boolean) => number

const READERS: Readonly<Record<string, Read>> = {
  f2: (view, at, little) => view.getFloat16(at, little),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  b1: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
}

/** Throws TABLES_MALFORMED for broken bytes, TABLES_UNSUPPORTED for other element types or more than two dimensions. */
export const readNpy = (name: string, bytes: Uint8Array): NumberArray => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { text, start } = headerOf(name, bytes, view)
  const match = HEADER.exec(text)
  const read = match === null ? undefined : READERS[`${match[2]}${match[3]}`]
  if (match === null || read === undefined)
    throw tablesErrors.TABLES_UNSUPPORTED(`${name}: only arrays of numbers and booleans are read`)
  const shape = (match[5] ?? '').split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)]))
  if (shape.length < 1 || shape.length > 2)
    throw tablesErrors.TABLES_UNSUPPORTED(`${name} has ${shape.length} dimensions, one or two are read`)
  const size = Number(match[3])
  const count = shape.reduce((product, length) => product * length, 1)
  if (start + count * size !== bytes.length)
    throw tablesErrors.TABLES_MALFORMED(
      `${name}: ${bytes.length - start} bytes do not hold shape (${shape.join(', ')})`,
    )
  const little = match[1] !== '>'
  const values = new Float64Array(count)
  for (let i = 0; i < count; i += 1) values[i] = read(view, start + i * size, little)
  return { shape, values: match[4] === 'True' && shape.length === 2 ? transposed(values, shape) : values }
}

const headerOf = (name: string, bytes: Uint8Array, view: DataView) => {
  const broken = (what: string) => tablesErrors.TABLES_MALFORMED(`${name}: ${what}`)
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte)) throw broken('not a NumPy array')
  const major = bytes[6] as number
  if (major < 1 || major > 3) throw broken(`format version ${major} does not exist`)
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  const from = major === 1 ? 10 : 12
  if (length > 65_536 || from + length > bytes.length) throw broken('the header is cut off')
  return { text: Buffer.from(bytes.subarray(from, from + length)).toString('latin1'), start: from + length }
}

/** Elements in Fortran order, put into C order. */
const transposed = (values: Float64Array, [rows = 0, columns = 0]: readonly number[]): Float64Array => {
  const turned = new Float64Array(values.length)
  for (let r = 0; r < rows; r += 1) {
    for (let c = 0; c < columns; c += 1) turned[r * columns + c] = values[c * rows + r] as number
  }
  return turned
}
