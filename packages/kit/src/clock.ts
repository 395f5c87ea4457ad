/** Time as a port, so that tests and simulations decide what time it is. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonic(): number
  /** RFC 3339 in UTC, milliseconds. */
  iso(): string
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  iso: () => new Date().toISOString(),
}
