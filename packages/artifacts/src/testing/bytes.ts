/** Small writers that the test corpora share: little-endian numbers, protocol buffers, ZIP and tar with chosen faults. */
import { crc32, deflateRawSync } from 'node:zlib'

export const bytes = (...parts: readonly (string | number | Uint8Array)[]): Buffer =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === 'string'
        ? Buffer.from(part, 'latin1')
        : typeof part === 'number'
          ? Buffer.from([part])
          : part,
    ),
  )

export const u16 = (value: number): Buffer => {
  const buffer = Buffer.alloc(2)
  buffer.writeUInt16LE(value)
  return buffer
}

export const u32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer
}

export const u64 = (value: number | bigint): Buffer => {
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64LE(BigInt(value))
  return buffer
}

export const varint = (value: number | bigint): Buffer => {
  const out: number[] = []
  let left = BigInt.asUintN(64, BigInt(value))
  while (left > 127n) {
    out.push(Number(left & 127n) | 128)
    left >>= 7n
  }
  out.push(Number(left))
  return Buffer.from(out)
}

/** A length-delimited protocol buffer field. */
export const field = (number: number, value: string | Uint8Array): Buffer => {
  const body = typeof value === 'string' ? Buffer.from(value) : value
  return bytes(varint(number * 8 + 2), varint(body.length), body)
}

export const intField = (number: number, value: number | bigint): Buffer =>
  bytes(varint(number * 8), varint(value))

export type ZipFile = {
  readonly name: string
  readonly data: Uint8Array
  readonly method?: number
  readonly flags?: number
  /** The name in the local header, when it shall differ. */
  readonly localName?: string
  readonly localMethod?: number
  readonly crc?: number
  /** Unix mode, for links. */
  readonly mode?: number
  readonly size?: number
  /** Left out of the directory. */
  readonly hidden?: boolean
  readonly extra?: Uint8Array
}

type Placed = {
  readonly file: ZipFile
  readonly start: number
  readonly packed: Uint8Array
  readonly sum: number
}

const localHeader = (file: ZipFile, packed: Uint8Array, sum: number): Buffer => {
  const name = Buffer.from(file.localName ?? file.name)
  return bytes(
    'PK\x03\x04',
    u16(20),
    u16(file.flags ?? 0),
    u16(file.localMethod ?? file.method ?? 0),
    u32(0),
    u32(sum),
    u32(packed.length),
    u32(file.size ?? file.data.length),
    u16(name.length),
    u16(0),
    name,
  )
}

const centralEntry = ({ file, start, packed, sum }: Placed): Buffer => {
  const name = Buffer.from(file.name)
  const extra = file.extra ?? Buffer.alloc(0)
  return bytes(
    'PK\x01\x02',
    u16(0x0314),
    u16(20),
    u16(file.flags ?? 0),
    u16(file.method ?? 0),
    u32(0),
    u32(sum),
    u32(packed.length),
    u32(file.size ?? file.data.length),
    u16(name.length),
    u16(extra.length),
    u16(0),
    u16(0),
    u16(0),
    u32(((file.mode ?? 0o100644) << 16) >>> 0),
    u32(start),
    name,
    extra,
  )
}

/** A ZIP with exactly the faults that were asked for; methods other than 8 store. */
export const zip = (
  files: readonly ZipFile[],
  options: { readonly prefix?: Uint8Array; readonly noEnd?: boolean; readonly suffix?: Uint8Array } = {},
): Buffer => {
  const parts: Uint8Array[] = [options.prefix ?? Buffer.alloc(0)]
  let at = parts[0]?.length ?? 0
  const placed = files.map((file): Placed => {
    const packed = file.method === 8 ? deflateRawSync(file.data) : file.data
    const sum = file.crc ?? crc32(file.data)
    const start = at
    const header = localHeader(file, packed, sum)
    parts.push(header, packed)
    at += header.length + packed.length
    return { file, start, packed, sum }
  })
  const listed = placed.filter(({ file }) => file.hidden !== true)
  const directory = Buffer.concat(listed.map(centralEntry))
  const end = bytes(
    'PK\x05\x06',
    u16(0),
    u16(0),
    u16(listed.length),
    u16(listed.length),
    u32(directory.length),
    u32(at),
    u16(0),
  )
  return options.noEnd === true
    ? Buffer.concat(parts)
    : Buffer.concat([...parts, directory, end, options.suffix ?? Buffer.alloc(0)])
}

export type TarFile = {
  readonly name: string
  readonly data?: Uint8Array
  readonly type?: string
  readonly link?: string
}

export const tar = (files: readonly TarFile[]): Buffer => {
  const blocks = files.flatMap(({ name, data = Buffer.alloc(0), type = '0', link = '' }) => {
    const header = Buffer.alloc(512)
    header.write(name, 0, 100)
    header.write('0000644\0', 100)
    header.write('0000000\0', 108)
    header.write('0000000\0', 116)
    header.write(`${data.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('00000000000\0', 136)
    header.write('        ', 148)
    header.write(type, 156)
    header.write(link, 157, 100)
    header.write('ustar\x0000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, data, Buffer.alloc((512 - (data.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}
