/** Asks a slow model for three times what it can do: the rest is shed at once with Retry-After, and calm returns within a second. [--quick] */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { atRate, type Counts, capacityOf, newCounts, newLoad, quantile, send } from './routes/load.ts'
import type { SlowRouter } from './slow/router-process.ts'

const { values: flags } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const CAPACITY_MS = flags.quick ? 3_000 : 10_000
const OVERLOAD_MS = flags.quick ? 4_000 : 60_000
const TIMES = 3
const RECOVERY_MS = 1_000
const SOCKETS = 512
/** Of what a full queue takes at the rate of the answers; the quick form runs on machines that do other things too. */
const PATIENCE = flags.quick ? 6 : 3
const SHARE_ANSWERED = flags.quick ? 0.2 : 0.6

const results: boolean[] = []
const check = (what: string, passed: boolean): void => {
  results.push(passed)
  process.stdout.write(`${passed ? '✔' : '✖'} ${what}\n`)
}
const table = (statuses: ReadonlyMap<number, number>): string =>
  [...statuses].map(([status, count]) => `${status === 0 ? 'broken off' : status}: ${count}`).join(', ')

const child = fork(new URL('./slow/router-process.ts', import.meta.url), ['short'])
const [{ url, width, queuedRows }] = (await once(child, 'message')) as [SlowRouter]
const data = Array.from({ length: width }, (_, i) => i / 8)
const body = { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, width], data }] }
const load = newLoad(`${url}/v2/models/slow/infer`, body, SOCKETS)

/** Milliseconds from the end of the overload to the first answer as fast as before it. */
const recovery = async (usual: Counts, from: number): Promise<number> => {
  const limit = Math.max(20, quantile(usual.latencies, 0.5) * 3)
  for (; performance.now() - from < 10_000; ) {
    const calm = newCounts()
    if ((await send(load, calm)) === 200 && (calm.latencies[0] ?? 0) <= limit) return performance.now() - from
  }
  return Number.POSITIVE_INFINITY
}

const usual = newCounts()
for (let i = 0; i < 40; i++) await send(load, usual)
const capacity = await capacityOf(load, 4, CAPACITY_MS)
const counts = newCounts()
const overload = atRate(load, capacity * TIMES, OVERLOAD_MS, counts)
await wait(OVERLOAD_MS)
const from = performance.now()
await overload
const recoveredMs = await recovery(usual, from)
load.agent.destroy()
child.disconnect()

const of = (status: number): number => counts.statuses.get(status) ?? 0
const [answered, shed] = [of(200), of(429) + of(503)]
const total = [...counts.statuses.values()].reduce((sum, count) => sum + count, 0)
const perSecond = (answered * 1000) / OVERLOAD_MS
/** Behind a full queue and the call that runs (Little's law). */
const limitMs = (PATIENCE * 1000 * (queuedRows + 1)) / perSecond
const [p50, p99] = [0.5, 0.99].map((q) => quantile(counts.latencies, q)) as [number, number]
process.stdout.write(
  `slow model: ${quantile(usual.latencies, 0.5).toFixed(1)} ms a call, ${capacity.toFixed(0)}/s; at ${TIMES} times that for ${OVERLOAD_MS / 1000} s ${table(counts.statuses)}; accepted calls p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms\n`,
)
check('every call is answered or shed', answered > 0 && shed > 0 && answered + shed === total)
check('what is shed says when to come back', counts.withoutRetryAfter === 0)
check(
  `as much is answered as without the overload (${perSecond.toFixed(0)}/s)`,
  perSecond >= capacity * SHARE_ANSWERED,
)
check(
  `accepted calls wait for the queue only: p99 ${p99.toFixed(0)} ms, limit ${limitMs.toFixed(0)}`,
  p99 <= limitMs,
)
check(`nothing hangs: slowest answer ${counts.slowestMs.toFixed(0)} ms`, counts.slowestMs <= limitMs * 2)
// A full queue must empty first, which takes a busy machine longer.
const recoveryMs = flags.quick ? Math.max(RECOVERY_MS, limitMs / 2) : RECOVERY_MS
check(
  `as usual again ${recoveredMs.toFixed(0)} ms after the overload, limit ${recoveryMs.toFixed(0)}`,
  recoveredMs <= recoveryMs,
)
const passed = results.filter(Boolean).length
process.stdout.write(`${passed} passed, ${results.length - passed} failed\n`)
process.exitCode = passed === results.length ? 0 : 1
