/** Receivers that can be told to hang, to cut and to have no room, and that remember what they acknowledged. */
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { createSyslogFramer, decodeSyslog } from '@rampart/codecs'
import { startAmqp10Receiver } from '@rampart/connectors/testing'

export type Fault = 'none' | 'hang' | 'cut' | 'full'

export type Receiver = {
  readonly name: string
  readonly port: number
  /** Event ids with their number, in order of arrival, repeated ones too. */
  readonly arrived: { readonly id: string; readonly number: number }[]
  setFault(fault: Fault): void
  stop(): Promise<void>
}

const numberIn = (title: string): number => Number(/n=(\d+)/.exec(title)?.[1])

const listen = (server: Server, port = 0): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

type Told = { readonly event_id: string; readonly payload: { readonly record: { readonly title: string } } }

const startHttp = async (
  name: string,
  handle: (
    request: IncomingMessage,
    body: string,
    response: ServerResponse,
    note: (told: Told) => void,
  ) => void,
): Promise<Receiver> => {
  const arrived: { id: string; number: number }[] = []
  let fault: Fault = 'none'
  const note = ({ event_id, payload }: Told): void =>
    void arrived.push({ id: event_id, number: numberIn(payload.record.title) })
  const server = createHttp(async (request, response) => {
    const body = await text(request).catch(() => '')
    if (fault === 'hang') return
    if (fault === 'cut') return void request.socket.destroy()
    if (fault === 'full') return void response.writeHead(503).end()
    handle(request, body, response, note)
  })
  const port = await listen(server)
  return {
    name,
    port,
    arrived,
    setFault: (next) => {
      fault = next
      if (next !== 'full') server.closeAllConnections()
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const startWebhook = (): Promise<Receiver> =>
  startHttp('webhook', (_request, body, response, note) => {
    for (const told of (JSON.parse(body) as { events: Told[] }).events) note(told)
    response.end()
  })

/** Acknowledges a batch at the second question about it. */
export const startHec = (): Promise<Receiver> => {
  const asked = new Map<string, number>()
  let lastId = 0
  return startHttp('hec', (request, body, response, note) => {
    response.setHeader('content-type', 'application/json')
    if (request.url?.includes('/ack') === true) {
      const acks = (JSON.parse(body) as { acks: number[] }).acks.map((id) => {
        asked.set(String(id), (asked.get(String(id)) ?? 0) + 1)
        return [id, (asked.get(String(id)) ?? 0) > 1] as const
      })
      response.end(JSON.stringify({ acks: Object.fromEntries(acks) }))
      return
    }
    for (const line of body.split('\n')) {
      const { event, fields } = JSON.parse(line) as { event: Told['payload']; fields: { event_id: string } }
      note({ event_id: fields.event_id, payload: event })
    }
    lastId += 1
    response.end(JSON.stringify({ text: 'Success', code: 0, ackId: lastId }))
  })
}

/** Syslog over TCP; what it read counts, and a hang reads nothing. */
export const startSyslog = async (): Promise<Receiver> => {
  const arrived: { id: string; number: number }[] = []
  const sockets = new Set<Socket>()
  let fault: Fault = 'none'
  const server = createServer((socket) => {
    sockets.add(socket)
    const framer = createSyslogFramer({ maxBytes: 1_000_000 })
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    if (fault === 'cut') return void socket.destroy()
    if (fault === 'hang' || fault === 'full') return void socket.pause()
    socket.on('data', (chunk) => {
      for (const bytes of framer.push(chunk)) {
        const { structuredData, message } = decodeSyslog(bytes.toString())
        arrived.push({ id: structuredData?.['rampart@32473']?.['eventId'] ?? '', number: numberIn(message) })
      }
    })
  })
  const port = await listen(server)
  return {
    name: 'syslog',
    port,
    arrived,
    setFault: (next) => {
      fault = next
      for (const socket of sockets) socket.destroy()
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const startAmqp = async (): Promise<Receiver> => {
  const arrived: { id: string; number: number }[] = []
  const receiver = await startAmqp10Receiver(({ id, body }) => {
    arrived.push({ id, number: numberIn((JSON.parse(body) as Told['payload']).record.title) })
  })
  return { name: 'amqp1', port: receiver.port, arrived, setFault: receiver.setFault, stop: receiver.stop }
}
