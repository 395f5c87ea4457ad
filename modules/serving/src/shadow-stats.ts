/** What a shadow's answers were like, next to the answers that callers got. Never holds a payload. */
import type { Clock } from '@rampart/kit'

export type ShadowDifference = {
  readonly time: string
  readonly requestId: string | undefined
  readonly rows: number
  readonly primary: { readonly version: string; readonly label?: string; readonly score?: number }
  readonly shadow: { readonly version: string; readonly label?: string; readonly score?: number }
  /** Largest distance between two floats of the answers; absent when the outputs cannot be compared. */
  readonly largest?: number
}

export type ShadowSummary = {
  readonly sent: number
  readonly compared: number
  readonly equal: number
  /** Calls with at least one row whose label differs. */
  readonly labelsDiffer: number
  /** Calls whose floats are further apart than the tolerance. */
  readonly floatsDiffer: number
  readonly failed: number
  /** Copies not sent because the shadow had not kept up. */
  readonly dropped: number
  readonly largest: number
  readonly examples: readonly ShadowDifference[]
}

export type Comparison = {
  readonly labelsDiffer: boolean
  readonly floatsDiffer: boolean
  readonly largest: number
}

export type ShadowStats = {
  sent(): void
  dropped(): void
  failed(): void
  compared(result: Comparison, example: () => Omit<ShadowDifference, 'time'>): void
  summary(): ShadowSummary
}

const EXAMPLES = 32
/** Once the list is full, a difference replaces the oldest at most so often. */
const KEEP_EVERY_MS = 250

export const createShadowStats = (clock: Pick<Clock, 'iso' | 'monotonic'>): ShadowStats => {
  const counts = { sent: 0, compared: 0, equal: 0, labelsDiffer: 0, floatsDiffer: 0, failed: 0, dropped: 0 }
  const examples: ShadowDifference[] = []
  let largest = 0
  let keptAt = Number.NEGATIVE_INFINITY
  return {
    sent: () => {
      counts.sent += 1
    },
    dropped: () => {
      counts.dropped += 1
    },
    failed: () => {
      counts.failed += 1
    },
    compared: (result, example) => {
      counts.compared += 1
      largest = Math.max(largest, result.largest)
      if (result.labelsDiffer) counts.labelsDiffer += 1
      if (result.floatsDiffer) counts.floatsDiffer += 1
      if (!result.labelsDiffer && !result.floatsDiffer) {
        counts.equal += 1
        return
      }
      const now = clock.monotonic()
      if (examples.length >= EXAMPLES && now - keptAt < KEEP_EVERY_MS) return
      keptAt = now
      examples.push({ time: clock.iso(), ...example() })
      if (examples.length > EXAMPLES) examples.shift()
    },
    summary: () => ({ ...counts, largest, examples: [...examples].reverse() }),
  }
}
