/** The index of a ZIP archive (APPNOTE 6.3.10): end record, ZIP64 records, central entries. Nothing in it is believed yet. */
import type { ByteSource } from '../byte-source.ts'
import { MalformedError } from '../byte-stream.ts'

export type ZipEntry = {
  readonly name: string
  readonly rawName: Buffer
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly compressedBytes: number
  readonly bytes: number
  /** Absolute place of the local header. */
  readonly start: number
  readonly mode: number
  readonly hasUnicodeName: boolean
}

export type ZipDirectory = {
  readonly entries: readonly ZipEntry[]
  /** Bytes before the archive that its offsets do not count. */
  readonly prefix: number
  readonly start: number
  /** Bytes behind the end record and its comment. */
  readonly trailing: number
  readonly oddities: readonly string[]
}

const END_BYTES = 22
const TAIL = END_BYTES + 0xffff
const CENTRAL = 0x02014b50
const MAX_ENTRIES = 1_000_000
const MAX_DIRECTORY = 256 << 20

export const decodeName = (raw: Buffer, utf8: boolean): string => raw.toString(utf8 ? 'utf8' : 'latin1')

type Values = { bytes: number; compressedBytes: number; start: number; hasUnicodeName: boolean }

/** ZIP64 sizes and a second name hide in the extra field; only fields at their maximum are replaced. */
export const readExtra = (extra: Buffer, values: Values, local: boolean): Values => {
  const result = { ...values }
  for (let at = 0; at + 4 <= extra.length; ) {
    const id = extra.readUInt16LE(at)
    const end = at + 4 + extra.readUInt16LE(at + 2)
    let field = at + 4
    const next = (): number => {
      if (field + 8 > Math.min(end, extra.length)) throw new MalformedError('zip: a ZIP64 field is cut off')
      const value = Number(extra.readBigUInt64LE(field))
      field += 8
      if (!Number.isSafeInteger(value)) throw new MalformedError('zip: a size is beyond any file')
      return value
    }
    if (id === 0x0001) {
      if (values.bytes === 0xffff_ffff) result.bytes = next()
      if (values.compressedBytes === 0xffff_ffff) result.compressedBytes = next()
      if (!local && values.start === 0xffff_ffff) result.start = next()
    } else if (id === 0x7075) result.hasUnicodeName = true
    at = end
  }
  return result
}

type End = { readonly count: number; readonly size: number; readonly offset: number; readonly at: number }

const findEnd = (source: ByteSource): { end: End; trailing: number; oddities: string[] } | undefined => {
  const tailStart = Math.max(0, source.size - TAIL)
  const tail = Buffer.from(source.read(tailStart, TAIL))
  const signature = Buffer.from([0x50, 0x4b, 5, 6])
  const at = tail.lastIndexOf(signature)
  if (at < 0 || at + END_BYTES > tail.length) return undefined
  const record = tail.subarray(at)
  const commentEnd = tailStart + at + END_BYTES + record.readUInt16LE(20)
  const oddities: string[] = []
  if (record.readUInt16LE(4) !== 0 || record.readUInt16LE(6) !== 0)
    oddities.push('the archive claims several disks')
  if (commentEnd > source.size) oddities.push('the comment is longer than the file')
  let end: End = {
    count: record.readUInt16LE(10),
    size: record.readUInt32LE(12),
    offset: record.readUInt32LE(16),
    at: tailStart + at,
  }
  const wide = wideEnd(source, end, oddities)
  if (wide !== undefined) end = wide
  // Some readers take the first record whose comment fits, others the last signature.
  for (
    let other = tail.indexOf(signature);
    other >= 0 && other < at;
    other = tail.indexOf(signature, other + 1)
  )
    if (other + END_BYTES + tail.readUInt16LE(other + 20) === tail.length)
      oddities.push('two end records fit: readers would use different directories')
  return { end, trailing: Math.max(0, source.size - commentEnd), oddities }
}

