/** Turns snapshots into route tables: loads before the swap, drains and closes after it. */
import { type Clock, isAppError, type Logger, type Random } from '@rampart/kit'
import type { BatchEvents } from './batcher.ts'
import type { InferCall } from './infer-call.ts'
import { type LoadedModel, loadFailure, loadModel } from './loaded-model.ts'
import type { ServingOptions } from './options.ts'
import type { ServingPorts } from './ports.ts'
import { createRouteTable, type RouteTable } from './route-table.ts'
import { createServedRoute, type ServedRoute } from './served-route.ts'
import {
  type RouteFailure,
  routeKey,
  type Snapshot,
  type SnapshotReport,
  type SnapshotRoute,
} from './snapshot.ts'

type Deps = {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly options: ServingOptions
  readonly raiseSignal: ServingPorts['raiseSignal']
  readonly eventsFor: (route: SnapshotRoute) => BatchEvents<InferCall>
}

type Model = LoadedModel<InferCall>
type Outcome = { readonly model: Model | undefined; readonly failure: RouteFailure | undefined }

const modelKey = (route: SnapshotRoute): string =>
  `${routeKey(route)} ${route.artifactDigest ?? route.digest}`

export const createServedModels = (deps: Deps) => {
  let table: RouteTable = createRouteTable([])
  let snapshot: Snapshot = { routes: [] }
  let turn: Promise<unknown> = Promise.resolve()
  const models = new Map<string, Model>()
  let numbers = 0

  const serve = (route: SnapshotRoute, outcome: Outcome): ServedRoute => {
    const before = table.served.find((one) => routeKey(one.route) === routeKey(route))
    const same = before !== undefined && before.route.epoch === route.epoch && before.model === outcome.model
    if (same && before.route.isDefault === route.isDefault) return before
    numbers += 1
    const init = {
      route,
      number: numbers,
      model: outcome.model,
      failure: outcome.failure?.message,
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

  const load = async (route: SnapshotRoute): Promise<Outcome> => {
    if (route.stage !== 'deployed') return { model: undefined, failure: undefined }
    const known = models.get(modelKey(route))
    if (known !== undefined) return { model: known, failure: undefined }
    try {
      const model = await loadModel(route, deps.eventsFor(route), deps)
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

  /** Takes away at once what must not be served any more; what is new waits until it is loaded. */
  const withdraw = (next: Snapshot): void => {
    const wanted = new Map(next.routes.map((route) => [modelKey(route), route]))
    table = createRouteTable(
      table.served
        .filter((one) => wanted.has(modelKey(one.route)))
        .map((one) => {
          const route = wanted.get(modelKey(one.route)) as SnapshotRoute
          const kept = { ...route, isDefault: one.route.isDefault }
          return serve(kept, {
            model: route.stage === 'deployed' ? one.model : undefined,
            failure: undefined,
          })
        }),
    )
  }

  /** A name whose new default could not be loaded keeps answering with the version it had, if that is still deployed. */
  const keepDefaults = (routes: readonly SnapshotRoute[], outcomes: readonly Outcome[]): SnapshotRoute[] => {
    const isUp = (index: number): boolean => outcomes[index]?.model !== undefined
    return routes.map((route, index) => {
      const rivals = routes
        .map((_, i) => i)
        .filter((i) => routes[i]?.name === route.name && routes[i]?.tenant === route.tenant)
      const chosen = rivals.find((i) => routes[i]?.isDefault)
      if (chosen === undefined || isUp(chosen)) return route
      const old = rivals.find((i) => isUp(i) && wasDefault(routes[i] as SnapshotRoute))
      return old === undefined ? route : { ...route, isDefault: index === old }
    })
  }

  const wasDefault = (route: SnapshotRoute): boolean =>
    table.served.some((one) => one.route.isDefault && modelKey(one.route) === modelKey(route))

  const retire = async (key: string, model: Model): Promise<void> => {
    models.delete(key)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, deps.options.drainMs)
    })
    await Promise.race([model.batcher.idle(), late])
    clearTimeout(timer)
    await model.close()
  }

  const apply = async (next: Snapshot): Promise<SnapshotReport> => {
    snapshot = next
    withdraw(next)
    const outcomes: Outcome[] = []
    for (const route of next.routes) outcomes.push(await load(route))
    const routes = keepDefaults(next.routes, outcomes)
    table = createRouteTable(routes.map((route, index) => serve(route, outcomes[index] as Outcome)))
    const used = new Set(next.routes.filter((route) => route.stage === 'deployed').map(modelKey))
    for (const [key, model] of models)
      if (!used.has(key))
        retire(key, model).catch((error: unknown) => deps.logger.warn({ err: error }, 'serving.close-failed'))
    return {
      loaded: table.served.filter((one) => one.model !== undefined).map((one) => routeKey(one.route)),
      failed: outcomes.flatMap(({ failure }) => (failure === undefined ? [] : [failure])),
    }
  }

  return {
    table: (): RouteTable => table,
    snapshot: (): Snapshot => snapshot,
    /** One snapshot at a time, in the order of the calls. */
    apply: (next: Snapshot): Promise<SnapshotReport> => {
      const mine = turn.then(() => apply(next))
      turn = mine.catch(() => undefined)
      return mine
    },
    idle: (): Promise<unknown> => Promise.all([...models.values()].map((model) => model.batcher.idle())),
    models: (): Iterable<Model> => models.values(),
    close: async (): Promise<void> => {
      await turn
      table = createRouteTable([])
      await Promise.all([...models].map(([key, model]) => retire(key, model)))
    },
  }
}
