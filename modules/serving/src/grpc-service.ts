/** Methods of gRPC services whose messages are bytes here: packages/codecs reads and writes them. */
import type {
  handleBidiStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  MethodDefinition,
  Server,
  UntypedHandleCall,
} from '@grpc/grpc-js'

export type GrpcMethod = {
  readonly definition: MethodDefinition<Buffer, Buffer>
  readonly handler: UntypedHandleCall
}

const asIs = (bytes: Buffer): Buffer => bytes

const define = (path: string, requestStream: boolean, responseStream: boolean): GrpcMethod['definition'] => ({
  path,
  requestStream,
  responseStream,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
})

export const unaryMethod = (path: string, handler: handleUnaryCall<Buffer, Buffer>): GrpcMethod => ({
  definition: define(path, false, false),
  handler,
})

export const streamingMethod = (
  path: string,
  handler: handleServerStreamingCall<Buffer, Buffer>,
): GrpcMethod => ({ definition: define(path, false, true), handler })

export const bidiMethod = (path: string, handler: handleBidiStreamingCall<Buffer, Buffer>): GrpcMethod => ({
  definition: define(path, true, true),
  handler,
})

export const addService = (server: Server, methods: Readonly<Record<string, GrpcMethod>>): void =>
  server.addService(
    Object.fromEntries(Object.entries(methods).map(([name, { definition }]) => [name, definition])),
    Object.fromEntries(Object.entries(methods).map(([name, { handler }]) => [name, handler])),
  )
