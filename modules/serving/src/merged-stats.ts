/** Counters of one version in several processes as one summary: counts add up, latencies by their buckets. */
import { bucketEdgeMicros } from './latency-histogram.ts'
import {
  OUTCOMES,
  type Outcome,
  type RouteSeries,
  type RouteSummary,
  STATS_STEP_MS,
  STATS_STEPS,
  type StatsStep,
} from './route-stats.ts'

/** What one process counted of one version under a route since it began to serve it there. */
export type CountedVersion = {
  readonly route: string
  readonly model: string
  readonly version: string
  readonly backend?: string
  readonly isShadow?: boolean
  readonly rows: number
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly predictions: Readonly<Record<string, number>>
  /** Steps of the clock with calls in them, which are the same in all processes. */
  readonly steps: readonly StatsStep[]
}

/** Names the version under its route, wherever it was counted. */
export const countedKey = ({
  route,
  model,
  version,
  backend,
  isShadow,
}: Pick<CountedVersion, 'route' | 'model' | 'version' | 'backend' | 'isShadow'>): string =>
  JSON.stringify([route, model, version, backend ?? '', isShadow === true])

const addBuckets = (into: number[], from: readonly number[]): void => {
  for (const [i, count] of from.entries()) into[i] = (into[i] ?? 0) + count
}

const quantileMs = (buckets: readonly number[], q: number): number => {
  const total = buckets.reduce((sum, count) => sum + (count ?? 0), 0)
  if (total === 0) return 0
  const wanted = Math.max(1, Math.ceil(q * total))
  let seen = 0
  for (let bucket = 0; bucket < buckets.length; bucket++) {
    seen += buckets[bucket] ?? 0
    if (seen >= wanted) return Math.round(bucketEdgeMicros(bucket)) / 1000
  }
  return 0
}

type Merged = Omit<StatsStep, 'latency'> & { latency: number[] }

const mergedSteps = (all: readonly CountedVersion[]): Map<number, Merged> => {
  const merged = new Map<number, Merged>()
  for (const step of all.flatMap(({ steps }) => steps)) {
    const before = merged.get(step.index)
    const latency = before?.latency ?? []
    addBuckets(latency, step.latency)
    merged.set(step.index, {
      index: step.index,
      requests: step.requests + (before?.requests ?? 0),
      errors: step.errors + (before?.errors ?? 0),
      denied: step.denied + (before?.denied ?? 0),
      shed: step.shed + (before?.shed ?? 0),
      latency,
    })
  }
  return merged
}

const seriesOf = (all: readonly CountedVersion[], now: number): RouteSeries => {
  const merged = mergedSteps(all)
  const last = Math.floor(now / STATS_STEP_MS)
  const window = Array.from({ length: STATS_STEPS }, (_, i) => last - STATS_STEPS + 1 + i)
  const of = (read: (step: Merged) => number): number[] =>
    window.map((index) => {
      const step = merged.get(index)
      return step === undefined ? 0 : read(step)
    })
  return {
    time: window.map((index) => new Date(index * STATS_STEP_MS).toISOString()),
    requests: of(({ requests }) => requests),
    errors: of(({ errors }) => errors),
    denied: of(({ denied }) => denied),
    shed: of(({ shed }) => shed),
    p50Ms: of(({ latency }) => quantileMs(latency, 0.5)),
    p99Ms: of(({ latency }) => quantileMs(latency, 0.99)),
  }
}

/** One summary of what several processes counted of the same version; `now` in ms. */
export const summariseCounts = (all: readonly CountedVersion[], now: number): RouteSummary => {
  const outcomes = Object.fromEntries(
    OUTCOMES.map((name) => [name, all.reduce((sum, one) => sum + one.outcomes[name], 0)]),
  ) as Record<Outcome, number>
  const predictions: Record<string, number> = {}
  for (const one of all)
    for (const [label, count] of Object.entries(one.predictions))
      predictions[label] = (predictions[label] ?? 0) + count
  return {
    windowMs: STATS_STEP_MS * STATS_STEPS,
    stepMs: STATS_STEP_MS,
    requests: Object.values(outcomes).reduce((sum, count) => sum + count, 0),
    rows: all.reduce((sum, { rows }) => sum + rows, 0),
    outcomes,
    series: seriesOf(all, now),
    predictions,
  }
}
