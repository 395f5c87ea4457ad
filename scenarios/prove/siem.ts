/**
 * Exports records to receivers that hang, cut and have no room, while the exporting process is killed: every record arrives,
 * first arrivals keep their order per entity, and what arrives again carries the same event id. --quick: one round.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { assetPath } from '@rampart/kit'
import { testDatabase, until } from '@rampart/kit/testing'
import {
  type Fault,
  type Receiver,
  startAmqp,
  startHec,
  startSyslog,
  startWebhook,
} from './siem/receivers.ts'

const quick = process.argv.includes('--quick')
const FAULTS: readonly Fault[] = ['hang', 'cut', 'full']
const ENTITIES = 10
const FAULT_MS = quick ? 2_500 : 6_000
const END = performance.now() + (quick ? 0 : 600_000)

const store = await testDatabase({
  sources: [{ module: 'siem', dir: assetPath('modules/siem/migrations') }],
  poolSize: 12,
})
const receivers: readonly Receiver[] = await Promise.all([
  startWebhook(),
  startHec(),
  startSyslog(),
  startAmqp(),
])
const [webhook, hec, syslog, amqp] = receivers.map(({ port }) => port)
const waits = { timeoutMs: 1_500 }
const specs = {
  webhook: { type: 'webhook', url: `http://127.0.0.1:${webhook}/`, secretRef: 'key', ...waits },
  hec: { type: 'hec', url: `http://127.0.0.1:${hec}`, secretRef: 'token', ...waits },
  // So small that it fills up at every fault: then the event log keeps what has no room.
  amqp1: { type: 'amqp1', url: `amqp://127.0.0.1:${amqp}`, amqp: { address: 'q' }, maxQueued: 100, ...waits },
  syslog: { type: 'syslog', url: `tcp://127.0.0.1:${syslog}`, ...waits },
}

const startSender = async (): Promise<ChildProcess> => {
  const child = fork(fileURLToPath(new URL('./siem/sender.ts', import.meta.url)), {
    env: { ...process.env, DATABASE_URL: store.url, SINKS: JSON.stringify(specs) },
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
  await store.database.tx('default', (tx) =>
    store.eventLog.publish(tx, 'default', {
      type: 'rampart.signal.v1',
      subject: signal.id,
      principal: 'component:prover',
      data: { signal },
    }),
  )
}

let sender = await startSender()
let publishing = true
const publisher = (async () => {
  while (publishing) {
    await publish()
    await delay(25)
  }
})()

let faults = 0
let kills = 0
do {
  for (const fault of FAULTS) {
    for (const receiver of receivers) receiver.setFault(fault)
    faults += receivers.length
    await delay(FAULT_MS)
    // In the middle of the fault, and once more while everything that waited is on its way.
    await kill(sender)
    sender = await startSender()
    for (const receiver of receivers) receiver.setFault('none')
    await delay(FAULT_MS / 5)
    await kill(sender)
    sender = await startSender()
    kills += 2
  }
} while (performance.now() < END)
publishing = false
await publisher

const missing = ({ arrived }: Receiver): number =>
  published - new Set(arrived.map(({ number }) => number)).size
await until(
  () => receivers.every((receiver) => missing(receiver) === 0),
  quick ? 120_000 : 300_000,
  50,
).catch(() => undefined)

const disorder = ({ arrived }: Receiver): number => {
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
const renamed = ({ arrived }: Receiver): number =>
  new Set(arrived.map(({ id }) => id)).size - new Set(arrived.map(({ number }) => number)).size

process.stdout.write(`${published} records, ${faults} faults, sender killed ${kills} times\n`)
let failed = 0
for (const receiver of receivers) {
  const { name, arrived } = receiver
  const [lost, late, other] = [missing(receiver), disorder(receiver), renamed(receiver)]
  const good = lost === 0 && late === 0 && other === 0
  if (!good) failed += 1
  process.stdout.write(
    `${good ? '✔' : '✖'} ${name}: ${lost} missing, ${late} out of order, ${other} under another id, ${arrived.length - published + lost} repeated\n`,
  )
}
if (failed > 0) {
  const state = await store.database.read('default', (tx) =>
    tx.query(`SELECT sink, delivered, last_error, last_error_at,
      (SELECT count(*) FROM siem_delivery AS d WHERE d.sink = p.sink) AS queued FROM siem_sink_progress AS p`),
  )
  process.stdout.write(`${JSON.stringify(state)}\n`)
}
await kill(sender)
await Promise.all(receivers.map(({ stop }) => stop()))
await store.stop()
process.stdout.write(`${receivers.length - failed} passed, ${failed} failed\n`)
process.exit(failed === 0 ? 0 : 1)
