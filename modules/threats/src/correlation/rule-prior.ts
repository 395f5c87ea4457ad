/** What a signal without a p-value is worth: how often its rule was right, from a prior per severity and from dispositions. */
import type { Disposition, Severity } from '@rampart/domain'

/** How many signals of a rule turned out to belong to an attack, and how many did not. */
export type RuleCounts = { readonly hits: number; readonly misses: number }
export const NO_COUNTS: RuleCounts = { hits: 0, misses: 0 }

/** The share of signals that belong to an attack before anything is known: the prior odds are 1 to 19. */
export const BASE_RATE = 0.05

/** A rule nobody has judged is believed as if it had been right this often, … */
const EXPECTED_PRECISION: Readonly<Record<Severity, number>> = {
  info: 0.05,
  low: 0.1,
  medium: 0.3,
  high: 0.7,
  critical: 0.95,
}
/** … in this many judged cases: so many dispositions count as much as the expectation. */
const PRIOR_CASES = 4

/** Mean of the rule's precision under Beta(4·m + hits, 4·(1 − m) + misses), m the expectation of the severity. */
export const precisionOf = (severity: Severity, { hits, misses }: RuleCounts): number =>
  (PRIOR_CASES * EXPECTED_PRECISION[severity] + hits) / (PRIOR_CASES + hits + misses)

const oddsOf = (p: number): number => p / (1 - p)

/** The factor by which one signal of the rule changes the odds of an attack. */
export const bayesFactor = (severity: Severity, counts: RuleCounts): number =>
  oddsOf(precisionOf(severity, counts)) / oddsOf(BASE_RATE)

/**
 * Trust in a rule that gives p-values: 1 until dispositions say that its alarms, though surprising, mean no attack. It
 * is used as an exponent of the e-value; an exponent of at most 1 keeps it one (Jensen).
 */
export const trustOf = (severity: Severity, counts: RuleCounts): number =>
  Math.min(1, precisionOf(severity, counts) / EXPECTED_PRECISION[severity])

/** A benign true finding speaks half as much against its rule as a false one. */
export const judged = (counts: RuleCounts, disposition: Disposition): RuleCounts => {
  const { hits, misses } = counts
  if (disposition === 'true-positive') return { hits: hits + 1, misses }
  return { hits, misses: misses + (disposition === 'benign' ? 0.5 : 1) }
}
