/** Transactional outbox that is also the log of events: publish with the state, consume exactly in order, miss nothing. */
import type { Clock } from './clock.ts'
import { ALL_TENANTS, type Database, type Tx } from './database.ts'
import { type Consumer, type ConsumerOptions, createConsumer } from './event-consumer.ts'
import * as store from './event-log-store.ts'
import { createEventSchemas, type EventSchemas } from './event-schemas.ts'
import { createEventTail } from './event-tail.ts'
import { newId } from './ids.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import type { Random } from './random.ts'

export type { NewEvent, StoredEvent } from './event-log-store.ts'

export type EventPage = { readonly events: readonly store.StoredEvent[]; readonly cursor: store.Cursor }

export interface EventLog {
  /** Validates against contracts/events/TYPE.schema.json and writes in the caller's transaction. */
  publish(tx: Tx, tenant: string, event: store.NewEvent): Promise<void>
  consumer(options: ConsumerOptions): Consumer
  /** A page in order; `cursor` is where the next page starts, also when this one is empty. */
  read(query: {
    readonly tenant: string
    readonly after?: string
    readonly types?: readonly string[]
    readonly limit: number
  }): Promise<EventPage>
  /** The cursor after the newest readable event of a tenant. */
  head(tenant: string): Promise<store.Cursor>
  /** Live events from now on, after commit and in the order of `read`. */
  subscribe(tenant: string, onEvent: (event: store.StoredEvent) => void): () => void
  stop(): Promise<void>
}

export type EventLogDeps = {
  readonly database: Database
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics?: Metrics
  readonly schemas?: EventSchemas
  /** Look without a notification at least this often; default 2 000. */
  readonly slowPollMs?: number
}

const MAX_PAGE = 1_000

export const createEventLog = (deps: EventLogDeps): EventLog => {
  const schemas = deps.schemas ?? createEventSchemas()
  const tail = createEventTail({ ...deps, slowPollMs: deps.slowPollMs ?? 2_000 })
  const deadLetters = deps.metrics?.counter({
    name: 'rampart_event_dead_letters_total',
    help: 'Events that a consumer could not handle.',
    labelNames: ['consumer'],
  })
  const subscriptions = createSubscriptions({ ...deps, wakeBy: tail.subscribe })

  return {
    publish: async (tx, tenant, event) => {
      schemas.validate(event.type, event.data)
      const eventId = newId(deps.clock, deps.random)
      await store.insertEvent(tx, { ...event, tenant, eventId, time: deps.clock.iso() })
    },
    consumer: (options) =>
      createConsumer({ ...deps, tail, onDeadLetter: (consumer) => deadLetters?.inc({ consumer }) }, options),
    read: ({ tenant, after = store.START, types, limit }) =>
      deps.database.read(tenant, async (tx) => {
        const events = await store.selectEvents(tx, { after, types, limit: Math.min(limit, MAX_PAGE) })
        return { events, cursor: events.at(-1)?.cursor ?? after }
      }),
    head: (tenant) => deps.database.read(tenant, store.selectHead),
    subscribe: subscriptions.add,
    stop: async () => {
      subscriptions.clear()
      await tail.stop()
    },
  }
}

type Subscriber = { readonly tenant: string; readonly onEvent: (event: store.StoredEvent) => void }

/** One reader for all live subscribers of this process. */
const createSubscriptions = (deps: {
  database: Database
  logger: Logger
  wakeBy: (wake: () => void) => () => void
}) => {
  const subscribers = new Set<Subscriber>()
  let cursor: store.Cursor | undefined
  let unsubscribe: (() => void) | undefined
  let running = false
  let again = false

  const deliver = (event: store.StoredEvent): void => {
    for (const subscriber of subscribers) {
      if (subscriber.tenant !== ALL_TENANTS && subscriber.tenant !== event.tenant) continue
      try {
        subscriber.onEvent(event)
      } catch (error) {
        deps.logger.warn({ err: error, eventId: event.id }, 'event-log.subscriber-failed')
      }
    }
  }

  const advance = async (): Promise<void> => {
    for (;;) {
      const after = cursor ?? (await deps.database.read(ALL_TENANTS, store.selectHead))
      const events = await deps.database.read(ALL_TENANTS, (tx) =>
        store.selectEvents(tx, { after, limit: 200 }),
      )
      for (const event of events) deliver(event)
      cursor = events.at(-1)?.cursor ?? after
      if (events.length < 200) return
    }
  }

  const wake = async (): Promise<void> => {
    again = true
    if (running) return
    running = true
    try {
      while (again && subscribers.size > 0) {
        again = false
        await advance()
      }
    } catch (error) {
      deps.logger.warn({ err: error }, 'event-log.tail-waits')
    } finally {
      running = false
    }
  }

  return {
    add: (tenant: string, onEvent: (event: store.StoredEvent) => void): (() => void) => {
      const subscriber = { tenant, onEvent }
      subscribers.add(subscriber)
      unsubscribe ??= deps.wakeBy(() => void wake())
      void wake()
      return () => {
        subscribers.delete(subscriber)
        if (subscribers.size > 0) return
        // Nobody is behind any more: the next subscriber starts from the head again.
        cursor = undefined
        unsubscribe?.()
        unsubscribe = undefined
      }
    },
    clear: () => {
      subscribers.clear()
      unsubscribe?.()
    },
  }
}
