/** ModelInferResponse (contracts/proto/inference) from slices of a batch's outputs. */
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

/** Compiles the constant parts of a model's answers. */
export const createInferAnswerWriter = (model: ResponseModel, signature: ModelSignature) => {
  const head = constant((writer) => {
    writer.text(1, model.name)
    writer.text(2, model.version)
  })
  const outputHeads = signature.outputs.map((spec) =>
    constant((writer) => {
      writer.text(1, spec.name)
      writer.text(2, spec.datatype)
    }),
  )
  return (id: string | undefined, slices: readonly AnswerSlice[], raw: boolean): Buffer => {
    const isRaw = raw || slices.some(({ datatype }) => RAW_ONLY.includes(datatype))
    const parts: Uint8Array[] = [head]
    if (id !== undefined) parts.push(constant((writer) => writer.text(3, id)))
    for (const slice of slices) {
      const outputHead = outputHeads[slice.index] as Buffer
      const shape = shapeField(slice.shape)
      const contents = isRaw ? undefined : encodeContents(slice)
      const contentsHead = contents === undefined ? EMPTY : delimited(5, contents.length)
      const length = outputHead.length + shape.length + contentsHead.length + (contents?.length ?? 0)
      parts.push(delimited(5, length), outputHead, shape, contentsHead, contents ?? EMPTY)
    }
    if (isRaw)
      for (const { datatype, data, from, to } of slices) {
        const bytes = encodeRaw(datatype, data, from, to)
        parts.push(delimited(6, bytes.length), bytes)
      }
    return Buffer.concat(parts)
  }
}

const EMPTY = Buffer.alloc(0)

const constant = (write: (writer: ProtoWriter) => void): Buffer => {
  const writer = createProtoWriter()
  write(writer)
  return Buffer.from(writer.finish())
}

/** Tag and length of a length-delimited field; the tag of all fields here is one byte. */
const delimited = (field: number, length: number): Uint8Array => {
  const bytes = [field * 8 + 2]
  let rest = length
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  bytes.push(rest)
  return Uint8Array.from(bytes)
}

const shapeField = (shape: readonly number[]): Uint8Array =>
  constant((writer) => writer.bytes(3, packed(shape)))

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
