/** Histograms that a person compares: bins fixed by the reference, so that both windows share the axis. */
import {
  type FeatureProfile,
  type FrequencyState,
  OTHER_CATEGORY,
  quantileOf,
  type WeightedSample,
  weightBelow,
} from '@rampart/drift'

export type Histogram = {
  /** Bin i is [edges[i], edges[i+1]) (the last one closed); empty for a categorical feature. */
  readonly edges: readonly number[]
  readonly counts: readonly number[]
  /** Names of the bins of a categorical feature. */
  readonly labels?: readonly string[]
  /** Values beyond the first and last edge, and missing ones. */
  readonly below: number
  readonly above: number
  readonly missing: number
}

const BINS = 20
const MOST_LABELS = 20
const MOST_WHOLE_VALUES = 24

/** Bins from the 1st to the 99th percentile; whole numbers with few values get one bin each. */
export const histogramEdges = (reference: WeightedSample): number[] => {
  const finite = reference.values.filter((value) => Number.isFinite(value))
  if (finite.length === 0) return [-0.5, 0.5]
  const low = finite[0] as number
  const high = finite[finite.length - 1] as number
  if (high - low < MOST_WHOLE_VALUES && finite.every((value) => Number.isInteger(value))) {
    return Array.from({ length: high - low + 2 }, (_, i) => low - 0.5 + i)
  }
  const clamp = (value: number): number => Math.min(high, Math.max(low, value))
  const from = clamp(quantileOf(reference, 0.01))
  const to = clamp(quantileOf(reference, 0.99))
  const [start, end] = to > from ? [from, to] : [low, high > low ? high : low + 1]
  return Array.from({ length: BINS + 1 }, (_, i) => start * (1 - i / BINS) + end * (i / BINS))
}

const numericHistogram = (sample: WeightedSample, edges: readonly number[]): Histogram => {
  const last = edges.length - 1
  const upTo = edges.map((edge, i) => weightBelow(sample, edge, i === last))
  const counts = upTo.slice(1).map((weight, i) => weight - (upTo[i] as number))
  return {
    edges,
    counts,
    below: upTo[0] as number,
    above: sample.count - (upTo[last] as number),
    missing: sample.missing,
  }
}

const categoryHistogram = (state: FrequencyState, labels: readonly string[]): Histogram => {
  const byName = new Map(state.entries)
  const named = labels.slice(0, -1).map((label) => byName.get(label) ?? 0)
  const other = state.count - named.reduce((sum, count) => sum + count, 0)
  return { edges: [], labels, counts: [...named, other], below: 0, above: 0, missing: state.missing }
}

/** The reference's own histogram; its bins or labels are those of every later window. */
export const referenceHistogram = (reference: FeatureProfile): Histogram => {
  if (reference.kind === 'numeric')
    return numericHistogram(reference.sample, histogramEdges(reference.sample))
  const labels = reference.frequencies.entries.slice(0, MOST_LABELS).map(([label]) => label)
  return categoryHistogram(reference.frequencies, [...labels, OTHER_CATEGORY])
}

/** The histogram of a window over the bins of the reference's histogram of the same feature. */
export const windowHistogram = (profile: FeatureProfile, reference: Histogram): Histogram =>
  profile.kind === 'numeric'
    ? numericHistogram(profile.sample, reference.edges)
    : categoryHistogram(profile.frequencies, reference.labels ?? [OTHER_CATEGORY])
