/**
 * Logs of other rooms as sources of a sink's queue. Each sink has a place of its own in each of them, moved in the transaction
 * that queues the records: none is lost and none comes twice, and a full queue leaves the log to wait.
 */
import type { ExportType } from '@rampart/codecs'
import { backoffMs, type Clock, type Database, type Logger, type Random, type Tx } from '@rampart/kit'
import * as places from './feed-store.ts'
import type { QueuedBody } from './record-of-event.ts'

export type FeedPage = {
  readonly bodies: readonly QueuedBody[]
  /** Where the next page begins. */
  readonly place: string
  readonly more: boolean
}

/** A durable log, read by place; records come in its order, each once. */
export interface Feed {
  readonly name: string
  readonly type: ExportType
  /** The place after everything there is now. */
  head(tenant: string): Promise<string>
  read(tenant: string, place: string, limit: number): Promise<FeedPage>
}

export type FeedReader = { start(): void; stop(): Promise<void> }

export type FeedReaderDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly tenant: string
  readonly sink: string
  readonly wants: (body: QueuedBody) => boolean
  /** Queues all of them, or none when there is no room: then false. */
  readonly enqueue: (tx: Tx, bodies: readonly QueuedBody[]) => Promise<boolean>
  readonly onQueued: () => void
  readonly onLeftOut: (count: number) => void
  /** Records at most in the queue: a page may not be larger. */
  readonly maxQueued: number
  /** Pause between looks, ms. */
  readonly pollMs: number
}

const PAGE = 500

export const createFeedReader = (feed: Feed, deps: FeedReaderDeps): FeedReader => {
  const { database, tenant, sink, logger } = deps
  let running: Promise<void> | undefined
  let stopping = false
  let wakeUp: (() => void) | undefined

  const begin = async (): Promise<string> => {
    const known = await database.tx(tenant, (tx) => places.lockPlace(tx, sink, feed.name))
    if (known !== undefined) return known
    const head = await feed.head(tenant)
    await database.tx(tenant, (tx) => places.beginPlace(tx, sink, feed.name, head))
    return head
  }

  /** True when there is more to be had at once. */
  const step = async (): Promise<boolean> => {
    const from = await begin()
    const { bodies, place, more } = await feed.read(tenant, from, Math.min(PAGE, deps.maxQueued))
    if (place === from) return false
    const wanted = bodies.filter(deps.wants)
    const leftOut = bodies.length - wanted.length
    const moved = await database.tx(tenant, async (tx) => {
      // Somebody else read on in the meantime, or the sink is gone.
      if ((await places.lockPlace(tx, sink, feed.name)) !== from) return false
      if (wanted.length > 0 && !(await deps.enqueue(tx, wanted))) return false
      await places.movePlace(tx, sink, feed.name, { place, leftOut })
      return true
    })
    if (!moved) return false
    if (wanted.length > 0) deps.onQueued()
    if (leftOut > 0) deps.onLeftOut(leftOut)
    return more
  }

  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const run = async (): Promise<void> => {
    let failures = 0
    while (!stopping) {
      try {
        const more = await step()
        failures = 0
        if (!more && !stopping) await rest(deps.pollMs)
      } catch (error) {
        failures += 1
        logger.warn({ err: error, tenant, sink, feed: feed.name }, 'siem.feed-waits')
        const pause = backoffMs(failures, { baseMs: deps.pollMs, maxMs: 30_000, random: deps.random })
        if (!stopping) await rest(pause)
      }
    }
  }

  return {
    start: () => {
      stopping = false
      running ??= run()
    },
    stop: async () => {
      stopping = true
      wakeUp?.()
      await running
      running = undefined
    },
  }
}
