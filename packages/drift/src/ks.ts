/** Two-sample Kolmogorov-Smirnov test on exact or weighted (sketched) samples; the two-sided alternative. */
import { type DistributionGap, walkDistributions } from './distribution-walk.ts'
import { kolmogorovTail } from './kolmogorov.ts'
import { exactKsTail, ksNumerator } from './ks-exact.ts'
import { requireObservations, type WeightedSample } from './sample.ts'

/** 'auto' is exact up to 10,000 observations in the larger sample, as SciPy's ks_2samp; sketched samples are always asymptotic. */
export type KsMethod = 'auto' | 'exact' | 'asymptotic'

export type KsResult = {
  readonly statistic: number
  readonly pValue: number
  /** The value at which the distance is largest. */
  readonly location: number
  readonly method: 'exact' | 'asymptotic'
  /** The true statistic of the full data lies within ± this (rank errors of both samples added; 0 when exact). */
  readonly error: number
  /** The p-value at statistic - error: what may safely be called significant. */
  readonly pValueUpper: number
}

const EXACT_LIMIT = 10_000

/** sup |F_a - F_b| and where it is reached. Infinite values count as ordinary, NaN is left out. O(n + m). */
export const ksStatistic = (
  a: WeightedSample,
  b: WeightedSample,
): { readonly statistic: number; readonly location: number } => {
  requireObservations(a, 'first')
  requireObservations(b, 'second')
  const { widest, location } = walkDistributions(a, b)
  return { statistic: widest / (a.count * b.count), location }
}

/** p-value of a statistic for sample sizes m and n. The asymptotic one reads the one-sample law at round(mn / (m + n)). */
export const ksPValue = (statistic: number, m: number, n: number, method: 'exact' | 'asymptotic'): number => {
  if (statistic <= 0) return 1
  if (method === 'exact') return exactKsTail(m, n, ksNumerator(m, n, statistic))
  const effective = roundHalfEven((m * n) / (m + n))
  // One against one says nothing: no significance where the law has no observation.
  return effective === 0 ? 1 : kolmogorovTail(effective, statistic)
}

const roundHalfEven = (x: number): number => {
  const floor = Math.floor(x)
  if (x - floor !== 0.5) return Math.round(x)
  return floor % 2 === 0 ? floor : floor + 1
}

/** The two-sided test. 'exact' on a sketched sample falls back to the asymptotic law, since its ranks are not exact. */
export const ksTest = (a: WeightedSample, b: WeightedSample, method: KsMethod = 'auto'): KsResult => {
  requireObservations(a, 'first')
  requireObservations(b, 'second')
  return ksOfGap(a, b, walkDistributions(a, b), method)
}

/** The test from a walk that was already made. */
export const ksOfGap = (
  a: WeightedSample,
  b: WeightedSample,
  { widest, location }: DistributionGap,
  method: KsMethod,
): KsResult => {
  const statistic = widest / (a.count * b.count)
  const error = a.rankError + b.rankError
  const small = Math.max(a.count, b.count) <= EXACT_LIMIT
  const exact = error === 0 && (method === 'exact' || (method === 'auto' && small))
  const used = exact ? 'exact' : 'asymptotic'
  const pValue = ksPValue(statistic, a.count, b.count, used)
  const pValueUpper = error === 0 ? pValue : ksPValue(Math.max(0, statistic - error), a.count, b.count, used)
  return { statistic, pValue, location, method: used, error, pValueUpper }
}
