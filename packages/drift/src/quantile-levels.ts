/** Sorted runs inside a quantile sketch: merging two of equal weight, and flattening all levels into one weighted sample. */
import type { QuantileState } from './quantile-codec.ts'
import { unitCumulative, type WeightedSample } from './sample.ts'

/** Merges two ascending runs into a new one. */
export const mergeRuns = (a: Float64Array, b: Float64Array): Float64Array => {
  const merged = new Float64Array(a.length + b.length)
  let i = 0
  let j = 0
  for (let at = 0; at < merged.length; at += 1) {
    if (j >= b.length || (i < a.length && (a[i] as number) <= (b[j] as number))) merged[at] = a[i++] as number
    else merged[at] = b[j++] as number
  }
  return merged
}

/** All retained values in order with cumulative weights; level h of `levels` weighs 2^(h+1), the buffer 1. */
export const sampleOfLevels = (
  state: QuantileState,
): Pick<WeightedSample, 'values' | 'cumulative' | 'count'> => {
  let values = state.buffer.slice(0, state.bufferSize).sort()
  if (state.levels.length === 0) {
    return { values, cumulative: unitCumulative(values.length), count: state.count }
  }
  let weights = new Float64Array(values.length).fill(1)
  state.levels.forEach((level, h) => {
    const merged = mergeWeighted(values, weights, level, 2 ** (h + 1))
    values = merged.values
    weights = merged.weights
  })
  let sum = 0
  const cumulative = weights.map((weight) => {
    sum += weight
    return sum
  })
  return { values, cumulative, count: state.count }
}

const mergeWeighted = (values: Float64Array, weights: Float64Array, level: Float64Array, weight: number) => {
  const size = values.length + level.length
  const merged = { values: new Float64Array(size), weights: new Float64Array(size) }
  let i = 0
  let j = 0
  for (let at = 0; at < size; at += 1) {
    if (j >= level.length || (i < values.length && (values[i] as number) <= (level[j] as number))) {
      merged.values[at] = values[i] as number
      merged.weights[at] = weights[i++] as number
    } else {
      merged.values[at] = level[j++] as number
      merged.weights[at] = weight
    }
  }
  return merged
}
