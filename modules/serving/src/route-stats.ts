/** Counters and a short time series per route, for the console and for metrics. */
import type { Clock } from '@rampart/kit'
import type { CanaryReading } from './canary.ts'
import { createLatencyHistogram, type LatencyHistogram } from './latency-histogram.ts'

export type Outcome = 'ok' | 'invalid' | 'denied' | 'shed' | 'late' | 'failed'
export const OUTCOMES: readonly Outcome[] = ['ok', 'invalid', 'denied', 'shed', 'late', 'failed']

/** One array per quantity, oldest first, one element per step; `time` is when the step began (RFC 3339). */
export type RouteSeries = {
  readonly time: readonly string[]
  readonly requests: readonly number[]
  readonly errors: readonly number[]
  readonly denied: readonly number[]
  readonly shed: readonly number[]
  readonly p50Ms: readonly number[]
  readonly p99Ms: readonly number[]
}

export type RouteSummary = {
  readonly windowMs: number
  readonly stepMs: number
  readonly requests: number
  readonly rows: number
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly series: RouteSeries
  readonly predictions: Readonly<Record<string, number>>
}

/** One step of the series as it was counted; `index` counts steps since the epoch. */
export type StatsStep = {
  readonly index: number
  readonly requests: number
  readonly errors: number
  readonly denied: number
  readonly shed: number
  /** As `LatencyHistogram.buckets` gives them. */
  readonly latency: readonly number[]
}

export type RouteStats = {
  record(outcome: Outcome, micros: number): void
  predicted(label: string): void
  rows(count: number): void
  /** The score of one answer, for the mean. */
  scored(score: number): void
  /** Counters so far, for comparing versions. */
  reading(): CanaryReading
  summary(): RouteSummary
  /** Those of the last `count` steps that had calls. */
  steps(count: number): StatsStep[]
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly latency: LatencyHistogram
  totalRows(): number
}

export const STATS_STEP_MS = 2_000
export const STATS_STEPS = 150
/** Labels counted one by one; further ones are counted as `other`. */
const MAX_LABELS = 64

type Step = {
  index: number
  requests: number
  errors: number
  denied: number
  shed: number
  readonly latency: LatencyHistogram
}

const createStep = (): Step => ({
  index: -1,
  requests: 0,
  errors: 0,
  denied: 0,
  shed: 0,
  latency: createLatencyHistogram(),
})

const ERRORS: readonly Outcome[] = ['invalid', 'late', 'failed']

export const createRouteStats = (clock: Pick<Clock, 'now'>): RouteStats => {
  const steps = Array.from({ length: STATS_STEPS }, createStep)
  const outcomes: Record<Outcome, number> = { ok: 0, invalid: 0, denied: 0, shed: 0, late: 0, failed: 0 }
  const latency = createLatencyHistogram()
  const predictions = new Map<string, number>()
  const scores = { sum: 0, count: 0 }
  let rows = 0

  const step = (index: number): Step => {
    const found = steps[index % STATS_STEPS] as Step
    if (found.index === index) return found
    Object.assign(found, { index, requests: 0, errors: 0, denied: 0, shed: 0 })
    found.latency.reset()
    return found
  }

  return {
    record: (outcome, micros) => {
      const now = step(Math.floor(clock.now() / STATS_STEP_MS))
      now.requests += 1
      outcomes[outcome] += 1
      if (outcome === 'denied') now.denied += 1
      else if (outcome === 'shed') now.shed += 1
      else if (ERRORS.includes(outcome)) now.errors += 1
      if (outcome !== 'ok') return
      now.latency.record(micros)
      latency.record(micros)
    },
    predicted: (label) => {
      const key = predictions.has(label) || predictions.size < MAX_LABELS ? label : 'other'
      predictions.set(key, (predictions.get(key) ?? 0) + 1)
    },
    rows: (count) => {
      rows += count
    },
    summary: () => ({
      windowMs: STATS_STEP_MS * STATS_STEPS,
      stepMs: STATS_STEP_MS,
      requests: Object.values(outcomes).reduce((sum, count) => sum + count, 0),
      rows,
      outcomes: { ...outcomes },
      series: seriesOf(steps, Math.floor(clock.now() / STATS_STEP_MS)),
      predictions: Object.fromEntries(predictions),
    }),
    steps: (count) => {
      const last = Math.floor(clock.now() / STATS_STEP_MS)
      return steps
        .filter(({ index, requests }) => index > last - count && index <= last && requests > 0)
        .map(({ latency: histogram, ...counted }) => ({ ...counted, latency: histogram.buckets() }))
    },
    scored: (score) => {
      scores.sum += score
      scores.count += 1
    },
    reading: () => ({
      answered: outcomes.ok,
      failed: outcomes.failed + outcomes.late + outcomes.shed,
      latency: latency.buckets(),
      labels: Object.fromEntries(predictions),
      scores: { ...scores },
    }),
    outcomes,
    latency,
    totalRows: () => rows,
  }
}

/** The last steps, silent ones as zeros. */
const seriesOf = (steps: readonly Step[], last: number): RouteSeries => {
  const window = Array.from({ length: STATS_STEPS }, (_, i) => last - STATS_STEPS + 1 + i)
  const found = window.map((index) => {
    const step = steps[((index % STATS_STEPS) + STATS_STEPS) % STATS_STEPS]
    return step?.index === index ? step : undefined
  })
  const millis = (step: Step | undefined, q: number): number =>
    step === undefined ? 0 : Math.round(step.latency.quantile(q)) / 1000
  return {
    time: window.map((index) => new Date(index * STATS_STEP_MS).toISOString()),
    requests: found.map((step) => step?.requests ?? 0),
    errors: found.map((step) => step?.errors ?? 0),
    denied: found.map((step) => step?.denied ?? 0),
    shed: found.map((step) => step?.shed ?? 0),
    p50Ms: found.map((step) => millis(step, 0.5)),
    p99Ms: found.map((step) => millis(step, 0.99)),
  }
}
