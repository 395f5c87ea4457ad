/** Writes protobuf messages into one buffer that grows; fields in the order of the calls. */

const FIRST_BYTES = 512

export type ProtoWriter = {
  /** A varint field; bigints and negative numbers as two's complement of 64 bits. */
  varint(field: number, value: number | bigint): void
  bytes(field: number, value: Uint8Array): void
  /** An empty text is the default and is left out. */
  text(field: number, value: string): void
  /** A varint without a tag, for packed fields. */
  packedVarint(value: number | bigint): void
  double(field: number, value: number): void
  /** What has been written; the writer must not be used afterwards. */
  finish(): Buffer
}

export const createProtoWriter = (): ProtoWriter => {
  let buffer = Buffer.allocUnsafe(FIRST_BYTES)
  let at = 0

  const reserve = (count: number): void => {
    if (at + count <= buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + count))
    buffer.copy(larger, 0, 0, at)
    buffer = larger
  }
  const writeVarint = (value: number): void => {
    reserve(10)
    let rest = value
    while (rest >= 0x80) {
      buffer[at++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    buffer[at++] = rest
  }
  const writeWide = (value: bigint): void => {
    reserve(10)
    let rest = BigInt.asUintN(64, value)
    for (; rest >= 0x80n; rest >>= 7n) buffer[at++] = Number(rest & 0x7fn) | 0x80
    buffer[at++] = Number(rest)
  }
  const packedVarint = (value: number | bigint): void => {
    if (typeof value === 'number' && value >= 0) writeVarint(value)
    else writeWide(BigInt(value))
  }
  const bytes = (field: number, value: Uint8Array): void => {
    writeVarint(field * 8 + 2)
    writeVarint(value.length)
    reserve(value.length)
    buffer.set(value, at)
    at += value.length
  }
  return {
    varint: (field, value) => {
      writeVarint(field * 8)
      packedVarint(value)
    },
    bytes,
    text: (field, value) => {
      if (value !== '') bytes(field, Buffer.from(value, 'utf8'))
    },
    packedVarint,
    double: (field, value) => {
      writeVarint(field * 8 + 1)
      reserve(8)
      at = buffer.writeDoubleLE(value, at)
    },
    finish: () => buffer.subarray(0, at),
  }
}
