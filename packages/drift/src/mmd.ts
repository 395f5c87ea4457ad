/**
 * Kernel two-sample test (Gretton et al. 2012) on rows of several features: maximum mean discrepancy with random Fourier
 * features and a permutation p-value. Sees changes of dependence that no single feature shows.
 */
import { createUniform } from './coin.ts'
import { DriftError } from './errors.ts'
import {
  createFourierFeatures,
  type MeanEmbedding,
  meanEmbedding,
  type RowBatch,
  requireShape,
  squaredMmd,
} from './fourier-features.ts'

export type MmdResult = {
  /** Squared maximum mean discrepancy, biased (never negative). */
  readonly statistic: number
  /** (1 + permutations at least as far apart) / (1 + permutations). */
  readonly pValue: number
  readonly bandwidth: number
}

export type MmdOptions = {
  /** Of the Gaussian kernel; by default the median distance between the first 500 rows of both samples together. */
  readonly bandwidth?: number
  readonly frequencies?: number
  readonly permutations?: number
  readonly seed?: number
}

const MEDIAN_ROWS = 250

/** O((n + m) · frequencies · (columns + permutations)). Columns are used as they are: bring them to one scale before. */
export const mmdTest = (reference: RowBatch, current: RowBatch, options: MmdOptions = {}): MmdResult => {
  const { frequencies = 256, permutations = 499, seed = 42 } = options
  if (!Number.isInteger(permutations) || permutations < 1 || permutations > 100_000) {
    throw new DriftError('DRIFT_BAD_OPTION', `${permutations} permutations: 1 to 100000 are possible`)
  }
  requireShape(reference, reference.columns)
  requireShape(current, reference.columns)
  const bandwidth = options.bandwidth ?? medianDistance(reference, current)
  const space = createFourierFeatures({ columns: reference.columns, bandwidth, frequencies, seed })
  const first = space.project(reference)
  const second = space.project(current)
  const statistic = squaredMmd(meanEmbedding(first, space.size), meanEmbedding(second, space.size))
  const pooled = new Float64Array(first.length + second.length)
  pooled.set(first)
  pooled.set(second, first.length)
  const further = countFurther(pooled, space.size, reference.rows, { statistic, permutations, seed })
  return { statistic, pValue: (1 + further) / (1 + permutations), bandwidth }
}

/** Distances between the first 250 rows of each; 1 when all rows are equal, where any bandwidth gives zero. */
const medianDistance = (a: RowBatch, b: RowBatch): number => {
  const rows = [a, b].flatMap((batch) =>
    Array.from({ length: Math.min(MEDIAN_ROWS, batch.rows) }, (_, r) =>
      Array.from({ length: batch.columns }, (_, c) => batch.values[r * batch.columns + c] as number),
    ),
  )
  const distances: number[] = []
  for (let i = 0; i < rows.length; i += 1) {
    for (let j = 0; j < i; j += 1) distances.push(distance(rows[i] as number[], rows[j] as number[]))
  }
  const sorted = Float64Array.from(distances).sort()
  const median = sorted[sorted.length >> 1] ?? 0
  return median > 0 ? median : (sorted.find((one) => one > 0) ?? 1)
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...a.map((value, i) => value - (b[i] as number)))

type Permuting = { readonly statistic: number; readonly permutations: number; readonly seed: number }

/** Rounding of sums in another order must not make an equal arrangement look nearer. */
const SLACK = 1e-12

const countFurther = (
  pooled: Float64Array,
  size: number,
  rows: number,
  { statistic, permutations, seed }: Permuting,
) => {
  const all = pooled.length / size
  const whole = meanEmbedding(pooled, size)
  const uniform = createUniform(seed ^ 0x5eed)
  const order = Uint32Array.from({ length: all }, (_, i) => i)
  const sums = new Float64Array(size)
  let further = 0
  for (let p = 0; p < permutations; p += 1) {
    sums.fill(0)
    for (let i = 0; i < rows; i += 1) {
      const j = i + Math.floor(uniform() * (all - i))
      const row = order[j] as number
      order[j] = order[i] as number
      order[i] = row
      for (let f = 0; f < size; f += 1) sums[f] = (sums[f] as number) + (pooled[row * size + f] as number)
    }
    const taken: MeanEmbedding = { count: rows, sums }
    const rest = { count: all - rows, sums: whole.sums.map((sum, f) => sum - (sums[f] as number)) }
    if (squaredMmd(taken, rest) >= statistic - SLACK) further += 1
  }
  return further
}
