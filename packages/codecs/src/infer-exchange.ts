/** The client's side of gRPC inference (contracts/proto/inference): a request out, an answer in. Contents are raw. */
import { type InferTarget, type InputTensor, placeRaw, readInput } from './infer-message.ts'
import { DELIMITED, openCursor, readBytes, readMessage, readTag, skipField, tooMany } from './proto-wire.ts'
import { createProtoWriter, type ProtoWriter } from './proto-writer.ts'
import { encodeRaw } from './raw-elements.ts'
import type { Tensor } from './tensor.ts'

const MAX_TENSORS = 256

const message = (write: (writer: ProtoWriter) => void): Buffer => {
  const writer = createProtoWriter()
  write(writer)
  return writer.finish()
}

const inputOf = (name: string, { datatype, shape }: Tensor): Buffer =>
  message((writer) => {
    writer.text(1, name)
    writer.text(2, datatype)
    writer.bytes(
      3,
      message((dimensions) => {
        for (const size of shape) dimensions.packedVarint(size)
      }),
    )
  })

/** ModelInferRequest; `inputs` are paired with the names that the other side has for them. */
export const encodeInferMessage = (
  target: InferTarget,
  inputs: readonly { readonly name: string; readonly tensor: Tensor }[],
  outputs: readonly string[],
): Buffer =>
  message((writer) => {
    writer.text(1, target.name)
    writer.text(2, target.version)
    for (const { name, tensor } of inputs) writer.bytes(5, inputOf(name, tensor))
    for (const name of outputs)
      writer.bytes(
        6,
        message((output) => output.text(1, name)),
      )
    for (const { tensor } of inputs)
      writer.bytes(7, encodeRaw(tensor.datatype, tensor.data, 0, tensor.data.length))
  })

/** ModelInferResponse: outputs whose `data` are raw bytes or an array. Throws InvalidInput for anything else. */
export const decodeInferAnswer = (
  bytes: Uint8Array,
  limits: { readonly maxElements: number },
): readonly Readonly<InputTensor>[] => {
  const cursor = openCursor(bytes)
  const budget = { elements: limits.maxElements }
  const outputs: InputTensor[] = []
  const raw: Buffer[] = []
  for (let next = readTag(cursor); next !== 0; next = readTag(cursor)) {
    if (next === 5 * 8 + DELIMITED) outputs.push(readInput(readMessage(cursor), budget))
    else if (next === 6 * 8 + DELIMITED) raw.push(readBytes(cursor))
    else skipField(cursor, next)
    if (outputs.length > MAX_TENSORS || raw.length > MAX_TENSORS) throw tooMany('tensors')
  }
  if (raw.length === 0) return outputs
  // MLServer sends empty typed contents beside the raw ones.
  for (const output of outputs) delete output.data
  placeRaw(outputs, raw)
  return outputs
}

/** ModelReadyRequest. */
export const encodeReadyMessage = (target: InferTarget): Buffer =>
  message((writer) => {
    writer.text(1, target.name)
    writer.text(2, target.version)
  })

/** ModelReadyResponse. */
export const decodeReadyAnswer = (bytes: Uint8Array): boolean => {
  const cursor = openCursor(bytes)
  let ready = false
  for (let next = readTag(cursor); next !== 0; next = readTag(cursor)) {
    if (next === 8) ready = cursor.bytes[cursor.at] !== 0
    skipField(cursor, next)
  }
  return ready
}
