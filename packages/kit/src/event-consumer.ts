/**
 * A named reader of the event log. Handling and checkpoint commit together, so each event's effects in the database
 * happen exactly once; effects elsewhere may happen again and must be idempotent.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { isAppError } from './app-error.ts'
import type { Clock } from './clock.ts'
import { ALL_TENANTS, type Database, type Tx } from './database.ts'
import * as store from './event-log-store.ts'
import type { EventTail } from './event-tail.ts'
import type { Logger } from './logger.ts'
import type { Random } from './random.ts'
import { backoffMs } from './retry.ts'

type Handling =
  | {
      /** Runs in a transaction of the event's tenant. Keep it short: it holds back what others can read. */
      readonly handle: (event: store.StoredEvent, tx: Tx) => Promise<void>
      readonly handleBatch?: never
    }
  | {
      /**
       * Consecutive events of one tenant in one transaction with one checkpoint. Gives how many of them, from the first on,
       * were handled: the others are offered again a little later. When it throws, the events are handled one by one, so
       * that only the one at fault is tried again and, in the end, becomes a dead letter.
       */
      readonly handleBatch: (events: readonly store.StoredEvent[], tx: Tx) => Promise<number>
      readonly handle?: never
    }

export type ConsumerOptions = Handling & {
  /** Stable: it names the checkpoint. */
  readonly name: string
  readonly types?: readonly string[]
  /** Only events of this tenant; default: of all. */
  readonly tenant?: string
  /** Events read, and at most handled, at once; default 100. */
  readonly batchSize?: number
  /** Failures of one event before it becomes a dead letter; default 8. */
  readonly maxAttempts?: number
  readonly baseMs?: number
  readonly maxMs?: number
}

export interface Consumer {
  start(): Promise<void>
  /** Waits for the event in hand. */
  stop(): Promise<void>
  /** Handles again everything after `fromCursor` (default: everything). */
  replay(fromCursor?: store.Cursor): Promise<void>
  /** Resolves when everything that is readable now has been handled. */
  drain(): Promise<void>
}

export type ConsumerDeps = {
  readonly database: Database
  readonly tail: EventTail
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly onDeadLetter: (consumer: string, event: store.StoredEvent) => void
}

const DEFAULT_BATCH = 100

/** Not the event's fault: the database is away or busy, so the attempt does not count. */
const isTransient = (error: unknown): boolean =>
  isAppError(error) &&
  error.code.startsWith('KIT_') &&
  (error.retryable || error.code === 'KIT_COMMIT_UNKNOWN')

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** `later`: another process works on this consumer, or the handler took less than it was offered. */
type Step = 'idle' | 'progress' | 'later'

const batchHandlerOf =
  (options: ConsumerOptions) =>
  async (events: readonly store.StoredEvent[], tx: Tx): Promise<number> => {
    if (options.handleBatch !== undefined) return options.handleBatch(events, tx)
    for (const event of events) await options.handle(event, tx)
    return events.length
  }

/** Consecutive events of one tenant; those of a consumer without `handleBatch` stand alone. */
const groupsOf = (
  events: readonly store.StoredEvent[],
  options: ConsumerOptions,
): readonly (readonly store.StoredEvent[])[] => {
  const groups: store.StoredEvent[][] = []
  for (const event of events) {
    const last = groups.at(-1)
    if (options.handleBatch !== undefined && last?.[0]?.tenant === event.tenant) last.push(event)
    else groups.push([event])
  }
  return groups
}

