/** The one listener: guard first, then the hot path for /v2 and Fastify for everything else. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { type AppError, toProblem } from '@rampart/kit'
import type { BrowserGuard } from './browser-guard.ts'
import { serverErrors } from './errors.ts'

const LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 15_000,
  requestTimeout: 0,
  keepAliveTimeout: 65_000,
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
}

/** A server that is not listening yet; `api` is Fastify's handler. */
export const createHttpServer = (deps: {
  readonly guard: BrowserGuard
  readonly inference: (request: IncomingMessage, response: ServerResponse) => void
  readonly api: RequestListener
}): Server => {
  const server = createServer(LIMITS, (request, response) => {
    const refused = deps.guard({
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      headers: request.headers,
    })
    if (refused !== undefined) refuse(request, response, refused)
    else if (isInference(request.url ?? '/')) deps.inference(request, response)
    else deps.api(request, response)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy()
      return
    }
    const status =
      error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
    const detail =
      error.code === 'HPE_HEADER_OVERFLOW' ? 'The headers are too large.' : 'The request is not valid HTTP.'
    const body = JSON.stringify({
      type: 'about:blank',
      title: status.slice(4),
      status: Number(status.slice(0, 3)),
      detail,
    })
    socket.end(
      `HTTP/1.1 ${status}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    )
  })
  return server
}

/** Listens, or says in plain words who is in the way. */
export const listen = (
  server: Server,
  address: { readonly host: string; readonly port: number },
): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? serverErrors.SERVER_PORT_TAKEN(`Port ${address.port} on ${address.host} is taken.`, {
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
