/**
 * Reads protobuf wire format (protobuf encoding guide, "Message Structure") from a file without loading it:
 * length-delimited fields are skipped by seeking, so weights are never read. Every length is checked against
 * the end of the enclosing message, so a truncated or lying file ends in an error, not in an allocation.
 */
import { onnxErrors } from './errors.ts'

/** Bytes `[position, position + length)`; may return fewer only at the end of the file. */
export type ReadAt = (position: number, length: number) => Uint8Array

export type WireLimits = { readonly maxStringBytes: number; readonly maxFields: number }

const WINDOW_BYTES = 65_536

const broken = (what: string) => onnxErrors.ONNX_NOT_A_MODEL(`not an ONNX model: ${what}`)

/** A cursor over one file; `next` and friends move forward only. */
export const createWireReader = (readAt: ReadAt, sizeBytes: number, limits: WireLimits) => {
  let window: Uint8Array = new Uint8Array(0)
  let windowStart = 0
  let position = 0
  let fields = 0
  const decoder = new TextDecoder('utf-8', { fatal: true })

  const byte = (end: number): number => {
    if (position >= end) throw broken('a field is cut off')
    let index = position - windowStart
    if (index < 0 || index >= window.length) {
      window = readAt(position, Math.min(WINDOW_BYTES, sizeBytes - position))
      windowStart = position
      index = 0
      if (window.length === 0) throw broken('the file is cut off')
    }
    position += 1
    return window[index] as number
  }

  /** Unsigned 64-bit varint; at most ten bytes. */
  const varint = (end: number): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const next = byte(end)
      value |= BigInt(next & 0x7f) << shift
      if (next < 0x80) return BigInt.asUintN(64, value)
    }
    throw broken('a number has more than ten bytes')
  }

  const smallVarint = (end: number): number => {
    const first = byte(end)
    if (first < 0x80) return first
    position -= 1
    const value = varint(end)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw broken('a length is impossible')
    return Number(value)
  }

  const skipVarint = (end: number): void => {
    for (let length = 0; length < 10; length += 1) if (byte(end) < 0x80) return
    throw broken('a number has more than ten bytes')
  }

  const view = (length: number, end: number): DataView => {
    if (length > end - position) throw broken('a field is longer than its message')
    const copy = new Uint8Array(length)
    for (let at = 0; at < length; at += 1) copy[at] = byte(end)
    return new DataView(copy.buffer)
  }

  const skipTo = (target: number, end: number): void => {
    if (target > end) throw broken('a field is longer than its message')
    position = target
  }

  return {
    get position() {
      return position
    },
    /** Next field of a message that ends at `end`; undefined at the end. */
    next(end: number): { readonly field: number; readonly wire: number } | undefined {
      if (position === end) return undefined
      fields += 1
      if (fields > limits.maxFields) throw onnxErrors.ONNX_LIMIT_EXCEEDED('the model has too many fields')
      const tag = smallVarint(end)
      const field = Math.floor(tag / 8)
      if (field === 0 || field > 0x1fffffff) throw broken('a field number is impossible')
      return { field, wire: tag % 8 }
    },
    /** Signed 64-bit integer. */
    int64: (end: number): bigint => BigInt.asIntN(64, varint(end)),
    /** End position of a length-delimited field, checked against its message. */
    lengthDelimited(end: number): number {
      const length = smallVarint(end)
      if (length > end - position) throw broken('a field is longer than its message')
      return position + length
    },
    string(end: number): string {
      const length = smallVarint(end)
      if (length > end - position) throw broken('a field is longer than its message')
      if (length > limits.maxStringBytes)
        throw onnxErrors.ONNX_LIMIT_EXCEEDED('a name in the model is too long')
      const from = position - windowStart
      const inWindow = from >= 0 && from + length <= window.length
      const bytes = inWindow ? window.subarray(from, from + length) : readAt(position, length)
      if (bytes.length !== length) throw broken('the file is cut off')
      position += length
      try {
        return decoder.decode(bytes)
      } catch {
        throw broken('a name is not UTF-8')
      }
    },
    /** A copy of a length-delimited field of at most `maxBytes`; undefined (and skipped) when it is longer. */
    bytes(end: number, maxBytes: number): Uint8Array | undefined {
      const length = smallVarint(end)
      if (length > end - position) throw broken('a field is longer than its message')
      const start = position
      position += length
      if (length > maxBytes) return undefined
      const bytes = Uint8Array.from(readAt(start, length))
      if (bytes.length !== length) throw broken('the file is cut off')
      return bytes
    },
    float32(end: number): number {
      return view(4, end).getFloat32(0, true)
    },
    float64(end: number): number {
      return view(8, end).getFloat64(0, true)
    },
    skip(wire: number, end: number): void {
      if (wire === 0) skipVarint(end)
      else if (wire === 1) skipTo(position + 8, end)
      else if (wire === 5) skipTo(position + 4, end)
      else if (wire === 2) skipTo(this.lengthDelimited(end), end)
      else throw broken('a wire type is unknown')
    },
    seek(target: number): void {
      position = target
    },
  }
}

export type WireReader = ReturnType<typeof createWireReader>