export const createConsumer = (deps: ConsumerDeps, options: ConsumerOptions): Consumer => {
  const { name } = options
  const maxAttempts = options.maxAttempts ?? 8
  const backoff = { baseMs: options.baseMs ?? 100, maxMs: options.maxMs ?? 30_000, random: deps.random }

  const handle = batchHandlerOf(options)
  const batchSize = options.batchSize ?? DEFAULT_BATCH

  /** Events of one tenant in one transaction; how many. Undefined when the checkpoint was not where they were read from. */
  const handleGroup = (
    events: readonly store.StoredEvent[],
    tenant: string,
    expected: store.Cursor,
  ): Promise<number | undefined> =>
    deps.database.tx(tenant, async (tx) => {
      const checkpoint = await store.lockCheckpoint(tx, name)
      if (checkpoint?.cursor !== expected) return undefined
      const count = await handle(events, tx)
      const last = events[count - 1]
      if (last !== undefined) await store.moveCheckpoint(tx, name, last.cursor, deps.clock.iso())
      return count
    })

  const bury = (
    event: store.StoredEvent,
    expected: store.Cursor,
    attempts: number,
    error: unknown,
  ): Promise<void> =>
    deps.database.tx(event.tenant, async (tx) => {
      const checkpoint = await store.lockCheckpoint(tx, name)
      if (checkpoint?.cursor !== expected) return
      const now = deps.clock.iso()
      await store.insertDeadLetter(tx, { consumer: name, event, attempts, error: messageOf(error), now })
      await store.moveCheckpoint(tx, name, event.cursor, now)
    })

  const onFailure = async (
    event: store.StoredEvent,
    expected: store.Cursor,
    error: unknown,
  ): Promise<void> => {
    if (isTransient(error)) throw error
    const attempts = await deps.database.tx(ALL_TENANTS, (tx) =>
      store.countAttempt(tx, name, messageOf(error), deps.clock.iso()),
    )
    const fields = { consumer: name, eventId: event.id, type: event.type, attempts, err: error }
    if (attempts < maxAttempts) {
      deps.logger.warn(fields, 'event-log.attempt-failed')
      throw error
    }
    await bury(event, expected, attempts, error)
    deps.logger.error(fields, 'event-log.dead-letter')
    deps.onDeadLetter(name, event)
  }

  /** Nothing of our types lies between these two: a consumer of rare types must not scan the log at every look. */
  let scanned = { from: store.START, to: store.START }

  const readBatch = () =>
    deps.database.read(options.tenant ?? ALL_TENANTS, async (tx) => {
      const { cursor } = await store.readCheckpoint(tx, name)
      const after = cursor === scanned.from ? scanned.to : cursor
      const events = await store.selectEvents(tx, { after, types: options.types, limit: batchSize })
      return { cursor, events, head: events.length < batchSize ? await store.selectHead(tx) : undefined }
    })

  /** Undefined when all events were handled; else why not. Throws when one is to be tried again. */
  const handleInTurn = async (
    events: readonly store.StoredEvent[],
    from: store.Cursor,
  ): Promise<Step | undefined> => {
    let expected = from
    for (const event of events) {
      if (loop.stopping()) return 'idle'
      try {
        const count = await handleGroup([event], event.tenant, expected)
        if (count !== 1) return 'later'
      } catch (error) {
        await onFailure(event, expected, error)
      }
      expected = event.cursor
    }
    return undefined
  }

  const handleTogether = async (
    events: readonly store.StoredEvent[],
    expected: store.Cursor,
  ): Promise<Step | undefined> => {
    const [first] = events
    if (first === undefined || events.length === 1) return handleInTurn(events, expected)
    try {
      const count = await handleGroup(events, first.tenant, expected)
      return count === events.length ? undefined : 'later'
    } catch (error) {
      if (isTransient(error)) throw error
      deps.logger.warn({ consumer: name, events: events.length, err: error }, 'event-log.batch-failed')
      return handleInTurn(events, expected)
    }
  }

  const step = async (): Promise<Step> => {
    const { cursor, events, head } = await readBatch()
    let expected = cursor
    for (const group of groupsOf(events, options)) {
      if (loop.stopping()) return 'idle'
      const ended = await handleTogether(group, expected)
      if (ended !== undefined) return ended
      expected = group.at(-1)?.cursor ?? expected
    }
    if (head === undefined) return 'progress'
    // After a restore the horizon, and with it the head, may for a while lie below the checkpoint.
    scanned = { from: expected, to: store.compareCursors(head, expected) < 0 ? expected : head }
    return 'idle'
  }

  const loop = createLoop({
    step,
    failed: (attempt, error) => {
      if (isTransient(error)) deps.logger.warn({ consumer: name, err: error }, 'event-log.consumer-waits')
      return backoffMs(attempt, backoff)
    },
  })
  let unsubscribe: (() => void) | undefined

  return {
    start: async () => {
      await deps.database.tx(ALL_TENANTS, (tx) => store.ensureConsumer(tx, name, deps.clock.iso()))
      unsubscribe ??= deps.tail.subscribe(loop.wake)
      loop.start()
      loop.wake()
    },
    stop: async () => {
      unsubscribe?.()
      unsubscribe = undefined
      await loop.stop()
    },
    replay: async (fromCursor = store.START) => {
      await deps.database.tx(ALL_TENANTS, async (tx) => {
        await store.ensureConsumer(tx, name, deps.clock.iso())
        await store.moveCheckpoint(tx, name, fromCursor, deps.clock.iso())
      })
      loop.wake()
    },
    drain: () => loop.idle(),
  }
}

type Loop = {
  start(): void
  stop(): Promise<void>
  wake(): void
  idle(): Promise<void>
  stopping(): boolean
}

/** Runs `step` until it says idle, then sleeps until woken; failures wait as long as `failed` says. */
const createLoop = (deps: {
  step: () => Promise<Step>
  failed: (attempt: number, error: unknown) => number
}): Loop => {
  let running: Promise<void> | undefined
  let abort = new AbortController()
  let pending = false
  let wakeUp: (() => void) | undefined
  let waiting: (() => void)[] = []

  const wake = (): void => {
    pending = true
    wakeUp?.()
  }

  const sleepUntilWoken = async (): Promise<void> => {
    if (pending) return
    for (const resolve of waiting.splice(0)) resolve()
    await new Promise<void>((resolve) => {
      wakeUp = resolve
    })
    wakeUp = undefined
  }

  const run = async (): Promise<void> => {
    let failures = 0
    while (!abort.signal.aborted) {
      pending = false
      try {
        const outcome = await deps.step()
        failures = 0
        if (outcome === 'progress') continue
        // The other process may stop half-way, room may have been made; look again soon.
        if (outcome === 'later') await delay(100, undefined, { signal: abort.signal })
        else await sleepUntilWoken()
      } catch (error) {
        if (abort.signal.aborted) break
        failures += 1
        await delay(deps.failed(failures, error), undefined, { signal: abort.signal }).catch(() => undefined)
      }
    }
    for (const resolve of waiting.splice(0)) resolve()
  }

  return {
    start: () => {
      if (running !== undefined) return
      abort = new AbortController()
      running = run()
    },
    stop: async () => {
      abort.abort()
      wake()
      await running
      running = undefined
    },
    wake,
    idle: () =>
      new Promise<void>((resolve) => {
        waiting = [...waiting, resolve]
        wake()
      }),
    stopping: () => abort.signal.aborted,
  }
}
