/** Sends 100,000 inference calls to the router in its own process and shows that its memory stays flat. */
import { startLoadClient, startMeasured } from '../../bench/load/measured.ts'
import { benchRequest } from '../../bench/load/requests.ts'

const STEP = 10_000
const STEPS = 10
/** Longer than the first segment of records is open: closing it is part of the steady state. */
const WARM_UP = 120_000
/** Megabytes of resident memory per 10,000 calls, by least squares after warm-up. */
const LIMIT_MB = 2

const slope = (values: readonly number[]): number => {
  const meanX = (values.length - 1) / 2
  const meanY = values.reduce((sum, value) => sum + value, 0) / values.length
  const over = values.reduce((sum, value, x) => sum + (x - meanX) * (value - meanY), 0)
  return over / values.reduce((sum, _, x) => sum + (x - meanX) ** 2, 0)
}

const router = await startMeasured('router', 'card-fraud')
const client = startLoadClient()
const request = benchRequest('card-fraud', 'json')
const rssMb = async (): Promise<number> => (await router.usage()).rss / 1_048_576
await client.load(router.port, request, WARM_UP, 16)
const samples: number[] = []
for (let step = 0; step < STEPS; step++) {
  await client.load(router.port, request, STEP, 16)
  samples.push(await rssMb())
}
router.child.disconnect()
client.stop()
const found = slope(samples)
process.stdout.write(
  `resident MB after each ${STEP}: ${samples.map((value) => value.toFixed(0)).join(' ')}\n`,
)
process.stdout.write(`slope ${found.toFixed(2)} MB per ${STEP} calls, limit ${LIMIT_MB}\n`)
const passed = found <= LIMIT_MB
process.stdout.write(passed ? '1 passed, 0 failed\n' : '0 passed, 1 failed\n')
process.exitCode = passed ? 0 : 1
