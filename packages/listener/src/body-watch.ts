/**
 * Bodies that do not arrive. A client that sends a byte now and then would otherwise hold a connection, and what was
 * already buffered, for as long as it likes. One sweep over the open connections; a request costs a look-up in a map.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

export type BodyTimes = {
  /** A body that is not an upload must be complete after this, ms. */
  readonly wholeMs: number
  /** An upload may take long, but in each step of this many ms … */
  readonly uploadStepMs: number
  /** … it must bring this many bytes. */
  readonly uploadStepBytes: number
  readonly sweepMs: number
}

type Watched = { request: IncomingMessage | undefined; since: number; bytes: number }

const isUpload = ({ headers, method }: IncomingMessage): boolean =>
  (method === 'POST' || method === 'PUT') &&
  headers['content-type']?.startsWith('application/octet-stream') === true

/** Calls `tooSlow` for each connection whose request is late. The returned function begins to watch a request. */
export const watchBodies = (
  server: Server,
  times: BodyTimes,
  tooSlow: (socket: Socket) => void,
): ((request: IncomingMessage) => void) => {
  const open = new Map<Socket, Watched>()
  server.on('connection', (socket: Socket) => {
    open.set(socket, { request: undefined, since: 0, bytes: 0 })
    socket.once('close', () => open.delete(socket))
  })
  const check = (socket: Socket, watched: Watched, now: number): void => {
    const { request } = watched
    if (request === undefined) return
    if (request.complete) {
      watched.request = undefined
      return
    }
    const upload = isUpload(request)
    if (now - watched.since < (upload ? times.uploadStepMs : times.wholeMs)) return
    if (upload && socket.bytesRead - watched.bytes >= times.uploadStepBytes) {
      watched.since = now
      watched.bytes = socket.bytesRead
      return
    }
    watched.request = undefined
    tooSlow(socket)
  }
  const timer = setInterval(() => {
    const now = performance.now()
    for (const [socket, watched] of open) check(socket, watched, now)
  }, times.sweepMs)
  timer.unref()
  server.on('close', () => clearInterval(timer))
  return (request) => {
    const watched = open.get(request.socket)
    if (watched === undefined) return
    watched.request = request
    watched.since = performance.now()
    watched.bytes = request.socket.bytesRead
  }
}
