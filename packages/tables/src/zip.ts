/** Members of a small ZIP archive in memory (APPNOTE 4.3): stored or deflated, each bounded and checked by its CRC-32. */
import { crc32, inflateRawSync } from 'node:zlib'
import { tablesErrors } from './errors.ts'

export type ZipMember = { readonly name: string; read(): Uint8Array }

const END = 0x06054b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
const MAX_COMMENT = 65_535
const MOST_MEMBERS = 10_000

/** `maxBytes` bounds all members together when unpacked. Throws TABLES_MALFORMED, TABLES_TOO_LARGE. */
export const readZip = (path: string, bytes: Buffer, maxBytes: number): readonly ZipMember[] => {
  const broken = (what: string) => tablesErrors.TABLES_MALFORMED(`${path}: ${what}`)
  try {
    const end = endRecord(bytes)
    if (end === undefined) throw broken('not a ZIP archive')
    const count = bytes.readUInt16LE(end + 10)
    if (count > MOST_MEMBERS) throw tablesErrors.TABLES_TOO_LARGE(`${path} has ${count} members`)
    return entries(path, bytes, { at: bytes.readUInt32LE(end + 16), count, maxBytes })
  } catch (error) {
    if (error instanceof RangeError) throw broken('the archive is cut off')
    throw error
  }
}

const endRecord = (bytes: Buffer): number | undefined => {
  const lowest = Math.max(0, bytes.length - 22 - MAX_COMMENT)
  for (let at = bytes.length - 22; at >= lowest; at -= 1) if (bytes.readUInt32LE(at) === END) return at
  return undefined
}

const entries = (
  path: string,
  bytes: Buffer,
  directory: { readonly at: number; readonly count: number; readonly maxBytes: number },
): ZipMember[] => {
  const members: ZipMember[] = []
  let { at } = directory
  let total = 0
  for (let i = 0; i < directory.count; i += 1) {
    if (bytes.readUInt32LE(at) !== ENTRY)
      throw tablesErrors.TABLES_MALFORMED(`${path}: the directory is damaged`)
    const nameLength = bytes.readUInt16LE(at + 28)
    const extraLength = bytes.readUInt16LE(at + 30)
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength)
    const extra = bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength)
    const [size, packed, offset] = sizesOf(extra, [
      bytes.readUInt32LE(at + 24),
      bytes.readUInt32LE(at + 20),
      bytes.readUInt32LE(at + 42),
    ])
    const entry = {
      name,
      size,
      packed,
      offset,
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
    }
    total += entry.size
    if (total > directory.maxBytes)
      throw tablesErrors.TABLES_TOO_LARGE(`${path} unpacks to more than ${directory.maxBytes} bytes`)
    members.push({ name, read: () => unpack(path, bytes, entry) })
    at += 46 + nameLength + extraLength + bytes.readUInt16LE(at + 32)
  }
  return members
}

const FULL = 0xffffffff

/** ZIP64 extra field (4.5.3): 64-bit values for those that do not fit, in this order. NumPy writes it always. */
const sizesOf = (extra: Buffer, sizes: [number, number, number]): [number, number, number] => {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue
    let field = at + 4
    return sizes.map((size) => {
      if (size !== FULL) return size
      field += 8
      return Number(extra.readBigUInt64LE(field - 8))
    }) as [number, number, number]
  }
  return sizes
}

type Entry = {
  readonly name: string
  readonly size: number
  readonly packed: number
  readonly offset: number
  readonly method: number
  readonly crc: number
}

const unpack = (path: string, bytes: Buffer, entry: Entry): Uint8Array => {
  const broken = (what: string) => tablesErrors.TABLES_MALFORMED(`${path}: member ${entry.name} ${what}`)
  if (entry.offset + 30 > bytes.length || bytes.readUInt32LE(entry.offset) !== LOCAL)
    throw broken('is not there')
  const start =
    entry.offset + 30 + bytes.readUInt16LE(entry.offset + 26) + bytes.readUInt16LE(entry.offset + 28)
  if (start + entry.packed > bytes.length) throw broken('is cut off')
  const packed = bytes.subarray(start, start + entry.packed)
  if (entry.method !== 0 && entry.method !== 8) throw broken(`is packed by method ${entry.method}`)
  let content: Buffer
  try {
    content =
      entry.method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.size) })
  } catch (cause) {
    throw tablesErrors.TABLES_MALFORMED(`${path}: member ${entry.name} does not unpack`, { cause })
  }
  if (content.length !== entry.size || crc32(content) !== entry.crc) throw broken('is damaged')
  return content
}
