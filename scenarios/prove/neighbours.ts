/** Keeps a model busy that takes 20 ms a run: the p99 of a fast model in the same process stays under 5 ms. [--quick] */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { atRate, capacityOf, newCounts, newLoad, quantile } from './routes/load.ts'
import type { SlowRouter } from './slow/router-process.ts'

const { values: flags } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const WINDOWS = flags.quick ? 5 : 15
const WINDOW_MS = flags.quick ? 1_500 : 4_000
const PER_SECOND = 200
const SLOW_CALLERS = 4
const LIMIT_MS = 5
const WIDTH = 26

const child = fork(new URL('./slow/router-process.ts', import.meta.url))
const [{ url, width }] = (await once(child, 'message')) as [SlowRouter]
const request = (name: string, columns: number) => ({
  inputs: [
    { name, datatype: 'FP32', shape: [1, columns], data: Array.from({ length: columns }, (_, i) => i / 8) },
  ],
})
const fast = newLoad(`${url}/v2/models/fast/infer`, request('features', WIDTH), 64)
const slow = newLoad(`${url}/v2/models/slow/infer`, request('x', width), SLOW_CALLERS)

/** p99 of the fast model in one window, and how often the slow one answered. */
const window = async (isBusy: boolean): Promise<{ p99: number; slowCalls: number; failed: number }> => {
  const counts = newCounts()
  const busy = isBusy ? capacityOf(slow, SLOW_CALLERS, WINDOW_MS) : Promise.resolve(0)
  await atRate(fast, PER_SECOND, WINDOW_MS, counts)
  const slowCalls = await busy
  const failed = [...counts.statuses].reduce((sum, [status, count]) => sum + (status === 200 ? 0 : count), 0)
  return { p99: quantile(counts.latencies, 0.99), slowCalls, failed }
}

await window(true)
const alone: number[] = []
const beside: number[] = []
const slowCalls: number[] = []
let failed = 0
for (let i = 0; i < WINDOWS; i++) {
  const quiet = await window(false)
  const busy = await window(true)
  alone.push(quiet.p99)
  beside.push(busy.p99)
  slowCalls.push(busy.slowCalls)
  failed += quiet.failed + busy.failed
}
fast.agent.destroy()
slow.agent.destroy()
child.disconnect()

const line = (values: readonly number[]): string =>
  `median ${quantile(values, 0.5).toFixed(1)} (${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)})`
process.stdout.write(
  `fast model, ${PER_SECOND}/s, p99 in ms of ${WINDOWS} windows: alone ${line(alone)}, beside the slow one ${line(beside)}; the slow one answered ${line(slowCalls)} calls/s\n`,
)
/** The quick form runs on machines that do other things too: there the same process alone is the measure. */
const limit = flags.quick ? Math.max(LIMIT_MS, quantile(alone, 0.5) * 3) : LIMIT_MS
const results: readonly (readonly [string, boolean])[] = [
  [
    `p99 beside the slow model ${quantile(beside, 0.5).toFixed(1)} ms, limit ${limit.toFixed(1)}`,
    quantile(beside, 0.5) < limit,
  ],
  [`the slow model was kept busy`, quantile(slowCalls, 0.5) >= 10],
  [`${failed} calls of the fast model failed`, failed === 0],
]
for (const [what, passed] of results) process.stdout.write(`${passed ? '✔' : '✖'} ${what}\n`)
const passed = results.filter(([, ok]) => ok).length
process.stdout.write(`${passed} passed, ${results.length - passed} failed\n`)
process.exitCode = passed === results.length ? 0 : 1
