/**
 * Gateways without their control plane: calls go on while it is killed, while one of two processes is killed, and after
 * a start with it down; when it is back, every record is anchored, once, and what was seen is judged.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { createCallers, createEdge } from './gateway/edge.ts'
import { auditEntries } from './kill/look.ts'
import { createPlane } from './kill/plane.ts'

const quick = process.argv.includes('--quick')
const ROUNDS = quick ? 1 : 8
const CALLERS = 6
const AWAY_MS = quick ? 1_500 : 5_000

const plane = await createPlane()
const edge = await createEdge(plane)
const answered: string[] = []
let passed = 0
let failed = 0

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const check = (what: string, wrong: readonly string[]): void => {
  if (wrong.length === 0) passed += 1
  else failed += 1
  print(
    `${wrong.length === 0 ? 'ok    ' : 'FAILED'}  ${what}${wrong.length === 0 ? '' : `: ${wrong.slice(0, 3).join('; ')}`}`,
  )
}

/** Polls until nothing is wrong any more, and gives what still is after the deadline. */
const settled = async (look: () => Promise<string[]>, withinMs: number): Promise<string[]> => {
  for (const end = Date.now() + withinMs; ; await delay(250)) {
    const wrong = await look()
    if (wrong.length === 0 || Date.now() > end) return wrong
  }
}

type View = {
  readonly id: string
  readonly lag: number
  readonly connected: boolean
  readonly dropped: number
}

const followers = async (): Promise<string[]> => {
  const { items } = (await plane.ask('GET', '/api/v1/gateways')).body as { items: readonly View[] }
  const mine = items.filter(({ id }) => id.startsWith('edge-'))
  const behind = mine.filter(({ lag, connected, dropped }) => lag !== 0 || !connected || dropped > 0)
  return mine.length === 2 ? behind.map((one) => JSON.stringify(one)) : [`${mine.length} gateways are known`]
}

const underCalls = async (work: () => Promise<void>): Promise<readonly string[]> => {
  const callers = createCallers(edge.port, CALLERS)
  await delay(500)
  await work()
  await delay(500)
  await callers.stop()
  answered.push(...callers.ids)
  return callers.failed
}

const round = async (): Promise<void> => {
  const lostToControl = await underCalls(async () => {
    await plane.killProcess()
    await delay(AWAY_MS)
  })
  check('SIGKILL of the control plane fails no call', lostToControl)
  const lostToKill = await underCalls(async () => {
    edge.killOne()
    await delay(AWAY_MS)
  })
  // Each connection of the killed process may lose the one call it had in flight.
  check('SIGKILL of one process fails at most the calls it held', lostToKill.slice(CALLERS))
  check('a stop ends with 0 while the control plane is away', (await edge.stop()) === 0 ? [] : ['it did not'])
  print(`        start without control plane: answered after ${((await edge.launch()) / 1000).toFixed(1)} s`)
  check('calls are answered from the disk alone', await underCalls(async () => delay(500)))
  plane.launch()
  await plane.ready()
  check('after its return all follow again, nothing was dropped', await settled(followers, 30_000))
}

/** Every record in exactly one anchored batch; the audit log counts them. */
const anchoredOnce = async (records: number): Promise<string[]> => {
  const entries = (await auditEntries(plane)).filter(({ action }) => action === 'inference-log.anchor')
  const mine = entries.filter(({ details }) => edge.segments().has(String(details['file'])))
  const ids = mine.map(({ details }) => String(details['id']))
  const sum = mine.reduce((total, { details }) => total + Number(details['records']), 0)
  return [
    ...(new Set(ids).size === ids.length ? [] : ['a batch is anchored twice']),
    ...(sum === records ? [] : [`${sum} of ${records} records are anchored`]),
  ]
}

const windows = async (): Promise<string[]> => {
  const { body } = await plane.ask('GET', '/api/v1/telemetry/card-fraud/1.0.0')
  const seen = body as { windows?: readonly { rows: number }[]; openRows?: number }
  const rows = (seen.windows ?? []).reduce((sum, one) => sum + one.rows, seen.openRows ?? 0)
  return rows > 0 ? [] : ['no row reached telemetry']
}

try {
  plane.launch()
  await plane.ready()
  print(`two gateways answer after ${((await edge.launch()) / 1000).toFixed(1)} s`)
  for (let number = 0; number < ROUNDS; number++) await round()
  check('rows that only gateways saw are judged by the control plane', await settled(windows, 20_000))
  await edge.stop()
  const records = edge.records()
  const known = new Set(records)
  const unrecorded = answered.filter((id) => !known.has(id))
  // A killed process loses at most the records of its last second; the gap is recorded.
  print(
    `        ${answered.length} calls answered, ${unrecorded.length} without a record after ${ROUNDS} kills`,
  )
  check(
    'no call has two records',
    records.length === known.size ? [] : [`${records.length - known.size} have`],
  )
  await edge.launch()
  check('every record is anchored, once', await settled(() => anchoredOnce(records.length), 30_000))
  const verified = (await plane.ask('POST', '/api/v1/audit/verify')).body as { ok: boolean }
  check('the audit log verifies', verified.ok ? [] : ['it does not'])
} catch (error) {
  failed += 1
  print(`FAILED: ${error instanceof Error ? error.message : String(error)}`)
} finally {
  await edge.stop()
  await plane.terminate()
  if (failed > 0) print(`--- end of the server's log\n${plane.logTail()}`)
  await edge.remove()
  plane.remove()
}
print(`${passed} passed, ${failed} failed`)
// Callers of a proof that broke off would go on for ever.
process.exit(failed === 0 ? 0 : 1)
