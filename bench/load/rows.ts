/** One row of the router bench: contenders asked for the same, in interleaved rounds, by the CPU time of their process trees. */
import type { RunningContender } from '../versus/contenders.ts'
import type { LoadClient } from './measured.ts'
import { treeCpuMicros } from './process-tree.ts'
import type { BenchModel, BenchRequest, Encoding } from './requests.ts'
import { median, type Spread, spread } from './spread.ts'

/** A running contender with what it is asked in this row. */
export type Asked = RunningContender & {
  readonly name: string
  readonly request: BenchRequest
  /** Costs so much per request that less of it is measured just as well. */
  readonly isSlow: boolean
}

export type RowPlan = {
  readonly model: BenchModel
  readonly encoding: Encoding
  readonly concurrency: number
  readonly rounds: number
  /** After so many milliseconds MIN_ROUNDS are enough. */
  readonly withinMs: number
  /** CPU time that one measurement aims at, in µs: /proc counts in steps of 10 ms. A slow contender gets SLOW_SHARE of it. */
  readonly measureMicros: number
  /** CPU time of every contender before the first measurement, in µs. */
  readonly warmUpMicros: number
  /** Contenders that ratios are of; the others are what they are over. */
  readonly subjects: readonly string[]
}

export type Row = {
  readonly model: BenchModel
  readonly encoding: Encoding
  readonly protocol: 'rest' | 'grpc'
  readonly concurrency: number
  /** When it was measured, and the source it was measured on. */
  readonly time: string
  readonly commit: string
  readonly cpuMicros: Record<string, Spread>
  readonly p99Ms: Record<string, number>
  /** `rampart/echo`: median of the ratios of paired rounds. */
  readonly ratios: Record<string, Spread>
}

type Measurement = { readonly micros: number; readonly p99Ms: number }

const WARM_UP_CALLS = 250
const MIN_CALLS = 100
const SLOW_SHARE = 0.4
const MIN_ROUNDS = 3

const measure = async (
  client: LoadClient,
  one: Asked,
  count: number,
  concurrency: number,
): Promise<Measurement> => {
  const before = treeCpuMicros(one.pid)
  const port = one.request.protocol === 'grpc' ? one.grpcPort : one.port
  const report = await client.load(port ?? 0, one.request, count, concurrency).catch((error: unknown) => {
    throw new Error(`${one.name} at concurrency ${concurrency}`, { cause: error })
  })
  return { micros: (treeCpuMicros(one.pid) - before) / count, p99Ms: report.p99Ms }
}

/** Calls for one measurement of each; machine code comes only after some ten thousand calls. */
const warmUp = async (
  client: LoadClient,
  asked: readonly Asked[],
  plan: RowPlan,
  isLate: () => boolean,
): Promise<Map<string, number>> => {
  const counts = new Map<string, number>()
  for (const one of asked) {
    const share = one.isSlow ? SLOW_SHARE : 1
    const aim = plan.warmUpMicros * share
    let count = WARM_UP_CALLS
    let micros = 0
    for (let spent = 0; spent < aim && !(spent > 0 && isLate()); spent += micros * count) {
      if (micros > 0) count = Math.ceil(Math.max(count, aim / 4 / micros))
      micros = Math.max(1, (await measure(client, one, count, plan.concurrency)).micros)
    }
    counts.set(one.name, Math.max(MIN_CALLS, Math.ceil((plan.measureMicros * share) / micros)))
  }
  return counts
}

const pairedRatios = (
  rounds: readonly Record<string, Measurement>[],
  names: readonly string[],
  subjects: readonly string[],
): Record<string, Spread> => {
  const micros = (round: Record<string, Measurement>, name: string): number =>
    round[name]?.micros ?? Number.NaN
  const pairs = subjects
    .filter((name) => names.includes(name))
    .flatMap((subject) =>
      names.filter((name) => !subjects.includes(name)).map((other) => [subject, other] as const),
    )
  return Object.fromEntries(
    pairs.map(([subject, other]) => [
      `${subject}/${other}`,
      spread(rounds.map((round) => micros(round, subject) / micros(round, other))),
    ]),
  )
}

export const measureRow = async (
  client: LoadClient,
  asked: readonly Asked[],
  plan: RowPlan,
  commit: string,
): Promise<Row> => {
  const started = performance.now()
  const isLate = (share: number): boolean => performance.now() - started > plan.withinMs * share
  const counts = await warmUp(client, asked, plan, () => isLate(0.4))
  const rounds: Record<string, Measurement>[] = []
  for (let round = 0; round < plan.rounds && !(round >= MIN_ROUNDS && isLate(1)); round++) {
    const measured: Record<string, Measurement> = {}
    const first = round % asked.length
    // Each round begins with another one, so that nobody always follows the same neighbour.
    for (const one of [...asked.slice(first), ...asked.slice(0, first)])
      measured[one.name] = await measure(client, one, counts.get(one.name) ?? MIN_CALLS, plan.concurrency)
    rounds.push(measured)
  }
  const names = asked.map(({ name }) => name)
  const of = (name: string, key: keyof Measurement): number[] =>
    rounds.map((round) => round[name]?.[key] ?? Number.NaN)
  const { model, encoding, concurrency } = plan
  return {
    model,
    encoding,
    protocol: asked[0]?.request.protocol ?? 'rest',
    concurrency,
    time: new Date().toISOString(),
    commit,
    cpuMicros: Object.fromEntries(names.map((name) => [name, spread(of(name, 'micros'))])),
    p99Ms: Object.fromEntries(names.map((name) => [name, Number(median(of(name, 'p99Ms')).toFixed(2))])),
    ratios: pairedRatios(rounds, names, plan.subjects),
  }
}
