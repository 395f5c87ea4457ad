/**
 * Conformal test martingale for exchangeability with a Shiryaev-Roberts alarm (Vovk, Gammerman and Shafer 2022,
 * "Algorithmic Learning in a Random World", chapter 8; Vovk 2021, "Testing randomness online"). Whatever law the values
 * are drawn from independently, the mean number of values to a false alarm is at least `averageRunLength`.
 */
import { createUniform } from '../coin.ts'
import { type ChangeDetector, requireFinite, requireOption } from './change-detector.ts'

export type ConformalOptions = {
  /** Least mean number of values between false alarms: the threshold of the Shiryaev-Roberts sum. */
  readonly averageRunLength?: number
  /** Share of the capital that changes its betting strategy at each step (the Simple Jumper's J). */
  readonly jump?: number
  /** Values kept for ranking; the bag starts anew when full, which keeps the guarantee and bounds memory and time. */
  readonly bag?: number
  /** Ties are broken at random, by this seed. */
  readonly seed?: number
}

export type ConformalDetector = ChangeDetector & {
  /** p-value of the newest value among those in the bag: uniform and independent while nothing changes. */
  pValue(): number
  /** The Shiryaev-Roberts sum R_n: the sum over all past starts of the martingale's growth since then. */
  statistic(): number
}

/** Bets on small, no, and large p-values: the slopes of the three strategies. */
const SLOPES = [-1, 0, 1] as const
type Capital = [number, number, number]

/** Throws DRIFT_BAD_OPTION for options out of range, DRIFT_BAD_VALUE for a value that is not finite. */
export const createConformalDetector = (options: ConformalOptions = {}): ConformalDetector => {
  const { averageRunLength = 10_000, jump = 0.01, bag = 4096, seed = 42 } = options
  const long = averageRunLength > 1 && Number.isFinite(averageRunLength)
  requireOption(long, 'averageRunLength', averageRunLength, 'a number above 1')
  requireOption(jump >= 0 && jump <= 1, 'jump', jump, 'a number from 0 to 1')
  const sized = Number.isInteger(bag) && bag >= 16 && bag <= 1_000_000
  requireOption(sized, 'bag', bag, 'an integer from 16 to 1000000')
  requireOption(Number.isSafeInteger(seed), 'seed', seed, 'an integer')
  const uniform = createUniform(seed)
  const sorted = new Float64Array(bag)
  let held = 0
  let capital: Capital = [1 / 3, 1 / 3, 1 / 3]
  let statistic = 0
  let pValue = 1
  return {
    update: (value) => {
      requireFinite(value)
      if (held === bag) held = 0
      pValue = insertRanked(sorted, held, value + 0, uniform())
      held += 1
      const grown = bet(capital, pValue, jump)
      // The capital is kept at 1, so its new total is the growth of this step.
      const growth = grown[0] + grown[1] + grown[2]
      capital = grown.map((one) => one / growth) as Capital
      statistic = (statistic + 1) * growth
      const changed = statistic >= averageRunLength
      if (changed) {
        held = 0
        capital = [1 / 3, 1 / 3, 1 / 3]
        statistic = 0
      }
      return changed
    },
    pValue: () => pValue,
    statistic: () => statistic,
  }
}

/** One step of the Simple Jumper: mix, then multiply each strategy's capital by 1 + slope · (p - 1/2). */
const bet = (capital: Capital, pValue: number, jump: number): Capital => {
  const share = jump / SLOPES.length
  return capital.map(
    (one, i) => ((1 - jump) * one + share) * (1 + (SLOPES[i] as number) * (pValue - 0.5)),
  ) as Capital
}

/** Inserts into the first `held` sorted values and gives (#greater + τ · #equal) / n, the new value counted. O(held). */
const insertRanked = (sorted: Float64Array, held: number, value: number, tau: number): number => {
  const from = lowerBound(sorted, held, value, false)
  const to = lowerBound(sorted, held, value, true)
  sorted.copyWithin(to + 1, to, held)
  sorted[to] = value
  return (held - to + tau * (to - from + 1)) / (held + 1)
}

const lowerBound = (sorted: Float64Array, held: number, value: number, after: boolean): number => {
  let low = 0
  let high = held
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = sorted[middle] as number
    if (at < value || (after && at === value)) low = middle + 1
    else high = middle
  }
  return low
}
