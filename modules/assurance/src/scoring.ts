/** Accuracy of predictions against reference labels. Pure. */
import type { AssessmentLimits } from '@rampart/domain'

export type Scores = { readonly accuracy: number; readonly balancedAccuracy: number; readonly rows: number }

/**
 * Accuracy = share of rows predicted right; balanced accuracy = mean over the labels present of the share of their
 * rows predicted right (macro-averaged recall). Labels and predictions are compared as written, so 1 and "1" agree.
 */
export const scorePredictions = (labels: readonly unknown[], predictions: readonly unknown[]): Scores => {
  const perLabel = new Map<string, { right: number; all: number }>()
  let right = 0
  labels.forEach((label, row) => {
    const key = String(label)
    const counts = perLabel.get(key) ?? { right: 0, all: 0 }
    const hit = key === String(predictions[row]) ? 1 : 0
    counts.right += hit
    counts.all += 1
    right += hit
    perLabel.set(key, counts)
  })
  const recalls = [...perLabel.values()].map((counts) => counts.right / counts.all)
  const rows = labels.length
  return {
    rows,
    accuracy: rows === 0 ? 0 : right / rows,
    balancedAccuracy:
      recalls.length === 0 ? 0 : recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length,
  }
}

const percent = (value: number): string => `${(value * 100).toFixed(2)} %`

/** A sentence for every limit that is not reached; empty when all are. */
export const unmetLimits = (scores: Scores, limits: AssessmentLimits): string[] => {
  const unmet: string[] = []
  if (limits.minAccuracy !== undefined && !(scores.accuracy >= limits.minAccuracy))
    unmet.push(`accuracy ${percent(scores.accuracy)} is below the limit ${percent(limits.minAccuracy)}`)
  if (limits.minBalancedAccuracy !== undefined && !(scores.balancedAccuracy >= limits.minBalancedAccuracy))
    unmet.push(
      `balanced accuracy ${percent(scores.balancedAccuracy)} is below the limit ${percent(limits.minBalancedAccuracy)}`,
    )
  return unmet
}
