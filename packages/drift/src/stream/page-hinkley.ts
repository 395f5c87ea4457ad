/**
 * Page-Hinkley test (Page 1954; Hinkley 1971) with a fading cumulative sum, for changes of the mean in one direction or
 * both. Gives the alarm indices of river 0.26's PageHinkley: the order of every floating-point step is that of its formula.
 */
import { type ChangeDetector, requireFinite, requireOption } from './change-detector.ts'

export type PageHinkleyOptions = {
  /** Values to see before the first verdict. */
  readonly minInstances?: number
  /** Change of the mean that is tolerated, in the unit of the stream. */
  readonly delta?: number
  /** Alarm when the sum is this far from its extreme, in the unit of the stream. */
  readonly threshold?: number
  /** Forgetting factor of the sum. */
  readonly alpha?: number
  readonly mode?: 'up' | 'down' | 'both'
}

type Sums = { n: number; mean: number; up: number; down: number; lowestUp: number; highestDown: number }

// The highest "down" sum starts at -1, not at minus infinity: the first dip below it is then measured from there, as river does.
const fresh = (): Sums => ({ n: 0, mean: 0, up: 0, down: 0, lowestUp: Infinity, highestDown: -1 })

/** Throws DRIFT_BAD_OPTION for options out of range, DRIFT_BAD_VALUE for a value that is not finite. */
export const createPageHinkley = (options: PageHinkleyOptions = {}): ChangeDetector => {
  const { minInstances = 30, delta = 0.005, threshold = 50, alpha = 1 - 0.0001, mode = 'both' } = options
  requireOption(
    Number.isInteger(minInstances) && minInstances >= 1,
    'minInstances',
    minInstances,
    'an integer from 1',
  )
  requireOption(Number.isFinite(delta), 'delta', delta, 'a finite number')
  requireOption(Number.isFinite(threshold), 'threshold', threshold, 'a finite number')
  requireOption(alpha >= 0 && alpha <= 1, 'alpha', alpha, 'a number from 0 to 1')
  requireOption(['up', 'down', 'both'].includes(mode), 'mode', mode, 'up, down or both')
  let sums = fresh()
  return {
    update: (value) => {
      requireFinite(value)
      sums.n += 1
      sums.mean += (1 / sums.n) * (value - sums.mean)
      const deviation = value - sums.mean
      sums.up = alpha * sums.up + deviation - delta
      sums.down = alpha * sums.down + deviation + delta
      if (sums.up < sums.lowestUp) sums.lowestUp = sums.up
      if (sums.down > sums.highestDown) sums.highestDown = sums.down
      if (sums.n < minInstances) return false
      const risen = mode !== 'down' && sums.up - sums.lowestUp > threshold
      const fallen = mode !== 'up' && sums.highestDown - sums.down > threshold
      if (risen || fallen) sums = fresh()
      return risen || fallen
    },
  }
}
