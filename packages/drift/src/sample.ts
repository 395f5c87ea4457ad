/**
 * What every statistic here reads: sorted distinct-or-repeated values with cumulative weights. An array gives an
 * exact sample (each weight 1), a sketch a weighted one with the error it may carry.
 */
import { DriftError } from './errors.ts'
import { sortValues } from './sort-values.ts'

/** A read-only column of numbers. */
export type NumericColumn = Float64Array | Float32Array | readonly number[]

export type WeightedSample = {
  /** Ascending; no NaN; may hold ±Infinity. */
  readonly values: Float64Array
  /** cumulative[i] = total weight of values[0..i]; the last entry equals `count`. */
  readonly cumulative: Float64Array
  /** Number of observations that are not NaN. */
  readonly count: number
  /** Number of NaN observations, kept apart. */
  readonly missing: number
  /** Bound on sup |F_sample - F_data| (0 when exact; otherwise it holds with probability 0.99). */
  readonly rankError: number
}

/** Sorts a copy of a column into an exact sample; NaN counted apart, -0 becomes 0. */
export const sampleOf = (column: NumericColumn): WeightedSample => {
  const kept = new Float64Array(column.length)
  let count = 0
  for (let i = 0; i < column.length; i += 1) {
    const value = column[i] as number
    if (!Number.isNaN(value)) kept[count++] = value + 0
  }
  const values = sortValues(kept.subarray(0, count))
  return { values, cumulative: unitCumulative(count), count, missing: column.length - count, rankError: 0 }
}

/** 1, 2, … n: the cumulative weights of n observations of weight one. */
export const unitCumulative = (count: number): Float64Array => {
  const cumulative = new Float64Array(count)
  for (let i = 0; i < count; i += 1) cumulative[i] = i + 1
  return cumulative
}

/** Throws DRIFT_EMPTY_SAMPLE unless the sample holds at least one observation that is not NaN. */
export const requireObservations = (sample: WeightedSample, role: string): void => {
  if (sample.count === 0) throw new DriftError('DRIFT_EMPTY_SAMPLE', `the ${role} sample has no observation`)
}

/** Weight of observations < x (or <= x with `inclusive`). O(log n). */
export const weightBelow = (sample: WeightedSample, x: number, inclusive: boolean): number => {
  const { values, cumulative } = sample
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const value = values[middle] as number
    if (value < x || (inclusive && value === x)) low = middle + 1
    else high = middle
  }
  return low === 0 ? 0 : (cumulative[low - 1] as number)
}

/** The observation at 0-based rank (by weight). */
const valueAtRank = (sample: WeightedSample, rank: number): number => {
  const { values, cumulative } = sample
  let low = 0
  let high = values.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((cumulative[middle] as number) > rank) high = middle
    else low = middle + 1
  }
  return values[low] as number
}

/** Quantile with linear interpolation between order statistics (Hyndman and Fan 1996, type 7; NumPy's default). */
export const quantileOf = (sample: WeightedSample, q: number): number => {
  requireObservations(sample, 'quantile')
  const position = (sample.count - 1) * Math.min(1, Math.max(0, q))
  const rank = Math.floor(position)
  const lower = valueAtRank(sample, rank)
  const share = position - rank
  if (share === 0) return lower
  const upper = valueAtRank(sample, rank + 1)
  if (lower === upper) return lower
  // Interpolating from the nearer end keeps the result monotone in q under rounding, as NumPy does.
  const step = upper - lower
  return share < 0.5 ? lower + step * share : upper - step * (1 - share)
}

export type SampleSummary = {
  readonly count: number
  readonly missing: number
  readonly infinite: number
  readonly mean: number | null
  readonly std: number | null
  readonly min: number | null
  readonly max: number | null
}

/** Mean and population standard deviation over the finite values; null where nothing is finite. */
export const summariseSample = (sample: WeightedSample): SampleSummary => {
  let finite = 0
  let mean = 0
  let squares = 0
  let before = 0
  for (let i = 0; i < sample.values.length; i += 1) {
    const upTo = sample.cumulative[i] as number
    const weight = upTo - before
    before = upTo
    const value = sample.values[i] as number
    if (!Number.isFinite(value)) continue
    finite += weight
    const delta = value - mean
    mean += (delta * weight) / finite
    squares += weight * delta * (value - mean)
  }
  const any = finite > 0
  return {
    count: sample.count,
    missing: sample.missing,
    infinite: sample.count - finite,
    mean: any ? mean : null,
    std: any ? Math.sqrt(squares / finite) : null,
    min: sample.count > 0 ? (sample.values[0] as number) : null,
    max: sample.count > 0 ? (sample.values[sample.values.length - 1] as number) : null,
  }
}
