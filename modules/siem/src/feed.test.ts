import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { ExportType } from '@rampart/codecs'
import type { SinkTransport } from '@rampart/connectors/sink'
import { createMetrics, cryptoRandom, systemClock } from '@rampart/kit'
import { silentLogger, type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import type { Feed } from './feed.ts'
import type { QueuedBody } from './record-of-event.ts'
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

/** A log that grows when told; places are counts. */
const growing = (name: string, type: ExportType, body: (at: number) => Record<string, unknown>) => {
  let size = 0
  let away = false
  const feed: Feed = {
    name,
    type,
    head: async () => String(size),
    read: async (tenant, place, limit) => {
      if (away) throw new Error('away')
      const from = Number(place)
      const to = Math.min(size, from + limit)
      const bodies = Array.from({ length: to - from }, (_, i): QueuedBody => {
        const at = from + i
        const value = { id: `${name}-${at}`, time: '2026-11-23T10:00:00Z', ...body(at) }
        return { eventId: `${name}-${at}`, tenant, value }
      })
      return { bodies, place: String(to), more: to < size }
    },
  }
  return {
    feed,
    grow: (by: number) => {
      size += by
    },
    setAway: (now: boolean) => {
      away = now
    },
  }
}

const collecting = () => {
  const arrived: string[] = []
  let away = false
  const transport: SinkTransport = {
    assurance: 'acknowledged',
    send: async (batch) => {
      if (away) throw new Error('away')
      arrived.push(...batch.map(({ eventId }) => eventId))
      return batch.map(() => ({ kind: 'accepted' }))
    },
    onBreak: () => undefined,
    close: async () => undefined,
  }
  return {
    arrived,
    openTransport: async () => transport,
    setAway: (now: boolean) => {
      away = now
    },
  }
}

const create = (feeds: readonly Feed[], openTransport: () => Promise<SinkTransport>): Sinks => {
  const sinks = createSinks({
    database: store.database,
    eventLog: store.eventLog,
    clock: systemClock,
    random: cryptoRandom,
    logger: silentLogger,
    metrics: createMetrics(),
    audit: { record: async () => undefined },
    openTransport,
    productVersion: '1.2.3',
    eventTypes: [],
    feeds,
    feedPollMs: 20,
    checkUrl: () => undefined,
    maxBackoffMs: 50,
  })
  running.push(sinks)
  return sinks
}

const spec: SinkSpec = { type: 'webhook', url: 'https://siem.example', secretRef: 'key' }
const inference = (at: number) => ({ schema: 'inference/1', action: 'allow', model: 'm', rows: at })
const ids = (name: string, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, at) => `${name}-${from + at}`)

test('a sink gets a log from its head on, through restarts and a log that is away, each record once', async () => {
  const log = growing('one', 'inference', inference)
  const receiver = collecting()
  log.grow(5)
  const first = create([log.feed], receiver.openTransport)
  await first.start()
  await first.put(principal, { name: 'one', spec: { ...spec, filter: { types: ['inference'] } } })
  await until(
    async () =>
      (await store.database.read('default', (tx) => tx.query('SELECT 1 FROM siem_feed_place'))).length === 1,
  )
  log.grow(1200)
  await until(() => receiver.arrived.length === 1200)
  await first.stop()
  log.grow(3)
  log.setAway(true)
  const second = create([log.feed], receiver.openTransport)
  await second.start()
  log.setAway(false)
  await until(() => receiver.arrived.length === 1203)
  assert.deepEqual(receiver.arrived, ids('one', 5, 1208))
  await second.remove(principal, 'one')
})

test('a full queue leaves the log to wait, and nothing is lost', async () => {
  const log = growing('full', 'inference', inference)
  const receiver = collecting()
  const sinks = create([log.feed], receiver.openTransport)
  await sinks.start()
  receiver.setAway(true)
  await sinks.put(principal, {
    name: 'full',
    spec: { ...spec, maxQueued: 10, filter: { types: ['inference'] } },
  })
  await until(
    async () =>
      (
        await store.database.read('default', (tx) =>
          tx.query(`SELECT 1 FROM siem_feed_place WHERE sink = 'full'`),
        )
      ).length === 1,
  )
  log.grow(95)
  await until(async () => (await sinks.get('default', 'full')).status.queued === 10)
  receiver.setAway(false)
  await until(() => receiver.arrived.length === 95)
  assert.deepEqual(receiver.arrived, ids('full', 0, 95))
  await sinks.remove(principal, 'full')
})

test('the policy decides the share of a call, the sink that of the others; what is left out is counted', async () => {
  const rates = [undefined, 0, 1]
  const log = growing('sampled', 'inference', (at) => ({
    ...inference(at),
    ...(rates[at % 3] === undefined ? {} : { obligations: { export_rate: rates[at % 3] } }),
  }))
  const decisions = growing('decided', 'decision', (at) => ({
    schema: 'decision/1',
    allow: at % 2 === 0,
    routine: at % 2 === 0,
  }))
  const receiver = collecting()
  const sinks = create([log.feed, decisions.feed], receiver.openTransport)
  await sinks.start()
  await sinks.put(principal, {
    name: 'sampled',
    spec: { ...spec, sample: { inference: 0.5 }, filter: { types: ['inference', 'decision'] } },
  })
  await until(
    async () =>
      (
        await store.database.read('default', (tx) =>
          tx.query(`SELECT 1 FROM siem_feed_place WHERE sink = 'sampled'`),
        )
      ).length === 2,
  )
  log.grow(900)
  decisions.grow(10)
  await until(async () => {
    const { delivered, leftOut } = (await sinks.get('default', 'sampled')).status
    return delivered + leftOut === 910
  })
  const by = (rest: number) =>
    receiver.arrived.filter((id) => id.startsWith('sampled-') && Number(id.slice(8)) % 3 === rest).length
  assert.deepEqual([by(1), by(2)], [0, 300])
  assert.ok(by(0) > 90 && by(0) < 210, `${by(0)} of 300 at one half`)
  assert.deepEqual(
    receiver.arrived.filter((id) => id.startsWith('decided-')),
    ['decided-1', 'decided-3', 'decided-5', 'decided-7', 'decided-9'],
  )
  await sinks.remove(principal, 'sampled')
})
