/** Decisions on their way to the database: batched, bounded, never lost silently. */
import { ALL_TENANTS, type Clock, type Database, type Logger, type Metrics } from '@rampart/kit'
import * as store from './store.ts'

export type DecisionLogDeps = {
  readonly database: Pick<Database, 'tx'>
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics?: Metrics
  /** Longest wait of a decision before it is written, ms. */
  readonly flushMs: number
  /** Decisions held at most while the database is away; more are counted as dropped. */
  readonly capacity: number
  /** Decisions older than this are deleted, ms. */
  readonly retentionMs: number
}

export interface DecisionLog {
  /** Queues a decision. A deny is written at once; its answer does not wait for the database. */
  add(decision: store.LoggedDecision): void
  /** Counts one more equal question of a decision that is still queued; false when it is not. */
  repeat(id: string): boolean
  start(): void
  /** Writes what is queued. */
  flush(): Promise<void>
  stop(): Promise<void>
}

const BATCH = 500
const CLEAN_EVERY_MS = 3_600_000

export function createDecisionLog(deps: DecisionLogDeps): DecisionLog {
  const queued = new Map<string, store.LoggedDecision>()
  const dropped = deps.metrics?.counter({
    name: 'rampart_policy_decisions_dropped_total',
    help: 'Decisions that could not be logged because the database was away for too long.',
  })
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> | undefined
  let cleanedAt = Number.NEGATIVE_INFINITY

  const write = async () => {
    while (queued.size > 0) {
      const batch = [...queued.values()].slice(0, BATCH)
      for (const { id } of batch) queued.delete(id)
      try {
        await deps.database.tx(ALL_TENANTS, (tx) => store.insertDecisions(tx, batch))
      } catch (error) {
        deps.logger.warn({ err: error, waiting: queued.size + batch.length }, 'policy.decision-log-waits')
        for (const one of batch) keep(one)
        return
      }
    }
  }
  /** Joins a write that is under way: it goes on until nothing is queued or the database is away. */
  const flush = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = undefined
    })
    return writing
  }
  const keep = (decision: store.LoggedDecision) => {
    if (queued.size >= deps.capacity) dropped?.inc()
    else queued.set(decision.id, decision)
  }
  const clean = async () => {
    if (deps.clock.monotonic() - cleanedAt < CLEAN_EVERY_MS) return
    cleanedAt = deps.clock.monotonic()
    const before = new Date(deps.clock.now() - deps.retentionMs).toISOString()
    const deleted = await deps.database.tx(ALL_TENANTS, (tx) => store.deleteDecisions(tx, before))
    if (deleted > 0) deps.logger.info({ deleted }, 'policy.old-decisions-deleted')
  }
  const turn = async () => {
    await flush()
    await clean().catch((error: unknown) => deps.logger.warn({ err: error }, 'policy.cleaning-waits'))
  }
  return {
    add: (decision) => {
      keep(decision)
      if (!decision.allow) void flush()
    },
    repeat: (id) => {
      const known = queued.get(id)
      if (known) queued.set(id, { ...known, times: known.times + 1 })
      return known !== undefined
    },
    start: () => {
      timer ??= setInterval(() => void turn(), deps.flushMs)
      timer.unref()
    },
    flush,
    stop: async () => {
      clearInterval(timer)
      timer = undefined
      await flush()
    },
  }
}
