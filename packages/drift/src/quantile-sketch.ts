/**
 * Mergeable quantile sketch after Karnin, Lang and Liberty (2016, "Optimal quantile approximation in streams"): exact
 * up to k observations, then levels of weight 2^h that are compacted by a coin. The bound it reports is computed from
 * the compactions that really happened, not from an asymptotic formula.
 */
import type { Coin } from './coin.ts'
import { DriftError } from './errors.ts'
import { decodeQuantileState, encodeQuantileState, type QuantileState } from './quantile-codec.ts'
import { mergeRuns, sampleOfLevels } from './quantile-levels.ts'
import { uniformRankError } from './rank-error.ts'
import type { WeightedSample } from './sample.ts'
import { sortValues } from './sort-values.ts'

export type QuantileSketch = {
  /** Adds one value; NaN is counted as missing, -0 as 0, ±Infinity as ordinary extremes. */
  update(value: number): void
  /** Adds `count` values of a row-major [n, d] batch: values[offset + i·stride]. Amortised cost well under 200 ns each. */
  updateColumn(values: Float32Array | Float64Array, offset: number, stride: number, count: number): void
  /** Adds what another sketch of the same k has seen. Sketches to be merged must use independent coins. */
  merge(other: QuantileSketch): void
  /** Observations seen that are not NaN. */
  count(): number
  missing(): number
  /** True while nothing was compacted: every answer is then exact. */
  isExact(): boolean
  /** Bound on sup |F_sketch - F_data| that fails with probability at most `delta`, for streams independent of the coin. */
  rankError(delta?: number): number
  /** Everything a statistic needs, as of now; later updates do not change it. */
  sample(): WeightedSample
  toBytes(): Uint8Array
  clear(): void
  /** The live state, for merge and encoding only. */
  readonly state: QuantileState
}

export const DEFAULT_SKETCH_K = 2048
const SHRINK = 2 / 3
const SMALLEST_LEVEL = 8

/** An empty sketch. k (even, 16 to 65536) is both the exact capacity and the accuracy: rank error is about 9 / k at 99 %. */
export const createQuantileSketch = (options: {
  readonly coin: Coin
  readonly k?: number
}): QuantileSketch => {
  const k = options.k ?? DEFAULT_SKETCH_K
  if (!Number.isInteger(k) || k < 16 || k > 65_536 || k % 2 !== 0) {
    throw new DriftError('DRIFT_BAD_OPTION', `k is ${k}: an even integer from 16 to 65536 is needed`)
  }
  return sketchOf(emptyState(k), options.coin)
}

/** Restores a sketch from `toBytes`. Throws DRIFT_BAD_BYTES on anything that `toBytes` could not have written. */
export const quantileSketchFromBytes = (bytes: Uint8Array, coin: Coin): QuantileSketch =>
  sketchOf(decodeQuantileState(bytes), coin)

const emptyState = (k: number): QuantileState => ({
  k,
  count: 0,
  missing: 0,
  variance: 0,
  worst: 0,
  bufferSize: 0,
  buffer: new Float64Array(Math.min(k, 64)),
  levels: [],
})

const sketchOf = (state: QuantileState, coin: Coin): QuantileSketch => ({
  state,
  update: (value) => {
    if (Number.isNaN(value)) state.missing += 1
    else {
      append(state, value + 0, coin)
      state.count += 1
    }
  },
  updateColumn: (values, offset, stride, count) => updateColumn(state, coin, values, [offset, stride, count]),
  merge: (other) => mergeState(state, other.state, coin),
  count: () => state.count,
  missing: () => state.missing,
  isExact: () => state.worst === 0,
  rankError: (delta = 0.01) => uniformRankError(state, delta),
  sample: () => ({
    ...sampleOfLevels(state),
    missing: state.missing,
    rankError: uniformRankError(state, 0.01),
  }),
  toBytes: () => encodeQuantileState(state),
  clear: () => {
    Object.assign(state, { count: 0, missing: 0, variance: 0, worst: 0, bufferSize: 0, levels: [] })
  },
})

