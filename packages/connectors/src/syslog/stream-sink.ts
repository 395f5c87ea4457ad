/**
 * Syslog over TCP or TLS with octet counting (RFC 6587 3.4.1, RFC 5425). Nothing is acknowledged: `accepted` means written.
 * TLS 1.3 refuses a client's certificate only after the client is connected, so a break may undo what was written.
 */

import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { frameOctets } from '@rampart/codecs'
import { createAddressGuard, hostOf, parseServerUrl } from '../outbound/index.ts'
import { sinkErrors } from '../sink/errors.ts'
import { ACCEPTED, DEFAULT_TIMEOUT_MS, type SinkTarget, type SinkTransport } from '../sink/transport.ts'

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const openSocket = (target: SinkTarget, timeoutMs: number): Promise<Socket> => {
  const url = parseServerUrl(target.url, ['tcp:', 'tls:'])
  const guard = createAddressGuard(target.addresses)
  guard.check(url)
  const host = hostOf(url)
  const secure = url.protocol === 'tls:'
  const port = Number(url.port || (secure ? 6514 : 601))
  const { ca, cert, key, serverName } = target.tls ?? {}
  const name = serverName ?? (isIP(host) === 0 ? host : undefined)
  const lookup = guard.lookupFor(url)
  const socket = secure
    ? connectTls({
        host,
        port,
        lookup,
        minVersion: 'TLSv1.2',
        ...(name === undefined ? {} : { servername: name }),
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
      })
    : connectPlain({ host, port, lookup })
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => {
      socket.destroy()
      reject(sinkErrors.SINK_UNREACHABLE(`${url.host}: ${messageOf(cause)}`, { cause }))
    }
    socket.setTimeout(timeoutMs, () => fail(new Error('no connection in time')))
    socket.once('error', fail)
    socket.once('close', () => fail(new Error('closed while connecting')))
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      socket.removeAllListeners()
      socket.setTimeout(0)
      socket.setKeepAlive(true, 10_000)
      // What a receiver says is read away: an unread answer would keep its end of the connection from closing.
      socket.resume()
      resolve(socket)
    })
  })
}

export const createSyslogStream = (target: SinkTarget): SinkTransport => {
  const timeoutMs = target.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const listeners: (() => void)[] = []
  let socket: Socket | undefined
  let closed = false

  const open = async (): Promise<Socket> => {
    const fresh = await openSocket(target, timeoutMs)
    // It may have been refused between its greeting and now.
    if (fresh.destroyed) throw sinkErrors.SINK_UNREACHABLE(`${target.url}: closed after connecting`)
    fresh.on('error', () => undefined)
    fresh.once('close', () => {
      if (socket === fresh) socket = undefined
      if (!closed) for (const listener of listeners) listener()
    })
    fresh.once('end', () => fresh.destroy())
    return fresh
  }

  const write = (to: Socket, bytes: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      const stalled = (): void => {
        to.destroy()
        reject(sinkErrors.SINK_STALLED(`${target.url} took nothing for ${timeoutMs} ms`))
      }
      // Time without progress, not in all: a large batch over a slow line is no stall.
      to.setTimeout(timeoutMs, stalled)
      to.write(bytes, (error) => {
        to.setTimeout(0)
        to.off('timeout', stalled)
        if (error === undefined || error === null) resolve()
        else reject(sinkErrors.SINK_UNREACHABLE(`${target.url}: ${messageOf(error)}`, { cause: error }))
      })
    })

  return {
    assurance: 'written',
    send: async (batch) => {
      socket ??= await open()
      await write(socket, frameOctets(...batch.map(({ payload }) => payload)))
      return batch.map(() => ACCEPTED)
    },
    onBreak: (listener) => void listeners.push(listener),
    close: async () => {
      closed = true
      const last = socket
      socket = undefined
      if (last === undefined || last.destroyed) return
      await new Promise<void>((resolve) => {
        last.once('close', () => resolve())
        last.setTimeout(1_000, () => last.destroy())
        last.end()
      })
    },
  }
}
