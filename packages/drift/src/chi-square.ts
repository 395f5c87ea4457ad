/** Pearson's chi-square test that two rows of counts come from one distribution. */
import { DriftError } from './errors.ts'
import { upperGamma } from './gamma.ts'

export type ChiSquareResult = {
  readonly statistic: number
  readonly degreesOfFreedom: number
  readonly pValue: number
}

/**
 * Homogeneity of two count vectors over the same categories, no continuity correction (SciPy's
 * chi2_contingency(…, correction=False)). Categories empty in both are left out; with one left, p = 1.
 */
export const chiSquareTest = (first: readonly number[], second: readonly number[]): ChiSquareResult => {
  if (first.length !== second.length) {
    throw new DriftError('DRIFT_BAD_SHAPE', `counts of ${first.length} and ${second.length} categories`)
  }
  const firstTotal = first.reduce((sum, count) => sum + count, 0)
  const secondTotal = second.reduce((sum, count) => sum + count, 0)
  if (firstTotal === 0 || secondTotal === 0) {
    throw new DriftError('DRIFT_EMPTY_SAMPLE', 'a row of counts has no observation')
  }
  let statistic = 0
  let used = 0
  for (let i = 0; i < first.length; i += 1) {
    const a = first[i] as number
    const b = second[i] as number
    const both = a + b
    if (both === 0) continue
    used += 1
    const total = firstTotal + secondTotal
    const expectedA = (both * firstTotal) / total
    const expectedB = (both * secondTotal) / total
    statistic += (a - expectedA) ** 2 / expectedA + (b - expectedB) ** 2 / expectedB
  }
  const degreesOfFreedom = used - 1
  const pValue = degreesOfFreedom < 1 ? 1 : upperGamma(degreesOfFreedom / 2, statistic / 2)
  return { statistic, degreesOfFreedom, pValue }
}
