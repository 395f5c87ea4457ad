/**
 * What drift telemetry costs the router per batch and per value, and what judging a window costs off the hot path.
 * Usage: node bench/micro/telemetry-observe.ts
 */
import type { Signal } from '@rampart/domain'
import { createLogger, createMetrics, createSeededRandom, systemClock } from '@rampart/kit'
import { createTelemetry, type ObservedBatch, type ReferenceInput } from '@rampart/telemetry'

const SEED = 20261123
const COLUMNS = 30
const ROWS = 2000
const random = createSeededRandom(SEED)

// Stands for the database and swallows what is stored, so that only telemetry's own work is timed.
const tx = { query: async (): Promise<never[]> => [] }
const work = <T>(_tenant: string, run: (given: typeof tx) => Promise<T>): Promise<T> => run(tx)
const telemetry = createTelemetry({
  database: { tx: work as never, read: work as never },
  eventLog: { publish: async () => undefined },
  signals: { raise: async (_tenant, input) => input as Signal },
  clock: systemClock,
  random,
  logger: createLogger({ level: 'error', name: 'bench' }),
  metrics: createMetrics(),
  config: { minWindowMs: 0 },
})

const row = (): number[] => Array.from({ length: COLUMNS }, () => random.float())
const reference: ReferenceInput = {
  tenant: 'default',
  ref: { name: 'bench', version: '1' },
  signature: {
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, COLUMNS] }],
    outputs: [
      { name: 'label', datatype: 'INT64', shape: [-1] },
      { name: 'p', datatype: 'FP32', shape: [-1, 2] },
    ],
  },
  features: [],
  classes: ['no', 'yes'],
  prediction: 'label',
  rows: Array.from({ length: ROWS }, () => ({ inputs: { x: row() } })),
  outputs: {
    label: Array.from({ length: ROWS }, () => random.uint32() % 2),
    p: Array.from({ length: ROWS }, () => [random.float(), random.float()]),
  },
}

const batchOf = (rows: number): ObservedBatch => ({
  route: 'bench',
  model: 'bench',
  version: '1',
  tenant: 'default',
  rows,
  inputs: [
    {
      name: 'x',
      datatype: 'FP32',
      shape: [rows, COLUMNS],
      data: Float32Array.from(Array.from({ length: rows }, row).flat()),
    },
  ],
  outputs: [
    {
      name: 'label',
      datatype: 'INT64',
      shape: [rows],
      data: BigInt64Array.from({ length: rows }, () => BigInt(random.uint32() % 2)),
    },
    {
      name: 'p',
      datatype: 'FP32',
      shape: [rows, 2],
      data: Float32Array.from({ length: rows * 2 }, random.float),
    },
  ],
})

const WINDOW = 500
const perWindow = async (rows: number, windows: number): Promise<{ feedNs: number; judgeMs: number }> => {
  const batch = batchOf(rows)
  let feedNs = Infinity
  let judgeMs = Infinity
  for (let round = 0; round < windows; round += 1) {
    const start = process.hrtime.bigint()
    for (let sent = 0; sent < WINDOW; sent += rows) telemetry.sink.observeBatch(batch)
    const fed = process.hrtime.bigint()
    await telemetry.settled()
    const judged = process.hrtime.bigint()
    feedNs = Math.min(feedNs, Number(fed - start) / (Math.ceil(WINDOW / rows) * rows))
    judgeMs = Math.min(judgeMs, Number(judged - fed) / 1e6)
  }
  return { feedNs, judgeMs }
}

/** One window that the judge is never asked for, so large that its sketches compact all the time. */
const flood = (rows: number): number => {
  const batch = batchOf(rows)
  let best = Infinity
  for (let round = 0; round < 7; round += 1) {
    const start = process.hrtime.bigint()
    for (let sent = 0; sent < 30_000; sent += rows) telemetry.sink.observeBatch(batch)
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 30_000)
  }
  return best
}

const VALUES = COLUMNS + 2
const figures = (nsPerRow: number): string =>
  `${(nsPerRow / 1000).toFixed(2)} us per row, ${(nsPerRow / VALUES).toFixed(1)} ns per value`

await telemetry.setReference(reference)
console.log(`seed ${SEED}, ${COLUMNS} float32 columns + class + score, best of several`)
for (const rows of [1, 20]) {
  const { feedNs, judgeMs } = await perWindow(rows, 200)
  console.log(
    `windows of ${WINDOW} rows, batches of ${rows}: ${figures(feedNs)}; judged in ${judgeMs.toFixed(1)} ms`,
  )
}
for (const rows of [1, 60])
  console.log(`one window of 210,000 rows, batches of ${rows}: ${figures(flood(rows))}`)
