/** GGUF versions 1 to 3: metadata and tensor places are bounded by the file; chat templates are judged. */
import { ByteCursor, MalformedError } from '../byte-stream.ts'
import type { Reader } from '../reader.ts'
import { quoted, type ScanContext } from '../scan-context.ts'
import { judgeTemplate } from '../text/jinja-template.ts'

const MAX_KEYS = 100_000
const MAX_TENSORS = 1_000_000
const MAX_TEXT = 4 << 20
const MAX_KEY = 65_535
const SCALAR_BYTES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
}
const STRING = 8
const ARRAY = 9

/** Block length and bytes per block of each ggml type that current tools write. */
const TYPES: Readonly<Record<number, readonly [number, number]>> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  9: [32, 36],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
  15: [256, 292],
  16: [256, 66],
  17: [256, 74],
  18: [256, 98],
  19: [256, 50],
  20: [32, 18],
  21: [256, 110],
  22: [256, 82],
  23: [256, 136],
  24: [1, 1],
  25: [1, 2],
  26: [1, 4],
  27: [1, 8],
  28: [1, 8],
  29: [256, 56],
  30: [1, 2],
  34: [256, 54],
  35: [256, 66],
  39: [32, 17],
}

type Gguf = {
  readonly context: ScanContext
  readonly cursor: ByteCursor
  readonly wide: boolean
  readonly size: number
  alignment: number
}

const count = ({ cursor, wide }: Gguf): number => {
  const value = wide ? Number(cursor.take(8).readBigUInt64LE(0)) : cursor.take(4).readUInt32LE(0)
  if (!Number.isSafeInteger(value)) throw new MalformedError('a number is beyond any file')
  return value
}

/** The text while it is small; undefined when it was passed over. */
const text = (gguf: Gguf, limit: number): string | undefined => {
  const length = count(gguf)
  if (length > gguf.size - gguf.cursor.offset) throw new MalformedError('a text is longer than the file')
  if (length <= limit) return gguf.cursor.take(length).toString('utf8')
  gguf.cursor.skip(length)
  return undefined
}

const passArray = (gguf: Gguf, depth: number): void => {
  const type = gguf.cursor.take(4).readUInt32LE(0)
  const length = count(gguf)
  const bytes = SCALAR_BYTES[type]
  if (bytes !== undefined) {
    if (length * bytes > gguf.size - gguf.cursor.offset)
      throw new MalformedError('an array is longer than the file')
    gguf.cursor.skip(length * bytes)
    return
  }
  if (length * 4 > gguf.size - gguf.cursor.offset)
    throw new MalformedError('an array is longer than the file')
  if (depth > 3) throw new MalformedError('arrays are nested too deep')
  for (let index = 0; index < length; index += 1) {
    if ((index & 0xffff) === 0) gguf.context.budget.checkTime()
    if (type === STRING) text(gguf, 0)
    else if (type === ARRAY) passArray(gguf, depth + 1)
    else throw new MalformedError(`type ${type} does not exist`)
  }
}

const readValue = (gguf: Gguf, key: string): void => {
  const type = gguf.cursor.take(4).readUInt32LE(0)
  if (type === STRING) {
    const value = text(gguf, MAX_TEXT)
    const template = /chat_template/.test(key)
    if (value === undefined)
      gguf.context.report(
        template ? 'template-unusual' : 'gguf-metadata',
        `${quoted(key)} is too long to judge`,
        key,
      )
    else if (template || /\{[{%][\s\S]*[}%]\}/.test(value)) judgeTemplate(gguf.context, value, key)
  } else if (type === ARRAY) passArray(gguf, 0)
  else {
    const bytes = SCALAR_BYTES[type]
    if (bytes === undefined) throw new MalformedError(`type ${type} does not exist`)
    const value = gguf.cursor.take(bytes)
    if (type === 7 && (value[0] ?? 2) > 1) throw new MalformedError('a truth value is neither')
    if (key === 'general.alignment') gguf.alignment = type === 4 ? value.readUInt32LE(0) : 0
  }
}

