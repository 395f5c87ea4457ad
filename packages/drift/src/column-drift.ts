/**
 * Everything that is said about one column of two tables, values and missing share apart: the statistics are over the
 * values that are there, as SciPy and NumPy compute them, and the missing share has a test of its own.
 */
import { type ChiSquareResult, chiSquareTest } from './chi-square.ts'
import { DriftError } from './errors.ts'
import { countCategories } from './feature-drift.ts'
import type { FrequencyState } from './frequency-sketch.ts'
import { jensenShannonDistance } from './jensen-shannon.ts'
import type { KsResult } from './ks.ts'
import { binCounts, psiOfCounts, referenceEdges } from './psi.ts'
import type { FeatureProfile } from './report.ts'
import type { WeightedSample } from './sample.ts'
import { ksAndWasserstein } from './wasserstein.ts'

export type ColumnSide = { readonly profile: FeatureProfile; readonly missing: number }

export type ColumnDrift = {
  readonly kind: 'numeric' | 'categorical'
  /** Of a numeric column; null when either side has no value. */
  readonly ks: KsResult | null
  readonly wasserstein: number | null
  /** Of a categorical column. */
  readonly chiSquare: ChiSquareResult | null
  /** Over 10 reference-quantile bins, or over the categories; null when either side has no value. */
  readonly psi: number | null
  readonly jensenShannon: number | null
  /** Chi-square of present against missing; null when nothing is missing. */
  readonly missingPValue: number | null
  /** What the alarm rule reads: the larger of PSI and the PSI of the missing share, and the p-values joined by Bonferroni. */
  readonly score: number
  readonly pValue: number
  readonly exact: boolean
}

type Values = Pick<ColumnDrift, 'ks' | 'wasserstein' | 'chiSquare' | 'psi' | 'jensenShannon' | 'exact'>

const NOTHING: Values = {
  ks: null,
  wasserstein: null,
  chiSquare: null,
  psi: null,
  jensenShannon: null,
  exact: true,
}

/** Throws DRIFT_INCOMPATIBLE when one side is numeric and the other is not. */
export const compareColumn = (reference: ColumnSide, current: ColumnSide): ColumnDrift => {
  const [a, b] = [reference.profile, current.profile]
  if (a.kind !== b.kind)
    throw new DriftError('DRIFT_INCOMPATIBLE', `column ${a.name} is ${a.kind}, now ${b.kind}`)
  const counts = [countOf(a), countOf(b)] as const
  const values = counts[0] === 0 || counts[1] === 0 ? NOTHING : valuesOf(a, b)
  const missing = missingDrift([counts[0], reference.missing], [counts[1], current.missing])
  const tests = [values.ks?.pValueUpper, values.chiSquare?.pValue, missing?.pValue].filter(
    (p) => p !== undefined,
  )
  return {
    kind: a.kind,
    ...values,
    missingPValue: missing?.pValue ?? null,
    score: Math.max(values.psi ?? 0, missing?.score ?? 0),
    pValue: tests.length === 0 ? 1 : Math.min(1, Math.min(...tests) * tests.length),
  }
}

const countOf = (profile: FeatureProfile): number =>
  profile.kind === 'numeric' ? profile.sample.count : profile.frequencies.count

const valuesOf = (a: FeatureProfile, b: FeatureProfile): Values => {
  if (a.kind === 'numeric' && b.kind === 'numeric') return numericValues(a.sample, b.sample)
  if (a.kind === 'categorical' && b.kind === 'categorical')
    return categoricalValues(a.frequencies, b.frequencies)
  return NOTHING
}

const numericValues = (reference: WeightedSample, current: WeightedSample): Values => {
  const edges = referenceEdges(reference)
  const bins = [binCounts(reference, edges), binCounts(current, edges)] as const
  return {
    ...ksAndWasserstein(reference, current, 'auto'),
    chiSquare: null,
    psi: psiOfCounts(...bins),
    jensenShannon: jensenShannonDistance(...bins),
    exact: reference.rankError === 0 && current.rankError === 0,
  }
}

/** The test groups rare categories, since its law needs five expected in each; the distances take every one as it is. */
const categoricalValues = (reference: FrequencyState, current: FrequencyState): Values => {
  const { referenceCounts, currentCounts } = countCategories(reference, current, Infinity)
  const [all, now] = everyCategory(reference, current)
  return {
    ks: null,
    wasserstein: null,
    chiSquare: chiSquareTest(referenceCounts, currentCounts),
    psi: psiOfCounts(all, now),
    jensenShannon: jensenShannonDistance(all, now),
    exact: reference.error === 0 && current.error === 0,
  }
}

/** Counts over the categories of both sides; what a sketch no longer names is one more, last. */
const everyCategory = (reference: FrequencyState, current: FrequencyState): readonly [number[], number[]] => {
  const names = [...new Set([...reference.entries, ...current.entries].map(([name]) => name))]
  const counted = [reference, current].map((state) => {
    const byName = new Map(state.entries)
    const counts = names.map((name) => byName.get(name) ?? 0)
    return { counts, rest: state.count - counts.reduce((sum, count) => sum + count, 0) }
  })
  const withRest = counted.some(({ rest }) => rest > 0)
  const [all, now] = counted.map(({ counts, rest }) => (withRest ? [...counts, rest] : counts))
  return [all ?? [], now ?? []]
}

const missingDrift = (reference: readonly [number, number], current: readonly [number, number]) => {
  if (reference[1] + current[1] === 0) return undefined
  if (reference[0] + reference[1] === 0 || current[0] + current[1] === 0) return undefined
  return { pValue: chiSquareTest(reference, current).pValue, score: psiOfCounts(reference, current) }
}
