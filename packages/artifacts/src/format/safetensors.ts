/** safetensors: the header is the whole truth, so every byte of data must belong to exactly one tensor of the stated size. */
import type { ByteSource } from '../byte-source.ts'
import { MalformedError } from '../byte-stream.ts'
import { parseJsonDocument } from '../json-document.ts'
import type { Reader } from '../reader.ts'
import { quoted, type ScanContext } from '../scan-context.ts'

const MAX_HEADER = 32 << 20
const BITS: Readonly<Record<string, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  I64: 64,
  U64: 64,
  F64: 64,
  C64: 64,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
}

type Span = { readonly name: string; readonly from: number; readonly to: number }

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

const readTensor = (name: string, value: unknown): Span => {
  const fault = (what: string): MalformedError => new MalformedError(`tensor ${quoted(name)}: ${what}`)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fault('is not described')
  const { dtype, shape, data_offsets: offsets, ...others } = value as Record<string, unknown>
  if (Object.keys(others).length > 0)
    throw fault(`has the unknown key ${quoted(Object.keys(others)[0] ?? '')}`)
  const bits = typeof dtype === 'string' ? BITS[dtype] : undefined
  if (bits === undefined) throw fault(`has the unknown type ${quoted(String(dtype))}`)
  if (!Array.isArray(shape) || !shape.every(isCount) || shape.length > 64)
    throw fault('has no readable shape')
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    throw fault('has no readable offsets')
  const [from = 0, to = 0] = offsets as number[]
  const bytes = (shape as number[]).reduce((product, size) => product * size, 1) * (bits / 8)
  if (to < from || !Number.isSafeInteger(bytes) || bytes !== to - from)
    throw fault('is not as large as its shape says')
  return { name, from, to }
}

const judgeMetadata = (context: ScanContext, value: unknown): void => {
  const flat =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((one) => typeof one === 'string')
  if (!flat) context.report('safetensors-header', 'the metadata is not a map of text', '__metadata__')
}

const judgeLayout = (context: ScanContext, spans: readonly Span[], dataBytes: number): void => {
  const sorted = spans.toSorted((a, b) => a.from - b.from || a.to - b.to)
  let end = 0
  for (const { name, from, to } of sorted) {
    if (from < end) context.report('safetensors-layout', `tensor ${quoted(name)} overlaps another`, name)
    else if (from > end)
      context.report(
        'safetensors-layout',
        `${from - end} bytes before tensor ${quoted(name)} belong to none`,
        name,
      )
    end = Math.max(end, to)
  }
  if (end > dataBytes)
    context.report('safetensors-layout', `the tensors need ${end} bytes, the file has ${dataBytes}`)
  else if (end < dataBytes) context.report('trailing-data', `${dataBytes - end} bytes follow the last tensor`)
}

const readHeader = (context: ScanContext, source: ByteSource): void => {
  const length = Number(Buffer.from(source.read(0, 8)).readBigUInt64LE(0))
  if (length > source.size - 8) throw new MalformedError('the header is longer than the file')
  if (length > MAX_HEADER) throw new MalformedError(`the header has more than ${MAX_HEADER} bytes`)
  const bytes = Buffer.from(source.read(8, length))
  new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  const { value, duplicates } = parseJsonDocument(bytes)
  for (const key of duplicates) context.report('safetensors-header', `the key ${quoted(key)} stands twice`)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new MalformedError('the header is not an object')
  const spans: Span[] = []
  for (const [name, tensor] of Object.entries(value))
    if (name === '__metadata__') judgeMetadata(context, tensor)
    else spans.push(readTensor(name, tensor))
  judgeLayout(context, spans, source.size - 8 - length)
}

export const scanSafetensors: Reader = ({ context, content }) => {
  context.setFormat('safetensors')
  try {
    readHeader(context, content.source())
  } catch (error) {
    if (!(error instanceof MalformedError) && !(error instanceof TypeError)) throw error
    context.report(
      'safetensors-header',
      error instanceof MalformedError ? error.message : 'the header is not UTF-8',
    )
  }
}
