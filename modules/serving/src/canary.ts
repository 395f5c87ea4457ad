/**
 * Judges a canary step by comparing what its candidate and the other versions did since the step began. Pure: counters
 * and the time come in, a verdict goes out. The error rate is compared by a one-sided two-proportion z-test at 1 %,
 * so that a single unlucky answer does not roll back and a real increase does.
 */
import type { CanarySpec } from './route-spec.ts'

/** Cumulative counters of one or several versions; differences of two readings are a step. */
export type CanaryReading = {
  readonly answered: number
  readonly failed: number
  /** Answers per latency bucket, as `LatencyHistogram.buckets` gives them. */
  readonly latency: readonly number[]
  readonly labels: Readonly<Record<string, number>>
  readonly scores: { readonly sum: number; readonly count: number }
}

export type CanaryPhase = 'running' | 'promoted' | 'rolled-back'

/** What is kept about a canary; `key` names the version and steps it is about. */
export type CanaryState = {
  readonly key: string
  readonly phase: CanaryPhase
  /** Index of the step in force. */
  readonly step: number
  readonly since: string
  readonly reason?: string
}

export type CanaryVerdict =
  | { readonly verdict: 'wait'; readonly reason: string }
  | { readonly verdict: 'advance' }
  | { readonly verdict: 'fail'; readonly reason: string }

export const CANARY_DEFAULTS = {
  intervalMs: 60_000,
  minRequests: 100,
  maxErrorRateIncrease: 0.01,
  maxLatencyRatio: 2,
} as const

/** Latencies this close are the same for a judge. */
const SAME_LATENCY_MS = 5
/** 99 % quantile of the standard normal distribution. */
const Z_99 = 2.326
/** Failures that end a canary before it has its requests: nobody should wait for the hundredth error. */
const EARLY_FAILURES = 10

export const emptyReading = (): CanaryReading => ({
  answered: 0,
  failed: 0,
  latency: [],
  labels: {},
  scores: { sum: 0, count: 0 },
})

/** `a - b`, or `a + b` with sign 1; counters of unequal length are padded. */
export const combine = (a: CanaryReading, b: CanaryReading, sign: 1 | -1): CanaryReading => {
  const length = Math.max(a.latency.length, b.latency.length)
  const labels: Record<string, number> = { ...a.labels }
  for (const [label, count] of Object.entries(b.labels)) labels[label] = (labels[label] ?? 0) + sign * count
  return {
    answered: a.answered + sign * b.answered,
    failed: a.failed + sign * b.failed,
    latency: Array.from({ length }, (_, i) => (a.latency[i] ?? 0) + sign * (b.latency[i] ?? 0)),
    labels,
    scores: { sum: a.scores.sum + sign * b.scores.sum, count: a.scores.count + sign * b.scores.count },
  }
}

const errorRate = ({ answered, failed }: CanaryReading): number =>
  answered + failed === 0 ? 0 : failed / (answered + failed)

/** True when the candidate's rate exceeds the baseline's by more than `margin`, beyond what chance explains. */
const worseBy = (candidate: CanaryReading, baseline: CanaryReading, margin: number): boolean => {
  const [p, q] = [errorRate(candidate), errorRate(baseline)]
  const excess = p - q - margin
  if (excess <= 0) return false
  const n = Math.max(1, candidate.answered + candidate.failed)
  const m = Math.max(1, baseline.answered + baseline.failed)
  // Variance under "the margin just holds": the candidate's expected rate is the baseline's plus the margin.
  const expected = Math.min(1, q + margin)
  const deviation = Math.sqrt((expected * (1 - expected)) / n + (q * (1 - q)) / m)
  return deviation === 0 || excess / deviation > Z_99
}

const p95Ms = (latency: readonly number[], edgeMs: (bucket: number) => number): number => {
  const total = latency.reduce((sum, count) => sum + count, 0)
  let seen = 0
  for (let bucket = 0; bucket < latency.length; bucket++) {
    seen += latency[bucket] as number
    if (seen >= 0.95 * total) return edgeMs(bucket)
  }
  return 0
}

