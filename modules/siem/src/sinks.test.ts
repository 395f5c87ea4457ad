import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createSyslogFramer, decodeSyslog } from '@rampart/codecs'
import type { SendResult, SinkTransport } from '@rampart/connectors/sink'
import { signWebhook } from '@rampart/connectors/webhook'
import { createMetrics, cryptoRandom, systemClock } from '@rampart/kit'
import { silentLogger, type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { createOpenTransport, type OpenTransport } from './open-transport.ts'
import type { SinkSpec } from './sink-spec.ts'
import { createSinks, type Sinks } from './sinks.ts'

let store: TestDatabase
const principal = { kind: 'user', id: 'a', tenant: 'default', roles: ['admin'] } as never
const running: Sinks[] = []

before(async () => {
  const dir = fileURLToPath(new URL('../migrations', import.meta.url))
  store = await testDatabase({ sources: [{ module: 'siem', dir }], poolSize: 16 })
})
after(async () => {
  await Promise.all(running.map((sinks) => sinks.stop()))
  await store.stop()
})

const openReal = createOpenTransport({
  addresses: { allowLoopback: true, allowed: [] },
  secrets: { resolve: async (name) => `value of ${name}` },
  clock: systemClock,
})

const create = async (over: { openTransport?: OpenTransport; holdMs?: number } = {}): Promise<Sinks> => {
  const sinks = createSinks({
    database: store.database,
    eventLog: store.eventLog,
    clock: systemClock,
    random: cryptoRandom,
    logger: silentLogger,
    metrics: createMetrics(),
    audit: { record: async () => undefined },
    openTransport: openReal,
    productVersion: '1.2.3',
    eventTypes: ['rampart.signal.v1'],
    checkUrl: () => undefined,
    maxBackoffMs: 50,
    ...over,
  })
  running.push(sinks)
  return sinks
}

const signal = (at: number, over: object = {}) => ({
  schema: 'signal/1',
  id: `s-${at}`,
  key: `k-${at}`,
  state: 'raised',
  time: '2026-11-23T10:00:00Z',
  detector: 'drift',
  title: `n=${at}`,
  severity: 'high',
  entity: { kind: 'model', id: `m-${at % 3}` },
  evidence: {},
  source: { name: 'test', tenant: 'default' },
  ...over,
})
const publish = (at: number, over: object = {}, tenant = 'default') =>
  store.database.tx(tenant, (tx) =>
    store.eventLog.publish(tx, tenant, {
      type: 'rampart.signal.v1',
      subject: `s-${at}`,
      principal: 'component:test',
      data: { signal: signal(at, over) },
    }),
  )

/** A receiver of octet-counted syslog whose connections can be cut. */
const startReceiver = async () => {
  const messages: string[] = []
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    const framer = createSyslogFramer({ maxBytes: 1_000_000 })
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (chunk) => {
      for (const one of framer.push(chunk)) messages.push(decodeSyslog(one.toString()).message)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    messages,
    cut: () => {
      for (const socket of sockets) socket.destroy()
    },
    stop: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

test('a new sink is told what happens from now on, filtered, and in order', async (t) => {
  const receiver = await startReceiver()
  t.after(receiver.stop)
  const sinks = await create({ holdMs: 100 })
  await publish(-1)
  await until(async () => (await store.eventLog.read({ tenant: 'default', limit: 10 })).events.length === 1)
  await sinks.start()
  const spec: SinkSpec = {
    type: 'syslog',
    url: receiver.url,
    filter: { minSeverity: 'high', names: ['dri*'] },
  }
  const made = await sinks.put(principal, { name: 'one', spec })
  assert.equal(made.revision, 1)
  for (let at = 0; at < 5; at += 1) await publish(at)
  await publish(5, { severity: 'low' })
  await publish(6, { detector: 'other' })
  await publish(7, {}, 'elsewhere')
  await publish(8)
  await until(() => receiver.messages.length >= 6)
  assert.deepEqual(receiver.messages, ['n=0', 'n=1', 'n=2', 'n=3', 'n=4', 'n=8'])
  await until(async () => (await sinks.get('default', 'one')).status.delivered === 6)
  const { status } = await sinks.get('default', 'one')
  assert.deepEqual([status.queued, status.dead, status.lagSeconds], [0, 0, 0])
  await assert.rejects(sinks.put(principal, { name: 'one', spec, revision: 7 }), {
    code: 'SIEM_REVISION_CHANGED',
  })
  await sinks.remove(principal, 'one')
  await assert.rejects(sinks.get('default', 'one'), { code: 'SIEM_SINK_UNKNOWN' })
})

test('what was written before a connection broke is written again, and after a restart too', async (t) => {
  const receiver = await startReceiver()
  t.after(receiver.stop)
  const first = await create()
  await first.start()
  await first.put(principal, { name: 'stream', spec: { type: 'syslog', url: receiver.url } })
  await publish(1)
  await until(() => receiver.messages.length === 1)
  receiver.cut()
  await until(() => receiver.messages.length >= 2)
  assert.deepEqual(new Set(receiver.messages), new Set(['n=1']))
  await first.stop()
  receiver.messages.length = 0
  const second = await create({ holdMs: 50 })
  await second.start()
  await publish(2)
  await until(() => receiver.messages.includes('n=2'))
  assert.equal(receiver.messages[0], 'n=1')
  await until(async () => (await second.get('default', 'stream')).status.queued === 0)
  await second.remove(principal, 'stream')
})

/** Takes, refuses or puts off as the test says. */
const scripted = (answer: (eventId: string, payload: string) => SendResult['kind'] | Error) => {
  const arrived: string[] = []
  const openTransport: OpenTransport = async () => {
    const transport: SinkTransport = {
      assurance: 'acknowledged',
      send: async (batch) =>
        batch.map(({ eventId, payload }) => {
          const kind = answer(eventId, payload)
          if (kind instanceof Error) throw kind
          if (kind === 'accepted') arrived.push(JSON.parse(payload).record.title)
          return kind === 'accepted' ? { kind } : { kind, reason: 'as the test says' }
        }),
      onBreak: () => undefined,
      close: async () => undefined,
    }
    return transport
  }
  return { arrived, openTransport }
}

test('refused records become dead letters that can be sent again; a receiver that is away loses nothing', async () => {
  let away = true
  let refuses = true
  const { arrived, openTransport } = scripted((_id, payload) => {
    if (away) return new Error('away')
    return refuses && payload.includes('n=2') ? 'refused' : 'accepted'
  })
  const sinks = await create({ openTransport })
  await sinks.start()
  await sinks.put(principal, {
    name: 'strict',
    spec: { type: 'webhook', url: 'https://siem.example', secretRef: 'key' },
  })
  for (let at = 0; at < 4; at += 1) await publish(at)
  await until(async () => ((await sinks.get('default', 'strict')).status.lastError ?? '') === 'away')
  assert.equal((await sinks.get('default', 'strict')).status.phase, 'waiting')
  away = false
  await until(async () => (await sinks.get('default', 'strict')).status.dead === 1)
  await until(() => arrived.length === 3)
  const [dead] = await sinks.deadLetters('default', 'strict', undefined, 10)
  assert.deepEqual([dead?.reason, dead?.record['title']], ['as the test says', 'n=2'])
  refuses = false
  assert.equal(await sinks.requeue(principal, 'strict'), 1)
  await until(() => arrived.length === 4)
  assert.deepEqual(arrived, ['n=0', 'n=1', 'n=3', 'n=2'])
  await sinks.remove(principal, 'strict')
})

test('a full queue holds its own sink back and no other, and drains in order', async () => {
  let away = true
  const { arrived, openTransport } = scripted(() => (away ? new Error('away') : 'accepted'))
  const other = scripted(() => 'accepted')
  const sinks = await create({
    openTransport: (sink) =>
      sink.spec.url.includes('full') ? openTransport(sink) : other.openTransport(sink),
  })
  await sinks.start()
  const spec = (host: string): SinkSpec => ({
    type: 'webhook',
    url: `https://${host}.example`,
    secretRef: 'key',
  })
  await sinks.put(principal, { name: 'full', spec: { ...spec('full'), maxQueued: 2 } })
  await sinks.put(principal, { name: 'free', spec: spec('free') })
  for (let at = 0; at < 6; at += 1) await publish(at)
  await until(() => other.arrived.length === 6, 60_000)
  await until(async () => (await sinks.get('default', 'full')).status.queued === 2, 60_000)
  const bodies = [{ eventId: 'extra', tenant: 'default', value: signal(9) }]
  assert.equal(await sinks.enqueue('default', bodies), 1)
  away = false
  await until(() => arrived.length === 6, 60_000)
  assert.deepEqual(arrived, ['n=0', 'n=1', 'n=2', 'n=3', 'n=4', 'n=5'])
  for (const name of ['full', 'free']) await sinks.remove(principal, name)
})

test('a webhook gets signed batches and is told again what it did not take', async (t) => {
  const got: { event_id: string }[] = []
  let failures = 2
  const server = createHttpServer(async (request, response) => {
    const body = await text(request)
    const time = Number(request.headers['x-rampart-timestamp'])
    assert.equal(request.headers['x-rampart-signature'], signWebhook('value of key', time, body))
    failures -= 1
    if (failures >= 0) return response.writeHead(503).end()
    got.push(...(JSON.parse(body) as { events: { event_id: string }[] }).events)
    return response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise((resolve) => server.close(resolve)))
  const sinks = await create()
  await sinks.start()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`
  await sinks.put(principal, { name: 'hook', spec: { type: 'webhook', url, secretRef: 'key' } })
  await publish(1)
  await publish(2)
  await until(() => got.length === 2)
  assert.equal(new Set(got.map(({ event_id }) => event_id)).size, 2)
  await sinks.remove(principal, 'hook')
})

test('what is no sink is refused', async () => {
  const sinks = await create()
  const good: SinkSpec = { type: 'syslog', url: 'tls://siem.example:6514' }
  const bad: [string, object][] = [
    ['Bad Name', good],
    ['s', { ...good, url: 'https://siem.example' }],
    ['s', { ...good, extra: 1 }],
    ['s', { ...good, tls: { cert: 'x' } }],
    ['s', { ...good, format: 'cef', mapping: { nope: 'id' } }],
    ['s', { ...good, mapping: { cs1: 'id' } }],
    ['s', { type: 'hec', url: 'https://siem.example' }],
    ['s', { type: 'amqp', url: 'amqp://siem.example' }],
    ['s', { type: 'amqp1', url: 'amqp://siem.example' }],
  ]
  for (const [name, spec] of bad)
    await assert.rejects(sinks.put(principal, { name, spec: spec as SinkSpec }), {
      code: 'SIEM_SINK_INVALID',
    })
})
