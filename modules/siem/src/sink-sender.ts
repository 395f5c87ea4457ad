/**
 * Empties the queue of one sink, in order. A record leaves the queue when its receiver acknowledged it, or, where nothing is
 * acknowledged, when it was written long enough ago on a connection that has not broken since: after a break everything
 * that is still in the queue is written again.
 */
import type { SendResult, SinkTransport } from '@rampart/connectors/sink'
import { backoffMs, type Clock, type Database, type Logger, type Random } from '@rampart/kit'
import type { OpenTransport } from './open-transport.ts'
import { toOutgoing } from './outgoing.ts'
import * as store from './store.ts'

export type SenderDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly openTransport: OpenTransport
  readonly productVersion: string
  /** How long written records are kept for a break, ms; 30,000. */
  readonly holdMs?: number
  /** Longest pause after failures, ms; 10,000. */
  readonly maxBackoffMs?: number
  readonly onSent: (sink: store.Sink, outcome: 'delivered' | 'dead' | 'written', count: number) => void
}

export type SinkSender = {
  start(): void
  stop(): Promise<void>
  /** New records are in the queue. */
  wake(): void
  state(): SenderState
}

export type SenderState = {
  readonly phase: 'idle' | 'sending' | 'waiting' | 'stopped'
  /** Written, and kept until a break is no longer feared. */
  readonly held: number
  /** Consecutive failures. */
  readonly failures: number
  /** Everything up to here was written already. */
  readonly cursor: string
  readonly lastError?: string
}

const BATCH: Readonly<Record<string, number>> = {
  syslog: 1000,
  amqp: 500,
  amqp1: 500,
  hec: 500,
  webhook: 100,
}
const DEFAULT_HOLD_MS = 30_000
const IDLE_POLL_MS = 1_000
const HOT_MS = 2_000
const HOT_POLL_MS = 50
/** Written records leave the queue together, this often at most. */
const RELEASE_EVERY_MS = 250
/** A connection that lasted this long was a good one. */
const CALM_MS = 60_000

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

type Held = { readonly seq: string; readonly at: number; readonly count: number }

