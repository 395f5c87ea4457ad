/**
 * Watches that aliases, bytes, sources and routes agree with what was approved. Every change and every interval compare
 * everything anew; a condition is a signal while it holds, and is cleared when it no longer does. Nothing is deployed or
 * withdrawn here: routes serve by verdict, whatever a registry says.
 */
import {
  ALL_TENANTS,
  type Clock,
  type Database,
  type EventLog,
  type Logger,
  type Metrics,
} from '@rampart/kit'
import { selectConflicts } from '../write-back/store.ts'
import { type Condition, judgeRegistries, type WatchRow, type WatchState } from './judge.ts'
import { createParting } from './parting.ts'
import type { WatchPorts } from './ports.ts'
import { createRecheck } from './recheck.ts'
import * as store from './store.ts'

export type RegistryWatchDeps = WatchPorts & {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'consumer' | 'subscribe'>
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'gauge'>
}

export type RegistryWatch = ReturnType<typeof createRegistryWatch>

const DETECTOR = 'registry-watch'
const EVERY_MS = 5_000
const SETTLE_MS = 50

/** Events after which a comparison may end otherwise. */
const isOfInterest = (type: string): boolean =>
  /^rampart\.(registry\.|verdict\.|model-version\.|route\.|backend\.)/.test(type)

/** What was said last, to say it again when it is over. When it was looked at is no news. */
const contentOf = ({ evidence: { since: _since, ...evidence }, ...condition }: Condition): string =>
  JSON.stringify({ ...condition, evidence })

export const createRegistryWatch = (deps: RegistryWatchDeps) => {
  const { database, clock, logger } = deps
  const mismatches = new Map<
    string,
    { tenant: string; registry: string; model: string; state: WatchState; n: number }
  >()
  const rowsByTenant = new Map<string, readonly WatchRow[]>()
  const recheck = createRecheck(deps)
  const parting = createParting(clock)
  let timer: NodeJS.Timeout | undefined
  let soon: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let stopped = false
  const stops: (() => void)[] = []

  deps.metrics.gauge({
    name: 'rampart_registry_watch_pointers',
    help: 'Aliases and changed versions of registries, by how they stand to what is approved and served.',
    labelNames: ['tenant', 'registry', 'model', 'state'],
    collect: (gauge) => {
      gauge.reset()
      for (const { n, ...labels } of mismatches.values()) gauge.set(labels, n)
    },
  })

  const compare = async (tenant: string) => {
    const [{ pointers, conflicts }, served] = await Promise.all([
      database.read(tenant, async (tx) => ({
        pointers: await store.selectPointers(tx),
        conflicts: await selectConflicts(tx),
      })),
      deps.served(tenant),
    ])
    return judgeRegistries({
      pointers,
      conflicts,
      served,
      approved: deps.approved(tenant),
      judge: (digest) => deps.judge(tenant, digest),
    })
  }

  const signal = (tenant: string, condition: Condition, state: 'raised' | 'cleared') =>
    deps.raise(tenant, {
      key: condition.key,
      state,
      time: clock.iso(),
      detector: DETECTOR,
      title: condition.title,
      severity: condition.severity,
      entity: condition.entity,
      related: [...condition.related],
      techniques: [...condition.techniques],
      evidence: condition.evidence,
    })

  /** The signal comes first: told twice after a crash, it is the same signal; forgotten, it would be none. */
  const settle = async (
    tenant: string,
    conditions: readonly Condition[],
    held: ReadonlySet<string>,
  ): Promise<void> => {
    const open = new Map(
      (await database.read(tenant, store.selectOpen)).map(({ key, content }) => [key, content]),
    )
    for (const condition of conditions) {
      const content = contentOf(condition)
      const before = open.get(condition.key)
      open.delete(condition.key)
      if (before === content || held.has(condition.key)) continue
      await signal(tenant, condition, 'raised')
      await database.tx(tenant, (tx) => store.putOpen(tx, { key: condition.key, content }, clock.iso()))
      if (before === undefined)
        logger.warn({ tenant, key: condition.key, severity: condition.severity }, 'registry.watch-raised')
    }
    for (const [key, content] of open) {
      await signal(tenant, JSON.parse(content) as Condition, 'cleared')
      await database.tx(tenant, (tx) => store.deleteOpen(tx, key))
      logger.info({ tenant, key }, 'registry.watch-cleared')
    }
  }

  const count = (tenant: string, rows: readonly WatchRow[]): void => {
    for (const [key, one] of mismatches) if (one.tenant === tenant) mismatches.delete(key)
    for (const { registry, model, state } of rows) {
      const key = JSON.stringify([tenant, registry, model, state])
      const known = mismatches.get(key)
      if (known === undefined) mismatches.set(key, { tenant, registry, model, state, n: 1 })
      else known.n += 1
    }
  }

  const look = async (tenant: string): Promise<void> => {
    const { rows, conditions } = await compare(tenant)
    rowsByTenant.set(tenant, rows)
    count(tenant, rows)
    await settle(tenant, conditions, parting(tenant, deps.approved(tenant), conditions))
  }

  const lookAtAll = async (): Promise<void> => {
    for (const tenant of await database.read(ALL_TENANTS, store.selectTenants)) {
      if (stopped) return
      await look(tenant).catch((error: unknown) =>
        logger.warn({ err: error, tenant }, 'registry.watch-failed'),
      )
    }
    await recheck((tenant) => rowsByTenant.get(tenant) ?? [])
  }

  const run = (): Promise<void> => {
    soon = undefined
    running = running
      .then(() => (stopped ? undefined : lookAtAll()))
      .catch((error: unknown) => logger.warn({ err: error }, 'registry.watch-failed'))
    return running
  }

  /** What comes within a moment is looked at together. */
  const changed = (): void => {
    if (stopped || soon !== undefined) return
    soon = setTimeout(run, SETTLE_MS)
  }

  const sources = deps.eventLog.consumer({
    name: 'registry-watch-sources',
    types: ['rampart.registry.observed.v1'],
    handle: async ({ data }, tx) => {
      const { change, registry, model, version, from } = data as Record<string, string>
      if (change !== 'source-changed' || registry === undefined || model === undefined) return
      if (version !== undefined && from !== undefined)
        await store.keepSource(tx, { registry, model, version }, from)
      changed()
    },
  })

  return {
    /** What is approved, what the registries say, and what is served: one row per alias or changed version. */
    table: async (tenant: string): Promise<readonly WatchRow[]> => (await compare(tenant)).rows,
    changed,
    /** Resolves when everything that was true at the call has been told. */
    settled: run,
    start: async (): Promise<void> => {
      stops.push(
        deps.eventLog.subscribe(ALL_TENANTS, ({ type }) => {
          if (isOfInterest(type)) changed()
        }),
      )
      await sources.start()
      timer = setInterval(changed, EVERY_MS)
      timer.unref()
      changed()
    },
    stop: async (): Promise<void> => {
      stopped = true
      clearInterval(timer)
      clearTimeout(soon)
      for (const stop of stops) stop()
      await sources.stop()
      await running
    },
  }
}
