/** ModelInferResponse (contracts/proto/inference) from slices of a batch's outputs: measured first, then written once. */
import type { Datatype, ModelSignature } from '@rampart/domain'
import type { ResponseModel } from './oip-response.ts'
import { createProtoWriter, type ProtoWriter } from './proto-writer.ts'
import { encodeRaw } from './raw-elements.ts'
import type { TensorArray } from './tensor.ts'

/** Elements `[from, to)` of `data`, announced with `shape`; `index` is the output's place in the signature. */
export type AnswerSlice = {
  readonly index: number
  readonly shape: readonly number[]
  readonly datatype: Datatype
  readonly data: TensorArray
  readonly from: number
  readonly to: number
}

/** FP16 and BF16 have no typed form: an answer that contains one of them is raw altogether. */
const RAW_ONLY: readonly Datatype[] = ['FP16', 'BF16']

/** Tags of the fields id, shape, contents, outputs and raw_output_contents: all of them length-delimited. */
const ID = 0x1a
const SHAPE = 0x1a
const CONTENTS = 0x2a
const OUTPUTS = 0x2a
const RAW = 0x32

/** A place in the answer that is being written. */
type Pen = { readonly bytes: Buffer; at: number }

const varintLength = (value: number): number => {
  let length = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) length += 1
  return length
}

const writeVarint = (pen: Pen, value: number): void => {
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) pen.bytes[pen.at++] = (rest % 128) | 0x80
  pen.bytes[pen.at++] = rest
}

const writeBytes = (pen: Pen, bytes: Uint8Array): void => {
  pen.bytes.set(bytes, pen.at)
  pen.at += bytes.length
}

const writeHead = (pen: Pen, tag: number, length: number): void => {
  pen.bytes[pen.at++] = tag
  writeVarint(pen, length)
}

/** Bytes of a length-delimited field whose content has `length` bytes; every tag here is one byte. */
const fieldLength = (length: number): number => 1 + varintLength(length) + length

const shapeLength = (shape: readonly number[]): number => {
  let length = 0
  for (const size of shape) length += varintLength(size)
  return length
}

/** Compiles the constant parts of a model's answers. */
export const createInferAnswerWriter = (model: ResponseModel, signature: ModelSignature) => {
  const head = message((writer) => {
    writer.text(1, model.name)
    writer.text(2, model.version)
  })
  const outputHeads = signature.outputs.map((spec) =>
    message((writer) => {
      writer.text(1, spec.name)
      writer.text(2, spec.datatype)
    }),
  )
  const outputLength = ({ index, shape }: AnswerSlice, contents: Uint8Array | undefined): number =>
    (outputHeads[index] as Buffer).length +
    fieldLength(shapeLength(shape)) +
    (contents === undefined ? 0 : fieldLength(contents.length))

  return (id: string | undefined, slices: readonly AnswerSlice[], raw: boolean): Buffer => {
    const isRaw = raw || slices.some(({ datatype }) => RAW_ONLY.includes(datatype))
    const elements = slices.map((slice) =>
      isRaw ? encodeRaw(slice.datatype, slice.data, slice.from, slice.to) : encodeContents(slice),
    )
    const idLength = id === undefined ? 0 : Buffer.byteLength(id)
    let length = head.length + (id === undefined ? 0 : fieldLength(idLength))
    for (let i = 0; i < slices.length; i++) {
      const bytes = elements[i] as Uint8Array
      length += fieldLength(outputLength(slices[i] as AnswerSlice, isRaw ? undefined : bytes))
      if (isRaw) length += fieldLength(bytes.length)
    }
    const pen: Pen = { bytes: Buffer.allocUnsafe(length), at: 0 }
    writeBytes(pen, head)
    if (id !== undefined) {
      writeHead(pen, ID, idLength)
      pen.at += pen.bytes.write(id, pen.at)
    }
    for (let i = 0; i < slices.length; i++) {
      const slice = slices[i] as AnswerSlice
      const contents = isRaw ? undefined : (elements[i] as Uint8Array)
      writeHead(pen, OUTPUTS, outputLength(slice, contents))
      writeBytes(pen, outputHeads[slice.index] as Buffer)
      writeHead(pen, SHAPE, shapeLength(slice.shape))
      for (const size of slice.shape) writeVarint(pen, size)
      if (contents === undefined) continue
      writeHead(pen, CONTENTS, contents.length)
      writeBytes(pen, contents)
    }
    if (isRaw)
      for (const bytes of elements) {
        writeHead(pen, RAW, bytes.length)
        writeBytes(pen, bytes)
      }
    return pen.bytes
  }
}

const EMPTY = Buffer.alloc(0)

const message = (write: (writer: ProtoWriter) => void): Buffer => {
  const writer = createProtoWriter()
  write(writer)
  return Buffer.from(writer.finish())
}

const packed = (values: ArrayLike<number | bigint>): Buffer => {
  const writer = createProtoWriter()
  for (let i = 0; i < values.length; i++) writer.packedVarint(values[i] as number | bigint)
  return writer.finish()
}

/** InferTensorContents of a slice. */
const encodeContents = ({ datatype, data, from, to }: AnswerSlice): Buffer => {
  const writer = createProtoWriter()
  if (Array.isArray(data)) {
    // An empty element is an element, so `text`, which leaves empty ones out, will not do.
    for (let i = from; i < to; i++) writer.bytes(8, Buffer.from(data[i] as string, 'utf8'))
    return writer.finish()
  }
  const field = CONTENTS_FIELD[datatype]
  if (field === undefined || to === from) return EMPTY
  if (field >= 6) writer.bytes(field, encodeRaw(datatype, data, from, to))
  else writer.bytes(field, packed(data.subarray(from, to)))
  return writer.finish()
}

const CONTENTS_FIELD: Readonly<Partial<Record<Datatype, number>>> = {
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
}
