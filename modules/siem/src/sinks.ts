/** Sinks: resources, their queues fed from the event log, and the senders that empty them. */
import { randomUUID } from 'node:crypto'
import { isModelName, type Principal, principalName } from '@rampart/domain'
import {
  ALL_TENANTS,
  type Clock,
  type Consumer,
  type Database,
  type EventLog,
  type Logger,
  type Metrics,
  type Random,
  type StoredEvent,
  type Tx,
} from '@rampart/kit'
import { createAnnouncer, type SiemAudit } from './announcer.ts'
import { siemErrors } from './errors.ts'
import { createFeedReader, type Feed, type FeedReader, type FeedReaderDeps } from './feed.ts'
import { countLeftOut, keepPlaces } from './feed-store.ts'
import type { OpenTransport } from './open-transport.ts'
import { bodyOfEvent, type QueuedBody, recordOf } from './record-of-event.ts'
import { wants } from './sink-filter.ts'
import { createSinkMetrics } from './sink-metrics.ts'
import { createSinkSender, type SenderState, type SinkSender } from './sink-sender.ts'
import { checkSinkSpec, type SinkSpec, typesOf } from './sink-spec.ts'
import * as store from './store.ts'

export type SinksDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'consumer' | 'head' | 'publish'>
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Metrics
  readonly audit: SiemAudit
  readonly openTransport: OpenTransport
  readonly productVersion: string
  /** Types of the event log that can become records. */
  readonly eventTypes: readonly string[]
  /** Logs beside the event log; default none. */
  readonly feeds?: readonly Feed[]
  /** Pause between looks into them, ms; 1,000. */
  readonly feedPollMs?: number
  /** Refuses a URL that may not be reached; throws. */
  readonly checkUrl: (url: string) => void
  readonly holdMs?: number
  readonly maxBackoffMs?: number
}

export type SinkStatus = Omit<SenderState, 'cursor'> &
  store.Progress & {
    readonly queued: number
    readonly dead: number
    /** Records of inference and decisions that the filter and the sample left out. */
    readonly leftOut: number
    /** Age of the oldest record that was not sent yet, seconds. */
    readonly lagSeconds: number
  }

export type SinkView = Pick<store.Sink, 'name' | 'spec' | 'revision' | 'updatedBy' | 'updatedAt'> & {
  readonly status: SinkStatus
}

export type Sinks = ReturnType<typeof createSinks>

const DEFAULT_MAX_QUEUED = 1_000_000
const EVENTS_AT_ONCE = 1_000
const RECOUNT_MS = 1_000
const LOOK_EVERY_MS = 5_000

type Lane = {
  readonly sink: store.Sink
  readonly sender: SinkSender
  readonly consumer: Consumer
  readonly feeds: readonly FeedReader[]
  depth: number
  countedAt: number
  dead: number
  lagSeconds: number
}

/** What is no record goes into the queue too: there it becomes a dead letter with the reason, and holds nothing back. */
const wantsBody = (spec: SinkSpec, body: QueuedBody): boolean => {
  try {
    return wants(spec, recordOf(body))
  } catch {
    return true
  }
}

const STOPPED: SenderState = { phase: 'stopped', held: 0, failures: 0, cursor: '0' }

const laneKey = (tenant: string, name: string): string => `${tenant}/${name}`

