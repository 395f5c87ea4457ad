/**
 * Exports records to receivers that are killed, hang, are cut off and have no room, while the exporting process is killed too:
 * every record arrives, first arrivals keep their order per entity, and what arrives again carries the same event id. Ten
 * minutes against RabbitMQ, a Splunk HEC receiver, rsyslog over TLS and a webhook. --quick: one round, receivers of its own; --minutes N: longer or shorter.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { assetPath, cryptoRandom, isAppError, retry } from '@rampart/kit'
import { testDatabase, until } from '@rampart/kit/testing'
import { startHecCollector, startRabbit, startRsyslog } from './siem/real-receivers.ts'
import {
  type Arrival,
  type Fault,
  type Receiver,
  startAmqp,
  startHec,
  startSyslog,
  startWebhook,
} from './siem/receivers.ts'

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, minutes: { type: 'string', default: '10' } },
})
const { quick } = flags
const LASTS_MS = Number(flags.minutes) * 60_000
const FAULTS: readonly Fault[] = quick ? ['hang', 'cut', 'full'] : ['kill', 'hang', 'cut', 'full']
const ENTITIES = 10
const FAULT_MS = quick ? 2_500 : 12_000
const CALM_MS = quick ? 500 : 6_000
const folder = mkdtempSync(join(tmpdir(), 'prove-siem-'))

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const store = await testDatabase({
  sources: [{ module: 'siem', dir: assetPath('modules/siem/migrations') }],
  poolSize: 12,
})
const receivers: readonly Receiver[] = quick
  ? await Promise.all([startWebhook(), startHec(), startSyslog(), startAmqp()])
  : [
      await startWebhook(),
      ...(await startRabbit(join(folder, 'rabbitmq'))),
      await startHecCollector(join(folder, 'hec')),
      await startRsyslog(join(folder, 'rsyslog')),
    ]
const specs = Object.fromEntries(receivers.map(({ name, spec }) => [name, spec]))
const secrets = Object.assign({ guest: 'guest' }, ...receivers.map((one) => one.secrets ?? {}))

const startSender = async (): Promise<ChildProcess> => {
  const child = fork(fileURLToPath(new URL('./siem/sender.ts', import.meta.url)), {
    env: {
      ...process.env,
      DATABASE_URL: store.url,
      SINKS: JSON.stringify(specs),
      SECRETS: JSON.stringify(secrets),
    },
  })
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve())
    child.once('exit', (code) => reject(new Error(`the sender ended with ${code}`)))
  })
  return child
}

const kill = async (child: ChildProcess): Promise<void> => {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

let published = 0
const publish = async (): Promise<void> => {
  const at = published
  published += 1
  const signal = {
    schema: 'signal/1',
    id: `s-${at}`,
    key: `k-${at}`,
    state: 'raised',
    time: new Date().toISOString(),
    detector: 'prover',
    title: `n=${at}`,
    severity: 'high',
    entity: { kind: 'model', id: `m-${at % ENTITIES}` },
    evidence: {},
    source: { name: 'prover', tenant: 'default' },
  }
  const write = () =>
    store.database.tx('default', (tx) =>
      store.eventLog.publish(tx, 'default', {
        type: 'rampart.signal.v1',
        subject: signal.id,
        principal: 'component:prover',
        data: { signal },
      }),
    )
  // A machine under load may take longer for a connection than we wait for one: nothing was written then.
  await retry(write, {
    attempts: 20,
    baseMs: 200,
    maxMs: 2_000,
    random: cryptoRandom,
    isRetryable: (error) => isAppError(error) && error.code === 'KIT_DATABASE_UNAVAILABLE',
  })
}

let sender = await startSender()
let publishing = true
const publisher = (async () => {
  while (publishing) {
    await publish()
    await delay(25)
  }
})()

const started = performance.now()
let faults = 0
let kills = 0
const killSender = async (): Promise<void> => {
  await kill(sender)
  sender = await startSender()
  kills += 1
}
/** What each sink said since then: a fault that nobody noticed would prove nothing. */
const tell = async (fault: Fault, since: string): Promise<void> => {
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  say(`${seconds} s: ${fault}, ${published} records`)
  const errors = await store.database.read('default', (tx) =>
    tx.query<{ sink: string; last_error: string }>(
      'SELECT sink, last_error FROM siem_sink_progress WHERE last_error_at > $1 ORDER BY sink',
      [since],
    ),
  )
  for (const { sink, last_error } of errors) say(`    ${sink}: ${last_error.slice(0, 100)}`)
}

