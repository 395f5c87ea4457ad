/** Syslog over UDP (RFC 5426): one message per datagram, lossy by nature. What no datagram can hold is refused. */
import { createSocket, type Socket } from 'node:dgram'
import { isIP } from 'node:net'
import { createAddressGuard, hostOf, parseServerUrl } from '../outbound/index.ts'
import { sinkErrors } from '../sink/errors.ts'
import { ACCEPTED, type SendResult, type SinkTarget, type SinkTransport } from '../sink/transport.ts'

/** 65,535 less the headers of IPv4 and UDP. */
const MAX_BYTES = 65_507

type Family = 'udp4' | 'udp6'

export const createSyslogDatagrams = (target: SinkTarget): SinkTransport => {
  const url = parseServerUrl(target.url, ['udp:'])
  const guard = createAddressGuard(target.addresses)
  guard.check(url)
  const host = hostOf(url)
  const port = Number(url.port || 514)
  const sockets = new Map<Family, Socket>()
  const unreachable = (cause: Error) =>
    sinkErrors.SINK_UNREACHABLE(`${url.host}: ${cause.message}`, { cause })

  /** Looked up for each batch: a socket of its own would ask the guard about the address that it binds, too. */
  const resolveHost = (): Promise<string> =>
    isIP(host) !== 0
      ? Promise.resolve(host)
      : new Promise((resolve, reject) => {
          guard.lookupFor(url)(host, {}, (error, address) => {
            if (error === null) resolve(String(address))
            else reject(unreachable(error))
          })
        })

  const socketFor = (address: string): Socket => {
    const family: Family = isIP(address) === 6 ? 'udp6' : 'udp4'
    const known = sockets.get(family)
    if (known !== undefined) return known
    const fresh = createSocket(family)
    // A port that nobody listens on may be answered by ICMP; the send that follows fails, no more.
    fresh.on('error', () => undefined)
    sockets.set(family, fresh)
    return fresh
  }

  const sendOne = (address: string, payload: string): Promise<SendResult> => {
    const bytes = Buffer.from(payload)
    if (bytes.length > MAX_BYTES)
      return Promise.resolve({ kind: 'refused', reason: `${bytes.length} bytes do not fit into a datagram` })
    return new Promise((resolve, reject) => {
      socketFor(address).send(bytes, port, address, (error) => {
        if (error === null) resolve(ACCEPTED)
        else reject(unreachable(error))
      })
    })
  }

  return {
    assurance: 'none',
    send: async (batch) => {
      const address = await resolveHost()
      const results: SendResult[] = []
      for (const { payload } of batch) results.push(await sendOne(address, payload))
      return results
    },
    onBreak: () => undefined,
    close: async () => {
      const last = [...sockets.values()]
      sockets.clear()
      await Promise.all(last.map((one) => new Promise<void>((resolve) => one.close(() => resolve()))))
    },
  }
}
