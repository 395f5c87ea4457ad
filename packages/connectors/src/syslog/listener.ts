/**
 * Takes syslog over UDP, TCP or TLS. Streams are held back while their messages are worked on; datagrams that find their
 * sender's part of the buffer full are dropped and counted. Connections, frames and the buffer are bounded.
 */
import { createServer as createPlainServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { createSyslogFramer } from '@rampart/codecs'
import { listenDatagrams } from './datagram-listener.ts'
import type { SyslogListener, SyslogListenerOptions } from './listener-options.ts'

const MAX_BYTES = 256 * 1024
const MAX_CONNECTIONS = 64
const IDLE_MS = 600_000

const addressOf = (url: string): { protocol: string; host: string; port: number } => {
  const { protocol, hostname, port } = new URL(url)
  return { protocol, host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }
}

/** Reads one connection until it ends; a frame that cannot be read ends it, after what came whole before it. */
const serve = async (socket: Socket, options: SyslogListenerOptions): Promise<void> => {
  const framer = createSyslogFramer({ maxBytes: options.maxBytes ?? MAX_BYTES })
  const take = (messages: readonly Buffer[]) =>
    options.onMessages(messages.map((bytes) => bytes.toString('utf8')))
  socket.setTimeout(options.idleMs ?? IDLE_MS, () => socket.destroy())
  try {
    // Iterating reads no further while the body runs: the sender feels it.
    for await (const chunk of socket) {
      const messages = framer.push(chunk as Buffer)
      if (messages.length > 0) await take(messages)
      if (framer.isBroken()) break
    }
    const rest = framer.rest()
    if (rest !== undefined) await take([rest])
    else if (framer.pending() > 0) options.onDropped(1)
  } catch {
    options.onDropped(framer.pending() > 0 ? 1 : 0)
  } finally {
    socket.destroy()
  }
}

/** Names in a certificate that the TLS stack found to be of the authority. */
const namesOf = (socket: Socket): string[] => {
  const { subject, subjectaltname } = (socket as TLSSocket).getPeerCertificate()
  const common = subject?.CN
  const names = (subjectaltname ?? '').split(', ').filter((one) => one.startsWith('DNS:'))
  return [...(typeof common === 'string' ? [common] : []), ...names.map((one) => one.slice('DNS:'.length))]
}

const isWelcome = (socket: Socket, { tls, isAllowed }: SyslogListenerOptions): boolean => {
  if (isAllowed?.(socket.remoteAddress ?? '') === false) return false
  const wanted = tls?.clientNames
  return wanted === undefined || namesOf(socket).some((name) => wanted.includes(name))
}

/** At most so many connections of one address, so that no sender keeps the others out. */
const createGate = (most: number) => {
  const open = new Map<string, number>()
  return {
    enter: (address: string): boolean => {
      const count = open.get(address) ?? 0
      if (count >= most) return false
      open.set(address, count + 1)
      return true
    },
    leave: (address: string): void => {
      const count = (open.get(address) ?? 0) - 1
      if (count > 0) open.set(address, count)
      else open.delete(address)
    },
  }
}

const createServer = ({ tls }: SyslogListenerOptions, accept: (socket: Socket) => void): Server =>
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

const listenStreams = (
  options: SyslogListenerOptions,
  host: string,
  port: number,
): Promise<SyslogListener> => {
  const sockets = new Set<Socket>()
  const work = new Set<Promise<void>>()
  const maxConnections = options.maxConnections ?? MAX_CONNECTIONS
  const gate = createGate(options.maxConnectionsEach ?? Math.ceil(maxConnections / 4))
  const accept = (socket: Socket): void => {
    const address = socket.remoteAddress ?? ''
    socket.on('error', () => undefined)
    if (!isWelcome(socket, options) || !gate.enter(address)) {
      options.onDropped(1)
      socket.destroy()
      return
    }
    sockets.add(socket)
    const served = serve(socket, options).finally(() => {
      gate.leave(address)
      sockets.delete(socket)
      work.delete(served)
    })
    work.add(served)
  }
  const server = createServer(options, accept)
  server.maxConnections = maxConnections
  server.on('drop', () => options.onDropped(1))
  server.on('tlsClientError', () => options.onDropped(1))
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
