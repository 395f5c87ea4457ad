/**
 * What containments say about callers, judged where they are recognised. A throttle is a bucket that fills evenly and holds
 * what one second brings, one call at least.
 */

/** Without `perMinute` the caller is denied. `caller` is `KIND:ID`. */
export type CallerRule = { readonly caller: string; readonly perMinute?: number }

export type CallerVerdict =
  | { readonly kind: 'denied' }
  | { readonly kind: 'throttled'; readonly perMinute: number }

export type CallerLimits = ReturnType<typeof createCallerLimits>

type Bucket = { tokens: number; at: number }

/** `monotonic` in milliseconds. */
export const createCallerLimits = (monotonic: () => number) => {
  let rules = new Map<string, readonly CallerRule[]>()
  const buckets = new Map<string, Bucket>()

  const take = (key: string, perMinute: number): boolean => {
    const now = monotonic()
    const most = Math.max(1, perMinute / 60)
    const bucket = buckets.get(key) ?? { tokens: most, at: now }
    bucket.tokens = Math.min(most, bucket.tokens + ((now - bucket.at) * perMinute) / 60_000)
    bucket.at = now
    buckets.set(key, bucket)
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }

  return {
    /** Replaces the rules; what a caller has used up stays used up. */
    use: (next: ReadonlyMap<string, readonly CallerRule[]>): void => {
      rules = new Map(next)
      for (const key of buckets.keys()) if (!rules.has(key)) buckets.delete(key)
    },
    /** One call of whom the key names; undefined when it may go on. Without rules it is one comparison. */
    judge: (key: string): CallerVerdict | undefined => {
      const found = rules.size === 0 ? undefined : rules.get(key)
      if (found === undefined) return undefined
      if (found.some(({ perMinute }) => perMinute === undefined)) return { kind: 'denied' }
      const perMinute = Math.min(...found.map((rule) => rule.perMinute ?? 0))
      return take(key, perMinute) ? undefined : { kind: 'throttled', perMinute }
    },
  }
}