type Span = { readonly name: string; readonly from: number; readonly to: number }

const readTensor = (gguf: Gguf): Span => {
  const name = text(gguf, MAX_KEY) ?? ''
  const dimensions = gguf.cursor.take(4).readUInt32LE(0)
  if (dimensions > 4) throw new MalformedError(`tensor ${quoted(name)} has ${dimensions} dimensions`)
  let elements = 1
  let row = 1
  for (let index = 0; index < dimensions; index += 1) {
    const size = count(gguf)
    if (index === 0) row = size
    elements *= size
  }
  const kind = TYPES[gguf.cursor.take(4).readUInt32LE(0)]
  const from = Number(gguf.cursor.take(8).readBigUInt64LE(0))
  if (kind === undefined) throw new MalformedError(`tensor ${quoted(name)} is of an unknown type`)
  const bytes = (elements / kind[0]) * kind[1]
  if (!Number.isSafeInteger(bytes) || row % kind[0] !== 0 || !Number.isSafeInteger(from + bytes))
    throw new MalformedError(`tensor ${quoted(name)} has an impossible size`)
  if (from % gguf.alignment !== 0)
    gguf.context.report('gguf-metadata', `tensor ${quoted(name)} is not aligned`, name)
  return { name, from, to: from + bytes }
}

const judgeLayout = (gguf: Gguf, spans: readonly Span[]): void => {
  const padded = (value: number): number => Math.ceil(value / gguf.alignment) * gguf.alignment
  const data = gguf.size - padded(gguf.cursor.offset)
  let end = 0
  for (const { name, from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    if (from < end) gguf.context.report('gguf-metadata', `tensor ${quoted(name)} overlaps another`, name)
    end = Math.max(end, to)
  }
  if (end > data && spans.length > 0)
    gguf.context.report('gguf-metadata', `the tensors need ${end} bytes, the file has ${Math.max(0, data)}`)
  else if (data > padded(end))
    gguf.context.report('trailing-data', `${data - padded(end)} bytes follow the last tensor`)
}

const readGguf = (context: ScanContext, cursor: ByteCursor, size: number): void => {
  if (cursor.take(4).toString('latin1') !== 'GGUF') throw new MalformedError('big-endian files are not read')
  const version = cursor.take(4).readUInt32LE(0)
  if (version < 1 || version > 3) throw new MalformedError(`version ${version} does not exist`)
  const gguf: Gguf = { context, cursor, wide: version > 1, size, alignment: 32 }
  const tensors = count(gguf)
  const keys = count(gguf)
  if (tensors > MAX_TENSORS || keys > MAX_KEYS)
    throw new MalformedError('more tensors or keys than any model has')
  const seen = new Set<string>()
  for (let index = 0; index < keys; index += 1) {
    const key = text(gguf, MAX_KEY)
    if (key === undefined) throw new MalformedError('a key is too long')
    if (seen.has(key)) context.report('gguf-metadata', `the key ${quoted(key)} stands twice`, key)
    seen.add(key)
    readValue(gguf, key)
  }
  if (gguf.alignment < 1 || (gguf.alignment & (gguf.alignment - 1)) !== 0)
    throw new MalformedError('the alignment is not a power of two')
  const spans: Span[] = []
  for (let index = 0; index < tensors; index += 1) spans.push(readTensor(gguf))
  if (new Set(spans.map(({ name }) => name)).size < spans.length)
    context.report('gguf-metadata', 'two tensors have the same name')
  judgeLayout(gguf, spans)
}

export const scanGguf: Reader = ({ context, content }) => {
  context.setFormat('gguf')
  const source = content.source()
  try {
    readGguf(context, new ByteCursor(content.open()), source.size)
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    context.report('gguf-header', error.message)
  }
}
