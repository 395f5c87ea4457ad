/** Receivers of the proof's own, which can be told to hang, to cut and to have no room, and remember what they acknowledged. */
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { createSyslogFramer, decodeSyslog } from '@rampart/codecs'
import { startAmqp10Receiver } from '@rampart/connectors/testing'
import type { SinkSpec } from '@rampart/siem'

export type Fault = 'kill' | 'hang' | 'cut' | 'full'

/** A record's event id and number. */
export type Arrival = { readonly id: string; readonly number: number }

export type Receiver = {
  readonly name: string
  readonly spec: SinkSpec
  readonly secrets?: Readonly<Record<string, string>>
  inflict(fault: Fault): Promise<void>
  /** Ends the fault: starts, lets go on or makes room. */
  heal(fault: Fault): Promise<void>
  /** In order of arrival, repeated ones too. */
  arrived(): Promise<readonly Arrival[]>
  stop(): Promise<void>
}

type Mood = 'none' | 'hang' | 'cut' | 'full'
type Own = {
  readonly name: string
  readonly port: number
  readonly arrived: readonly Arrival[]
  setFault(mood: Mood): void
  stop(): Promise<void>
}

/** In this process nothing is killed: connections are cut instead. */
const asReceiver = (own: Own, spec: SinkSpec): Receiver => ({
  name: own.name,
  spec,
  inflict: async (fault) => own.setFault(fault === 'kill' ? 'cut' : fault),
  heal: async () => own.setFault('none'),
  arrived: async () => own.arrived,
  stop: own.stop,
})

const WAITS = { timeoutMs: 1_500 }

export const numberIn = (title: string): number => Number(/n=(\d+)/.exec(title)?.[1])

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
): Promise<Own> => {
  const arrived: Arrival[] = []
  let fault: Mood = 'none'
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

export const startWebhook = async (): Promise<Receiver> => {
  const own = await startHttp('webhook', (_request, body, response, note) => {
    for (const told of (JSON.parse(body) as { events: Told[] }).events) note(told)
    response.end()
  })
  return asReceiver(own, {
    type: 'webhook',
    url: `http://127.0.0.1:${own.port}/`,
    secretRef: 'key',
    ...WAITS,
  })
}

/** Acknowledges a batch at the second question about it. */
export const startHec = async (): Promise<Receiver> => {
  const asked = new Map<string, number>()
  let lastId = 0
  const own = await startHttp('hec', (request, body, response, note) => {
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
  return asReceiver(own, { type: 'hec', url: `http://127.0.0.1:${own.port}`, secretRef: 'token', ...WAITS })
}

/** Syslog over TCP; what it read counts, and a hang reads nothing. */
export const startSyslog = async (): Promise<Receiver> => {
  const arrived: Arrival[] = []
  const sockets = new Set<Socket>()
  let fault: Mood = 'none'
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
  const own: Own = {
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
  return asReceiver(own, { type: 'syslog', url: `tcp://127.0.0.1:${port}`, ...WAITS })
}

export const startAmqp = async (): Promise<Receiver> => {
  const arrived: Arrival[] = []
  const { port, setFault, stop } = await startAmqp10Receiver(({ id, body }) => {
    arrived.push({ id, number: numberIn((JSON.parse(body) as Told['payload']).record.title) })
  })
  return asReceiver(
    { name: 'amqp1', port, arrived, setFault, stop },
    // So small that it fills up at every fault: then the event log keeps what has no room.
    { type: 'amqp1', url: `amqp://127.0.0.1:${port}`, amqp: { address: 'q' }, maxQueued: 100, ...WAITS },
  )
}
