/** The inference router: everything under `/v2`, on an immutable snapshot, without a database call. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Principal } from '@rampart/domain'
import { toAppError } from '@rampart/kit'
import type { LaneHandler } from '@rampart/listener'
import { discardBody } from './body-reader.ts'
import type { CanaryReadings } from './canary-runner.ts'
import { createDecisionCache } from './decision-cache.ts'
import { createDeniedCalls } from './denied-calls.ts'
import { servingErrors } from './errors.ts'
import { type GrpcAddress, type GrpcListener, startGrpcServer } from './grpc-server.ts'
import { createHttpInfer, createLaneInfer } from './http-infer.ts'
import { writeError, writeJson } from './infer-call.ts'
import { createInferHandler } from './infer-handler.ts'
import { createLocalCalls, type LocalAnswer, type LocalCall } from './local-call.ts'
import type { CountedVersion } from './merged-stats.ts'
import {
  findServed,
  parseModelPath,
  writeModelMetadata,
  writeModelReady,
  writeServerMetadata,
} from './metadata-handler.ts'
import { DEFAULT_SERVING_OPTIONS, type ServingOptions } from './options.ts'
import type { ServingPorts } from './ports.ts'
import { createRecordLog, type RecordLogState } from './record-log.ts'
import type { Recovery } from './record-recovery.ts'
import { canaryReadings, type PlanInfo, planInfo } from './route-plan.ts'
import { createServedModels } from './served-models.ts'
import { registerServingMetrics } from './serving-metrics.ts'
import type { Snapshot, SnapshotReport } from './snapshot.ts'
import type { VersionStats } from './stats-view.ts'
import { createTableLeases } from './table-lease.ts'
import { createViolationSignals } from './violation-signals.ts'

export type ServingDeps = ServingPorts & {
  readonly options: Partial<ServingOptions> & Pick<ServingOptions, 'recordsDir'>
}

/** One version that answers calls right now. */
export type ServedVersionInfo = {
  readonly name: string
  readonly model: string
  readonly version: string
  readonly digest: string
  readonly isDefault: boolean
  readonly placement: 'inline' | 'worker' | 'remote'
  readonly requests: number
}

export interface Serving {
  /** Answers every request below `/v2`; never throws. */
  handle(request: IncomingMessage, response: ServerResponse): void
  /** Answers calls that the listener took whole; what it leaves goes to `handle`. */
  readonly lane: LaneHandler
  /** Loads what is new, then swaps. What the snapshot no longer allows stops being served before anything loads. */
  setSnapshot(snapshot: Snapshot): Promise<SnapshotReport>
  snapshot(): Snapshot
  /** Summaries of the versions under a route name, the default first. */
  stats(tenant: string, route: string): readonly VersionStats[]
  /** What this process counted, with the last `steps` steps: to be added up over processes. */
  counted(tenant: string, steps: number): CountedVersion[]
  /** How a route chooses, as it is in force; undefined when nothing answers. */
  plan(tenant: string, route: string): PlanInfo | undefined
  /** What a canary is judged by; undefined while its candidate is not served. */
  canaryReadings(tenant: string, route: string): CanaryReadings | undefined
  served(tenant: string): readonly ServedVersionInfo[]
  /** Digests of versions whose bytes can still answer here or are kept warm: served, draining, idle. */
  holding(): ReadonlySet<string>
  records(): RecordLogState
  /** Closes the open file of records. */
  rotateRecords(): Promise<void>
  /** A call from inside the server, guarded and recorded as any other. */
  call(caller: Principal, call: LocalCall): Promise<LocalAnswer>
  /** Opens a gRPC listener on the same router; its owner stops it before the router. */
  listenGrpc(address: GrpcAddress): Promise<GrpcListener>
  /** Recovers the records of earlier runs and begins to write. */
  start(): Promise<Recovery>
  /** Refuses new calls, answers those in flight, closes the records and the models. */
  stop(): Promise<void>
}

const EXPIRE_MS = 50
const REPORT_MS = 1_000

