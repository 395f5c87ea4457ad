/** The one listener: guard first, then the hot path for /v2 and Fastify for everything else. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createNetServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { type AppError, toProblem } from '@rampart/kit'
import { type BodyTimes, watchBodies } from './body-watch.ts'
import type { BrowserGuard } from './browser-guard.ts'
import type { ConnectionShare } from './connection-share.ts'
import { listenerErrors } from './errors.ts'
import { attachInferenceLane, type LaneHandler } from './inference-lane.ts'

const LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 15_000,
  // Bodies have a watch of their own, which knows uploads.
  requestTimeout: 0,
  keepAliveTimeout: 65_000,
  // The guard answers what has no Host; node would answer without a body.
  requireHostHeader: false,
}
/** Node drops what is above its own limit silently; a dropped header must not change what a request means. */
const MAX_HEADERS = 256
const LINGER_MS = 500
const BODY_TIMES: BodyTimes = {
  wholeMs: 30_000,
  uploadStepMs: 30_000,
  uploadStepBytes: 32 * 1024,
  sweepMs: 1_000,
}

const isInference = (url: string): boolean =>
  url === '/v2' || url.startsWith('/v2/') || url.startsWith('/v2?')

const refuse = (request: IncomingMessage, response: ServerResponse, error: AppError): void => {
  const { status, body } = toProblem(error, { instance: (request.url ?? '/').split('?', 1)[0] ?? '/' })
  const inference = isInference(request.url ?? '/')
  // The rest of the body is not read: the connection cannot be used again.
  response.writeHead(status, {
    'content-type': inference ? 'application/json' : 'application/problem+json',
    connection: 'close',
  })
  response.end(JSON.stringify(inference ? { error: error.message, code: error.code } : body))
  request.resume()
  // A body without end would keep the connection.
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS)
  request.once('end', () => clearTimeout(timer))
}

const REFUSALS = {
  400: { title: 'Bad Request', code: 'SERVER_NOT_HTTP', detail: 'The request is not valid HTTP.' },
  408: {
    title: 'Request Timeout',
    code: 'SERVER_BODY_TOO_SLOW',
    detail: 'The request took too long to arrive.',
  },
  431: {
    title: 'Request Header Fields Too Large',
    code: 'SERVER_HEADERS_TOO_LARGE',
    detail: 'The headers are too large or too many.',
  },
  501: { title: 'Not Implemented', code: 'SERVER_NOT_A_PROXY', detail: 'This server is no proxy.' },
} as const

/** Answers on the bare connection, where there is no request to answer, and closes it. */
const refuseConnection = (socket: Duplex, status: keyof typeof REFUSALS): void => {
  const { title, code, detail } = REFUSALS[status]
  const body = JSON.stringify({ type: `urn:rampart:error:${code}`, title, status, detail, code })
  const head = `HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json\r\n`
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`)
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

const statusOfClientError = (error: NodeJS.ErrnoException): keyof typeof REFUSALS => {
  if (error.code === 'HPE_HEADER_OVERFLOW') return 431
  return error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
}

/** A server that is not listening yet; `api` is Fastify's handler. */
export const createHttpServer = (deps: {
  readonly guard: BrowserGuard
  readonly inference: (request: IncomingMessage, response: ServerResponse) => void
  readonly api: RequestListener
  /** Asks callers to connect again while this process has more connections than its siblings. */
  readonly share?: ConnectionShare
  /** The short way of inference calls; without it all go the way of `inference`. */
  readonly lane?: LaneHandler
  readonly bodyTimes?: BodyTimes
}): Server => {
  const answer: RequestListener = (request, response) => {
    if (request.rawHeaders.length > MAX_HEADERS * 2) return refuseConnection(request.socket, 431)
    watch(request)
    if (deps.share !== undefined && deps.share.excess > 0) {
      deps.share.excess -= 1
      response.shouldKeepAlive = false
    }
    const refused = deps.guard({
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      headers: request.headers,
    })
    if (refused !== undefined) refuse(request, response, refused)
    else if (isInference(request.url ?? '/')) deps.inference(request, response)
    else deps.api(request, response)
  }
  const server = createServer(LIMITS, answer)
  server.maxHeadersCount = 0
  if (deps.lane !== undefined)
    attachInferenceLane(server, {
      handle: deps.lane,
      admits: (head) => deps.guard(head) === undefined,
      share: deps.share,
    })
  const watch = watchBodies(server, deps.bodyTimes ?? BODY_TIMES, (socket) => refuseConnection(socket, 408))
  // What a client expects beyond 100-continue is ignored, as RFC 9110 section 10.1.1 allows.
  server.on('checkExpectation', answer)
  server.on('connect', (_request, socket) => refuseConnection(socket, 501))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy()
      return
    }
    refuseConnection(socket, statusOfClientError(error))
  })
  return server
}

/** Listens, or says in plain words who is in the way. */
export const listen = (
  server: Server,
  address: { readonly host: string; readonly port: number; readonly reusePort?: boolean },
): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? listenerErrors.SERVER_PORT_TAKEN(`Port ${address.port} on ${address.host} is taken.`, {
              cause: error,
            })
          : error,
      )
    })
    server.listen(address, () => {
      const bound = server.address()
      resolve(typeof bound === 'object' && bound !== null ? bound.port : address.port)
    })
  })

/** A port that is free now, for several processes that must agree on one. */
export const freePort = (host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createNetServer()
    probe.once('error', reject)
    probe.listen({ host, port: 0 }, () => {
      const bound = probe.address()
      probe.close(() => resolve(typeof bound === 'object' && bound !== null ? bound.port : 0))
    })
  })

/**
 * Stops accepting, answers what is in flight, and then closes every connection; those that are still busy after
 * `graceMs` are cut.
 */
export const closeServer = async (server: Server, graceMs: number): Promise<void> => {
  if (!server.listening) return
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A kept-alive connection becomes idle only after its answer: closing them once would miss those.
  const idle = setInterval(() => server.closeIdleConnections(), 20)
  const late = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}
