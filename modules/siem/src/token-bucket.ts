/** So many per second, with as much again at once. Pure but for the clock. */
import type { Clock } from '@rampart/kit'

export const createTokenBucket = (perSecond: number, clock: Pick<Clock, 'monotonic'>) => {
  let tokens = perSecond
  let at = clock.monotonic()
  const refill = (): void => {
    const now = clock.monotonic()
    tokens = Math.min(perSecond, tokens + ((now - at) / 1000) * perSecond)
    at = now
  }
  return {
    /** Takes `count` when any are left, and may go below zero: a large batch is paid off before the next. */
    take: (count: number): boolean => {
      refill()
      if (tokens <= 0) return false
      tokens -= count
      return true
    },
    /** Milliseconds until something may be taken again. */
    waitMs: (): number => {
      refill()
      return tokens > 0 ? 0 : Math.ceil((-tokens / perSecond) * 1000) + 1
    },
  }
}
