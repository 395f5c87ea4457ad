/** Protocol buffer wire format over random access: fields are visited in place, nothing is gathered. */
import type { ByteSource } from './byte-source.ts'
import { MalformedError } from './byte-stream.ts'

export type ProtoField = {
  readonly number: number
  readonly wire: 0 | 1 | 2 | 5
  /** Of a varint or fixed field; beyond 2^53 it is not exact. */
  readonly value: number
  readonly start: number
  readonly length: number
}

const MAX_FIELDS = 50_000_000

type Varint = { readonly value: number; readonly signed: boolean; readonly next: number }

const varint = (source: ByteSource, at: number, end: number): Varint => {
  const bytes = source.read(at, Math.min(10, end - at))
  let value = 0
  let scale = 1
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] as number
    value += (byte & 127) * scale
    if (byte < 128) return { value, signed: index === 9, next: at + index + 1 }
    scale *= 128
  }
  throw new MalformedError('a number does not end')
}

/** Calls `visit` for each field between `start` and `end`; throws MalformedError when the bytes are not fields. */
export const visitFields = (
  source: ByteSource,
  start: number,
  end: number,
  visit: (field: ProtoField) => void,
): void => {
  let at = start
  for (let count = 0; at < end; count += 1) {
    if (count > MAX_FIELDS) throw new MalformedError('too many fields')
    const tag = varint(source, at, end)
    const wire = tag.value & 7
    const number = Math.floor(tag.value / 8)
    if (number === 0 || number > 0x1fff_ffff) throw new MalformedError('a field has no number')
    at = tag.next
    if (wire === 0) {
      const { value, next, signed } = varint(source, at, end)
      visit({ number, wire, value: signed ? value - 2 ** 64 : value, start: at, length: next - at })
      at = next
    } else if (wire === 1 || wire === 5) {
      const length = wire === 1 ? 8 : 4
      if (at + length > end) throw new MalformedError('a field is cut off')
      visit({ number, wire, value: 0, start: at, length })
      at += length
    } else if (wire === 2) {
      const { value: length, next } = varint(source, at, end)
      if (!(length <= end - next)) throw new MalformedError('a field is longer than what holds it')
      visit({ number, wire, value: 0, start: next, length })
      at = next + length
    } else throw new MalformedError(`wire type ${wire} is not read`)
  }
}

const MAX_TEXT = 1 << 20

export const readText = (
  source: ByteSource,
  { start, length, wire }: ProtoField,
  limit = MAX_TEXT,
): string => {
  if (wire !== 2) throw new MalformedError('a text field is not text')
  if (length > limit) throw new MalformedError(`a text has ${length} bytes`)
  return Buffer.from(source.read(start, length)).toString('utf8')
}

/** Integers of a repeated field, packed or one by one; at most `limit` are added. */
export const readIntegers = (source: ByteSource, field: ProtoField, into: number[], limit: number): void => {
  if (field.wire === 0) {
    if (into.length < limit) into.push(field.value)
    return
  }
  if (field.wire !== 2) throw new MalformedError('a list of numbers is not one')
  const end = field.start + field.length
  for (let at = field.start; at < end && into.length < limit; ) {
    const { value, next, signed } = varint(source, at, end)
    into.push(signed ? value - 2 ** 64 : value)
    at = next
  }
}
