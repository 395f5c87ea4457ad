/** Server CPU per inference call against a bare node:http echo of the same body, in paired rounds; prints ratios. */
import { load, type Measured, startMeasured } from './serving-load.ts'

const ROUNDS = 5
const COUNT = 4_000

const microsPerCall = async (measured: Measured, concurrency: number): Promise<number> => {
  const before = (await measured.usage()).cpu
  await load(measured.url, COUNT, concurrency)
  const after = (await measured.usage()).cpu
  return (after.user + after.system - before.user - before.system) / COUNT
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const [router, echo] = await Promise.all([startMeasured('router'), startMeasured('echo')])
for (const concurrency of [16, 64]) {
  const rounds: { router: number; echo: number }[] = []
  await microsPerCall(router, concurrency)
  await microsPerCall(echo, concurrency)
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({
      router: await microsPerCall(router, concurrency),
      echo: await microsPerCall(echo, concurrency),
    })
  const ratio = median(rounds.map((round) => round.router / round.echo))
  const [ours, bare] = [
    median(rounds.map((round) => round.router)),
    median(rounds.map((round) => round.echo)),
  ]
  process.stdout.write(
    `c=${concurrency}: router ${ours.toFixed(1)} µs, echo ${bare.toFixed(1)} µs, ratio ${ratio.toFixed(2)}\n`,
  )
}
router.child.disconnect()
echo.child.disconnect()