export const createSinkSender = (sink: store.Sink, deps: SenderDeps): SinkSender => {
  const { database, clock, logger } = deps
  const { tenant, name, spec } = sink
  const holdMs = deps.holdMs ?? DEFAULT_HOLD_MS
  const batchSize = BATCH[spec.type] ?? 100
  let transport: SinkTransport | undefined
  let cursor = '0'
  let held: Held[] = []
  let releasedAt = Number.NEGATIVE_INFINITY
  let ahead: { readonly after: string; readonly rows: Promise<store.Queued[]> } | undefined
  let broken = false
  let breaks = 0
  let lastBreak = Number.NEGATIVE_INFINITY
  let failures = 0
  let lastError: string | undefined
  let phase: SenderState['phase'] = 'stopped'
  let stopping = false
  let running: Promise<void> | undefined
  let pending = false
  let hotUntil = 0
  let wakeUp: (() => void) | undefined

  const tx = <T>(work: Parameters<typeof database.tx<T>>[1]) => database.tx(tenant, work)

  /** Whoever wakes us may not have committed yet: until its record is seen we look often. */
  const wake = (): void => {
    pending = true
    hotUntil = clock.monotonic() + HOT_MS
    wakeUp?.()
  }

  /** Until woken, or `ms` have passed. */
  const rest = async (ms: number, wakeable: boolean): Promise<void> => {
    if (stopping || (wakeable && pending)) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wakeUp = () => {
        if (!wakeable && !stopping) return
        clearTimeout(timer)
        resolve()
      }
    })
    wakeUp = undefined
  }

  /** After a break everything that is left is written again, at growing intervals: a receiver may refuse us after greeting. */
  const rewind = async (): Promise<void> => {
    broken = false
    cursor = '0'
    held = []
    breaks = clock.monotonic() - lastBreak > CALM_MS ? 1 : breaks + 1
    lastBreak = clock.monotonic()
    lastError = 'the connection broke: what was written in the last 30 s is written again'
    await tx((inner) => store.noteError(inner, name, lastError ?? '', clock.iso()))
    if (breaks > 1) await rest(pauseMs(breaks), false)
  }

  const pauseMs = (attempt: number): number =>
    backoffMs(attempt, { baseMs: 200, maxMs: deps.maxBackoffMs ?? 10_000, random: deps.random })

  const openOnce = async (): Promise<SinkTransport> => {
    if (transport !== undefined) return transport
    const fresh = await deps.openTransport(sink)
    fresh.onBreak(() => {
      broken = true
      wake()
    })
    transport = fresh
    return fresh
  }

  /** Written records whose time has passed leave the queue. */
  const release = async (): Promise<void> => {
    const now = clock.monotonic()
    if (broken || now - releasedAt < Math.min(RELEASE_EVERY_MS, holdMs)) return
    const old = held.filter(({ at }) => now - at >= holdMs)
    const last = old.at(-1)
    if (last === undefined) return
    releasedAt = now
    const removed = await tx((inner) => store.removeThrough(inner, name, last.seq, clock.iso()))
    held = held.slice(old.length)
    deps.onSent(sink, 'delivered', removed)
  }

  const encode = (queued: readonly store.Queued[]) => {
    const good: { seq: string; record: ReturnType<typeof toOutgoing> }[] = []
    const dead: { seq: string; reason: string }[] = []
    for (const { seq, body } of queued) {
      try {
        good.push({ seq, record: toOutgoing(body, spec, deps.productVersion) })
      } catch (error) {
        dead.push({ seq, reason: `cannot be encoded: ${messageOf(error)}` })
      }
    }
    return { good, dead }
  }

  const settle = async (
    seqs: readonly string[],
    results: readonly SendResult[],
    unwritable: readonly { seq: string; reason: string }[],
    lasting: boolean,
  ) => {
    const accepted = seqs.filter((_seq, at) => results[at]?.kind === 'accepted')
    const refused = results.flatMap((result, at) =>
      result.kind === 'refused' ? [{ seq: seqs[at] as string, reason: result.reason }] : [],
    )
    const dead = [...unwritable, ...refused]
    const gone = lasting ? accepted : []
    if (dead.length + gone.length > 0)
      await tx(async (inner) => {
        if (dead.length > 0) await store.bury(inner, name, dead)
        if (gone.length > 0) await store.removeDelivered(inner, name, gone, clock.iso())
      })
    if (dead.length > 0) {
      logger.warn({ tenant, sink: name, count: dead.length, reason: dead[0]?.reason }, 'siem.dead-letters')
      deps.onSent(sink, 'dead', dead.length)
    }
    deps.onSent(sink, lasting ? 'delivered' : 'written', accepted.length)
    return accepted
  }

  const readFrom = (after: string): Promise<store.Queued[]> =>
    database.read(tenant, (inner) => store.readQueue(inner, name, after, batchSize))

  /** The next batch, read while the last one was on its way. Seqs are in the order of commits: none comes in before it. */
  const nextBatch = async (): Promise<store.Queued[]> => {
    const known = ahead?.after === cursor ? ahead.rows : undefined
    ahead = undefined
    const rows = await known?.catch(() => undefined)
    return rows === undefined || rows.length === 0 ? readFrom(cursor) : rows
  }

  const readAhead = (after: string): void => {
    const rows = readFrom(after)
    rows.catch(() => undefined)
    ahead = { after, rows }
  }

  /** One batch. True when there may be more. */
  const step = async (): Promise<boolean> => {
    if (broken) await rewind()
    const queued = await nextBatch()
    const last = queued.at(-1)?.seq
    if (last === undefined) {
      await release()
      return false
    }
    if (!pending) hotUntil = 0
    phase = 'sending'
    if (queued.length === batchSize) readAhead(last)
    const { good, dead } = encode(queued)
    const channel = await openOnce()
    // Broken since the queue was read: what was written before must go first.
    if (broken) return true
    const seqs = good.map(({ seq }) => seq)
    const send = async () => (good.length === 0 ? [] : channel.send(good.map(({ record }) => record)))
    const [results] = await Promise.all([send(), release()])
    const lasting = channel.assurance !== 'written'
    const accepted = await settle(seqs, results, dead, lasting)
    const again = results.find((result) => result.kind === 'again')
    if (again?.kind === 'again') throw new Error(again.reason)
    // Broken in the meantime: the records of this batch are among those to be written again.
    if (broken) return true
    if (!lasting) held.push({ seq: last, at: clock.monotonic(), count: accepted.length })
    cursor = last
    return true
  }

  const fail = async (error: unknown): Promise<void> => {
    failures += 1
    lastError = messageOf(error)
    phase = 'waiting'
    logger.warn({ tenant, sink: name, failures, reason: lastError }, 'siem.sink-waits')
    if (transport?.assurance === 'written') broken = true
    else cursor = '0'
    const last = transport
    transport = undefined
    await last?.close().catch(() => undefined)
    await tx((inner) => store.noteError(inner, name, lastError ?? '', clock.iso())).catch(() => undefined)
    await rest(
      backoffMs(failures, { baseMs: 200, maxMs: deps.maxBackoffMs ?? 10_000, random: deps.random }),
      false,
    )
  }

  const run = async (): Promise<void> => {
    while (!stopping) {
      pending = false
      try {
        const more = await step()
        failures = 0
        lastError = undefined
        if (more) continue
        phase = 'idle'
        await rest(clock.monotonic() < hotUntil ? HOT_POLL_MS : IDLE_POLL_MS, true)
      } catch (error) {
        if (!stopping) await fail(error)
      }
    }
  }

  return {
    start: () => {
      if (running !== undefined) return
      stopping = false
      phase = 'idle'
      running = run()
    },
    stop: async () => {
      stopping = true
      wakeUp?.()
      const last = transport
      transport = undefined
      await last?.close().catch(() => undefined)
      await running
      running = undefined
      phase = 'stopped'
    },
    wake,
    state: () => ({
      phase,
      held: held.reduce((sum, { count }) => sum + count, 0),
      failures,
      cursor,
      ...(lastError === undefined ? {} : { lastError }),
    }),
  }
}
