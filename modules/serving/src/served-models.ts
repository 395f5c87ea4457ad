/** Turns snapshots into route tables: loads before the swap, drains and closes after it. */
import { type Clock, isAppError, type Logger, type Random } from '@rampart/kit'
import type { BatchEvents } from './batcher.ts'
import { servingErrors } from './errors.ts'
import type { InferCall } from './infer-call.ts'
import { type LoadedModel, loadFailure, loadModel } from './loaded-model.ts'
import type { ServingOptions } from './options.ts'
import type { ServingPorts } from './ports.ts'
import { createRemoteModel } from './remote-model.ts'
import { compilePlan } from './route-plan.ts'
import { createRouteTable, type RouteTable } from './route-table.ts'
import { createServedRoute, type RoutePlan, type ServedRoute } from './served-route.ts'
import { createSessionPool } from './session-pool.ts'
import { createShadowStats, type ShadowStats } from './shadow-stats.ts'
import {
  type RouteFailure,
  routeKey,
  type Snapshot,
  type SnapshotPlan,
  type SnapshotReport,
  type SnapshotRoute,
  versionKey,
} from './snapshot.ts'
import type { TableLeases } from './table-lease.ts'
import { createVerdictGate } from './verdict-gate.ts'

type Deps = Pick<ServingPorts, 'verdictKeys'> & {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly options: ServingOptions
  readonly raiseSignal: ServingPorts['raiseSignal']
  readonly tracer?: ServingPorts['tracer']
  readonly eventsFor: (route: SnapshotRoute) => BatchEvents<InferCall>
  readonly leases: Pick<TableLeases, 'turn'>
}

/** How long calls in flight may take to end when their version was withdrawn, ms. */
const WITHDRAWN_DRAIN_MS = 1_500

type Model = LoadedModel<InferCall>
type Outcome = { readonly model: Model | undefined; readonly failure: RouteFailure | undefined }

/** Routes to the same version, run in the same place, share its queue. */
const modelKey = (route: SnapshotRoute): string =>
  `${versionKey(route)} ${route.artifactDigest ?? route.digest} ${route.backend ?? ''} ${JSON.stringify(route.remote ?? null)}`
const REFUSED = 'SERVING_NO_VALID_VERDICT'

/** Told by the gate itself when it changes, so not logged with every snapshot. */
const refusedBy = ({ name, model, version, tenant }: SnapshotRoute, why: string): Outcome => ({
  model: undefined,
  failure: { route: name, model, version, tenant, code: REFUSED, message: why },
})

const artifactOf = (route: SnapshotRoute): string => route.artifactDigest ?? route.digest

const planKey = (plan: Pick<SnapshotPlan, 'tenant' | 'name'>): string => `${plan.tenant}/${plan.name}`

