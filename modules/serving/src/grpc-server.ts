/** The gRPC listener: inference, health and reflection on a port of its own, without TLS like the HTTP listener. */
import { createServer, type Server as NetServer } from 'node:net'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { servingErrors } from './errors.ts'
import { createGrpcHealth } from './grpc-health.ts'
import { createGrpcInference } from './grpc-inference.ts'
import { createGrpcReflection } from './grpc-reflection.ts'
import { addService } from './grpc-service.ts'
import type { InferenceRouter } from './inference-router.ts'
import type { ServingOptions } from './options.ts'

export type GrpcAddress = {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Lets several processes listen on the port; the system spreads connections over them. */
  readonly reusePort?: boolean
}

export type GrpcListener = {
  readonly port: number
  /** Takes no new call, lets those in flight end, and closes; after `drainMs` it closes anyhow. */
  stop(): Promise<void>
}

const KEEPALIVE_MS = 60_000
const IDLE_MS = 30 * 60_000

const createRpcServer = (options: ServingOptions): Server =>
  new Server({
    'grpc.max_receive_message_length': options.maxBodyBytes,
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': options.grpcStreams,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.max_connection_idle_ms': IDLE_MS,
    'grpc.enable_channelz': 0,
  })

const listen = (server: NetServer, { host, port, reusePort }: GrpcAddress): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? servingErrors.SERVING_GRPC_PORT_TAKEN(`Port ${port} on ${host} is taken.`, { cause: error })
          : error,
      ),
    )
    server.listen({ host, port, reusePort: reusePort === true }, () => {
      const bound = server.address()
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port)
    })
  })

const shutDown = (rpc: Server, drainMs: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => {
      rpc.forceShutdown()
      resolve()
    }, drainMs)
    rpc.tryShutdown(() => {
      clearTimeout(timer)
      resolve()
    })
  })

/** Throws SERVING_GRPC_PORT_TAKEN. */
export const startGrpcServer = async (
  router: InferenceRouter,
  address: GrpcAddress,
): Promise<GrpcListener> => {
  const rpc = createRpcServer(router.options)
  let stopping = false
  const isReady = (): boolean => !stopping && router.isReady()
  const health = createGrpcHealth(isReady)
  addService(rpc, createGrpcInference({ ...router, isReady }))
  addService(rpc, health.methods)
  for (const methods of createGrpcReflection()) addService(rpc, methods)
  // A listener of our own: grpc-js hides why a port cannot be had, and knows no reusePort.
  const injector = rpc.createConnectionInjector(ServerCredentials.createInsecure())
  const sockets = createServer({ noDelay: true }, (socket) => injector.injectConnection(socket))
  const port = await listen(sockets, address)
  return {
    port,
    stop: async () => {
      stopping = true
      sockets.close()
      health.stop()
      await shutDown(rpc, router.options.drainMs)
    },
  }
}
