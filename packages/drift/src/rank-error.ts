/** The rank-error bound of a quantile sketch, uniform over all points, from its own record of compactions. */

const GRID_STEPS = 24

/**
 * Azuma-Hoeffding: one rank is off by more than t with probability <= 2 exp(-t² / (2 Σ w²)). A grid of G ranks, each
 * from both sides of a tie, and monotonicity between them give the supremum: √(2 Σ w² ln(4G / δ)) / n + 1 / G for any
 * G; the best G is taken. Never worse than Σ w / n, which is certain.
 */
export const uniformRankError = (
  record: { readonly count: number; readonly variance: number; readonly worst: number },
  delta: number,
): number => {
  if (record.worst === 0) return 0
  let best = record.worst / record.count
  for (let step = 1; step <= GRID_STEPS; step += 1) {
    const grid = 2 ** step
    const deviation = Math.sqrt(2 * record.variance * Math.log((4 * grid) / delta))
    best = Math.min(best, deviation / record.count + 1 / grid)
  }
  return best
}