do {
  for (const fault of FAULTS) {
    const since = new Date().toISOString()
    await Promise.all(receivers.map((receiver) => receiver.inflict(fault)))
    faults += receivers.length
    await delay(FAULT_MS)
    // In the middle of the fault, and once more while everything that waited is on its way.
    await killSender()
    await Promise.all(receivers.map((receiver) => receiver.heal(fault)))
    await delay(CALM_MS)
    await killSender()
    if (!quick) await tell(fault, since)
  }
} while (!quick && performance.now() - started < LASTS_MS)
publishing = false
await publisher

const waiting = async (): Promise<number> =>
  (
    await store.database.read('default', (tx) =>
      tx.query<{ n: number }>(`SELECT count(*)::int AS n FROM siem_delivery`),
    )
  )[0]?.n ?? 0
const missing = (arrived: readonly Arrival[]): number =>
  published - new Set(arrived.map(({ number }) => number)).size

if (quick)
  await until(
    async () => {
      const all = await Promise.all(receivers.map((receiver) => receiver.arrived()))
      return all.every((arrived) => missing(arrived) === 0)
    },
    120_000,
    50,
  ).catch(() => undefined)
// The log is read to its end, and the queues are empty: what was written without acknowledgement leaves last.
else {
  await delay(10_000)
  await until(async () => (await waiting()) === 0, 300_000, 500).catch(() => undefined)
}

const disorder = (arrived: readonly Arrival[]): number => {
  const last = new Map<number, number>()
  const seen = new Set<number>()
  let wrong = 0
  for (const { number } of arrived) {
    if (seen.has(number)) continue
    seen.add(number)
    if ((last.get(number % ENTITIES) ?? -1) > number) wrong += 1
    last.set(number % ENTITIES, number)
  }
  return wrong
}
/** Numbers that came under more than one event id. */
const renamed = (arrived: readonly Arrival[]): number =>
  new Set(arrived.map(({ id }) => id)).size - new Set(arrived.map(({ number }) => number)).size

say(
  `${published} records, ${faults} faults in ${Math.round((performance.now() - started) / 1000)} s, sender killed ${kills} times`,
)
let failed = 0
for (const receiver of receivers) {
  const arrived = await receiver.arrived()
  const [lost, late, other] = [missing(arrived), disorder(arrived), renamed(arrived)]
  const good = lost === 0 && late === 0 && other === 0
  if (!good) failed += 1
  say(
    `${good ? '✔' : '✖'} ${receiver.name}: ${lost} missing, ${late} out of order, ${other} under another id, ${arrived.length - published + lost} repeated`,
  )
}
const dead = await store.database.read('default', (tx) =>
  tx.query(`SELECT sink, reason FROM siem_delivery WHERE state = 'dead' LIMIT 5`),
)
if (dead.length > 0) failed += 1
if (failed > 0) {
  const state = await store.database.read('default', (tx) =>
    tx.query(`SELECT sink, delivered, last_error, last_error_at,
      (SELECT count(*) FROM siem_delivery AS d WHERE d.sink = p.sink) AS queued FROM siem_sink_progress AS p`),
  )
  say(JSON.stringify({ dead, state }))
}
await kill(sender)
await Promise.all(receivers.map(({ stop }) => stop()))
await store.stop()
rmSync(folder, { recursive: true, force: true })
say(`${receivers.length - failed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