const wideEnd = (source: ByteSource, end: End, oddities: string[]): End | undefined => {
  const locator = Buffer.from(source.read(Math.max(0, end.at - 20), 20))
  if (locator.length < 20 || locator.readUInt32LE(0) !== 0x07064b50) {
    if (end.offset === 0xffff_ffff || end.count === 0xffff) oddities.push('the ZIP64 end record is missing')
    return undefined
  }
  const stated = Number(locator.readBigUInt64LE(8))
  const usual = end.at - 20 - 56
  const record = Buffer.from(source.read(usual, 56))
  if (record.length < 56 || record.readUInt32LE(0) !== 0x06064b50)
    throw new MalformedError('zip: the ZIP64 end record is not where it must be')
  if (stated > usual) oddities.push('the ZIP64 locator points elsewhere')
  const wide: End = {
    count: Number(record.readBigUInt64LE(32)),
    size: Number(record.readBigUInt64LE(40)),
    offset: Number(record.readBigUInt64LE(48)),
    at: usual,
  }
  const differs =
    (end.count !== 0xffff && end.count !== wide.count) ||
    (end.size !== 0xffff_ffff && end.size !== wide.size) ||
    (end.offset !== 0xffff_ffff && end.offset !== wide.offset)
  if (differs) oddities.push('the two end records disagree')
  return wide
}

const readEntry = (bytes: Buffer, at: number, prefix: number): { entry: ZipEntry; next: number } => {
  if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL)
    throw new MalformedError('zip: a directory entry does not start where it must')
  const nameEnd = at + 46 + bytes.readUInt16LE(at + 28)
  const extraEnd = nameEnd + bytes.readUInt16LE(at + 30)
  const next = extraEnd + bytes.readUInt16LE(at + 32)
  if (next > bytes.length) throw new MalformedError('zip: a directory entry is cut off')
  const flags = bytes.readUInt16LE(at + 8)
  const values = readExtra(
    bytes.subarray(nameEnd, extraEnd),
    {
      compressedBytes: bytes.readUInt32LE(at + 20),
      bytes: bytes.readUInt32LE(at + 24),
      start: bytes.readUInt32LE(at + 42),
      hasUnicodeName: false,
    },
    false,
  )
  const rawName = Buffer.from(bytes.subarray(at + 46, nameEnd))
  const entry: ZipEntry = {
    ...values,
    start: values.start + prefix,
    name: decodeName(rawName, (flags & 0x800) !== 0),
    rawName,
    flags,
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    mode: bytes.readUInt32LE(at + 38) >>> 16,
  }
  return { entry, next }
}

/** Undefined when there is no end record at all; throws MalformedError when the directory is broken. */
export const readZipDirectory = (source: ByteSource): ZipDirectory | undefined => {
  const found = findEnd(source)
  if (found === undefined) return undefined
  const { end, trailing, oddities } = found
  const start = end.at - end.size
  const prefix = start - end.offset
  if (start < 0 || prefix < 0)
    throw new MalformedError('zip: the directory does not fit before the end record')
  if (end.count > MAX_ENTRIES || end.size > MAX_DIRECTORY)
    throw new MalformedError('zip: the directory is too large')
  const bytes = Buffer.from(source.read(start, end.size))
  const entries: ZipEntry[] = []
  for (let at = 0; at < bytes.length; ) {
    const { entry, next } = readEntry(bytes, at, prefix)
    entries.push(entry)
    at = next
    if (entries.length > MAX_ENTRIES) throw new MalformedError('zip: the directory is too large')
  }
  if (entries.length !== end.count)
    oddities.push('the end record counts other entries than the directory holds')
  return { entries, prefix, start, trailing, oddities }
}

/** A ZIP that stands behind other data, found as Python's zipfile finds it. */
export const hasAppendedZip = (source: ByteSource): boolean => {
  try {
    const found = findEnd(source)
    if (found === undefined || found.end.size < 46) return false
    const start = found.end.at - found.end.size
    const head = start < 0 ? Buffer.alloc(0) : source.read(start, 4)
    return head.length === 4 && head.readUInt32LE(0) === CENTRAL
  } catch {
    return false
  }
}