export const createServedModels = (deps: Deps) => {
  let table: RouteTable = createRouteTable([])
  /** What `table` serves, by route key: snapshots may hold thousands of versions. */
  let servedBy: ReadonlyMap<string, ServedRoute> = new Map()
  let snapshot: Snapshot = { routes: [] }
  let turn: Promise<unknown> = Promise.resolve()
  const models = new Map<string, Model>()
  /** No route leads there any more, but calls that began before may. */
  const draining = new Set<Model>()
  const origins = new WeakMap<Model, SnapshotRoute>()
  const loaded = new Map<string, SnapshotRoute>()
  const shadowStats = new Map<string, ShadowStats>()
  const sessions = createSessionPool(deps)
  const gate = createVerdictGate(deps)
  let numbers = 0

  const shadowStatsOf = (plan: SnapshotPlan): ShadowStats => {
    const key = `${planKey(plan)} ${plan.shadow?.model}:${plan.shadow?.version}`
    const known = shadowStats.get(key) ?? createShadowStats(deps.clock)
    shadowStats.set(key, known)
    return known
  }

  const replaceTable = (served: readonly ServedRoute[], plans: readonly SnapshotPlan[]): void => {
    const byKey = new Map(served.map((one) => [routeKey(one.route), one]))
    const compiled = plans.flatMap((plan): RoutePlan[] => {
      const found = compilePlan(
        plan,
        ({ model, version, backend }) =>
          byKey.get(routeKey({ ...plan, model, version, ...(backend === undefined ? {} : { backend }) })),
        shadowStatsOf,
      )
      return found === undefined ? [] : [found]
    })
    table = createRouteTable(served, compiled)
    // The first of equal keys counts.
    servedBy = new Map(served.toReversed().map((one) => [routeKey(one.route), one]))
  }

  const serve = (route: SnapshotRoute, outcome: Outcome): ServedRoute => {
    const before = servedBy.get(routeKey(route))
    const { message } = outcome.failure ?? {}
    const same =
      before?.route.epoch === route.epoch && before.model === outcome.model && before.failure === message
    if (same && before.route.isDefault === route.isDefault) return before
    numbers += 1
    const init = {
      route,
      number: numbers,
      model: outcome.model,
      failure: message,
      isRefused: outcome.failure?.code === REFUSED,
      stats: before?.stats,
    }
    try {
      return createServedRoute({ ...init, maxElements: deps.options.maxElements }, deps.clock)
    } catch (error) {
      const { payloadSchema: _broken, ...rest } = route
      const { message } = loadFailure(error)
      const closed = { ...init, route: rest, model: undefined, failure: message }
      return createServedRoute({ ...closed, maxElements: deps.options.maxElements }, deps.clock)
    }
  }

  const open = (route: SnapshotRoute): Promise<Model> => {
    const events = deps.eventsFor(route)
    if (route.backend === undefined) return loadModel(route, events, { ...deps, sessions })
    if (route.remote === undefined)
      throw servingErrors.SERVING_BACKEND_UNKNOWN(`there is no backend ${route.backend}`)
    return createRemoteModel(route, route.remote, events, { ...deps, sessions })
  }

  const load = async (route: SnapshotRoute): Promise<Outcome> => {
    if (route.stage !== 'deployed') return { model: undefined, failure: undefined }
    const why = gate.fault(route)
    if (why !== undefined) return refusedBy(route, why)
    const known = models.get(modelKey(route))
    if (known !== undefined) return { model: known, failure: undefined }
    try {
      const model = await open(route)
      origins.set(model, route)
      loaded.set(versionKey(route), route)
      models.set(modelKey(route), model)
      const { name, version } = route
      const p95Ms = model.profile.timings.at(-1)?.p95Ms
      deps.logger.info(
        { route: name, version, placement: model.placement, rows: model.capacityRows, p95Ms },
        'serving.model-loaded',
      )
      return { model, failure: undefined }
    } catch (error) {
      const { name, model, version, tenant } = route
      const failure = { route: name, model, version, tenant, ...loadFailure(error) }
      deps.logger.error({ ...failure, err: error }, 'serving.model-not-loaded')
      if (isAppError(error) && error.code === 'ONNX_DIGEST_MISMATCH') reportMismatch(route, failure.message)
      return { model: undefined, failure }
    }
  }

  const reportMismatch = (route: SnapshotRoute, message: string): void => {
    const signal = {
      key: `serving.digest-mismatch:${routeKey(route)}`,
      time: deps.clock.iso(),
      detector: 'serving.digest',
      title: `The file of ${route.model}:${route.version} is not the one that was approved`,
      severity: 'critical' as const,
      entity: { kind: 'model-version', id: `${route.model}:${route.version}` },
      related: [{ kind: 'route', id: route.name }],
      evidence: { message },
    }
    deps.raiseSignal(route.tenant, signal).catch((error: unknown) => {
      deps.logger.error({ err: error }, 'serving.signal-not-raised')
    })
  }

  /**
   * Takes away at once what must not be served any more. What is new waits until it is loaded, and a version that its
   * route merely left answers until then.
   */
  const withdraw = (next: Snapshot, before: Snapshot): void => {
    const wanted = new Map(next.routes.map((route) => [`${routeKey(route)} ${modelKey(route)}`, route]))
    const names = new Set(next.routes.map(planKey))
    const kept = table.served.flatMap((one): ServedRoute[] => {
      const route = wanted.get(`${routeKey(one.route)} ${modelKey(one.route)}`)
      if (route === undefined)
        return names.has(planKey(one.route)) && next.deployed?.has(versionKey(one.route)) === true
          ? [one]
          : []
      const kept = { ...route, isDefault: one.route.isDefault }
      const why = route.stage === 'deployed' ? gate.fault(route) : undefined
      if (why !== undefined) return [serve(kept, refusedBy(route, why))]
      return [serve(kept, { model: route.stage === 'deployed' ? one.model : undefined, failure: undefined })]
    })
    replaceTable(
      kept,
      (before.plans ?? []).filter((plan) => names.has(planKey(plan))),
    )
  }

  /** A name whose new default could not be loaded keeps answering with the version it had, if that is still deployed. */
  const keepDefaults = (routes: readonly SnapshotRoute[], outcomes: readonly Outcome[]): SnapshotRoute[] => {
    const isUp = (index: number): boolean => outcomes[index]?.model !== undefined
    const byName = Map.groupBy(routes.keys(), (i) => planKey(routes[i] as SnapshotRoute))
    return routes.map((route, index) => {
      const rivals = byName.get(planKey(route)) ?? []
      const chosen = rivals.find((i) => routes[i]?.isDefault)
      if (chosen === undefined || isUp(chosen)) return route
      const old = rivals.find((i) => isUp(i) && wasDefault(routes[i] as SnapshotRoute))
      return old === undefined ? route : { ...route, isDefault: index === old }
    })
  }

  const wasDefault = (route: SnapshotRoute): boolean =>
    servedBy.get(routeKey(route))?.route.isDefault === true

  /** `left` resolves when no call can reach the model any more. */
  const retire = async (key: string, model: Model, left: Promise<unknown>): Promise<void> => {
    models.delete(key)
    draining.add(model)
    const route = origins.get(model)
    const mayServe =
      route === undefined || snapshot.deployed === undefined || snapshot.deployed.has(versionKey(route))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      // Bytes that may no longer be served are not kept for a caller who is slow to send, nor warm for later.
      const { drainMs } = deps.options
      timer = setTimeout(resolve, mayServe ? drainMs : Math.min(drainMs, WITHDRAWN_DRAIN_MS))
    })
    await Promise.race([left.then(() => model.batcher.idle()), late])
    clearTimeout(timer)
    await model.close()
    if (!mayServe) await sessions.evict(artifactOf(route))
    draining.delete(model)
  }

  const liveRoutes = (): SnapshotRoute[] =>
    [...models.values(), ...draining].flatMap((model) => origins.get(model) ?? [])

  /** Version digests whose bytes can still answer here, or are kept warm. */
  const holding = (): ReadonlySet<string> => {
    const live = liveRoutes()
    const used = new Set(live.map(artifactOf))
    const isWarm = (artifact: string): boolean => !used.has(artifact) && sessions.holds(artifact)
    const warm = [...loaded.values()].filter((route) => isWarm(artifactOf(route)))
    return new Set([...live, ...warm].map(({ digest }) => digest))
  }

  /** What may no longer be served is not kept warm either, however long ago its route left it. */
  const evictWithdrawn = async ({ deployed }: Snapshot): Promise<void> => {
    if (deployed === undefined) return
    const live = new Set(liveRoutes().map(artifactOf))
    for (const [key, route] of loaded) {
      if (deployed.has(key)) continue
      if (!live.has(artifactOf(route))) await sessions.evict(artifactOf(route))
      if (!liveRoutes().some((one) => versionKey(one) === key)) loaded.delete(key)
    }
  }

  const forgetShadows = (plans: readonly SnapshotPlan[]): void => {
    const kept = new Set(plans.map(planKey))
    for (const key of shadowStats.keys())
      if (!kept.has(key.slice(0, key.indexOf(' ')))) shadowStats.delete(key)
  }

  const apply = async (next: Snapshot): Promise<SnapshotReport> => {
    const before = snapshot
    snapshot = next
    withdraw(next, before)
    const outcomes: Outcome[] = []
    for (const route of next.routes) outcomes.push(await load(route))
    const routes = keepDefaults(next.routes, outcomes)
    replaceTable(
      routes.map((route, index) => serve(route, outcomes[index] as Outcome)),
      next.plans ?? [],
    )
    const left = deps.leases.turn()
    gate.settle(next.routes, () => void inTurn(snapshot).catch(() => undefined))
    forgetShadows(next.plans ?? [])
    const used = new Set(next.routes.filter((route) => route.stage === 'deployed').map(modelKey))
    for (const [key, model] of models)
      if (!used.has(key))
        retire(key, model, left).catch((error: unknown) =>
          deps.logger.warn({ err: error }, 'serving.close-failed'),
        )
    await evictWithdrawn(next)
    return {
      loaded: table.served.filter((one) => one.model !== undefined).map((one) => routeKey(one.route)),
      failed: outcomes.flatMap(({ failure }) => (failure === undefined ? [] : [failure])),
    }
  }

  const inTurn = (next: Snapshot): Promise<SnapshotReport> => {
    const mine = turn.then(() => apply(next))
    turn = mine.catch(() => undefined)
    return mine
  }

  return {
    table: (): RouteTable => table,
    snapshot: (): Snapshot => snapshot,
    /** One snapshot at a time, in the order of the calls. */
    apply: inTurn,
    idle: (): Promise<unknown> => Promise.all([...models.values()].map((model) => model.batcher.idle())),
    models: (): Iterable<Model> => models.values(),
    holding,
    close: async (): Promise<void> => {
      gate.close()
      await turn
      gate.close()
      replaceTable([], [])
      const left = deps.leases.turn()
      await Promise.all([...models].map(([key, model]) => retire(key, model, left)))
      await sessions.close()
    },
  }
}
