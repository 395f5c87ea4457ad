/** How often things happened in the last minute: one bucket a second, so memory does not depend on the rate. */
import type { Clock } from '@rampart/kit'

const BUCKETS = 60

export type RateMeter = {
  count(name: string, n?: number): void
  /** Events per second, averaged over the last 60 s. */
  perSecond(name: string): number
}

export const createRateMeter = ({ clock }: { readonly clock: Pick<Clock, 'monotonic'> }): RateMeter => {
  const meters = new Map<string, { readonly counts: Float64Array; second: number }>()
  const advance = (name: string) => {
    const second = Math.floor(clock.monotonic() / 1000)
    const meter = meters.get(name) ?? { counts: new Float64Array(BUCKETS), second }
    meters.set(name, meter)
    const stale = Math.min(BUCKETS, second - meter.second)
    for (let step = 1; step <= stale; step += 1) meter.counts[(meter.second + step) % BUCKETS] = 0
    meter.second = second
    return meter
  }
  return {
    count: (name, n = 1) => {
      const meter = advance(name)
      const at = meter.second % BUCKETS
      meter.counts[at] = (meter.counts[at] ?? 0) + n
    },
    perSecond: (name) => advance(name).counts.reduce((sum, n) => sum + n, 0) / BUCKETS,
  }
}
