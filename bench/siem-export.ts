/** Signals from the event log, through a sink's queue, into the file of an rsyslog behind TLS with client certificates. [--quick] [-o json] */
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { encodeRecord, frameOctets, toExportRecord } from '@rampart/codecs'
import {
  assetPath,
  createEventLog,
  createLogger,
  createMetrics,
  cryptoRandom,
  migrate,
  newId,
  openDatabase,
  startEmbeddedPostgres,
  systemClock,
} from '@rampart/kit'
import { portsInARow } from '@rampart/kit/testing'
import { createOpenTransport, createSinks, type SinkSpec } from '@rampart/siem'
import { root } from '../tools/files.ts'
import { peer } from '../tools/peers/group.ts'
import { treeCpuMicros } from './load/process-tree.ts'
import { spread } from './load/spread.ts'
import { startReceiver } from './siem-export/receiver.ts'

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    output: { type: 'string', short: 'o', default: 'table' },
  },
})
const ROUNDS = flags.quick ? 2 : 5
const EVENTS = flags.quick ? 10_000 : 20_000
/** Longer than records are held: what leaves the queue leaves it while others come in. */
const SUSTAINED = flags.quick ? 40_000 : 100_000
const HOLD_MS = 3_000
const AIM = 10_000
const SINK = 'bench'

const say = (line: string): void =>
  void (flags.output === 'json' ? process.stderr : process.stdout).write(`${line}\n`)

const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-siem-'))
chmodSync(folder, 0o711)
const logger = createLogger({ level: 'error', name: 'bench' })
const deps = { clock: systemClock, random: cryptoRandom, logger }
const embedded = await startEmbeddedPostgres({ home: join(folder, 'state'), logger })
await migrate({
  url: embedded.url,
  logger,
  sources: [{ module: 'siem', dir: assetPath('modules/siem/migrations') }],
})
const database = openDatabase({ ...deps, url: embedded.url })
const eventLog = createEventLog({ ...deps, database })
const receiver = await startReceiver(join(folder, 'rsyslog'), await portsInARow(3))
const followed = join(folder, 'followed.log')
const forwarder = Number(await peer('rsyslog', 'forward', receiver.folder, followed))
const sinks = createSinks({
  ...deps,
  database,
  eventLog,
  metrics: createMetrics(),
  audit: { record: async () => undefined },
  openTransport: createOpenTransport({
    addresses: { allowLoopback: true, allowed: [] },
    secrets: { resolve: async () => receiver.pem('client.key') },
    clock: systemClock,
  }),
  productVersion: '0.1.0',
  eventTypes: ['rampart.signal.v1'],
  checkUrl: () => undefined,
  holdMs: HOLD_MS,
})
await sinks.start()
const principal = { kind: 'user', id: 'bench', tenant: 'default', roles: ['admin'] } as never
const spec: SinkSpec = {
  type: 'syslog',
  url: `tls://localhost:${receiver.port}`,
  tls: { ca: receiver.pem('ca.pem'), cert: receiver.pem('client.pem'), keySecretRef: 'key' },
}

const signalOf = (n: number) => ({
  schema: 'signal/1',
  id: `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`,
  key: `drift:model-${n % 50}`,
  state: 'raised',
  time: '2026-11-23T10:00:00.000Z',
  detector: 'telemetry.drift',
  title: `n=${n}: inputs of model-${n % 50} drifted`,
  severity: 'high',
  entity: { kind: 'model-version', id: `model-${n % 50}:1.0.0` },
  techniques: ['AML.T0020'],
  p_value: 0.00001,
  evidence: { feature: 'amount', psi: 0.41, rows: 4096 },
  source: { name: 'component:telemetry', tenant: 'default' },
})

let published = 0
const INSERTED_AT_ONCE = 5_000

/** In one transaction: all of them can be read at the moment it gives back. */
const publish = async (count: number): Promise<void> => {
  await database.tx('default', async (tx) => {
    for (let done = 0; done < count; done += INSERTED_AT_ONCE) {
      const size = Math.min(INSERTED_AT_ONCE, count - done)
      const numbers = Array.from({ length: size }, (_, at) => published + done + at)
      await tx.query(
        `INSERT INTO kit_event (tenant, event_id, type, subject, principal, time, data)
         SELECT 'default', id, 'rampart.signal.v1', 'bench', 'component:bench', now(), data::jsonb
         FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS given (id, data, at) ORDER BY at`,
        [
          numbers.map(() => newId(systemClock, cryptoRandom)),
          numbers.map((n) => JSON.stringify({ signal: signalOf(n) })),
        ],
      )
    }
  })
  await database.tx('default', (tx) => tx.query(`SELECT pg_notify('rampart_event', '')`))
  published += count
}

const queued = async (): Promise<number> => (await sinks.get('default', SINK)).status.queued
const untilQueued = async (count: number): Promise<void> => {
  while ((await queued()) !== count) await delay(25)
}

type Measured = { readonly perSecond: number; readonly cpuMicros: number }

const measure = async (count: number, pid: number, work: () => Promise<number>): Promise<Measured> => {
  const [cpu, started] = [treeCpuMicros(pid), performance.now()]
  const seconds = ((await work()) - started) / 1000
  return { perSecond: count / seconds, cpuMicros: (treeCpuMicros(pid) - cpu) / count }
}