export const createSinks = (deps: SinksDeps) => {
  const { database, eventLog, clock, logger } = deps
  const lanes = new Map<string, Lane>()
  const metrics = createSinkMetrics(deps.metrics, () =>
    [...lanes.values()].map(({ sink, depth, dead, lagSeconds, sender }) => ({
      sink: sink.name,
      tenant: sink.tenant,
      depth,
      dead,
      lagSeconds,
      held: sender.state().held,
    })),
  )
  const announce = createAnnouncer(deps)
  let started = false

  /** Counted anew before anything is held back, but not at every look: a transaction rolled back has counted too much. */
  const roomOf = async (lane: Lane, tx: Tx): Promise<number> => {
    const most = lane.sink.spec.maxQueued ?? DEFAULT_MAX_QUEUED
    if (lane.depth >= most && clock.monotonic() - lane.countedAt > RECOUNT_MS) {
      lane.countedAt = clock.monotonic()
      lane.depth = (await store.countQueue(tx, lane.sink.name)).queued
    }
    return Math.max(0, most - lane.depth)
  }

  /** Takes events while there is room; the event log keeps the others, and the consumer comes back. */
  const handleFor = (of: () => Lane) => async (events: readonly StoredEvent[], tx: Tx) => {
    const lane = of()
    const { sink } = lane
    const room = await roomOf(lane, tx)
    const wanted: QueuedBody[] = []
    let taken = 0
    for (const event of events) {
      const body = bodyOfEvent(event)
      if (body !== undefined && wantsBody(sink.spec, body)) {
        if (wanted.length >= room) break
        wanted.push(body)
      }
      taken += 1
    }
    if (wanted.length > 0) {
      lane.depth += await store.enqueue(tx, sink.name, wanted, clock.iso())
      lane.sender.wake()
    }
    return taken
  }

  const feedsOf = ({ spec }: store.Sink): readonly Feed[] =>
    (deps.feeds ?? []).filter(({ type }) => typesOf(spec).includes(type))

  const feedDeps = (sink: store.Sink, of: () => Lane): FeedReaderDeps => ({
    ...deps,
    tenant: sink.tenant,
    sink: sink.name,
    wants: (body) => wantsBody(sink.spec, body),
    enqueue: async (tx, bodies) => {
      const lane = of()
      if ((await roomOf(lane, tx)) < bodies.length) return false
      lane.depth += await store.enqueue(tx, sink.name, bodies, clock.iso())
      return true
    },
    onQueued: () => of().sender.wake(),
    onLeftOut: (count) => metrics.count(sink, 'left_out', count),
    maxQueued: sink.spec.maxQueued ?? DEFAULT_MAX_QUEUED,
    pollMs: deps.feedPollMs ?? 1_000,
  })

  const createLane = (sink: store.Sink, depth: number): Lane => {
    const sender = createSinkSender(sink, {
      ...deps,
      onSent: (_sink, outcome, count) => {
        metrics.count(sink, outcome, count)
        if (outcome !== 'written') lane.depth = Math.max(0, lane.depth - count)
      },
    })
    const consumer = eventLog.consumer({
      name: `siem:${sink.tenant}:${sink.name}:${sink.channel}`,
      types: deps.eventTypes,
      tenant: sink.tenant,
      batchSize: EVENTS_AT_ONCE,
      handleBatch: handleFor(() => lane),
      // Whatever keeps an event from the queue is no fault of the event: it waits as long as it takes.
      maxAttempts: Number.MAX_SAFE_INTEGER,
      maxMs: 500,
    })
    const wanted = typesOf(sink.spec)
    const feeds = (deps.feeds ?? [])
      .filter(({ type }) => wanted.includes(type))
      .map((feed) =>
        createFeedReader(
          feed,
          feedDeps(sink, () => lane),
        ),
      )
    const counts = { depth, countedAt: Number.NEGATIVE_INFINITY, dead: 0, lagSeconds: 0 }
    const lane: Lane = { sink, sender, consumer, feeds, ...counts }
    return lane
  }

  const open = async (sink: store.Sink): Promise<void> => {
    const { queued } = await database.read(sink.tenant, (tx) => store.countQueue(tx, sink.name))
    const lane = createLane(sink, queued)
    lanes.set(laneKey(sink.tenant, sink.name), lane)
    if (sink.fromCursor !== undefined) {
      await lane.consumer.replay(sink.fromCursor)
      await database.tx(sink.tenant, (tx) => store.clearFromCursor(tx, sink.name))
    }
    await lane.consumer.start()
    const names = feedsOf(sink).map(({ name }) => name)
    await database.tx(sink.tenant, (tx) => keepPlaces(tx, sink.name, names))
    for (const reader of lane.feeds) reader.start()
    if (sink.spec.disabled !== true) lane.sender.start()
  }

  const shut = async (tenant: string, name: string): Promise<void> => {
    const lane = lanes.get(laneKey(tenant, name))
    lanes.delete(laneKey(tenant, name))
    await lane?.consumer.stop()
    await Promise.all(lane?.feeds.map((reader) => reader.stop()) ?? [])
    await lane?.sender.stop()
  }

  const unknown = (name: string) => siemErrors.SIEM_SINK_UNKNOWN(`There is no sink ${name}.`)

  const checkRevision = (found: store.Sink | undefined, name: string, expected: number | undefined): void => {
    if (expected === undefined || (found?.revision ?? 0) === expected) return
    throw siemErrors.SIEM_REVISION_CHANGED(
      `Sink ${name} is at revision ${found?.revision ?? 0}, not ${expected}.`,
    )
  }

  const ageOf = (at: Date | undefined): number =>
    at === undefined ? 0 : Math.max(0, (clock.now() - at.getTime()) / 1000)

  /** For the metrics, which are asked for without waiting. */
  const look = async (): Promise<void> => {
    for (const lane of lanes.values()) {
      const { name, tenant } = lane.sink
      const { cursor } = lane.sender.state()
      await database
        .read(tenant, async (tx) => {
          lane.lagSeconds = ageOf(await store.readOldest(tx, name, cursor))
          lane.dead = await store.countDead(tx, name)
        })
        .catch(() => undefined)
    }
  }
  let looking: NodeJS.Timeout | undefined

  const viewOf = async (sink: store.Sink): Promise<SinkView> => {
    const lane = lanes.get(laneKey(sink.tenant, sink.name))
    const { name, spec, revision, updatedBy, updatedAt } = sink
    const { cursor, ...state } = lane?.sender.state() ?? STOPPED
    const status = await database.read(sink.tenant, async (tx) => ({
      ...(await store.countQueue(tx, name)),
      ...(await store.readProgress(tx, name)),
      leftOut: await countLeftOut(tx, name),
      oldest: await store.readOldest(tx, name, cursor),
    }))
    const { oldest, ...rest } = status
    const lagSeconds = ageOf(oldest)
    return { name, spec, revision, updatedBy, updatedAt, status: { ...rest, ...state, lagSeconds } }
  }

  const find = async (tenant: string, name: string): Promise<store.Sink> => {
    const found = (await database.read(tenant, store.listSinks)).find((one) => one.name === name)
    if (found === undefined) throw unknown(name)
    return found
  }

  const put = async (
    principal: Principal,
    { name, spec, revision }: { readonly name: string; readonly spec: SinkSpec; readonly revision?: number },
  ): Promise<SinkView> => {
    if (!isModelName(name))
      throw siemErrors.SIEM_SINK_INVALID('Sink names are lower-case letters, digits and dashes.')
    checkSinkSpec(spec)
    deps.checkUrl(spec.url)
    const { tenant } = principal
    const fromCursor = await eventLog.head(tenant)
    const saved = await database.tx(tenant, async (tx) => {
      checkRevision(await store.lockSink(tx, name), name, revision)
      const stored = await store.putSink(tx, {
        name,
        spec,
        channel: randomUUID(),
        fromCursor,
        updatedBy: principalName(principal),
        updatedAt: clock.iso(),
      })
      await announce(tx, principal, name, 'put', { spec })
      return stored
    })
    if (started) {
      await shut(tenant, name)
      await open(saved)
    }
    return viewOf(saved)
  }

  const remove = async (principal: Principal, name: string, revision?: number): Promise<void> => {
    const { tenant } = principal
    await find(tenant, name)
    await shut(tenant, name)
    await database.tx(tenant, async (tx) => {
      const found = await store.lockSink(tx, name)
      if (found === undefined) throw unknown(name)
      checkRevision(found, name, revision)
      await store.deleteSink(tx, name)
      await announce(tx, principal, name, 'deleted', {})
    })
  }

  /** For records that are not in the event log. Gives how many found no room; those may be offered again. */
  const enqueue = async (tenant: string, bodies: readonly QueuedBody[]): Promise<number> => {
    let refused = 0
    for (const lane of lanes.values()) {
      if (lane.sink.tenant !== tenant) continue
      const wanted = bodies.filter((body) => wantsBody(lane.sink.spec, body))
      const room = (lane.sink.spec.maxQueued ?? DEFAULT_MAX_QUEUED) - lane.depth
      const taken = wanted.slice(0, Math.max(0, room))
      refused += wanted.length - taken.length
      if (taken.length === 0) continue
      const added = await database.tx(tenant, (tx) => store.enqueue(tx, lane.sink.name, taken, clock.iso()))
      // Not in one expression: what the sender took off in the meantime would be put back on.
      lane.depth += added
      lane.sender.wake()
    }
    if (refused > 0) logger.warn({ tenant, refused }, 'siem.queue-full')
    return refused
  }

  return {
    put,
    remove,
    enqueue,
    get: async (tenant: string, name: string): Promise<SinkView> => viewOf(await find(tenant, name)),
    list: async (tenant: string): Promise<SinkView[]> =>
      Promise.all((await database.read(tenant, store.listSinks)).map(viewOf)),
    deadLetters: async (tenant: string, name: string, before: string | undefined, limit: number) => {
      await find(tenant, name)
      return database.read(tenant, (tx) => store.listDead(tx, name, before, limit))
    },
    /** Puts dead letters back into the queue, all or the named ones; gives how many. */
    requeue: async (principal: Principal, name: string, eventIds?: readonly string[]): Promise<number> => {
      const { tenant } = principal
      await find(tenant, name)
      const count = await database.tx(tenant, async (tx) => {
        const moved = await store.requeueDead(tx, name, eventIds, clock.iso())
        await announce(tx, principal, name, 'requeued', { count: moved })
        return moved
      })
      const lane = lanes.get(laneKey(tenant, name))
      if (lane !== undefined) lane.depth += count
      lane?.sender.wake()
      return count
    },
    start: async (): Promise<void> => {
      started = true
      for (const sink of await database.read(ALL_TENANTS, store.listSinks)) await open(sink)
      looking ??= setInterval(() => void look(), LOOK_EVERY_MS)
      looking.unref()
    },
    stop: async (): Promise<void> => {
      started = false
      clearInterval(looking)
      looking = undefined
      await Promise.all([...lanes.values()].map(({ sink }) => shut(sink.tenant, sink.name)))
    },
  }
}
