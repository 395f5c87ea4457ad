/** Drift of many features at once, with one alarm rule for all: the library form of what the server does per window. */
import { type AlarmConfig, DEFAULT_ALARM } from './alarm.ts'
import { DriftError } from './errors.ts'
import { compareCategories, compareNumeric, type FeatureDrift } from './feature-drift.ts'
import { createFrequencySketch, type FrequencyState } from './frequency-sketch.ts'
import { holmAdjust } from './holm.ts'
import { type NumericColumn, sampleOf, type WeightedSample } from './sample.ts'

export type FeatureColumn =
  | { readonly name: string; readonly kind: 'numeric'; readonly values: NumericColumn }
  | { readonly name: string; readonly kind: 'categorical'; readonly values: readonly (string | null)[] }

export type FeatureProfile =
  | { readonly name: string; readonly kind: 'numeric'; readonly sample: WeightedSample }
  | { readonly name: string; readonly kind: 'categorical'; readonly frequencies: FrequencyState }

export type JudgedFeature = {
  readonly name: string
  readonly drift: FeatureDrift
  /** Holm-adjusted over all features of the report. */
  readonly adjustedPValue: number
  readonly verdict: 'stable' | 'drifted'
}

export type DriftReport = {
  readonly verdict: 'stable' | 'drifted'
  readonly limits: { readonly psi: number; readonly alpha: number }
  readonly features: readonly JudgedFeature[]
}

export type DriftLimits = Pick<AlarmConfig, 'raiseAt' | 'alpha'>

/** The exact profile of a column held in memory. */
export const profileOf = (column: FeatureColumn): FeatureProfile => {
  if (column.kind === 'numeric')
    return { name: column.name, kind: 'numeric', sample: sampleOf(column.values) }
  const sketch = createFrequencySketch()
  for (const value of column.values) sketch.update(value)
  return { name: column.name, kind: 'categorical', frequencies: sketch.toJSON() }
}

/** Compares two profiles of one feature. Throws DRIFT_INCOMPATIBLE when one is numeric and the other is not. */
export const compareProfiles = (reference: FeatureProfile, current: FeatureProfile): FeatureDrift => {
  if (reference.kind === 'numeric' && current.kind === 'numeric') {
    return compareNumeric(reference.sample, current.sample)
  }
  if (reference.kind === 'categorical' && current.kind === 'categorical') {
    return compareCategories(reference.frequencies, current.frequencies)
  }
  throw new DriftError(
    'DRIFT_INCOMPATIBLE',
    `feature ${reference.name} is ${reference.kind}, now ${current.kind}`,
  )
}

/** Applies the alarm rule to compared features: PSI at or above the limit and a Holm-adjusted p-value at or below alpha. */
export const judgeFeatures = (
  compared: readonly { readonly name: string; readonly drift: FeatureDrift }[],
  limits: DriftLimits = DEFAULT_ALARM,
): JudgedFeature[] => {
  const adjusted = holmAdjust(compared.map(({ drift }) => drift.pValue))
  return compared.map(({ name, drift }, i) => {
    const adjustedPValue = adjusted[i] as number
    const drifted = drift.score >= limits.raiseAt && adjustedPValue <= limits.alpha
    return { name, drift, adjustedPValue, verdict: drifted ? 'drifted' : 'stable' }
  })
}

/** Reference against current, feature by feature in the reference's order. Both must hold the same features. */
export const driftReport = (input: {
  readonly reference: readonly FeatureColumn[]
  readonly current: readonly FeatureColumn[]
  readonly limits?: DriftLimits
}): DriftReport => {
  const byName = new Map(input.current.map((column) => [column.name, column]))
  if (byName.size !== input.reference.length || input.current.length !== input.reference.length) {
    throw new DriftError('DRIFT_INCOMPATIBLE', 'reference and current do not hold the same features')
  }
  const limits = input.limits ?? DEFAULT_ALARM
  const compared = input.reference.map((column) => {
    const current = byName.get(column.name)
    if (current === undefined) throw new DriftError('DRIFT_INCOMPATIBLE', `feature ${column.name} is absent`)
    return { name: column.name, drift: compareProfiles(profileOf(column), profileOf(current)) }
  })
  const features = judgeFeatures(compared, limits)
  const verdict = features.some((feature) => feature.verdict === 'drifted') ? 'drifted' : 'stable'
  return { verdict, limits: { psi: limits.raiseAt, alpha: limits.alpha }, features }
}
