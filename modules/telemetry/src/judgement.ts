/** Judges one closed window against the reference: every feature, then the correction for many features. Pure. */
import {
  type AlarmConfig,
  compareProfiles,
  type FeatureDrift,
  type FeatureProfile,
  judgeFeatures,
  type SampleSummary,
  summariseSample,
} from '@rampart/drift'
import { type Histogram, windowHistogram } from './histogram.ts'
import type { Reference } from './reference.ts'

export type Verdict = 'stable' | 'warning' | 'drifted' | 'unknown'

export type FeatureResult = {
  readonly name: string
  readonly kind: 'numeric' | 'categorical'
  readonly psi: number
  readonly ks?: { readonly statistic: number; readonly pValue: number; readonly location: number | null }
  readonly wasserstein?: number
  readonly chiSquare?: number
  /** Raw, and corrected for the number of features (Holm). */
  readonly pValue: number
  readonly adjustedPValue: number
  readonly verdict: Verdict
  readonly summary?: Summary
  readonly histogram: Histogram
}

export type Summary = { readonly [K in keyof SampleSummary]: number | null }

export type ComparedFeature = {
  readonly name: string
  readonly drift: FeatureDrift
  readonly histogram: Histogram
  readonly summary?: Summary
}

/** One feature; the slice of work between two turns of the event loop. */
export const compareFeature = (
  reference: Reference,
  index: number,
  current: FeatureProfile,
): ComparedFeature => {
  const drift = compareProfiles(reference.profiles[index] as FeatureProfile, current)
  const histogram = windowHistogram(current, reference.histograms[index] as Histogram)
  const summary =
    current.kind === 'numeric' ? { summary: finiteSummary(summariseSample(current.sample)) } : {}
  return { name: current.name, drift, histogram, ...summary }
}

// JSON has no infinity, so an infinite extreme is stored as null; `infinite` says how many there are.
const finiteSummary = (summary: SampleSummary): Summary => ({
  ...summary,
  min: finiteOrNull(summary.min),
  max: finiteOrNull(summary.max),
})

const finiteOrNull = (value: number | null): number | null =>
  value !== null && Number.isFinite(value) ? value : null

/** Applies the alarm rule; "warning" is a significant change between the two limits. */
export const judgeWindow = (compared: readonly ComparedFeature[], config: AlarmConfig): FeatureResult[] => {
  const judged = judgeFeatures(compared, config)
  return compared.map((feature, i) => {
    const { drift, name, histogram, summary } = feature
    const { adjustedPValue, verdict } = judged[i] as (typeof judged)[number]
    const warns = verdict === 'stable' && drift.score >= config.clearAt && adjustedPValue <= config.alpha
    return {
      name,
      kind: drift.kind,
      psi: drift.score,
      ...statisticsOf(drift),
      pValue: drift.pValue,
      adjustedPValue,
      verdict: warns ? 'warning' : verdict,
      ...(summary === undefined ? {} : { summary }),
      histogram,
    }
  })
}

const statisticsOf = (drift: FeatureDrift): Pick<FeatureResult, 'ks' | 'wasserstein' | 'chiSquare'> => {
  if (drift.kind === 'categorical') return { chiSquare: drift.statistic }
  const { ks, wasserstein } = drift
  const located =
    ks === null
      ? {}
      : { ks: { statistic: ks.statistic, pValue: ks.pValue, location: finiteOrNull(ks.location) } }
  return { ...located, ...(wasserstein === null || !Number.isFinite(wasserstein) ? {} : { wasserstein }) }
}

const ORDER: readonly Verdict[] = ['unknown', 'stable', 'warning', 'drifted']

/** The worst verdict of the features; "unknown" when there is none. */
export const worstVerdict = (features: readonly FeatureResult[]): Verdict =>
  features.reduce<Verdict>(
    (worst, { verdict }) => (ORDER.indexOf(verdict) > ORDER.indexOf(worst) ? verdict : worst),
    'unknown',
  )

/** The feature to name first: a drifted one before others, then by PSI. */
export const worstFeature = (features: readonly FeatureResult[]): FeatureResult | undefined =>
  features.reduce<FeatureResult | undefined>((worst, feature) => {
    if (worst === undefined) return feature
    const byVerdict = ORDER.indexOf(feature.verdict) - ORDER.indexOf(worst.verdict)
    return byVerdict > 0 || (byVerdict === 0 && feature.psi > worst.psi) ? feature : worst
  }, undefined)
