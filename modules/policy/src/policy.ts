/** The policy module: decisions by Rego packs that are edited while the system runs. */
import { DEFAULT_TENANT, type Decision, type Principal } from '@rampart/domain'
import {
  ALL_TENANTS,
  type Clock,
  type Database,
  type EventLog,
  type Logger,
  type Metrics,
  type Random,
} from '@rampart/kit'
import { createRegoRuntime, type RegoRuntime } from '@rampart/rego'
import { checkPack, requireRules } from './activation.ts'
import type { CompiledPack } from './compiled-pack.ts'
import { createDecider } from './decider.ts'
import { createDecisionLog } from './decision-log.ts'
import { type Change, createHistory } from './history.ts'
import { isPackName, type PackFiles, type PackName } from './pack-files.ts'
import { createPacks } from './packs.ts'
import { policyMetrics } from './policy-metrics.ts'
import type { PackChange, PolicyAudit, PolicyDecider } from './ports.ts'
import * as store from './store.ts'

export type PolicyDeps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly eventLog: Pick<EventLog, 'publish' | 'subscribe'>
  readonly audit: PolicyAudit
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics?: Metrics
  readonly runtime?: RegoRuntime
  /** Replaces the packs of the release; for tests. */
  readonly shipped?: (pack: PackName) => Promise<PackFiles>
  /** Packs that start from their shipped version again, whatever people edited: the way out of a bad edit. */
  readonly restore?: readonly PackName[]
  /** Decisions are kept this long, ms; default 30 days. */
  readonly decisionRetentionMs?: number
}

export interface Policy extends PolicyDecider {
  /** The pack in use now. Hold it for one piece of work, ask again for the next. */
  hot(pack: PackName): CompiledPack
  /** Logs a decision that a holder of `hot` made itself; `action` says what was asked. */
  logDecision(tenant: string, decision: Decision, action?: string): void
  onChange(listener: (change: PackChange) => void): () => void
  /** Throws POLICY_ACTION_WITHOUT_RULE; later edits of authz must rule these actions too. */
  requireActions(actions: readonly string[]): void
  check(pack: PackName, files: PackFiles): ReturnType<typeof checkPack>
  edit(pack: PackName, principal: Principal, change: Change): Promise<store.PackVersion>
  rollback(
    pack: PackName,
    principal: Principal,
    to: { readonly version: number; readonly expectedVersion: number },
  ): Promise<store.PackVersion>
  version(pack: PackName, version: number): Promise<store.PackVersion>
  history(pack: PackName, page: { before?: number; limit: number }): Promise<store.PackVersionInfo[]>
  shippedDigest(pack: PackName): Promise<`sha256:${string}`>
  decisions(tenant: string, filter: store.DecisionFilter): Promise<store.StoredDecision[]>
  /** Oldest first, each once: for readers that keep their place. */
  decisionsAfter(
    tenant: string,
    place: store.DecisionPlace,
    limit: number,
  ): Promise<readonly (store.StoredDecision & { readonly place: store.DecisionPlace })[]>
  decisionHead(tenant: string): Promise<store.DecisionPlace>
  /** Seeds and loads the packs, then follows changes made by other processes. */
  start(): Promise<void>
  /** Writes the decisions that are still queued. */
  stop(): Promise<void>
}

const FLUSH_MS = 500
const LOG_CAPACITY = 20_000
const RETENTION_MS = 30 * 86_400_000

export async function createPolicy(deps: PolicyDeps): Promise<Policy> {
  const { database, eventLog, clock, random, logger, metrics } = deps
  const runtime = deps.runtime ?? (await createRegoRuntime())
  const counters = policyMetrics(metrics)
  const required = new Set<string>()
  const log = createDecisionLog({
    database,
    clock,
    logger,
    flushMs: FLUSH_MS,
    capacity: LOG_CAPACITY,
    retentionMs: deps.decisionRetentionMs ?? RETENTION_MS,
    ...(metrics && { metrics }),
  })
  const onFault = (pack: PackName, error: unknown) => {
    counters.fault(pack)
    logger.warn({ err: error, pack }, 'policy.evaluation-failed')
  }
  const packs = createPacks({ database, logger, runtime, onFault })
  const history = createHistory({ ...deps, runtime, requiredActions: () => required })
  const onDecision = (decision: Decision) => counters.decided(decision)
  const decide = createDecider({ clock, random, log, pack: packs.get, audit: deps.audit, onDecision })
  let unsubscribe: (() => void) | undefined

  /** After the commit the writer uses its own version at once; other processes follow the event. */
  const thenReload = async (pack: PackName, written: Promise<store.PackVersion>) => {
    const version = await written
    await packs.reload(pack)
    return version
  }
  const follow = (pack: unknown) => {
    if (typeof pack !== 'string' || !isPackName(pack)) return
    packs.reload(pack).catch((error: unknown) => logger.error({ err: error, pack }, 'policy.reload-failed'))
  }
  return {
    decide,
    hot: packs.get,
    logDecision: (tenant, decision, action = decision.pack) => {
      onDecision(decision)
      log.add({ ...decision, tenant, action, packVersion: packs.get(decision.pack).version, times: 1 })
    },
    onChange: packs.onChange,
    requireActions: (actions) => {
      requireRules(packs.get('authz'), actions)
      for (const action of actions) required.add(action)
    },
    check: (pack, files) => checkPack(runtime, pack, files),
    edit: (pack, principal, change) => thenReload(pack, history.edit(pack, principal, change)),
    rollback: (pack, principal, to) => thenReload(pack, history.rollback(pack, principal, to)),
    version: history.version,
    history: history.list,
    shippedDigest: history.shippedDigest,
    decisions: (tenant, filter) => database.read(tenant, (tx) => store.selectDecisions(tx, filter)),
    decisionsAfter: (tenant, place, limit) =>
      database.read(tenant, (tx) => store.selectDecisionsAfter(tx, place, limit)),
    decisionHead: (tenant) => database.read(tenant, store.selectDecisionHead),
    start: async () => {
      unsubscribe = eventLog.subscribe(ALL_TENANTS, ({ type, tenant, data }) => {
        if (type === 'rampart.policy.activated.v1' && tenant === DEFAULT_TENANT) follow(data.pack)
      })
      await history.seed()
      await packs.reloadAll()
      log.start()
    },
    stop: async () => {
      unsubscribe?.()
      await log.stop()
    },
  }
}
