/**
 * Protobuf wire format (protobuf encoding guide, "Message Structure") over bytes in memory, for messages that
 * strangers send: every length is checked against the end of the enclosing message, and nothing but InvalidInput
 * is thrown. Length-delimited fields are views, so reading takes no memory of its own.
 */
import { isUtf8 } from 'node:buffer'
import { codecErrors } from './errors.ts'

/** A place in a message that ends at `end`. */
export type Cursor = { readonly bytes: Buffer; at: number; readonly end: number }

export const VARINT = 0
export const FIXED64 = 1
export const DELIMITED = 2
export const FIXED32 = 5

const broken = (what: string) => codecErrors.CODECS_MESSAGE_INVALID(`the message cannot be read: ${what}`)

export const openCursor = (bytes: Uint8Array): Cursor => ({
  bytes: Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
  at: 0,
  end: bytes.length,
})

/** Numbers up to 2^53; a longer varint is a negative number or a lie, and both are refused here. */
export const readNumber = (cursor: Cursor): number => {
  const { bytes, end } = cursor
  let value = 0
  let factor = 1
  for (let i = 0; i < 8; i++) {
    if (cursor.at >= end) throw broken('a number is cut off')
    const byte = bytes[cursor.at++] as number
    value += (byte & 0x7f) * factor
    if (byte < 0x80) {
      if (value > Number.MAX_SAFE_INTEGER) break
      return value
    }
    factor *= 128
  }
  throw broken('a number is too large')
}

/** Any varint as an unsigned 64-bit integer. */
export const readVarint = (cursor: Cursor): bigint => {
  let value = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (cursor.at >= cursor.end) throw broken('a number is cut off')
    const byte = cursor.bytes[cursor.at++] as number
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return BigInt.asUintN(64, value)
  }
  throw broken('a number has more than ten bytes')
}

/** The low 32 bits of any varint, as a signed number: what int32, uint32, bool and enums keep of it. */
export const readLow32 = (cursor: Cursor): number => {
  const { bytes, end } = cursor
  let value = 0
  for (let i = 0; i < 10; i++) {
    if (cursor.at >= end) throw broken('a number is cut off')
    const byte = bytes[cursor.at++] as number
    if (i < 5) value |= (byte & 0x7f) << (7 * i)
    if (byte < 0x80) return value
  }
  throw broken('a number has more than ten bytes')
}

/** A signed 64-bit integer, as a number where it is exact. */
export const readInt64 = (cursor: Cursor): number | bigint => exactOr(BigInt.asIntN(64, smallOr(cursor)))

/** An unsigned 64-bit integer, as a number where it is exact. */
export const readUint64 = (cursor: Cursor): number | bigint => exactOr(smallOr(cursor))

/** One byte is by far the most frequent length; it needs no bigint. */
const smallOr = (cursor: Cursor): bigint => {
  const first = cursor.at < cursor.end ? (cursor.bytes[cursor.at] as number) : 0x80
  if (first >= 0x80) return readVarint(cursor)
  cursor.at += 1
  return BigInt(first)
}

const exactOr = (value: bigint): number | bigint => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** The next tag (`field × 8 + wire type`), 0 at the end of the message. */
export const readTag = (cursor: Cursor): number => {
  if (cursor.at >= cursor.end) return 0
  const tag = readNumber(cursor)
  if (tag < 8 || tag > 0xffffffff) throw broken('a field number is impossible')
  return tag
}

/** A length-delimited field as a cursor of its own. */
export const readMessage = (cursor: Cursor): Cursor => {
  const end = readLength(cursor)
  const inner = { bytes: cursor.bytes, at: cursor.at, end }
  cursor.at = end
  return inner
}

/** End of the length-delimited field that begins here. */
const readLength = (cursor: Cursor): number => {
  const length = readNumber(cursor)
  if (length > cursor.end - cursor.at) throw broken('a field is longer than its message')
  return cursor.at + length
}

/** A view of a length-delimited field. */
export const readBytes = (cursor: Cursor): Buffer => {
  const end = readLength(cursor)
  const bytes = cursor.bytes.subarray(cursor.at, end)
  cursor.at = end
  return bytes
}

/** A string of at most `maxBytes`; proto3 strings are UTF-8. */
export const readString = (cursor: Cursor, maxBytes: number): string => {
  const bytes = readBytes(cursor)
  if (bytes.length > maxBytes) throw broken(`a text has more than ${maxBytes} bytes`)
  if (!isUtf8(bytes)) throw broken('a text is not UTF-8')
  return bytes.toString('utf8')
}

/** `width` raw bytes. */
export const readFixed = (cursor: Cursor, width: 4 | 8): Buffer => {
  if (width > cursor.end - cursor.at) throw broken('a number is cut off')
  cursor.at += width
  return cursor.bytes.subarray(cursor.at - width, cursor.at)
}

/** Steps over a field that is not known; groups have been gone from the format for long and are refused. */
export const skipField = (cursor: Cursor, tag: number): void => {
  switch (tag % 8) {
    case VARINT:
      readLow32(cursor)
      return
    case FIXED64:
      readFixed(cursor, 8)
      return
    case DELIMITED:
      cursor.at = readLength(cursor)
      return
    case FIXED32:
      readFixed(cursor, 4)
      return
    default:
      throw broken('a wire type is unknown')
  }
}

/** Refuses a known field in a wire type that is not its own. */
export const wrongWire = () => broken('a field has the wrong wire type')

export const tooMany = (what: string) => broken(`it has too many ${what}`)
