/** The small messages of GRPCInferenceService and of grpc.health.v1.Health; ModelInfer has files of its own. */
import type { TensorSpec } from '@rampart/domain'
import { DELIMITED, openCursor, readString, readTag, skipField } from './proto-wire.ts'
import { createProtoWriter } from './proto-writer.ts'

const MAX_TEXT_BYTES = 4096

/** The texts of a message's fields 1 and 2, empty where absent: ModelReady, ModelMetadata, HealthCheck requests. */
export const decodeTexts = (bytes: Uint8Array): readonly [string, string] => {
  const cursor = openCursor(bytes)
  const texts: [string, string] = ['', '']
  for (let tag = readTag(cursor); tag !== 0; tag = readTag(cursor)) {
    if (tag === 8 + DELIMITED) texts[0] = readString(cursor, MAX_TEXT_BYTES)
    else if (tag === 16 + DELIMITED) texts[1] = readString(cursor, MAX_TEXT_BYTES)
    else skipField(cursor, tag)
  }
  return texts
}

/** A message whose field 1 is a bool or an enum: ServerLive, ServerReady, ModelReady, HealthCheck responses. */
export const encodeFlag = (value: number): Buffer => {
  const writer = createProtoWriter()
  if (value !== 0) writer.varint(1, value)
  return writer.finish()
}

export const encodeServerMetadata = (server: {
  readonly name: string
  readonly version: string
  readonly extensions: readonly string[]
}): Buffer => {
  const writer = createProtoWriter()
  writer.text(1, server.name)
  writer.text(2, server.version)
  for (const extension of server.extensions) writer.text(3, extension)
  return writer.finish()
}

export const encodeModelMetadata = (model: {
  readonly name: string
  readonly versions: readonly string[]
  readonly platform: string
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
}): Buffer => {
  const writer = createProtoWriter()
  writer.text(1, model.name)
  for (const version of model.versions) writer.text(2, version)
  writer.text(3, model.platform)
  for (const spec of model.inputs) writer.bytes(4, tensorMetadata(spec))
  for (const spec of model.outputs) writer.bytes(5, tensorMetadata(spec))
  return writer.finish()
}

const tensorMetadata = ({ name, datatype, shape }: TensorSpec): Buffer => {
  const writer = createProtoWriter()
  writer.text(1, name)
  writer.text(2, datatype)
  const packed = createProtoWriter()
  for (const size of shape) packed.packedVarint(size)
  writer.bytes(3, packed.finish())
  return writer.finish()
}
