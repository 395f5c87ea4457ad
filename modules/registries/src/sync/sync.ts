/**
 * The sync of one registry: holds its lease, opens its adapter, walks when due, and works on what waits. Whatever fails
 * here is kept as the registry's status and tried again later; it never reaches another registry.
 */
import { type Clock, type Database, type Logger, newId, type Random, toAppError } from '@rampart/kit'
import type { OpenRegistry } from '../ports.ts'
import * as store from '../store.ts'
import { limitsOf, pollMs, type SyncLimits } from '../sync-limits.ts'
import { createWork, type WorkDeps } from '../work/work.ts'
import { reasonOf, waitMs } from './failure.ts'
import { createMeteredRegistry, type MeteredRegistry, pause } from './metered-registry.ts'
import { createWalk } from './walk.ts'

export type SyncDeps = Omit<
  WorkDeps,
  'where' | 'metered' | 'limits' | 'namePrefix' | 'onProgress' | 'database'
> & {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly openRegistry: OpenRegistry
  readonly limits: SyncLimits
}

export type Sync = {
  readonly revision: number
  /** Looks at once whether something is due. */
  wake(): void
  stop(): Promise<void>
}

const IDLE_MS = 30_000
const OPEN_FAILED_MAX_MS = 60_000

/** Sleeps until woken or the time is over. */
const createBell = (signal: AbortSignal) => {
  let turn = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => turn.resolve(), { once: true })
  return {
    ring: () => turn.resolve(),
    wait: async (ms: number): Promise<void> => {
      const timer = setTimeout(() => turn.resolve(), Math.max(0, Math.min(ms, IDLE_MS)))
      await turn.promise
      clearTimeout(timer)
      if (!signal.aborted) turn = Promise.withResolvers<void>()
    },
  }
}

export const startSync = (
  deps: SyncDeps,
  { tenant, resource }: { readonly tenant: string; readonly resource: store.RegistryResource },
): Sync => {
  const { database, clock, logger } = deps
  const { leaseMs } = deps.limits
  const { name: registry, spec } = resource
  const where = { tenant, registry }
  const owner = newId(clock, deps.random)
  const stop = new AbortController()
  const walkBell = createBell(stop.signal)
  const workBell = createBell(stop.signal)
  const outerBell = createBell(stop.signal)
  const wake = (): void => {
    for (const bell of [walkBell, workBell, outerBell]) bell.ring()
  }

  const holdLease = (): Promise<boolean> =>
    database.tx(tenant, (tx) =>
      store.holdLease(tx, registry, owner, clock.iso(), new Date(clock.now() + leaseMs).toISOString()),
    )

  /** Keeps the cursor where the walk can go on: only an answer that makes no sense begins it anew. */
  const keepFailure = async (error: unknown, requests: number): Promise<number> => {
    const app = toAppError(error)
    const state = await database.read(tenant, (tx) => store.readState(tx, registry))
    const base = { baseMs: deps.limits.backoffBaseMs, maxMs: deps.limits.backoffMaxMs, random: deps.random }
    const wait = waitMs(app, (state?.failures ?? 0) + 1, base)
    const { code, message } = reasonOf(error)
    const now = clock.now()
    await database.tx(tenant, (tx) =>
      store.failWalk(tx, registry, {
        code,
        message,
        now: new Date(now).toISOString(),
        nextPollAt: new Date(now + wait).toISOString(),
        restart: !app.retryable && app.kind !== 'DeadlineExceeded',
        requests,
      }),
    )
    logger.warn({ err: error, tenant, registry, waitMs: Math.round(wait) }, 'registry.sync-failed')
    return wait
  }

  const walking = async (
    metered: MeteredRegistry,
    limits: SyncLimits,
    signal: AbortSignal,
  ): Promise<void> => {
    const { walk } = createWalk({
      ...deps,
      where,
      metered,
      limits,
      include: spec.include,
      pollMs: pollMs(spec),
      onChange: workBell.ring,
    })
    while (!signal.aborted) {
      const state = await database.read(tenant, (tx) => store.readState(tx, registry))
      if (state === undefined) return
      const due = state.nextPollAt === undefined ? 0 : Date.parse(state.nextPollAt) - clock.now()
      if (due > 0 && !state.asked) {
        await walkBell.wait(due)
        continue
      }
      try {
        await walk(signal)
        workBell.ring()
      } catch (error) {
        if (signal.aborted) return
        await keepFailure(error, metered.takeRequests())
      }
    }
  }

  const working = async (
    metered: MeteredRegistry,
    limits: SyncLimits,
    signal: AbortSignal,
  ): Promise<void> => {
    const work = createWork({
      ...deps,
      where,
      metered,
      limits,
      namePrefix: spec.parameters?.['namePrefix'] ?? '',
      onProgress: ({ downloads, bytes }) => {
        const figures = { requests: metered.takeRequests(), downloads, bytes }
        database.tx(tenant, (tx) => store.addFigures(tx, registry, figures)).catch(() => undefined)
      },
    })
    while (!signal.aborted) {
      await work.drain(signal)
      if (signal.aborted) return
      const next = await work.nextRetryAt()
      await workBell.wait(next === undefined ? IDLE_MS : Date.parse(next) - clock.now() + 5)
    }
  }

  const withLease = async (): Promise<void> => {
    const lost = new AbortController()
    const signal = AbortSignal.any([stop.signal, lost.signal])
    let held = clock.monotonic()
    const renewal = setInterval(() => {
      holdLease().then(
        (still) => {
          if (still) held = clock.monotonic()
          else lost.abort()
        },
        () => {
          if (clock.monotonic() - held > leaseMs) lost.abort()
        },
      )
    }, leaseMs / 3)
    const free = () =>
      database.tx(tenant, (tx) => store.freeLease(tx, registry, owner)).catch(() => undefined)
    const adapter = await deps.openRegistry(tenant, resource).catch(async (error: unknown) => {
      clearInterval(renewal)
      // Another process may have the secret that is missing here.
      await free()
      throw error
    })
    const limits = limitsOf(spec, deps.limits)
    const metered = createMeteredRegistry(adapter, limits, clock)
    const watching = adapter.watch?.(() => {
      void database.tx(tenant, (tx) => store.makeDue(tx, registry)).then(walkBell.ring, () => undefined)
    })
    try {
      // One that fails ends the other: both begin again with a fresh adapter.
      await Promise.all(
        [walking, working].map((part) =>
          part(metered, limits, signal).catch((error: unknown) => {
            const isFirst = !signal.aborted
            lost.abort()
            if (isFirst) throw error
          }),
        ),
      )
    } finally {
      clearInterval(renewal)
      await watching?.stop()
      await adapter.close().catch(() => undefined)
      await free()
    }
  }

  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        if (await holdLease()) await withLease()
        else await outerBell.wait(leaseMs / 3)
      } catch (error) {
        if (stop.signal.aborted) return
        const wait = await keepFailure(error, 0).catch(() => OPEN_FAILED_MAX_MS / 10)
        await pause(Math.min(wait, OPEN_FAILED_MAX_MS), stop.signal).catch(() => undefined)
      }
    }
  }

  const paused = spec.parameters?.['paused'] === 'true'
  const running = paused ? Promise.resolve() : run()
  return {
    revision: resource.revision,
    wake,
    stop: async () => {
      stop.abort()
      wake()
      await running
    },
  }
}