export const createServing = (deps: ServingDeps): Serving => {
  const options: ServingOptions = { ...DEFAULT_SERVING_OPTIONS, ...deps.options }
  const { clock, logger } = deps
  let stopping = false
  const records = createRecordLog({ ...deps, options })
  const denied = createDeniedCalls(deps)
  const violations = createViolationSignals({ ...deps, windowMs: options.signalWindowMs })
  const decisions = createDecisionCache(deps)
  const leases = createTableLeases()
  const calls = createInferHandler({
    ...deps,
    options,
    leases,
    records,
    denied,
    violations,
    decisions,
    stopping: () => stopping,
  })
  const infer = createHttpInfer(calls, options)
  const models = createServedModels({ ...deps, options, leases, eventsFor: calls.eventsFor })
  registerServingMetrics(deps.metrics, { table: models.table, records, models: models.models })
  const timers: NodeJS.Timeout[] = []

  const route = (request: IncomingMessage, response: ServerResponse, caller: Principal): void => {
    const url = request.url ?? ''
    const quick = request.method === 'POST' ? models.table().infer(caller.tenant, url) : undefined
    if (quick !== undefined) return infer(request, response, quick, caller)
    const path = url.split('?', 1)[0] as string
    const model = parseModelPath(path)
    if (model === undefined) throw servingErrors.SERVING_NOT_FOUND('no such resource')
    const served = findServed(models.table(), caller.tenant, model)
    if (model.verb === 'infer') {
      if (request.method !== 'POST') throw servingErrors.SERVING_METHOD_WRONG('infer takes POST')
      return infer(request, response, served, caller)
    }
    if (request.method !== 'GET') throw servingErrors.SERVING_METHOD_WRONG('this resource takes GET')
    if (model.verb === 'ready') writeModelReady(response, served)
    else writeModelMetadata(response, models.table(), served)
  }

  const refuse = (request: IncomingMessage, response: ServerResponse, error: unknown): void => {
    const known = toAppError(error)
    if (known.kind === 'Internal') logger.error({ err: error }, 'serving.request-failed')
    writeError(response, known)
    discardBody(request)
  }

  const asCaller = (
    request: IncomingMessage,
    response: ServerResponse,
    work: (caller: Principal) => void,
  ): void => {
    const run = (caller: Principal): void => {
      try {
        work(caller)
      } catch (error) {
        refuse(request, response, error)
      }
    }
    try {
      const caller = deps.authenticate(request)
      if (caller instanceof Promise) caller.then(run, (error: unknown) => refuse(request, response, error))
      else run(caller)
    } catch (error) {
      refuse(request, response, error)
    }
  }

  const isReady = (): boolean =>
    !stopping &&
    models
      .table()
      // What a verdict refuses is as it should be: the process has nothing to wait for.
      .served.every((one) => one.route.stage !== 'deployed' || one.model !== undefined || one.isRefused)

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const isGet = request.method === 'GET'
    if (isGet && request.url === '/v2/health/live') writeJson(response, 200, '{"live":true}')
    else if (isGet && request.url === '/v2/health/ready') {
      const ready = isReady()
      writeJson(response, ready ? 200 : 503, JSON.stringify({ ready }))
    } else if (isGet && (request.url === '/v2' || request.url === '/v2/')) writeServerMetadata(response)
    else asCaller(request, response, (caller) => route(request, response, caller))
  }

  const planOf = (tenant: string, name: string) =>
    models.table().plans.find(({ source }) => source.tenant === tenant && source.name === name)

  return {
    handle,
    lane: createLaneInfer(calls, { ...deps, options, table: models.table }),
    setSnapshot: models.apply,
    snapshot: models.snapshot,
    stats: (tenant, name) =>
      models
        .table()
        .ofRoute(tenant, name)
        .map(({ route: { version, model, backend, isShadow }, stats }) => ({
          version,
          model,
          ...(backend === undefined ? {} : { backend }),
          ...(isShadow === undefined ? {} : { isShadow }),
          ...stats.summary(),
        })),
    counted: (tenant, steps) =>
      models
        .table()
        .served.filter(({ route, model }) => route.tenant === tenant && model !== undefined)
        .map(({ route: { name, model, version, backend, isShadow }, stats }) => ({
          route: name,
          model,
          version,
          ...(backend === undefined ? {} : { backend }),
          ...(isShadow === undefined ? {} : { isShadow }),
          rows: stats.totalRows(),
          outcomes: { ...stats.outcomes },
          predictions: { ...stats.reading().labels },
          steps: stats.steps(steps),
        })),
    plan: (tenant, name) => {
      const found = planOf(tenant, name)
      if (found !== undefined) return planInfo(found)
      const only = models.table().ofRoute(tenant, name)[0]
      if (only?.model === undefined || !only.route.isDefault) return undefined
      return planInfo({ entries: [{ served: only, weight: 1, below: 1 }], shadow: undefined })
    },
    canaryReadings: (tenant, name) => {
      const found = planOf(tenant, name)
      return found === undefined ? undefined : canaryReadings(found)
    },
    served: (tenant) =>
      models
        .table()
        .served.flatMap(
          ({ route: { name, model, version, digest, isDefault, tenant: owner }, model: loaded, stats }) =>
            loaded === undefined || owner !== tenant
              ? []
              : [
                  {
                    name,
                    model,
                    version,
                    digest,
                    isDefault,
                    placement: loaded.placement,
                    requests: Object.values(stats.outcomes).reduce((a, b) => a + b, 0),
                  },
                ],
        ),
    holding: models.holding,
    records: records.state,
    rotateRecords: records.rotate,
    call: createLocalCalls(calls, models.table),
    listenGrpc: (address) =>
      startGrpcServer({ ...deps, options, calls, table: models.table, isReady }, address),
    start: async () => {
      const recovery = await records.start()
      timers.push(
        setInterval(() => {
          for (const model of models.models()) model.batcher.sweep()
        }, EXPIRE_MS),
        setInterval(() => {
          denied.tick()
          violations.tick()
        }, REPORT_MS),
      )
      for (const timer of timers) timer.unref()
      const { segments, gaps } = recovery
      if (segments.length + gaps.length > 0)
        logger.warn(
          { segments: segments.length, gaps: gaps.length, at: clock.iso() },
          'serving.records-recovered',
        )
      return recovery
    },
    stop: async () => {
      stopping = true
      await models.close()
      for (const timer of timers) clearInterval(timer)
      denied.tick()
      await records.stop()
    },
  }
}
