/**
 * ADWIN (Bifet and Gavaldà 2007, the bucket form ADWIN2): a window of variable length that is cut where the means of
 * its two parts differ by more than a variance-aware bound. Gives the alarm indices of river 0.26's ADWIN.
 * Memory O(maxBuckets · log n); a check every `clock` values costs O(maxBuckets · log n).
 */
import { type ChangeDetector, requireFinite, requireOption } from './change-detector.ts'

export type AdwinOptions = {
  /** Significance of one check. */
  readonly delta?: number
  /** Values between two checks. */
  readonly clock?: number
  /** Buckets of one size before the two oldest are joined. */
  readonly maxBuckets?: number
  /** The shorter part of a cut holds at least this many values. */
  readonly minWindowLength?: number
  /** No check before the window is longer than this. */
  readonly gracePeriod?: number
}

export type Adwin = ChangeDetector & {
  /** Length and mean of the window as it is; 0 when empty. */
  width(): number
  mean(): number
}

/** Row r holds buckets of 2^r values, oldest first: sums, and sums of squared deviations inside each bucket. */
type Row = { readonly totals: number[]; readonly variances: number[] }
type Window = { width: number; total: number; variance: number; rows: Row[]; ticks: number }
type Limits = Required<AdwinOptions>

const emptyRow = (): Row => ({ totals: [], variances: [] })
const emptyWindow = (): Window => ({ width: 0, total: 0, variance: 0, rows: [emptyRow()], ticks: 0 })

/** Throws DRIFT_BAD_OPTION for options out of range, DRIFT_BAD_VALUE for a value that is not finite. */
export const createAdwin = (options: AdwinOptions = {}): Adwin => {
  const limits = checkedLimits(options)
  let window = emptyWindow()
  return {
    update: (value) => {
      requireFinite(value)
      insert(window, value, limits.maxBuckets)
      window.ticks += 1
      const due = window.ticks % limits.clock === 0 && window.width > limits.gracePeriod
      let changed = false
      while (due && hasCut(window, limits)) {
        changed = true
        dropOldest(window)
      }
      if (changed) window = emptyWindow()
      return changed
    },
    width: () => window.width,
    mean: () => (window.width === 0 ? 0 : window.total / window.width),
  }
}

const checkedLimits = (options: AdwinOptions): Limits => {
  const { delta = 0.002, clock = 32, maxBuckets = 5, minWindowLength = 5, gracePeriod = 10 } = options
  requireOption(delta > 0 && delta < 1, 'delta', delta, 'a number between 0 and 1')
  for (const [name, value, least] of [
    ['clock', clock, 1],
    ['maxBuckets', maxBuckets, 2],
    ['minWindowLength', minWindowLength, 1],
    ['gracePeriod', gracePeriod, 0],
  ] as const) {
    const sound = Number.isInteger(value) && value >= least && value <= 1_000_000
    requireOption(sound, name, value, `an integer from ${least} to 1000000`)
  }
  return { delta, clock, maxBuckets, minWindowLength, gracePeriod }
}

// Streaming variance (Babcock, Datar, Motwani and O'Callaghan 2003); the order of operations fixes the rounding.
const insert = (window: Window, value: number, maxBuckets: number): void => {
  const first = window.rows[0] as Row
  first.totals.push(value)
  first.variances.push(0)
  window.width += 1
  if (window.width > 1) {
    const gap = value - window.total / (window.width - 1)
    window.variance += ((window.width - 1) * gap * gap) / window.width
  }
  window.total += value
  for (let r = 0; (window.rows[r] as Row).totals.length > maxBuckets; r += 1) joinOldest(window, r)
}

const joinOldest = (window: Window, r: number): void => {
  const size = 2 ** r
  const row = window.rows[r] as Row
  const [total0, total1] = row.totals.splice(0, 2) as [number, number]
  const [variance0, variance1] = row.variances.splice(0, 2) as [number, number]
  const gap = total0 / size - total1 / size
  if (window.rows[r + 1] === undefined) window.rows.push(emptyRow())
  const above = window.rows[r + 1] as Row
  above.totals.push(total0 + total1)
  above.variances.push(variance0 + variance1 + size * 0.5 * gap * gap)
}

const dropOldest = (window: Window): void => {
  const size = 2 ** (window.rows.length - 1)
  const row = window.rows.at(-1) as Row
  const total = row.totals.shift() as number
  const variance = row.variances.shift() as number
  window.width -= size
  window.total -= total
  const gap = total / size - window.total / window.width
  window.variance -= variance + (size * window.width * gap * gap) / (size + window.width)
  if (row.totals.length === 0) window.rows.pop()
}

/** Walks all cuts between buckets from the oldest on; the cut after the newest value is none. */
const hasCut = (window: Window, limits: Limits): boolean => {
  let oldCount = 0
  let newCount = window.width
  let oldTotal = 0
  let newTotal = window.total
  for (let r = window.rows.length - 1; r >= 0; r -= 1) {
    const { totals } = window.rows[r] as Row
    for (let k = 0; k < totals.length; k += 1) {
      oldCount += 2 ** r
      newCount -= 2 ** r
      oldTotal += totals[k] as number
      newTotal -= totals[k] as number
      if (r === 0 && k === totals.length - 1) return false
      if (newCount < limits.minWindowLength || oldCount < limits.minWindowLength) continue
      const gap = Math.abs(oldTotal / oldCount - newTotal / newCount)
      if (gap > cutBound(window, oldCount, newCount, limits)) return true
    }
  }
  return false
}

/** The bound of theorem 3.2 in its variance-aware form, with δ' = δ / ln(width) and lengths less the shortest allowed. */
const cutBound = (window: Window, oldCount: number, newCount: number, limits: Limits): number => {
  const logTerm = Math.log((2 * Math.log(window.width)) / limits.delta)
  const shorter = limits.minWindowLength
  const reciprocal = 1 / (oldCount - shorter + 1) + 1 / (newCount - shorter + 1)
  // A variance rounded below zero gives NaN, and no gap is larger than NaN: no cut.
  return (
    Math.sqrt(2 * reciprocal * (window.variance / window.width) * logTerm) + (2 / 3) * logTerm * reciprocal
  )
}
