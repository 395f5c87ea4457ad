/** Changes routes every second at 70 % of capacity: no call fails and memory stays flat. [--quick] */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { atRate, capacityOf, newCounts, newLoad, quantile } from './routes/load.ts'
import type { Order, Told } from './routes/router-process.ts'

const { values: flags } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const DURATION_MS = flags.quick ? 12_000 : 600_000
/** Code gets hot and caches fill: memory is compared from here on. */
const WARM_UP_MS = flags.quick ? 3_000 : 120_000
const CAPACITY_MS = flags.quick ? 2_000 : 10_000
const SHARE = 0.7
const SAMPLES = flags.quick ? 6 : 40
/** Megabytes that the last third of the samples may hold more than the first. */
const LIMIT_MB = flags.quick ? 24 : 12

const results: boolean[] = []
const check = (what: string, passed: boolean): void => {
  results.push(passed)
  process.stdout.write(`${passed ? '✔' : '✖'} ${what}\n`)
}

const child = fork(new URL('./routes/router-process.ts', import.meta.url), { execArgv: ['--expose-gc'] })
const [addresses] = (await once(child, 'message')) as [{ url: string }]
const tell = async (order: Order): Promise<Told> => {
  child.send(order)
  return ((await once(child, 'message')) as [Told])[0]
}

const tensor = (name: string, width: number) => ({
  inputs: [
    { name, datatype: 'FP32', shape: [1, width], data: Array.from({ length: width }, (_, i) => i / 8) },
  ],
})
const table = (statuses: ReadonlyMap<number, number>): string =>
  [...statuses].map(([status, count]) => `${status === 0 ? 'broken off' : status}: ${count}`).join(', ')
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

const changing = async (): Promise<void> => {
  const load = newLoad(`${addresses.url}/v2/models/routed/infer`, tensor('features', 26), 64)
  await capacityOf(load, 32, CAPACITY_MS)
  const capacity = await capacityOf(load, 32, CAPACITY_MS)
  const before = await tell('change')
  const counts = newCounts()
  const megabytes: number[] = []
  const every = (DURATION_MS - WARM_UP_MS) / SAMPLES
  await atRate(load, capacity * SHARE, DURATION_MS, counts, async (elapsed) => {
    if (elapsed < WARM_UP_MS + megabytes.length * every) return
    const { rss } = await tell('change')
    megabytes.push(rss / 1_048_576)
  })
  const after = await tell('rest')
  const third = Math.max(1, Math.floor(megabytes.length / 3))
  const growth = mean(megabytes.slice(-third)) - mean(megabytes.slice(0, third))
  const total = [...counts.statuses.values()].reduce((sum, count) => sum + count, 0)
  process.stdout.write(
    `capacity ${capacity.toFixed(0)}/s; ${total} calls at ${((total * 1000) / DURATION_MS).toFixed(0)}/s, p50 ${quantile(counts.latencies, 0.5).toFixed(1)} ms, p99 ${quantile(counts.latencies, 0.99).toFixed(1)} ms\nresident MB: ${megabytes.map((value) => value.toFixed(0)).join(' ')}\n`,
  )
  const changes = after.changes - before.changes
  check(
    `${changes} route changes, ${after.failures} failed`,
    changes >= DURATION_MS / 2_500 && after.failures === 0,
  )
  check(
    `every call was answered with 200 (${table(counts.statuses)})`,
    counts.statuses.size === 1 && counts.statuses.has(200),
  )
  check(`memory grew by ${growth.toFixed(1)} MB, limit ${LIMIT_MB}`, growth <= LIMIT_MB)
  load.agent.destroy()
}

await changing()
child.disconnect()
const passed = results.filter(Boolean).length
process.stdout.write(`${passed} passed, ${results.length - passed} failed\n`)
process.exitCode = passed === results.length ? 0 : 1
