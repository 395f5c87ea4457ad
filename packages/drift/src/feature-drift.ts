/**
 * Drift of one feature between a reference and a current window: an effect size (PSI) and a p-value.
 * Sees changes of the marginal distribution and of the missing share. Cannot see changes of dependence between
 * features, nor label shift that leaves every marginal in place. Cost: one merge walk over both samples.
 */
import { chiSquareTest } from './chi-square.ts'
import type { FrequencyState } from './frequency-sketch.ts'
import type { KsResult } from './ks.ts'
import { type PsiResult, populationStability, psiOfCounts } from './psi.ts'
import type { WeightedSample } from './sample.ts'
import { ksAndWasserstein } from './wasserstein.ts'

export type NumericDrift = {
  readonly kind: 'numeric'
  readonly psi: PsiResult
  /** Absent when either side has nothing but missing values. */
  readonly ks: KsResult | null
  /** In the unit of the feature; null when either side has no finite value. */
  readonly wasserstein: number | null
  readonly missingPValue: number | null
  readonly score: number
  readonly pValue: number
}

export type CategoricalDrift = {
  readonly kind: 'categorical'
  readonly categories: readonly string[]
  readonly referenceCounts: readonly number[]
  readonly currentCounts: readonly number[]
  readonly statistic: number
  readonly score: number
  readonly pValue: number
}

export type FeatureDrift = NumericDrift | CategoricalDrift

export const OTHER_CATEGORY = '(other)'
export const MISSING_CATEGORY = '(missing)'
const MOST_CATEGORIES = 20
const LEAST_EXPECTED = 5

/** Below this size the exact p-value is cheap and the asymptotic one not yet good. */
const SMALL_SAMPLE = 64

/** Score = PSI. p-value = KS (at its sketch-safe upper end), joined by Bonferroni with the test of the missing share if any. */
export const compareNumeric = (reference: WeightedSample, current: WeightedSample): NumericDrift => {
  const psi = populationStability(reference, current)
  const measurable = reference.count > 0 && current.count > 0
  const small = Math.min(reference.count, current.count) < SMALL_SAMPLE
  const { ks, wasserstein } = measurable
    ? ksAndWasserstein(reference, current, small ? 'auto' : 'asymptotic')
    : { ks: null, wasserstein: null }
  const missingPValue =
    reference.missing + current.missing > 0
      ? chiSquareTest([reference.count, reference.missing], [current.count, current.missing]).pValue
      : null
  const tests = [ks?.pValueUpper, missingPValue].filter((p) => typeof p === 'number')
  const pValue = Math.min(1, Math.min(...tests) * tests.length)
  return { kind: 'numeric', psi, ks, wasserstein, missingPValue, score: psi.psi, pValue }
}

/**
 * PSI and Pearson's chi-square over the categories that the reference leads one to expect at least five times in the
 * current window (at most 20); all others, new ones included, are "(other)".
 */
export const compareCategories = (reference: FrequencyState, current: FrequencyState): CategoricalDrift => {
  const { categories, referenceCounts, currentCounts } = countCategories(reference, current, MOST_CATEGORIES)
  if (reference.missing + current.missing > 0) {
    categories.push(MISSING_CATEGORY)
    referenceCounts.push(reference.missing)
    currentCounts.push(current.missing)
  }
  const { statistic, pValue } = chiSquareTest(referenceCounts, currentCounts)
  const score = psiOfCounts(referenceCounts, currentCounts)
  return { kind: 'categorical', categories, referenceCounts, currentCounts, statistic, score, pValue }
}

/** Counts of the categories expected at least five times in the current window, at most `most`; the rest is "(other)", last. */
export const countCategories = (reference: FrequencyState, current: FrequencyState, most: number) => {
  const shareNeeded = LEAST_EXPECTED / Math.max(1, current.count)
  const named = reference.entries
    .filter(([, times]) => times >= shareNeeded * reference.count)
    .slice(0, most)
    .map(([category]) => category)
  return {
    categories: [...named, OTHER_CATEGORY],
    referenceCounts: countsOf(reference, named),
    currentCounts: countsOf(current, named),
  }
}

const countsOf = (state: FrequencyState, named: readonly string[]): number[] => {
  const byName = new Map(state.entries)
  const counts = named.map((category) => byName.get(category) ?? 0)
  return [...counts, state.count - counts.reduce((sum, count) => sum + count, 0)]
}
