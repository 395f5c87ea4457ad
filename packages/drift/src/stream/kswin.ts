/**
 * KSWIN (Raab, Heusinger and Schleif 2020): a Kolmogorov-Smirnov test between the newest values of a sliding window and
 * a random sample of the older ones, after every value. With the same seed it gives river 0.26's alarm indices.
 * The test is repeated at every value, so on an unchanged stream it alarms now and then; see the stated run length.
 */
import { ksTest } from '../ks.ts'
import { sampleOf } from '../sample.ts'
import { type ChangeDetector, requireFinite, requireOption } from './change-detector.ts'
import { createPythonRandom } from './mersenne-twister.ts'

export type KswinOptions = {
  /** Significance of one test. */
  readonly alpha?: number
  readonly windowSize?: number
  /** Newest values compared, and older ones drawn; at most half of the window. */
  readonly statSize?: number
  readonly seed?: number
}

/** A difference of the distribution functions up to this is never an alarm. */
const LEAST_STATISTIC = 0.1

/** Throws DRIFT_BAD_OPTION for options out of range, DRIFT_BAD_VALUE for a value that is not finite. */
export const createKswin = (options: KswinOptions = {}): ChangeDetector => {
  const { alpha = 0.005, windowSize = 100, statSize = 30, seed = 42 } = options
  requireOption(alpha >= 0 && alpha <= 1, 'alpha', alpha, 'a number from 0 to 1')
  const sizes = Number.isInteger(statSize) && statSize >= 1 && statSize * 2 <= windowSize
  requireOption(
    Number.isInteger(windowSize) && windowSize <= 100_000,
    'windowSize',
    windowSize,
    'an integer up to 100000',
  )
  requireOption(sizes, 'statSize', statSize, 'an integer from 1 to half of windowSize')
  let window: number[] = []
  let random = createPythonRandom(seed)
  return {
    update: (value) => {
      requireFinite(value)
      window.push(value)
      if (window.length > windowSize) window.shift()
      if (window.length < windowSize) return false
      const older = windowSize - statSize
      const drawn = random.sample(older, statSize).map((i) => window[i] as number)
      const { statistic, pValue } = ksTest(sampleOf(drawn), sampleOf(window.slice(older)))
      const changed = pValue <= alpha && statistic > LEAST_STATISTIC
      if (changed) {
        window = []
        random = createPythonRandom(seed)
      }
      return changed
    },
  }
}
