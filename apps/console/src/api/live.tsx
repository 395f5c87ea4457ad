/** One event stream for the whole page: tells lists what is new, and queries what is out of date. */
import { useQueryClient } from '@tanstack/react-query'
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react'
import { authHeaders } from './client.ts'
import { openEventStream, type StreamState } from './event-stream.ts'
import { createLiveStore, type LiveSnapshot, type LiveStore } from './live-store.ts'
import type { RampartEvent } from './types.ts'

const LiveContext = createContext<LiveStore | undefined>(undefined)

/** Nouns whose queries an event makes stale; lists that a reader is in (signals, audit, decisions) get a pill instead. */
const STALE: readonly (readonly [prefix: string, keys: readonly string[]])[] = [
  ['rampart.model-version.', ['models', 'overview', 'routes']],
  ['rampart.evidence.', ['models', 'evidence']],
  ['rampart.verdict.', ['verdicts']],
  ['rampart.approval.', ['approvals', 'overview']],
  ['rampart.registry.', ['registries', 'registry-watch']],
  ['rampart.signer.', ['signers', 'models']],
  ['rampart.policy.', ['policies']],
  ['rampart.route.', ['routes', 'overview']],
  ['rampart.telemetry.', ['telemetry']],
  ['rampart.signal.', ['overview']],
  ['rampart.incident.', ['overview']],
  ['rampart.response.', ['response', 'overview']],
  ['rampart.sink.', ['sinks']],
  ['rampart.alert-source.', ['alert-sources']],
  ['rampart.api-key.', ['api-keys', 'service-accounts']],
]

const READ_LISTS: readonly string[] = ['signals', 'incidents', 'audit', 'decisions']

const parseEvent = (text: string): RampartEvent | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    const event = value as Partial<RampartEvent>
    return typeof event.type === 'string' && typeof event.time === 'string'
      ? (event as RampartEvent)
      : undefined
  } catch {
    return undefined
  }
}

export const LiveProvider = ({ children }: { children: ReactNode }) => {
  const client = useQueryClient()
  const [store] = useState(createLiveStore)
  useEffect(() => {
    const stream = openEventStream({
      url: '/api/v1/events',
      headers: authHeaders,
      onState: (state: StreamState) => {
        const back = state === 'live' && store.snapshot().state === 'reconnecting'
        store.setState(state)
        // Whatever failed or went stale while the line was down is asked again; a list that is being read is not.
        if (back)
          void client.invalidateQueries({
            predicate: ({ queryKey, state: { status } }) =>
              status === 'error' || !READ_LISTS.includes(String(queryKey[0])),
          })
      },
      onActivity: () => store.touch(Date.now()),
      onMessage: ({ data }) => {
        const event = parseEvent(data)
        if (event === undefined) return
        store.push(event, Date.now())
        for (const [prefix, keys] of STALE) {
          if (!event.type.startsWith(prefix)) continue
          for (const key of keys) void client.invalidateQueries({ queryKey: [key] })
        }
        // The queue of incidents waits behind a pill; the one that is open on the page does not.
        if (event.type.startsWith('rampart.incident.'))
          void client.invalidateQueries({ queryKey: ['incidents', event.data['id']] })
      },
    })
    return stream.stop
  }, [client, store])
  return <LiveContext value={store}>{children}</LiveContext>
}

const useStore = (): LiveStore => {
  const store = useContext(LiveContext)
  if (store === undefined) throw new Error('useLive needs a LiveProvider above it.')
  return store
}

export const useLive = (): LiveSnapshot => {
  const store = useStore()
  return useSyncExternalStore(store.subscribe, store.snapshot)
}

/** How many matching events came since this list was loaded; `reset` after it was refreshed. */
export const useNewSince = (prefix: string, loadedAt: number): number => {
  const { events } = useLive()
  return useMemo(
    () =>
      events.filter(({ event, receivedAt }) => event.type.startsWith(prefix) && receivedAt > loadedAt).length,
    [events, prefix, loadedAt],
  )
}
