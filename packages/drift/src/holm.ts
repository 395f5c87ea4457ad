/** Correction for testing many features at once. */

/**
 * Holm (1979) adjusted p-values, in the given order: rejecting those <= alpha keeps the chance of any false rejection
 * at or below alpha whatever the dependence between the tests.
 */
export const holmAdjust = (pValues: readonly number[]): number[] => {
  const order = pValues.map((_, i) => i).sort((a, b) => (pValues[a] as number) - (pValues[b] as number))
  const adjusted = new Array<number>(pValues.length).fill(1)
  let floor = 0
  order.forEach((index, rank) => {
    floor = Math.max(floor, Math.min(1, (pValues[index] as number) * (pValues.length - rank)))
    adjusted[index] = floor
  })
  return adjusted
}
