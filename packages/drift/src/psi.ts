/** Population stability index: the symmetrised relative entropy between binned shares of two samples. */
import { DriftError } from './errors.ts'
import { quantileOf, requireObservations, type WeightedSample, weightBelow } from './sample.ts'

/** Shares below this are lifted to it before the logarithm, with no renormalising. */
export const PSI_EPSILON = 1e-4
export const PSI_BINS = 10

/**
 * Inner edges e_1 < e_2 < …: bins are (-∞, e_1), [e_1, e_2), …, [e_last, ∞). The edges are the reference quantiles
 * i / bins (type 7). A value that is repeated among them is an atom and gets a bin of its own [e, next double), so a
 * constant or a yes/no feature is not blind to change.
 */
export const referenceEdges = (reference: WeightedSample, bins: number = PSI_BINS): Float64Array => {
  requireObservations(reference, 'reference')
  if (!Number.isInteger(bins) || bins < 2 || bins > 1000) {
    throw new DriftError('DRIFT_BAD_OPTION', `bins is ${bins}: an integer from 2 to 1000 is needed`)
  }
  const edges: number[] = []
  for (let i = 1; i < bins; i += 1) {
    const edge = quantileOf(reference, i / bins)
    const previous = edges.at(-1)
    if (previous === undefined || edge > previous) edges.push(edge)
    else if (edge === previous && Number.isFinite(edge)) edges.push(nextUp(edge))
  }
  return Float64Array.from(edges)
}

const scratch = new DataView(new ArrayBuffer(8))

/** The next double above a finite x (IEEE 754 nextUp). */
const nextUp = (x: number): number => {
  if (x === 0) return Number.MIN_VALUE
  scratch.setFloat64(0, x)
  scratch.setBigInt64(0, scratch.getBigInt64(0) + (x > 0 ? 1n : -1n))
  return scratch.getFloat64(0)
}

/** Weight of the sample in each of the edges.length + 1 bins. */
export const binCounts = (sample: WeightedSample, edges: Float64Array): Float64Array => {
  const counts = new Float64Array(edges.length + 1)
  let below = 0
  for (let i = 0; i < edges.length; i += 1) {
    const upTo = weightBelow(sample, edges[i] as number, false)
    counts[i] = upTo - below
    below = upTo
  }
  counts[edges.length] = sample.count - below
  return counts
}

/** Σ (q - p) ln(q / p) over bins, p and q shares of the reference and current counts, each at least `epsilon`. */
export const psiOfCounts = (
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  epsilon: number = PSI_EPSILON,
): number => {
  if (reference.length !== current.length) {
    throw new DriftError('DRIFT_BAD_SHAPE', `counts of ${reference.length} and ${current.length} bins`)
  }
  const referenceTotal = total(reference)
  const currentTotal = total(current)
  if (referenceTotal === 0 || currentTotal === 0) {
    throw new DriftError('DRIFT_EMPTY_SAMPLE', 'a row of counts has no observation')
  }
  let sum = 0
  for (let i = 0; i < reference.length; i += 1) {
    const p = Math.max((reference[i] as number) / referenceTotal, epsilon)
    const q = Math.max((current[i] as number) / currentTotal, epsilon)
    sum += (q - p) * Math.log(q / p)
  }
  return sum
}

const total = (counts: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < counts.length; i += 1) sum += counts[i] as number
  return sum
}

export type PsiResult = {
  readonly psi: number
  /** With sketched samples the index of the full data over these same edges lies in [low, high] (both = psi when exact). */
  readonly low: number
  readonly high: number
  readonly edges: Float64Array
  readonly referenceCounts: Float64Array
  readonly currentCounts: Float64Array
}

/** PSI over reference-quantile bins. If either sample has NaN, "missing" is one more bin (the last count). */
export const populationStability = (
  reference: WeightedSample,
  current: WeightedSample,
  options: { readonly bins?: number; readonly epsilon?: number } = {},
): PsiResult => {
  const epsilon = options.epsilon ?? PSI_EPSILON
  // A reference without any value has one bin, "present", besides "missing".
  const edges =
    reference.count > 0 ? referenceEdges(reference, options.bins ?? PSI_BINS) : new Float64Array(0)
  const withMissing = reference.missing > 0 || current.missing > 0
  const referenceCounts = withOptional(binCounts(reference, edges), withMissing, reference.missing)
  const currentCounts = withOptional(binCounts(current, edges), withMissing, current.missing)
  const psi = psiOfCounts(referenceCounts, currentCounts, epsilon)
  const exact = reference.rankError === 0 && current.rankError === 0
  const [low, high] = exact
    ? [psi, psi]
    : psiBounds(
        shares(referenceCounts),
        shares(currentCounts),
        reference.rankError,
        current.rankError,
        epsilon,
      )
  return { psi, low, high, edges, referenceCounts, currentCounts }
}

const withOptional = (counts: Float64Array, add: boolean, missing: number): Float64Array =>
  add ? Float64Array.of(...counts, missing) : counts

const shares = (counts: Float64Array): Float64Array => {
  const sum = total(counts)
  return counts.map((count) => count / sum)
}

/** A share between two edges moves by at most twice the rank error; (q - p) ln(q / p) is monotone in |q - p| on each side. */
const psiBounds = (
  p: Float64Array,
  q: Float64Array,
  errorP: number,
  errorQ: number,
  epsilon: number,
): readonly [number, number] => {
  const lift = (share: number): number => Math.min(1, Math.max(epsilon, share))
  let low = 0
  let high = 0
  for (let i = 0; i < p.length; i += 1) {
    const [p0, p1] = [lift((p[i] as number) - 2 * errorP), lift((p[i] as number) + 2 * errorP)]
    const [q0, q1] = [lift((q[i] as number) - 2 * errorQ), lift((q[i] as number) + 2 * errorQ)]
    const apart = (a: number, b: number): number => (b - a) * Math.log(b / a)
    if (p1 < q0) low += apart(p1, q0)
    else if (q1 < p0) low += apart(q1, p0)
    high += Math.max(apart(p0, q1), apart(p1, q0))
  }
  return [low, high]
}
