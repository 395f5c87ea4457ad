/**
 * Fetches on their way of bytes whose digest is stated, of all registries of this process and of others on the same
 * database: who meets bytes that somebody fetches already waits for them. A slow fetch is waited for briefly only, so
 * that no registry holds up another by stating its digests and dripping their bytes.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Digest } from '@rampart/domain'
import { ALL_TENANTS, type Clock, type Database, newId, type Random } from '@rampart/kit'
import { endingWith, pause, stopped } from '../sync/metered-registry.ts'
import type { SyncLimits } from '../sync-limits.ts'
import * as store from './store.ts'

export type FlightsDeps = {
  readonly database: Pick<Database, 'tx'>
  readonly clock: Clock
  readonly random: Random
  /** True when no other process shares the database: nobody else need be asked. */
  readonly exclusive: boolean
  readonly limits: Pick<SyncLimits, 'leaseMs'>
  /** How long a fetch is waited for whatever its speed; 30 s. */
  readonly patienceMs?: number
}

/** Told what arrives, so that those who wait know whether it is worth it. */
export type Flight = { readonly arrived: (bytes: number) => void }
export type Flights = ReturnType<typeof createFlights>

const PATIENCE_MS = 30_000
const FAIR_BYTES_PER_SECOND = 64 * 1024
const LOOK_MS = 500

type Running = { readonly done: Promise<void>; readonly startedAt: number; bytes: number }

export const createFlights = (deps: FlightsDeps) => {
  const { database, clock, patienceMs = PATIENCE_MS } = deps
  const { leaseMs } = deps.limits
  const owner = newId(clock, deps.random)
  const running = new Map<Digest, Running>()

  const isWorthWaiting = ({ startedAt, bytes }: Running): boolean => {
    const ms = clock.monotonic() - startedAt
    return ms < patienceMs || (bytes * 1000) / ms >= FAIR_BYTES_PER_SECOND
  }

  /** Until it ends or ought to be looked at again. */
  const look = async ({ done }: Running, signal: AbortSignal): Promise<void> => {
    const waiting = new AbortController()
    const moment = delay(Math.min(LOOK_MS, patienceMs), undefined, { signal: waiting.signal })
    const first = Promise.race([done, moment.catch(() => undefined)])
    await endingWith(first, signal, stopped).finally(() => waiting.abort())
  }

  const lease = (digest: Digest): Promise<boolean> => {
    const until = new Date(clock.now() + leaseMs).toISOString()
    return database.tx(ALL_TENANTS, (tx) => store.holdFetch(tx, digest, owner, clock.iso(), until))
  }

  /** Held while the fetch is worth waiting for; then others may begin their own. */
  const leased = async <T>(digest: Digest, flight: Running, work: () => Promise<T>): Promise<T> => {
    const renewal = setInterval(() => {
      if (isWorthWaiting(flight)) lease(digest).catch(() => undefined)
    }, leaseMs / 3)
    try {
      return await work()
    } finally {
      clearInterval(renewal)
      await database.tx(ALL_TENANTS, (tx) => store.freeFetch(tx, digest, owner)).catch(() => undefined)
    }
  }

  /** What `known` finds, asked again after each wait, or what `fetch` gives: one of them at a time. */
  const alone = async <T>(
    digest: Digest,
    signal: AbortSignal,
    known: () => Promise<T | undefined>,
    fetch: (flight: Flight) => Promise<T>,
  ): Promise<T> => {
    for (;;) {
      const other = running.get(digest)
      if (other !== undefined && isWorthWaiting(other)) {
        await look(other, signal)
        continue
      }
      const turn = Promise.withResolvers<void>()
      const mine: Running = { done: turn.promise, startedAt: clock.monotonic(), bytes: 0 }
      const arrived = (bytes: number): void => {
        mine.bytes += bytes
      }
      running.set(digest, mine)
      try {
        const found = await known()
        if (found !== undefined) return found
        if (deps.exclusive) return await fetch({ arrived })
        if (await lease(digest)) return await leased(digest, mine, () => fetch({ arrived }))
      } finally {
        if (running.get(digest) === mine) running.delete(digest)
        turn.resolve()
      }
      // Another process has it.
      await pause(LOOK_MS, signal)
    }
  }

  return { alone }
}
