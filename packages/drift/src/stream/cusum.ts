/**
 * Two-sided tabular CUSUM (Page 1954; Montgomery, "Statistical Quality Control", section 9.1) on values standardised by
 * a baseline that is learnt from the first values after each start.
 */
import { type ChangeDetector, requireFinite, requireOption } from './change-detector.ts'

export type CusumOptions = {
  /** Values from which mean and standard deviation are learnt; none of them alarms. */
  readonly warmup?: number
  /** Slack k in standard deviations: shifts below twice this are not looked for. */
  readonly slack?: number
  /** Decision limit h in standard deviations. */
  readonly threshold?: number
}

type Baseline = { n: number; mean: number; squares: number; up: number; down: number }

const fresh = (): Baseline => ({ n: 0, mean: 0, squares: 0, up: 0, down: 0 })

/** Throws DRIFT_BAD_OPTION for options out of range, DRIFT_BAD_VALUE for a value that is not finite. */
export const createCusum = (options: CusumOptions = {}): ChangeDetector => {
  const { warmup = 100, slack = 0.5, threshold = 8 } = options
  const whole = Number.isInteger(warmup) && warmup >= 2 && warmup <= 1_000_000
  requireOption(whole, 'warmup', warmup, 'an integer from 2 to 1000000')
  requireOption(Number.isFinite(slack) && slack >= 0, 'slack', slack, 'a number from 0')
  requireOption(Number.isFinite(threshold) && threshold > 0, 'threshold', threshold, 'a number above 0')
  let base = fresh()
  return {
    update: (value) => {
      requireFinite(value)
      if (base.n < warmup) {
        learn(base, value)
        return false
      }
      const z = standardised(value, base)
      base.up = Math.max(0, base.up + z - slack)
      base.down = Math.max(0, base.down - z - slack)
      const changed = base.up > threshold || base.down > threshold
      if (changed) base = fresh()
      return changed
    },
  }
}

const learn = (base: Baseline, value: number): void => {
  base.n += 1
  const gap = value - base.mean
  base.mean += gap / base.n
  base.squares += gap * (value - base.mean)
}

/** In standard deviations (n - 1). Any departure from a constant baseline is infinitely far. */
const standardised = (value: number, { n, mean, squares }: Baseline): number => {
  if (squares > 0) return (value - mean) / Math.sqrt(squares / (n - 1))
  return value === mean ? 0 : value > mean ? Infinity : -Infinity
}
