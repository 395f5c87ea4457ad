/** First Wasserstein (earth mover's) distance in one dimension: the area between two distribution functions. */
import { walkDistributions } from './distribution-walk.ts'
import { type KsMethod, ksOfGap } from './ks.ts'
import { requireObservations, type WeightedSample } from './sample.ts'

/** The part of a sample that is finite: infinite observations are dropped, as their distance has no value. */
const finitePart = (sample: WeightedSample): WeightedSample => {
  const { values, cumulative } = sample
  let from = 0
  let to = values.length
  while (from < to && values[from] === -Infinity) from += 1
  while (to > from && values[to - 1] === Infinity) to -= 1
  if (from === 0 && to === values.length) return sample
  const dropped = from === 0 ? 0 : (cumulative[from - 1] as number)
  const kept = cumulative.slice(from, to).map((weight) => weight - dropped)
  return { ...sample, values: values.subarray(from, to), cumulative: kept, count: kept.at(-1) ?? 0 }
}

/**
 * W1 = ∫ |F_a - F_b| dx over the finite observations, in the unit of the feature (Vallender 1974).
 * From sketches the error is at most (rankError_a + rankError_b) · (max - min) of the joint range.
 */
export const wassersteinDistance = (first: WeightedSample, second: WeightedSample): number => {
  const a = finitePart(first)
  const b = finitePart(second)
  requireObservations(a, 'first finite')
  requireObservations(b, 'second finite')
  return walkDistributions(a, b).area
}

/** Kolmogorov-Smirnov and Wasserstein from one walk; the distance is null when either side has no finite value. */
export const ksAndWasserstein = (a: WeightedSample, b: WeightedSample, method: KsMethod) => {
  requireObservations(a, 'first')
  requireObservations(b, 'second')
  const gap = walkDistributions(a, b)
  const ks = ksOfGap(a, b, gap, method)
  if (allFinite(a) && allFinite(b)) return { ks, wasserstein: gap.area }
  return { ks, wasserstein: hasFinite(a) && hasFinite(b) ? wassersteinDistance(a, b) : null }
}

const allFinite = ({ values }: WeightedSample): boolean =>
  Number.isFinite(values[0]) && Number.isFinite(values[values.length - 1])

const hasFinite = ({ values }: WeightedSample): boolean => values.some((value) => Number.isFinite(value))
