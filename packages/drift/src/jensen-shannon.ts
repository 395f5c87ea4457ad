/** Jensen-Shannon distance (base 2) between two rows of counts: 0 for equal shares, 1 for disjoint ones. */
import { DriftError } from './errors.ts'

/**
 * The square root of the Jensen-Shannon divergence in bits (Lin 1991; Endres and Schindelin 2003 for the metric):
 * SciPy's jensenshannon(p, q, base=2). Counts are normalised here; nothing is lifted by an ε.
 */
export const jensenShannonDistance = (first: ArrayLike<number>, second: ArrayLike<number>): number => {
  if (first.length !== second.length) {
    throw new DriftError('DRIFT_BAD_SHAPE', `counts of ${first.length} and ${second.length} bins`)
  }
  const firstTotal = total(first)
  const secondTotal = total(second)
  if (firstTotal === 0 || secondTotal === 0) {
    throw new DriftError('DRIFT_EMPTY_SAMPLE', 'a row of counts has no observation')
  }
  let left = 0
  let right = 0
  for (let i = 0; i < first.length; i += 1) {
    const p = (first[i] as number) / firstTotal
    const q = (second[i] as number) / secondTotal
    const middle = (p + q) / 2
    if (p > 0) left += p * Math.log(p / middle)
    if (q > 0) right += q * Math.log(q / middle)
  }
  // Rounding may leave equal shares a hair below zero.
  return Math.sqrt(Math.max(0, (left + right) / 2 / Math.LN2))
}

const total = (counts: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < counts.length; i += 1) sum += counts[i] as number
  return sum
}
