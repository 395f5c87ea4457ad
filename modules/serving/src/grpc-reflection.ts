/** gRPC server reflection, v1 and v1alpha (contracts/proto/reflection): what grpcurl and its kin ask first. */
import { type ServerDuplexStream, status } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import {
  decodeReflectionQuestion,
  encodeReflectionAnswer,
  type ReflectionAnswer,
  type ReflectionQuestion,
  readFileSymbols,
} from '@rampart/codecs'
import { assetPath, toAppError } from '@rampart/kit'
import { bidiMethod, type GrpcMethod } from './grpc-service.ts'

/** Each file stands alone; none imports another. */
const FILES: readonly string[] = [
  'inference/open_inference.proto',
  'health/health.proto',
  'reflection/v1.proto',
  'reflection/v1alpha.proto',
]

type Descriptors = {
  readonly services: readonly string[]
  readonly messages: ReadonlySet<string>
  readonly byName: ReadonlyMap<string, Buffer>
  readonly bySymbol: ReadonlyMap<string, Buffer>
}

const loadDescriptors = (): Descriptors => {
  const services: string[] = []
  const messages = new Set<string>()
  const byName = new Map<string, Buffer>()
  const bySymbol = new Map<string, Buffer>()
  for (const file of FILES) {
    const definitions = loadSync(assetPath(`contracts/proto/${file}`), { keepCase: true })
    for (const definition of Object.values(definitions)) {
      const files = 'fileDescriptorProtos' in definition ? (definition.fileDescriptorProtos as Buffer[]) : []
      for (const bytes of files) {
        const found = readFileSymbols(bytes)
        if (byName.has(found.name)) continue
        byName.set(found.name, bytes)
        services.push(...found.services)
        for (const name of found.messages) messages.add(name)
        for (const name of found.symbols) bySymbol.set(name, bytes)
      }
    }
  }
  return { services, messages, byName, bySymbol }
}

const missing = (what: string): ReflectionAnswer => ({ error: status.NOT_FOUND, message: `no such ${what}` })

const fileOr = (file: Buffer | undefined, what: string): ReflectionAnswer =>
  file === undefined ? missing(what) : { files: [file] }

const answerTo = (question: ReflectionQuestion, known: Descriptors): ReflectionAnswer => {
  switch (question.ask) {
    case 'services':
      return { services: known.services }
    case 'file':
      return fileOr(known.byName.get(question.name), 'file')
    case 'symbol':
      return fileOr(known.bySymbol.get(question.name), 'symbol')
    case 'extensions':
      return known.messages.has(question.name) ? { extensionsOf: question.name } : missing('type')
    case 'extension':
      return missing('extension')
    case 'nothing':
      return { error: status.INVALID_ARGUMENT, message: 'the request asks nothing' }
  }
}

/** Descriptors are read when somebody asks for the first time. */
export const createGrpcReflection = (): readonly Readonly<Record<string, GrpcMethod>>[] => {
  let descriptors: Descriptors | undefined

  const answer = (call: ServerDuplexStream<Buffer, Buffer>, request: Buffer): void => {
    descriptors ??= loadDescriptors()
    let reply: ReflectionAnswer
    try {
      reply = answerTo(decodeReflectionQuestion(request), descriptors)
    } catch (error) {
      reply = { error: status.INVALID_ARGUMENT, message: toAppError(error).message }
    }
    // A client that asks without reading must not grow our memory.
    if (call.write(encodeReflectionAnswer(request, reply))) return
    call.pause()
    call.once('drain', () => call.resume())
  }

  const talk = (call: ServerDuplexStream<Buffer, Buffer>): void => {
    call.on('data', (request: Buffer) => answer(call, request))
    call.on('end', () => call.end())
    call.on('error', () => call.end())
  }

  return ['v1', 'v1alpha'].map((version) => ({
    ServerReflectionInfo: bidiMethod(
      `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
      talk,
    ),
  }))
}