/** Total variation distance between the shares of two sets of counts. */
const labelDistance = (a: CanaryReading['labels'], b: CanaryReading['labels']): number => {
  const total = (labels: CanaryReading['labels']): number =>
    Math.max(
      1,
      Object.values(labels).reduce((sum, count) => sum + count, 0),
    )
  const [m, n] = [total(a), total(b)]
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].reduce((sum, name) => sum + Math.abs((a[name] ?? 0) / m - (b[name] ?? 0) / n), 0) / 2
}

const mean = ({ sum, count }: CanaryReading['scores']): number => (count === 0 ? 0 : sum / count)

const percent = (rate: number): string => `${(rate * 100).toFixed(2)} %`

type Judged = {
  readonly spec: CanarySpec
  /** Since the step began. */
  readonly candidate: CanaryReading
  readonly baseline: CanaryReading
  readonly ageMs: number
  /** Upper edge of a latency bucket. */
  readonly edgeMs: (bucket: number) => number
}

const failureOf = ({ spec, candidate, baseline, edgeMs }: Judged): string | undefined => {
  if (worseBy(candidate, baseline, spec.maxErrorRateIncrease ?? CANARY_DEFAULTS.maxErrorRateIncrease))
    return `error rate ${percent(errorRate(candidate))} against ${percent(errorRate(baseline))}`
  if (candidate.answered < (spec.minRequests ?? CANARY_DEFAULTS.minRequests)) return undefined
  const [slow, usual] = [p95Ms(candidate.latency, edgeMs), p95Ms(baseline.latency, edgeMs)]
  const ratio = spec.maxLatencyRatio ?? CANARY_DEFAULTS.maxLatencyRatio
  if (baseline.answered > 0 && slow > usual * ratio && slow - usual > SAME_LATENCY_MS)
    return `p95 ${slow.toFixed(1)} ms against ${usual.toFixed(1)} ms`
  if (baseline.answered === 0) return undefined
  const shift = labelDistance(candidate.labels, baseline.labels)
  if (spec.maxLabelShift !== undefined && shift > spec.maxLabelShift)
    return `label shares differ by ${percent(shift)}`
  const scores = Math.abs(mean(candidate.scores) - mean(baseline.scores))
  if (spec.maxScoreShift !== undefined && scores > spec.maxScoreShift)
    return `mean scores differ by ${scores.toFixed(4)}`
  return undefined
}

export const judgeCanary = (judged: Judged): CanaryVerdict => {
  const { spec, candidate, ageMs } = judged
  const minRequests = spec.minRequests ?? CANARY_DEFAULTS.minRequests
  const total = candidate.answered + candidate.failed
  const enough = total >= minRequests || candidate.failed >= EARLY_FAILURES
  const failure = enough ? failureOf(judged) : undefined
  if (failure !== undefined) return { verdict: 'fail', reason: failure }
  if (total < minRequests) return { verdict: 'wait', reason: `${total} of ${minRequests} answers` }
  if (ageMs < (spec.intervalMs ?? CANARY_DEFAULTS.intervalMs))
    return { verdict: 'wait', reason: 'the step is young' }
  return { verdict: 'advance' }
}

/** A canary starts anew when the version or the steps it is about change. */
export const canaryKey = ({ model, version, alias, steps }: CanarySpec): string =>
  JSON.stringify([model, version ?? null, alias ?? null, steps])

/** Percent of the calls that the candidate gets now. */
export const canaryShare = (spec: CanarySpec, state: CanaryState | undefined): number => {
  if (state === undefined || state.key !== canaryKey(spec)) return spec.steps[0] as number
  if (state.phase === 'rolled-back') return 0
  return state.phase === 'promoted' ? 100 : (spec.steps[state.step] ?? (spec.steps.at(-1) as number))
}
