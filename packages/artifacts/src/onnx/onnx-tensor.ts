/** ONNX tensors: where their data lies, whether it is as large as the shape says, and the values of small constants. */
import type { ByteSource } from '../byte-source.ts'
import { MalformedError } from '../byte-stream.ts'
import { type ProtoField, readIntegers, readText, visitFields } from '../protobuf.ts'
import { quoted, type ScanContext } from '../scan-context.ts'

/** Bits per element of TensorProto.DataType. */
const ELEMENT_BITS: Readonly<Record<number, number>> = {
  1: 32,
  2: 8,
  3: 8,
  4: 16,
  5: 16,
  6: 32,
  7: 64,
  9: 8,
  10: 16,
  11: 64,
  12: 32,
  13: 64,
  14: 64,
  15: 128,
  16: 16,
  17: 8,
  18: 8,
  19: 8,
  20: 8,
  21: 4,
  22: 4,
  23: 4,
  24: 8,
  25: 2,
  26: 2,
}
const INT64 = 7
const STRING = 8
const KEPT_VALUES = 16
const MAX_DIMENSIONS = 64
const HUGE_BYTES = 2 ** 36

export type OnnxTensor = {
  readonly name: string
  readonly dims: readonly number[]
  readonly ints: readonly number[] | undefined
}

type Entries = Map<string, string>

const readEntry = (source: ByteSource, field: ProtoField, entries: Entries): void => {
  let key = ''
  let value = ''
  visitFields(source, field.start, field.start + field.length, (part) => {
    if (part.number === 1) key = readText(source, part)
    else if (part.number === 2) value = readText(source, part)
  })
  entries.set(key, value)
}

const judgeLocation = (context: ScanContext, entries: Entries, label: string): void => {
  const location = entries.get('location')
  if (location === undefined || location === '') {
    context.report('onnx-external-data', `${label} does not say where its data is`)
    return
  }
  const outside =
    /^[\\/~]|^[A-Za-z]:|^[a-z][a-z0-9+.-]*:|\0|%2e|%2f/i.test(location) ||
    location.split(/[\\/]/).includes('..')
  // The runtime's own marker for data that it was handed in memory.
  if (outside || location.includes('*/_ORT_MEM_ADDR_'))
    context.report('onnx-external-path', `${label} is kept in ${quoted(location)}`)
  for (const [key, value] of entries) {
    if (key === 'location' || key === 'checksum') continue
    if (/^__|[^a-z_]/i.test(key))
      context.report('onnx-external-path', `${label} sets ${quoted(key)} on its reader`)
    else if (!['offset', 'length', 'basepath'].includes(key))
      context.report('onnx-external-data', `${label} has the unknown key ${quoted(key)}`)
    else if (key === 'basepath')
      context.report('onnx-external-path', `${label} sets the folder ${quoted(value)}`)
    else if (!/^\d{1,16}$/.test(value))
      context.report('onnx-external-data', `${label} has the ${key} ${quoted(value)}`)
  }
}

const judgeSize = (
  context: ScanContext,
  label: string,
  dims: readonly number[],
  type: number,
  dataBytes: number,
  raw: boolean,
): void => {
  const bits = ELEMENT_BITS[type]
  if (dims.length > MAX_DIMENSIONS || dims.some((size) => !(size >= 0))) {
    context.report('onnx-oversized', `${label} has a shape that no memory holds`)
    return
  }
  const elements = dims.reduce((product, size) => product * size, 1)
  if (type === STRING || bits === undefined) {
    if (type !== STRING) context.report('onnx-malformed', `${label} has the unknown type ${type}`)
    else if (elements > dataBytes)
      context.report('onnx-oversized', `${label} holds fewer texts than its shape says`)
    return
  }
  const bytes = Math.ceil((elements * bits) / 8)
  if (bytes > HUGE_BYTES || (dataBytes === 0 && bytes > 1 << 20))
    context.report('onnx-oversized', `${label} claims ${bytes} bytes and holds ${dataBytes}`)
  else if (raw && bytes !== dataBytes)
    context.report('onnx-oversized', `${label} claims ${bytes} bytes and holds ${dataBytes}`)
  else if (!raw && elements > 0 && dataBytes === 0) context.report('onnx-malformed', `${label} has no data`)
}

/** Reads one TensorProto and judges it; values of small int64 tensors are kept for shapes and trip counts. */
export const readTensor = (context: ScanContext, source: ByteSource, field: ProtoField): OnnxTensor => {
  let name = ''
  let type = 0
  let dataBytes = 0
  let raw: ProtoField | undefined
  let external = false
  const dims: number[] = []
  const ints: number[] = []
  const entries: Entries = new Map()
  visitFields(source, field.start, field.start + field.length, (part) => {
    if (part.number === 1) readIntegers(source, part, dims, MAX_DIMENSIONS + 1)
    else if (part.number === 2) type = part.value
    else if (part.number === 8) name = readText(source, part)
    else if (part.number === 9) raw = part
    else if (part.number === 13) readEntry(source, part, entries)
    else if (part.number === 14) external = part.value === 1
    else if (part.number === 7) readIntegers(source, part, ints, KEPT_VALUES)
    else if (part.number === 6) dataBytes += Math.max(1, part.length)
    else if (part.number > 16) throw new MalformedError(`field ${part.number} of a tensor is unknown`)
    if ([4, 5, 6, 7, 10, 11].includes(part.number)) dataBytes += Math.max(1, part.length)
  })
  const label = `tensor ${quoted(name)}`
  if (external || entries.size > 0) judgeLocation(context, entries, label)
  else judgeSize(context, label, dims, type, raw?.length ?? dataBytes, raw !== undefined)
  const values = type === INT64 ? (raw === undefined ? ints : rawIntegers(source, raw)) : undefined
  return { name, dims, ints: values }
}

const rawIntegers = (source: ByteSource, { start, length }: ProtoField): number[] | undefined => {
  if (length > KEPT_VALUES * 8 || length % 8 !== 0) return undefined
  const bytes = Buffer.from(source.read(start, length))
  return Array.from({ length: length / 8 }, (_, index) => Number(bytes.readBigInt64LE(index * 8)))
}
