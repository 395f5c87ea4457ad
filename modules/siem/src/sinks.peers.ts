/** Sinks against a real rsyslog, RabbitMQ and HEC receiver, started and killed by these tests. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { declareQueues, takeMessages } from '@rampart/connectors/testing'
import { assetPath, createMetrics, cryptoRandom, systemClock } from '@rampart/kit'
import { portsInARow, silentLogger, type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { createOpenTransport } from './open-transport.ts'
import type { SinkSpec } from './sink-spec.ts'
import { createSinks, type Sinks } from './sinks.ts'

const run = promisify(execFile)
const principal = { kind: 'user', id: 'a', tenant: 'default', roles: ['admin'] } as never
const folder = mkdtempSync(join(tmpdir(), 'siem-peers-'))
const secrets = new Map<string, string>()
let store: TestDatabase
let sinks: Sinks

const peer = async (name: string, ...args: string[]): Promise<string> =>
  (await run(assetPath(`peers/${name}.sh`), args, { timeout: 120_000 })).stdout.trim()

before(async () => {
  const dir = fileURLToPath(new URL('../migrations', import.meta.url))
  store = await testDatabase({ sources: [{ module: 'siem', dir }], poolSize: 16 })
  sinks = createSinks({
    database: store.database,
    eventLog: store.eventLog,
    clock: systemClock,
    random: cryptoRandom,
    logger: silentLogger,
    metrics: createMetrics(),
    audit: { record: async () => undefined },
    openTransport: createOpenTransport({
      addresses: { allowLoopback: true, allowed: [] },
      secrets: { resolve: async (name) => secrets.get(name) ?? '' },
      clock: systemClock,
    }),
    productVersion: '1.2.3',
    eventTypes: ['rampart.signal.v1'],
    checkUrl: () => undefined,
    maxBackoffMs: 500,
    holdMs: 4_000,
  })
  await sinks.start()
})
after(async () => {
  await sinks.stop()
  await store.stop()
  rmSync(folder, { recursive: true, force: true })
})

const bodies = (count: number, from = 0) =>
  Array.from({ length: count }, (_one, at) => ({
    eventId: `e-${from + at}`,
    tenant: 'default',
    value: {
      schema: 'signal/1',
      id: `s-${from + at}`,
      state: 'raised',
      time: '2026-11-23T10:00:00Z',
      detector: 'drift',
      title: `n=${from + at} "quoted] | \\`,
      severity: 'high',
      entity: { kind: 'model', id: `m-${at % 20}` },
      evidence: { at: from + at },
    },
  }))

/** A killed server leaves its last line torn, and begins its next life on the same line. */
const whole = (line: string): readonly Record<string, string>[] => {
  try {
    return [JSON.parse(line.slice(Math.max(0, line.lastIndexOf('{"input":'))))]
  } catch {
    return []
  }
}
const lines = (path: string): readonly Record<string, string>[] =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').flatMap(whole) : []
const numberIn = (text: string): number => Number(/n=(\d+)/.exec(text)?.[1])
/** Each number once, in order of first arrival. */
const firsts = (numbers: readonly number[]): number[] => [...new Set(numbers)]
const drained = (name: string) =>
  until(async () => (await sinks.get('default', name)).status.queued === 0, 90_000, 50)
const upTo = (count: number): number[] => Array.from({ length: count }, (_one, at) => at)

test('rsyslog over TLS with a client certificate, killed in between: nothing is missing', {
  timeout: 150_000,
}, async (t) => {
  const place = join(folder, 'rsyslog')
  const port = await portsInARow(3)
  await peer('rsyslog', 'up', place, String(port))
  t.after(() => peer('rsyslog', 'down', place))
  const pem = (name: string) => readFileSync(join(place, 'tls', name), 'utf8')
  secrets.set('client-key', pem('client.key'))
  const url = `tls://localhost:${port + 2}`
  const spec: SinkSpec = {
    type: 'syslog',
    url,
    format: 'cef',
    tls: { ca: pem('ca.pem'), cert: pem('client.pem'), keySecretRef: 'client-key' },
  }
  const file = join(place, 'messages.jsonl')

  // TLS 1.3 lets a client without certificate connect and write before it is refused: none of that is a delivery.
  await sinks.put(principal, { name: 'bare', spec: { ...spec, tls: { ca: pem('ca.pem') } } })
  await sinks.enqueue('default', bodies(5, 900_000))
  await until(async () => ((await sinks.get('default', 'bare')).status.lastError ?? '') !== '', 30_000, 50)
  assert.deepEqual([(await sinks.get('default', 'bare')).status.delivered, lines(file)], [0, []])
  await sinks.remove(principal, 'bare')

  await sinks.put(principal, { name: 'rsyslog', spec })
  await sinks.enqueue('default', bodies(2000))
  await until(() => lines(file).length >= 500, 30_000, 20)
  process.kill(Number(readFileSync(join(place, 'pid'), 'utf8')), 'SIGKILL')
  await sinks.enqueue('default', bodies(2000, 2000))
  await until(async () => ((await sinks.get('default', 'rsyslog')).status.lastError ?? '') !== '', 30_000, 50)
  await peer('rsyslog', 'start', place)
  await drained('rsyslog')
  await until(
    () => new Set(lines(file).map(({ message }) => numberIn(message ?? ''))).size === 4000,
    30_000,
    100,
  )
  const got = lines(file)
  assert.ok(got.every(({ message }) => message?.startsWith('CEF:0|Rampart|Rampart|1.2.3|drift|')))
  assert.deepEqual(firsts(got.map(({ message }) => numberIn(message ?? ''))), upTo(4000))
  await sinks.remove(principal, 'rsyslog')

  await sinks.put(principal, { name: 'udp', spec: { type: 'syslog', url: `udp://127.0.0.1:${port}` } })
  await sinks.enqueue('default', bodies(20, 5000))
  await until(() => lines(file).some(({ message }) => numberIn(message ?? '') === 5019), 30_000, 50)
  const datagram = lines(file).find(({ message }) => numberIn(message ?? '') === 5019)
  const data = JSON.parse(datagram?.['data'] ?? '{}') as Record<string, Record<string, string>>
  assert.deepEqual([datagram?.['app'], data['rampart@32473']?.['id']], ['rampart', 's-5019'])
  await sinks.remove(principal, 'udp')
})

