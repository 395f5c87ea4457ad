/**
 * Random Fourier features of the Gaussian kernel (Rahimi and Recht 2007), and the mean of a sample in that space. The
 * mean is a sum, so it merges over processes without any error.
 */
import { createUniform } from './coin.ts'
import { DriftError } from './errors.ts'

/** Rows of equal width, one after the other. */
export type RowBatch = { readonly rows: number; readonly columns: number; readonly values: ArrayLike<number> }

export type FourierFeatures = {
  readonly columns: number
  /** Length of a feature vector: a cosine and a sine for each frequency. */
  readonly size: number
  /** Feature vectors of all rows, row after row. Inner products approximate exp(-|x - y|² / (2 bandwidth²)). */
  project(batch: RowBatch): Float64Array
}

/** Frequencies are drawn once from the seed: two processes with the same options have the same features. */
export const createFourierFeatures = (options: {
  readonly columns: number
  readonly bandwidth: number
  readonly frequencies?: number
  readonly seed?: number
}): FourierFeatures => {
  const { columns, bandwidth, frequencies = 256, seed = 42 } = options
  if (!(bandwidth > 0 && Number.isFinite(bandwidth))) {
    throw new DriftError('DRIFT_BAD_OPTION', `bandwidth is ${bandwidth}: a number above 0 is needed`)
  }
  if (!Number.isInteger(frequencies) || frequencies < 1 || frequencies * columns > 16_777_216) {
    throw new DriftError('DRIFT_BAD_OPTION', `${frequencies} frequencies of ${columns} columns`)
  }
  const weights = normals(frequencies * columns, seed).map((one) => one / bandwidth)
  const scale = Math.sqrt(1 / frequencies)
  return {
    columns,
    size: 2 * frequencies,
    project: (batch) => {
      requireShape(batch, columns)
      const features = new Float64Array(batch.rows * 2 * frequencies)
      for (let row = 0; row < batch.rows; row += 1) {
        for (let f = 0; f < frequencies; f += 1) {
          let angle = 0
          for (let c = 0; c < columns; c += 1) {
            angle += (weights[f * columns + c] as number) * (batch.values[row * columns + c] as number)
          }
          const at = (row * frequencies + f) * 2
          features[at] = scale * Math.cos(angle)
          features[at + 1] = scale * Math.sin(angle)
        }
      }
      return features
    },
  }
}

export const requireShape = (batch: RowBatch, columns: number): void => {
  if (batch.columns !== columns || batch.values.length !== batch.rows * columns || batch.rows < 1) {
    throw new DriftError(
      'DRIFT_BAD_SHAPE',
      `${batch.rows} rows of ${batch.columns} in ${batch.values.length} values; ${columns} columns are needed`,
    )
  }
  for (let i = 0; i < batch.values.length; i += 1) {
    if (!Number.isFinite(batch.values[i])) {
      throw new DriftError('DRIFT_BAD_VALUE', `value ${i} is ${batch.values[i]}: finite numbers only`)
    }
  }
}

/** Standard normals by the cosine half of Box and Muller (1958). */
const normals = (count: number, seed: number): Float64Array => {
  const uniform = createUniform(seed)
  return Float64Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
    return radius * Math.cos(2 * Math.PI * uniform())
  })
}

export type MeanEmbedding = { readonly count: number; readonly sums: Float64Array }

export const meanEmbedding = (features: Float64Array, size: number): MeanEmbedding => {
  const sums = new Float64Array(size)
  for (let i = 0; i < features.length; i += 1) {
    sums[i % size] = (sums[i % size] as number) + (features[i] as number)
  }
  return { count: features.length / size, sums }
}

/** The embedding of both samples together. */
export const mergeEmbeddings = (a: MeanEmbedding, b: MeanEmbedding): MeanEmbedding => {
  if (a.sums.length !== b.sums.length) {
    throw new DriftError('DRIFT_INCOMPATIBLE', `embeddings of ${a.sums.length} and ${b.sums.length} features`)
  }
  return { count: a.count + b.count, sums: a.sums.map((sum, i) => sum + (b.sums[i] as number)) }
}

/** |mean_a - mean_b|²: the biased squared MMD under the approximated kernel. */
export const squaredMmd = (a: MeanEmbedding, b: MeanEmbedding): number => {
  if (a.sums.length !== b.sums.length) {
    throw new DriftError('DRIFT_INCOMPATIBLE', `embeddings of ${a.sums.length} and ${b.sums.length} features`)
  }
  let sum = 0
  for (let i = 0; i < a.sums.length; i += 1) {
    sum += ((a.sums[i] as number) / a.count - (b.sums[i] as number) / b.count) ** 2
  }
  return sum
}
