/** What came over the event stream lately: bounded, immutable snapshots, no knowledge of React. */
import type { StreamState } from './event-stream.ts'
import type { RampartEvent } from './types.ts'

const KEPT = 200

export type LiveSnapshot = {
  readonly state: StreamState
  /** Milliseconds between an event's own time and its arrival; undefined until a fresh event came. */
  readonly lagMs: number | undefined
  readonly lastActivityAt: number | undefined
  readonly events: readonly { readonly event: RampartEvent; readonly receivedAt: number }[]
}

export type LiveStore = {
  subscribe: (listener: () => void) => () => void
  snapshot: () => LiveSnapshot
  push: (event: RampartEvent, now: number) => void
  touch: (now: number) => void
  setState: (state: StreamState) => void
}

export const createLiveStore = (): LiveStore => {
  let current: LiveSnapshot = { state: 'connecting', lagMs: undefined, lastActivityAt: undefined, events: [] }
  const listeners = new Set<() => void>()
  const openedAt = Date.now()
  const seen = new Set<string>()

  const update = (change: Partial<LiveSnapshot>) => {
    current = { ...current, ...change }
    for (const listener of listeners) listener()
  }

  return {
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    snapshot: () => current,
    push: (event, now) => {
      // Events older than this page are history that a resume replays; they are neither new nor a measure of lag.
      const time = Date.parse(event.time)
      if (seen.has(event.id) || time < openedAt - 5000) return
      seen.add(event.id)
      update({
        lagMs: Math.max(0, now - time),
        events: [{ event, receivedAt: now }, ...current.events].slice(0, KEPT),
      })
    },
    touch: (now) => {
      // Once a second is enough for a status light.
      if (current.lastActivityAt === undefined || now - current.lastActivityAt > 1000)
        update({ lastActivityAt: now })
    },
    setState: (state) => update({ state }),
  }
}