test('RabbitMQ by AMQP 0-9-1 and 1.0, stopped in between: all confirmed, each entity in order', {
  timeout: 240_000,
}, async (t) => {
  const place = join(folder, 'rabbitmq')
  const port = String(await portsInARow(3))
  await peer('rabbitmq', 'up', place, port)
  let up = true
  t.after(async () => up && peer('rabbitmq', 'down', place, port))
  const url = `amqp://127.0.0.1:${port}`
  await declareQueues(url, ['one', 'two'])
  secrets.set('rabbit', 'guest')
  const login = { username: 'guest', secretRef: 'rabbit' }
  await sinks.put(principal, {
    name: 'lost',
    spec: { type: 'amqp', url, ...login, amqp: { routingKey: 'nowhere' } },
  })
  await sinks.put(principal, {
    name: 'one',
    spec: { type: 'amqp', url, ...login, amqp: { routingKey: 'one' } },
  })
  await sinks.put(principal, {
    name: 'two',
    spec: { type: 'amqp1', url, ...login, format: 'ocsf', amqp: { address: '/queue/two' } },
  })
  await sinks.enqueue('default', bodies(1500))
  // A message that no queue takes is confirmed by the broker, and yet is not delivered.
  await until(
    async () => /unroutable/.test((await sinks.get('default', 'lost')).status.lastError ?? ''),
    30_000,
    50,
  )
  assert.equal((await sinks.get('default', 'lost')).status.delivered, 0)
  await sinks.remove(principal, 'lost')
  await until(async () => (await sinks.get('default', 'one')).status.delivered > 0, 30_000, 10)
  await peer('rabbitmq', 'down', place, port)
  up = false
  await sinks.enqueue('default', bodies(500, 1500))
  await peer('rabbitmq', 'up', place, port)
  up = true
  for (const name of ['one', 'two']) await drained(name)
  for (const queue of ['one', 'two']) {
    const got = await takeMessages(url, queue, 2000)
    const numbers = got.map(({ text }) => numberIn(text))
    assert.deepEqual(new Set(numbers), new Set(upTo(2000)))
    for (const entity of upTo(20)) {
      const of = firsts(numbers.filter((number) => (number < 1500 ? number : number - 1500) % 20 === entity))
      assert.deepEqual(
        of,
        [...of].sort((a, b) => a - b),
      )
    }
    assert.ok(got.every(({ id, text }) => id === `e-${numberIn(text)}`))
    await sinks.remove(principal, queue)
  }
})

test('a HEC receiver that acknowledges', { timeout: 90_000 }, async (t) => {
  const place = join(folder, 'hec')
  const port = await portsInARow(3)
  const file = await peer('hec', 'up', place, String(port))
  t.after(() => peer('hec', 'down', place))
  secrets.set('hec', 'a-token')
  await sinks.put(principal, {
    name: 'hec',
    spec: { type: 'hec', url: `http://127.0.0.1:${port}`, secretRef: 'hec', hec: { index: 'main' } },
  })
  await sinks.enqueue('default', bodies(2000))
  await drained('hec')
  assert.equal((await sinks.get('default', 'hec')).status.delivered, 2000)
  const seen = () =>
    new Set(
      [...readFileSync(file, 'utf8').matchAll(/"event_id","value":\{"stringValue":"(e-\d+)"/g)].map(
        (one) => one[1],
      ),
    )
  await until(() => seen().size >= 2000, 30_000, 100)
  await sinks.remove(principal, 'hec')
})
