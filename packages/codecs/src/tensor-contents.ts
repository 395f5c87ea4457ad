/** InferTensorContents (contracts/proto/inference): the typed form of a tensor's elements. */
import { codecErrors } from './errors.ts'
import {
  type Cursor,
  DELIMITED,
  FIXED32,
  FIXED64,
  readBytes,
  readFixed,
  readInt64,
  readLow32,
  readMessage,
  readTag,
  readUint64,
  skipField,
  tooMany,
  VARINT,
} from './proto-wire.ts'
import { textOf } from './raw-elements.ts'

/** Elements that may still be read from one message. */
export type ContentsBudget = { elements: number }

type Reader = (cursor: Cursor) => unknown

const BOOLS: Reader = (cursor) => readLow32(cursor) !== 0
const INTS: Reader = (cursor) => readLow32(cursor)
const UINTS: Reader = (cursor) => readLow32(cursor) >>> 0

/** The field of each datatype; FP16 and BF16 have none, they are raw only. */
const FIELD: Readonly<Record<string, number>> = {
  BOOL: 1,
  INT8: 2,
  INT16: 2,
  INT32: 2,
  INT64: 3,
  UINT8: 4,
  UINT16: 4,
  UINT32: 4,
  UINT64: 5,
  FP32: 6,
  FP64: 7,
  BYTES: 8,
}
const VARINTS: readonly (Reader | undefined)[] = [undefined, BOOLS, INTS, readInt64, UINTS, readUint64]
const LAST_FIELD = 8
/** Floats that are not packed cost a hundred times their size in views; every encoder packs. */
const MAX_CHUNKS = 65_536

type Named = { readonly name: string; readonly datatype: string }

/**
 * Elements of one tensor: raw bytes for FP32 and FP64, an array otherwise. An embedded message may come in several
 * pieces, which count as one behind the other.
 */
export const readContents = (
  pieces: readonly Cursor[],
  tensor: Named,
  budget: ContentsBudget,
): unknown[] | Uint8Array => {
  const wanted = FIELD[tensor.datatype] ?? 0
  const found = { values: [] as unknown[], chunks: [] as Buffer[] }
  for (const cursor of pieces)
    for (let tag = readTag(cursor); tag !== 0; tag = readTag(cursor)) {
      const field = tag >>> 3
      if (field > LAST_FIELD) skipField(cursor, tag)
      else if (field !== wanted) throw wrongContents(tensor)
      else if (field === 8) readText(cursor, tag, found.values, tensor, budget)
      else if (field >= 6) readFloats(cursor, tag, found.chunks, tensor, budget)
      else readVarints(cursor, tag, found.values, tensor, budget)
    }
  if (wanted !== 6 && wanted !== 7) return found.values
  return found.chunks.length === 1 ? (found.chunks[0] as Buffer) : Buffer.concat(found.chunks)
}

const wrongContents = ({ name, datatype }: Named) =>
  codecErrors.CODECS_DATATYPE_MISMATCH(
    `input ${JSON.stringify(name.slice(0, 64))}: its contents are not in the field of ${JSON.stringify(datatype.slice(0, 16))}`,
  )

const spend = (budget: ContentsBudget, count: number): void => {
  budget.elements -= count
  if (budget.elements < 0)
    throw codecErrors.CODECS_TOO_MANY_ELEMENTS('the contents hold more elements than one request may have')
}

const readVarints = (
  cursor: Cursor,
  tag: number,
  values: unknown[],
  tensor: Named,
  budget: ContentsBudget,
): void => {
  const read = VARINTS[tag >>> 3] as Reader
  const wire = tag & 7
  if (wire === VARINT) {
    spend(budget, 1)
    values.push(read(cursor))
    return
  }
  if (wire !== DELIMITED) throw wrongContents(tensor)
  const packed = readMessage(cursor)
  while (packed.at < packed.end) {
    spend(budget, 1)
    values.push(read(packed))
  }
}

/** Packed floats are raw elements as they stand. */
const readFloats = (
  cursor: Cursor,
  tag: number,
  chunks: Buffer[],
  tensor: Named,
  budget: ContentsBudget,
): void => {
  const width = tag >>> 3 === 6 ? 4 : 8
  const wire = tag & 7
  const single = wire === (width === 4 ? FIXED32 : FIXED64)
  if (!single && wire !== DELIMITED) throw wrongContents(tensor)
  const chunk = single ? readFixed(cursor, width) : readBytes(cursor)
  if (chunk.length % width !== 0) throw wrongContents(tensor)
  spend(budget, chunk.length / width)
  if (chunks.length >= MAX_CHUNKS) throw tooMany('pieces of contents')
  chunks.push(chunk)
}

const readText = (
  cursor: Cursor,
  tag: number,
  values: unknown[],
  tensor: Named,
  budget: ContentsBudget,
): void => {
  if ((tag & 7) !== DELIMITED) throw wrongContents(tensor)
  spend(budget, 1)
  values.push(textOf(readBytes(cursor), { name: tensor.name, datatype: 'BYTES' }, values.length))
}
