/** Fields of one message: known ones to their readers, the rest remembered by place. */
import { onnxErrors } from '../errors.ts'
import type { WireReader } from '../wire-reader.ts'
import type { Span } from './graph-model.ts'

/** Reads the field that was just announced; wire types of a repeated number are both the packed and the plain one. */
export type FieldTable = Readonly<
  Record<number, readonly [wire: number | readonly number[], read: (wire: number) => unknown]>
>

export type Origins = WeakMap<object, Span>

export type FieldReader = {
  readonly wire: WireReader
  readonly externalData: 'refuse' | 'ignore'
  fields(end: number, table: FieldTable, extra?: Span[]): void
  /** A nested message; the object that `read` makes is remembered with its place. */
  message<T extends object>(end: number, read: (end: number) => T): T
  text(end: number): string
  /** An int64 as number; what does not fit is refused. */
  integer(end: number): number
  /** Counts bytes that are kept; throws when there are too many. */
  keep(bytes: number): void
}

const PER_VALUE_BYTES = 32

/** Neighbouring leftovers are one span, so a message of a million unknown fields costs one object. */
const remember = (extra: Span[], start: number, end: number): void => {
  const last = extra.at(-1)
  if (last !== undefined && last.start + last.length === start)
    extra[extra.length - 1] = { start: last.start, length: end - last.start }
  else extra.push({ start, length: end - start })
}

export const createFieldReader = (
  wire: WireReader,
  options: {
    readonly origins: Origins
    readonly maxTextBytes: number
    readonly externalData: 'refuse' | 'ignore'
  },
): FieldReader => {
  let kept = 0
  const keep = (bytes: number): void => {
    kept += bytes + PER_VALUE_BYTES
    if (kept > options.maxTextBytes)
      throw onnxErrors.ONNX_LIMIT_EXCEEDED('the model has more structure than is read')
  }
  const fields = (end: number, table: FieldTable, extra?: Span[]): void => {
    for (let start = wire.position; ; start = wire.position) {
      const tag = wire.next(end)
      if (tag === undefined) return
      const known = table[tag.field]
      if (known !== undefined) {
        const [wires, read] = known
        if (wires !== tag.wire && !(Array.isArray(wires) && wires.includes(tag.wire)))
          throw onnxErrors.ONNX_NOT_A_MODEL('not an ONNX model: a field has the wrong wire type')
        read(tag.wire)
      } else {
        wire.skip(tag.wire, end)
        if (extra === undefined) continue
        const before = extra.length
        remember(extra, start, wire.position)
        if (extra.length > before) keep(PER_VALUE_BYTES)
      }
    }
  }
  return {
    wire,
    externalData: options.externalData,
    keep,
    fields,
    message: (end, read) => {
      const inner = wire.lengthDelimited(end)
      const start = wire.position
      keep(PER_VALUE_BYTES)
      const made = read(inner)
      options.origins.set(made, { start, length: inner - start })
      return made
    },
    text: (end) => {
      const text = wire.string(end)
      keep(text.length)
      return text
    },
    integer: (end) => {
      const value = wire.int64(end)
      if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)
        throw onnxErrors.ONNX_NOT_A_MODEL('not an ONNX model: a number is impossible')
      return Number(value)
    },
  }
}
