/** grpc.health.v1.Health (contracts/proto/health) for the server as a whole and for inference. */
import { type ServerWritableStream, status } from '@grpc/grpc-js'
import { decodeTexts, encodeFlag } from '@rampart/codecs'
import { toAppError } from '@rampart/kit'
import { refuseUnary } from './grpc-channel.ts'
import { INFERENCE_SERVICE } from './grpc-inference.ts'
import { streamingMethod, unaryMethod } from './grpc-service.ts'

const SERVICE = 'grpc.health.v1.Health'
const KNOWN: readonly string[] = ['', INFERENCE_SERVICE]
const SERVING = 1
const NOT_SERVING = 2
const SERVICE_UNKNOWN = 3

const LOOK_MS = 200

type Watcher = { readonly call: ServerWritableStream<Buffer, Buffer>; last: number }

/** `isReady` is looked at five times a second while somebody watches. */
export const createGrpcHealth = (isReady: () => boolean) => {
  const watchers = new Set<Watcher>()
  let timer: NodeJS.Timeout | undefined

  const now = (): number => (isReady() ? SERVING : NOT_SERVING)

  const tell = (watcher: Watcher, value: number): void => {
    if (watcher.last === value) return
    watcher.last = value
    watcher.call.write(encodeFlag(value))
  }
  const look = (): void => {
    const value = now()
    for (const watcher of watchers) tell(watcher, value)
  }
  const leave = (watcher: Watcher): void => {
    watchers.delete(watcher)
    if (watchers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    methods: {
      Check: unaryMethod(`/${SERVICE}/Check`, (call, respond) => {
        try {
          const [service] = decodeTexts(call.request)
          if (KNOWN.includes(service)) respond(null, encodeFlag(now()))
          else respond({ code: status.NOT_FOUND, details: 'no such service' })
        } catch (error) {
          refuseUnary(respond, toAppError(error))
        }
      }),
      Watch: streamingMethod(`/${SERVICE}/Watch`, (call) => {
        const watcher: Watcher = { call, last: 0 }
        try {
          const [service] = decodeTexts(call.request)
          tell(watcher, KNOWN.includes(service) ? now() : SERVICE_UNKNOWN)
          // The protocol keeps the stream open, but the service will not come into being.
          if (watcher.last === SERVICE_UNKNOWN) return
        } catch {
          call.emit('error', { code: status.INVALID_ARGUMENT, details: 'the message cannot be read' })
          return
        }
        watchers.add(watcher)
        timer ??= setInterval(look, LOOK_MS).unref()
        call.once('cancelled', () => leave(watcher))
        call.once('close', () => leave(watcher))
      }),
    },
    /** Tells every watcher that the server stops, and ends the streams. */
    stop: (): void => {
      for (const watcher of watchers) {
        tell(watcher, NOT_SERVING)
        watcher.call.end()
      }
      watchers.clear()
      clearInterval(timer)
    },
  }
}
