/** First Wasserstein (earth mover's) distance in one dimension: the area between two distribution functions. */
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
  let i = 0
  let j = 0
  let belowA = 0
  let belowB = 0
  let at = Math.min(a.values[0] as number, b.values[0] as number)
  let area = 0
  while (i < a.values.length || j < b.values.length) {
    const nextA = i < a.values.length ? (a.values[i] as number) : Infinity
    const nextB = j < b.values.length ? (b.values[j] as number) : Infinity
    const next = Math.min(nextA, nextB)
    area += Math.abs(belowA / a.count - belowB / b.count) * (next - at)
    at = next
    while (i < a.values.length && a.values[i] === at) belowA = a.cumulative[i++] as number
    while (j < b.values.length && b.values[j] === at) belowB = b.cumulative[j++] as number
  }
  return area
}