/** The proof: every number from `first` on, once, in order. */
const requireAll = (first: number, count: number): void => {
  const numbers = receiver.numbers()
  const wrong = numbers.findIndex((number, at) => number !== first + at)
  if (numbers.length !== count || wrong >= 0)
    throw new Error(`${numbers.length} of ${count} lines, the first wrong one at ${wrong}`)
}

const throughSink = async (count: number): Promise<Measured> => {
  const first = published
  await publish(count)
  const measured = await measure(count, process.pid, () => receiver.arrived(count))
  requireAll(first, count)
  await untilQueued(0)
  return measured
}

const stages = {
  /** Event log → queue: the sink's sender stands still. */
  toQueue: async (): Promise<Measured> => {
    await sinks.put(principal, { name: SINK, spec: { ...spec, disabled: true } })
    await publish(EVENTS)
    return measure(EVENTS, process.pid, async () => {
      await untilQueued(EVENTS)
      return performance.now()
    })
  },
  /** Queue → rsyslog's file: what the stage before has left. */
  fromQueue: async (): Promise<Measured> => {
    const first = published - EVENTS
    const measured = await measure(EVENTS, process.pid, async () => {
      await sinks.put(principal, { name: SINK, spec })
      return receiver.arrived(EVENTS)
    })
    requireAll(first, EVENTS)
    await untilQueued(0)
    return measured
  },
  /** Event log → rsyslog's file. */
  whole: () => throughSink(EVENTS),
  /** rsyslog itself, from a file through its queue on disk, to the same rsyslog. */
  rsyslogForwarding: async (): Promise<Measured> => {
    const first = published
    published += EVENTS
    const lines = Array.from({ length: EVENTS }, (_, at) => `${lineOf(first + at)}\n`).join('')
    const measured = await measure(EVENTS, forwarder, async () => {
      appendFileSync(followed, lines)
      return receiver.arrived(EVENTS)
    })
    requireAll(first, EVENTS)
    return measured
  },
  /** Ready frames over a bare TLS connection: what the receiver can take. */
  bareConnection: async (): Promise<Measured> => {
    const first = published
    published += EVENTS
    const frames = frameOctets(...Array.from({ length: EVENTS }, (_, at) => lineOf(first + at)))
    const measured = await measure(EVENTS, process.pid, async () => {
      await receiver.writeBare(frames)
      return receiver.arrived(EVENTS)
    })
    requireAll(first, EVENTS)
    return measured
  },
}

const lineOf = (n: number): string => encodeRecord(toExportRecord(signalOf(n)), 'rfc5424')

type Stage = keyof typeof stages
const ORDER: readonly Stage[] = ['toQueue', 'fromQueue', 'whole', 'rsyslogForwarding', 'bareConnection']
const LABELS: Readonly<Record<Stage | 'sustained', string>> = {
  toQueue: 'event log to queue',
  fromQueue: "queue to rsyslog's file",
  whole: "event log to rsyslog's file",
  rsyslogForwarding: 'rsyslog to rsyslog, disk queue',
  bareConnection: 'ready frames over bare TLS',
  sustained: `the same, ${SUSTAINED} events on end`,
}

try {
  await sinks.put(principal, { name: SINK, spec })
  await throughSink(2_000)
  const rounds: Record<Stage, Measured>[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const results = {} as Record<Stage, Measured>
    // toQueue fills what fromQueue empties; the others begin with another one each time.
    const others = ORDER.slice(2).map((_, at) => ORDER[2 + ((at + round) % 3)] as Stage)
    for (const stage of ['toQueue', 'fromQueue', ...others] as Stage[]) results[stage] = await stages[stage]()
    rounds.push(results)
    say(`round ${round + 1} of ${ROUNDS}, load ${loadavg()[0]?.toFixed(1)}`)
  }
  const sustained = await throughSink(SUSTAINED)
  const of = (stage: Stage, what: keyof Measured) => spread(rounds.map((round) => round[stage][what]))
  const result = {
    bench: 'siem-export',
    rounds: ROUNDS,
    events: EVENTS,
    lineBytes: lineOf(published).length,
    ...Object.fromEntries(
      ORDER.map((stage) => [
        stage,
        { eventsPerSecond: of(stage, 'perSecond'), cpuMicrosPerEvent: of(stage, 'cpuMicros') },
      ]),
    ),
    wholeOverRsyslog: spread(
      rounds.map(({ whole, rsyslogForwarding }) => whole.perSecond / rsyslogForwarding.perSecond),
    ),
    sustained: { events: SUSTAINED, ...sustained },
    aim: AIM,
    loadAverage: Number(loadavg()[0]?.toFixed(1)),
  }
  say('')
  for (const stage of ORDER) {
    const [rate, cpu] = [of(stage, 'perSecond'), of(stage, 'cpuMicros')]
    say(
      `${LABELS[stage].padEnd(36)} ${rate.median} /s (${rate.min} to ${rate.max}), ${cpu.median} µs CPU each`,
    )
  }
  say(`${LABELS.sustained.padEnd(36)} ${Math.round(sustained.perSecond)} /s`)
  if (!flags.quick) {
    mkdirSync(join(root, 'bench/results'), { recursive: true })
    writeFileSync(join(root, 'bench/results/siem-export.json'), `${JSON.stringify(result, null, 2)}\n`)
  }
  if (flags.output === 'json') process.stdout.write(`${JSON.stringify(result)}\n`)
} finally {
  process.kill(forwarder, 'SIGTERM')
  await sinks.stop()
  await receiver.stop()
  await eventLog.stop()
  await database.close()
  await embedded.stop()
  rmSync(folder, { recursive: true, force: true })
}
