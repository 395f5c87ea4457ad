/** Protobuf wire format as segments: bytes that were made, and places of the file that are copied as they stand. */
import type { Span } from './graph-model.ts'

export type Segment = Uint8Array | Span

export const isSpan = (segment: Segment): segment is Span => !(segment instanceof Uint8Array)

export const sizeOf = (segments: readonly Segment[]): number =>
  segments.reduce((total, segment) => total + segment.length, 0)

export const varint = (value: number | bigint): Uint8Array => {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest === 0n ? low : low | 0x80)
  } while (rest !== 0n)
  return Uint8Array.from(bytes)
}

const concat = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts)

export const intField = (field: number, value: number | bigint): Uint8Array =>
  concat([varint(field * 8), varint(value)])

export const bytesField = (field: number, value: Uint8Array): Uint8Array =>
  concat([varint(field * 8 + 2), varint(value.length), value])

export const textField = (field: number, value: string): Uint8Array => bytesField(field, Buffer.from(value))

/** Empty text is left out: that is what the absent field means. */
export const optionalText = (field: number, value: string): readonly Uint8Array[] =>
  value === '' ? [] : [textField(field, value)]

export const floatField = (field: number, value: number): Uint8Array => {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return concat([varint(field * 8 + 5), bytes])
}

export const messageField = (field: number, body: readonly Segment[]): readonly Segment[] => [
  concat([varint(field * 8 + 2), varint(sizeOf(body))]),
  ...body,
]
