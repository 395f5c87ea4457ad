/** One walk over two sorted samples: where their distribution functions are furthest apart, and the area between them. */
import type { WeightedSample } from './sample.ts'

export type DistributionGap = {
  /** Largest |F_a - F_b| times both counts: an integer below 2^53 for samples below 94 million values each. */
  readonly widest: number
  /** Where it is reached first. */
  readonly location: number
  /** ∫ |F_a - F_b| dx; meaningless when a value is infinite. */
  readonly area: number
}

/** Both samples hold at least one value. O(n + m). */
export const walkDistributions = (a: WeightedSample, b: WeightedSample): DistributionGap => {
  const [aValues, aCumulative, aCount, aLength] = [a.values, a.cumulative, a.count, a.values.length]
  const [bValues, bCumulative, bCount, bLength] = [b.values, b.cumulative, b.count, b.values.length]
  const scale = 1 / (aCount * bCount)
  let [i, j, gap, widest, area] = [0, 0, 0, 0, 0]
  let [belowA, belowB] = [0, 0]
  let nextA = aValues[0] as number
  let nextB = bValues[0] as number
  let at = Math.min(nextA, nextB)
  let location = at
  while (i < aLength || j < bLength) {
    const next = Math.min(nextA, nextB)
    area += gap * scale * (next - at)
    at = next
    if (nextA === at) {
      while (i < aLength && aValues[i] === at) i += 1
      belowA = aCumulative[i - 1] as number
      nextA = i < aLength ? (aValues[i] as number) : Infinity
    }
    if (nextB === at) {
      while (j < bLength && bValues[j] === at) j += 1
      belowB = bCumulative[j - 1] as number
      nextB = j < bLength ? (bValues[j] as number) : Infinity
    }
    const apart = belowA * bCount - belowB * aCount
    gap = apart < 0 ? -apart : apart
    if (gap > widest) {
      widest = gap
      location = at
    }
  }
  return { widest, location, area }
}
