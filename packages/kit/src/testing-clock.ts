/** A clock that stands still until told otherwise. */
import type { Clock } from './clock.ts'

export interface FakeClock extends Clock {
  advance(ms: number): void
  set(ms: number): void
}

export const createFakeClock = (startMs: number = Date.UTC(2026, 0, 1)): FakeClock => {
  let now = startMs
  let monotonic = 0
  return {
    now: () => now,
    monotonic: () => monotonic,
    iso: () => new Date(now).toISOString(),
    advance: (ms) => {
      now += ms
      monotonic += ms
    },
    set: (ms) => {
      monotonic += Math.max(0, ms - now)
      now = ms
    },
  }
}
