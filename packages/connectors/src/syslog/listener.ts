/**
 * Takes syslog over UDP, TCP or TLS. Streams are held back while their messages are worked on; datagrams that find the
 * buffer full are dropped and counted. Connections, frames and the buffer are bounded.
 */

import { createSocket } from 'node:dgram'
import { createServer as createPlainServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { createSyslogFramer } from '@rampart/codecs'

export type SyslogListenerOptions = {
  /** `udp:`, `tcp:` or `tls:`, host and port; port 0 takes a free one. */
  readonly url: string
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string }
  /** Messages in the order of their stream; the next come when this has ended. */
  readonly onMessages: (messages: readonly string[]) => Promise<void>
  readonly onDropped: (count: number) => void
  readonly maxBytes?: number
  readonly maxConnections?: number
  readonly idleMs?: number
}

export type SyslogListener = { readonly port: number; stop(): Promise<void> }

const MAX_BYTES = 256 * 1024
const MAX_CONNECTIONS = 64
const IDLE_MS = 600_000
const MAX_DATAGRAMS = 10_000

const addressOf = (url: string): { protocol: string; host: string; port: number } => {
  const { protocol, hostname, port } = new URL(url)
  return { protocol, host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }
}

const listenDatagrams = (
  options: SyslogListenerOptions,
  host: string,
  port: number,
): Promise<SyslogListener> => {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  let buffer: string[] = []
  let working: Promise<void> | undefined
  const work = async (): Promise<void> => {
    while (buffer.length > 0) {
      const messages = buffer
      buffer = []
      await options.onMessages(messages).catch(() => options.onDropped(messages.length))
    }
    working = undefined
  }
  socket.on('message', (bytes) => {
    if (buffer.length >= MAX_DATAGRAMS) return options.onDropped(1)
    buffer.push(bytes.toString('utf8'))
    working ??= work()
  })
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(port, host, () => {
      socket.off('error', reject)
      socket.on('error', () => undefined)
      resolve({
        port: socket.address().port,
        stop: async () => {
          await new Promise<void>((done) => socket.close(() => done()))
          await working
        },
      })
    })
  })
}

/** Reads one connection until it ends; a frame that cannot be read ends it. */
const serve = async (socket: Socket, options: SyslogListenerOptions): Promise<void> => {
  const framer = createSyslogFramer({ maxBytes: options.maxBytes ?? MAX_BYTES })
  socket.setTimeout(options.idleMs ?? IDLE_MS, () => socket.destroy())
  try {
    // Iterating reads no further while the body runs: the sender feels it.
    for await (const chunk of socket) {
      const messages = framer.push(chunk as Buffer).map((bytes) => bytes.toString('utf8'))
      if (messages.length > 0) await options.onMessages(messages)
    }
  } catch {
    options.onDropped(framer.pending() > 0 ? 1 : 0)
  } finally {
    socket.destroy()
  }
}

const listenStreams = (
  options: SyslogListenerOptions,
  host: string,
  port: number,
): Promise<SyslogListener> => {
  const sockets = new Set<Socket>()
  const work = new Set<Promise<void>>()
  const accept = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    const served = serve(socket, options).finally(() => {
      sockets.delete(socket)
      work.delete(served)
    })
    work.add(served)
  }
  const { tls } = options
  const server: Server =
    tls === undefined
      ? createPlainServer(accept)
      : createTlsServer(
          {
            cert: tls.cert,
            key: tls.key,
            minVersion: 'TLSv1.2',
            handshakeTimeout: 10_000,
            ...(tls.clientCa === undefined
              ? {}
              : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true }),
          },
          accept,
        )
  server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS
  server.on('tlsClientError', () => undefined)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      server.on('error', () => undefined)
      resolve({
        port: (server.address() as { port: number }).port,
        stop: async () => {
          const closed = new Promise<void>((done) => server.close(() => done()))
          for (const socket of sockets) socket.destroy()
          await Promise.all([closed, ...work])
        },
      })
    })
  })
}

/** Throws what listening throws: the port is taken, the certificate is none. */
export const listenSyslog = (options: SyslogListenerOptions): Promise<SyslogListener> => {
  const { protocol, host, port } = addressOf(options.url)
  return protocol === 'udp:' ? listenDatagrams(options, host, port) : listenStreams(options, host, port)
}
