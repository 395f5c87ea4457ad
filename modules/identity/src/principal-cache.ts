/** Bounded memory of authenticated credentials, so that the hot path asks neither database nor issuer. */
import type { Principal } from '@rampart/domain'
import type { Clock } from '@rampart/kit'

export type CacheEntry = {
  readonly principal: Principal
  /** ms epoch after which the credentials themselves are no longer good. */
  readonly expiresAt: number
  /** `api-key:ID`, `session:…`: what invalidation names. */
  readonly source: string
  /** Set for API keys: whose last use is to be noted. */
  readonly keyId?: string
}

export type PrincipalCache = {
  get(credential: string): CacheEntry | undefined
  /** Ignored when anything was invalidated since `epoch` was read: the row may have been revoked meanwhile. */
  set(credential: string, entry: CacheEntry, epoch: number): void
  epoch(): number
  invalidate(source?: string): void
}

export const createPrincipalCache = (deps: {
  readonly clock: Pick<Clock, 'now'>
  readonly ttlMs: number
  readonly maxEntries: number
}): PrincipalCache => {
  const entries = new Map<string, CacheEntry & { readonly until: number }>()
  let epoch = 0

  return {
    get: (credential) => {
      const entry = entries.get(credential)
      if (entry === undefined) return undefined
      if (deps.clock.now() < entry.until) return entry
      entries.delete(credential)
      return undefined
    },
    set: (credential, entry, readAt) => {
      if (readAt !== epoch) return
      const until = Math.min(entry.expiresAt, deps.clock.now() + deps.ttlMs)
      // Insertion order is age order; the oldest goes first.
      const oldest = entries.size >= deps.maxEntries ? entries.keys().next().value : undefined
      if (oldest !== undefined) entries.delete(oldest)
      entries.set(credential, { ...entry, until })
    },
    epoch: () => epoch,
    invalidate: (source) => {
      epoch += 1
      if (source === undefined) return entries.clear()
      for (const [credential, entry] of entries) if (entry.source === source) entries.delete(credential)
    },
  }
}