const updateColumn = (
  state: QuantileState,
  coin: Coin,
  values: Float32Array | Float64Array,
  [offset, stride, count]: readonly [number, number, number],
): void => {
  const last = offset + (count - 1) * stride
  if (count <= 0) return
  if (offset < 0 || stride < 1 || last >= values.length) {
    throw new DriftError('DRIFT_BAD_SHAPE', `column ends at ${last} in a batch of ${values.length} values`)
  }
  let missing = 0
  let at = offset
  let left = count
  while (left > 0) {
    if (state.bufferSize === state.buffer.length) makeRoom(state, coin)
    const { buffer } = state
    let size = state.bufferSize
    const stop = Math.min(left, buffer.length - size)
    for (let i = 0; i < stop; i += 1) {
      const value = values[at] as number
      at += stride
      if (Number.isNaN(value)) missing += 1
      else buffer[size++] = value + 0
    }
    state.bufferSize = size
    left -= stop
  }
  state.missing += missing
  state.count += count - missing
}

const append = (state: QuantileState, value: number, coin: Coin): void => {
  if (state.bufferSize === state.buffer.length) makeRoom(state, coin)
  state.buffer[state.bufferSize++] = value
}

/** Grows the input buffer towards k so that small sketches stay small, then compacts it. */
const makeRoom = (state: QuantileState, coin: Coin): void => {
  if (state.buffer.length < state.k) {
    const grown = new Float64Array(Math.min(state.k, state.buffer.length * 2))
    grown.set(state.buffer)
    state.buffer = grown
    return
  }
  const sorted = sortValues(state.buffer.subarray(0, state.bufferSize))
  promote(state, -1, sorted, coin)
  state.bufferSize = 0
  settle(state, coin)
}

/** Sends every other value of a sorted run of level `from` (-1 is the buffer) one level up; the coin picks odd or even. */
const promote = (state: QuantileState, from: number, sorted: Float64Array, coin: Coin): void => {
  const first = coin() ? 1 : 0
  const promoted = new Float64Array(sorted.length >>> 1)
  for (let i = 0; i < promoted.length; i += 1) promoted[i] = sorted[first + 2 * i] as number
  const above = state.levels[from + 1]
  state.levels[from + 1] = above === undefined ? promoted : mergeRuns(above, promoted)
  // One compaction at weight w moves any rank by 0 or ±w, the sign being the coin: the terms of Azuma's inequality.
  const weight = 2 ** (from + 1)
  state.variance += weight * weight
  state.worst += weight
}

/** Compacts every level that is over its capacity, lowest first. */
const settle = (state: QuantileState, coin: Coin): void => {
  for (let h = 0; h < state.levels.length; h += 1) {
    const level = state.levels[h] as Float64Array
    const below = state.levels.length - 1 - h
    const capacity = Math.max(SMALLEST_LEVEL, Math.ceil(state.k * SHRINK ** below))
    if (level.length <= capacity) continue
    // An odd run keeps its smallest value where it is, so that the weights still add up to the count.
    const odd = level.length % 2
    state.levels[h] = level.slice(0, odd)
    promote(state, h, level.subarray(odd), coin)
  }
}

const mergeState = (state: QuantileState, other: QuantileState, coin: Coin): void => {
  if (other.k !== state.k) {
    throw new DriftError(
      'DRIFT_INCOMPATIBLE',
      `cannot merge a sketch of k ${other.k} into one of k ${state.k}`,
    )
  }
  if (other === state) throw new DriftError('DRIFT_INCOMPATIBLE', 'cannot merge a sketch into itself')
  for (let i = 0; i < other.bufferSize; i += 1) append(state, other.buffer[i] as number, coin)
  for (let h = 0; h < other.levels.length; h += 1) {
    const mine = state.levels[h]
    const theirs = other.levels[h] as Float64Array
    state.levels[h] = mine === undefined ? theirs.slice() : mergeRuns(mine, theirs)
  }
  state.count += other.count
  state.missing += other.missing
  state.variance += other.variance
  state.worst += other.worst
  settle(state, coin)
}
