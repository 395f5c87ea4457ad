/** Messages of gRPC server reflection (contracts/proto/reflection), and what it needs to know of file descriptors. */
import {
  type Cursor,
  DELIMITED,
  openCursor,
  readBytes,
  readMessage,
  readString,
  readTag,
  skipField,
} from './proto-wire.ts'
import { createProtoWriter, type ProtoWriter } from './proto-writer.ts'

export type ReflectionQuestion =
  | { readonly ask: 'file' | 'symbol' | 'extensions'; readonly name: string }
  | { readonly ask: 'services' | 'extension' | 'nothing' }

const MAX_TEXT_BYTES = 4096
const tagOf = (field: number): number => field * 8 + DELIMITED

/** The question of a ServerReflectionRequest; the last member of its oneof counts. */
export const decodeReflectionQuestion = (bytes: Uint8Array): ReflectionQuestion => {
  const cursor = openCursor(bytes)
  let question: ReflectionQuestion = { ask: 'nothing' }
  for (let tag = readTag(cursor); tag !== 0; tag = readTag(cursor)) {
    if (tag === tagOf(3)) question = { ask: 'file', name: readString(cursor, MAX_TEXT_BYTES) }
    else if (tag === tagOf(4)) question = { ask: 'symbol', name: readString(cursor, MAX_TEXT_BYTES) }
    else if (tag === tagOf(6)) question = { ask: 'extensions', name: readString(cursor, MAX_TEXT_BYTES) }
    else if (tag === tagOf(5) || tag === tagOf(7)) {
      question = { ask: tag === tagOf(5) ? 'extension' : 'services' }
      readBytes(cursor)
    } else skipField(cursor, tag)
  }
  return question
}

export type ReflectionAnswer =
  | { readonly files: readonly Uint8Array[] }
  | { readonly services: readonly string[] }
  | { readonly extensionsOf: string }
  | { readonly error: number; readonly message: string }

/** A ServerReflectionResponse that repeats the request it answers. */
export const encodeReflectionAnswer = (request: Uint8Array, answer: ReflectionAnswer): Buffer => {
  const writer = createProtoWriter()
  writer.bytes(2, request)
  if ('files' in answer)
    writer.bytes(
      4,
      nested((inner) => {
        for (const file of answer.files) inner.bytes(1, file)
      }),
    )
  else if ('extensionsOf' in answer)
    writer.bytes(
      5,
      nested((inner) => inner.text(1, answer.extensionsOf)),
    )
  else if ('services' in answer)
    writer.bytes(
      6,
      nested((inner) => {
        for (const name of answer.services)
          inner.bytes(
            1,
            nested((service) => service.text(1, name)),
          )
      }),
    )
  else
    writer.bytes(
      7,
      nested((inner) => {
        inner.varint(1, answer.error)
        inner.text(2, answer.message)
      }),
    )
  return writer.finish()
}

const nested = (write: (writer: ProtoWriter) => void): Buffer => {
  const writer = createProtoWriter()
  write(writer)
  return writer.finish()
}

/** A FileDescriptorProto's own name and the full names of its messages, enums, services and methods. */
export type FileSymbols = {
  readonly name: string
  readonly symbols: readonly string[]
  readonly messages: readonly string[]
  readonly services: readonly string[]
}

/** Field numbers are those of google/protobuf/descriptor.proto. */
export const readFileSymbols = (bytes: Uint8Array): FileSymbols => {
  const cursor = openCursor(bytes)
  const symbols: string[] = []
  const messages: string[] = []
  const services: string[] = []
  let name = ''
  let scope = ''
  const at = (local: string): string => (scope === '' ? local : `${scope}.${local}`)
  for (let tag = readTag(cursor); tag !== 0; tag = readTag(cursor)) {
    if (tag === tagOf(1)) name = readString(cursor, MAX_TEXT_BYTES)
    else if (tag === tagOf(2)) scope = readString(cursor, MAX_TEXT_BYTES)
    else if (tag === tagOf(4)) messages.push(...messageNames(readMessage(cursor)).map(at))
    else if (tag === tagOf(5)) symbols.push(at(namesIn(readMessage(cursor), 0).name))
    else if (tag === tagOf(6)) {
      const service = namesIn(readMessage(cursor), 2)
      services.push(at(service.name))
      symbols.push(...service.inner.map((method) => at(`${service.name}.${method}`)))
    } else skipField(cursor, tag)
  }
  return { name, symbols: [...symbols, ...messages, ...services], messages, services }
}

/** The name (field 1) of a descriptor, and the names of what its field `innerField` holds. */
const namesIn = (cursor: Cursor, innerField: number): { name: string; inner: string[] } => {
  const inner: string[] = []
  let name = ''
  for (let tag = readTag(cursor); tag !== 0; tag = readTag(cursor)) {
    if (tag === tagOf(1)) name = readString(cursor, MAX_TEXT_BYTES)
    else if (tag === tagOf(innerField)) inner.push(namesIn(readMessage(cursor), 0).name)
    else skipField(cursor, tag)
  }
  return { name, inner }
}

/** A message's name and those of the messages (field 3) and enums (field 4) inside it. */
const messageNames = (cursor: Cursor): string[] => {
  const inner: string[] = []
  let name = ''
  for (let tag = readTag(cursor); tag !== 0; tag = readTag(cursor)) {
    if (tag === tagOf(1)) name = readString(cursor, MAX_TEXT_BYTES)
    else if (tag === tagOf(3)) inner.push(...messageNames(readMessage(cursor)))
    else if (tag === tagOf(4)) inner.push(namesIn(readMessage(cursor), 0).name)
    else skipField(cursor, tag)
  }
  return [name, ...inner.map((one) => `${name}.${one}`)]
}
