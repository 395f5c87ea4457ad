/** Wakes readers of the event log: by NOTIFY, soon again while committed events wait for an older transaction, and slowly anyway. */
import type { Database } from './database.ts'
import { ALL_TENANTS } from './database.ts'
import { CHANNEL, selectPending } from './event-log-store.ts'
import type { Logger } from './logger.ts'

export type EventTail = {
  /** Calls `wake` whenever there may be something new. Starts listening with the first subscriber. */
  subscribe(wake: () => void): () => void
  stop(): Promise<void>
}

const FAST_MS = 20
const FAST_MAX_MS = 1_000

export const createEventTail = (deps: {
  database: Database
  logger: Logger
  slowPollMs: number
}): EventTail => {
  const wakers = new Set<() => void>()
  let stopped = false
  let unlisten: Promise<() => Promise<void>> | undefined
  let slow: NodeJS.Timeout | undefined
  let fast: NodeJS.Timeout | undefined
  let fastMs = FAST_MS

  const wakeAll = (): void => {
    for (const wake of wakers) wake()
  }

  const checkPending = async (): Promise<void> => {
    fast = undefined
    const pending = await deps.database.read(ALL_TENANTS, selectPending).catch(() => true)
    wakeAll()
    if (!pending || stopped) return
    fastMs = Math.min(fastMs * 2, FAST_MAX_MS)
    scheduleFast()
  }

  const scheduleFast = (): void => {
    fast ??= setTimeout(() => void checkPending(), fastMs).unref()
  }

  const onNotify = (): void => {
    if (stopped) return
    fastMs = FAST_MS
    wakeAll()
    scheduleFast()
  }

  const listen = (): void => {
    unlisten ??= deps.database.listen(CHANNEL, onNotify).catch((error: unknown) => {
      deps.logger.warn({ err: error }, 'event-log.listen-failed')
      unlisten = undefined
      return async () => undefined
    })
  }

  const start = (): void => {
    if (slow !== undefined || stopped) return
    listen()
    slow = setInterval(() => {
      if (unlisten === undefined) listen()
      wakeAll()
    }, deps.slowPollMs).unref()
  }

  return {
    subscribe: (wake) => {
      wakers.add(wake)
      start()
      return () => void wakers.delete(wake)
    },
    stop: async () => {
      stopped = true
      clearInterval(slow)
      clearTimeout(fast)
      wakers.clear()
      await (await unlisten)?.()
    },
  }
}
