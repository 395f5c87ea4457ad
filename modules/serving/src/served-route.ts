/** A route of the snapshot made ready: its compiled parts, its model and its counters. */
import { createInferRequestReader, createInferResponseWriter, type InferRequestReader } from '@rampart/codecs'
import type { Clock } from '@rampart/kit'
import type { CallChannel } from './call-channel.ts'
import type { CachedDecision } from './decision-cache.ts'
import { routeFragment } from './inference-record.ts'
import type { LoadedModel } from './loaded-model.ts'
import { createPayloadCheck, type PayloadCheck } from './payload-schema.ts'
import { createPredictionReader, type PredictionReader } from './prediction.ts'
import { createRouteStats, type RouteStats } from './route-stats.ts'
import type { SnapshotRoute } from './snapshot.ts'

/** A call on its way through the server; it belongs to one route's batches. */
export type InferCall = {
  readonly channel: CallChannel
  readonly served: ServedRoute
  readonly startedAt: number
  readonly deadlineAt: number
  decision: CachedDecision | undefined
  caller: string | undefined
  requestId: string | undefined
  outputs: readonly number[]
  rows: number
  payload: string
  settled: boolean
}

export type ServedRoute = {
  readonly route: SnapshotRoute
  /** Stands for this route's content in decision keys. */
  readonly number: number
  /** Undefined while not deployed, or when loading failed. */
  readonly model: LoadedModel<InferCall> | undefined
  readonly failure: string | undefined
  readonly fragment: string
  readonly read: InferRequestReader
  readonly writer: ReturnType<typeof createInferResponseWriter>
  readonly check: PayloadCheck | undefined
  readonly predict: PredictionReader
  readonly stats: RouteStats
}

export type ServedRouteInit = Pick<ServedRoute, 'route' | 'number' | 'model' | 'failure'> & {
  readonly stats?: RouteStats | undefined
  readonly maxElements: number
}

export const createServedRoute = (init: ServedRouteInit, clock: Clock): ServedRoute => {
  const { route } = init
  return {
    route,
    number: init.number,
    model: init.model,
    failure: init.failure,
    fragment: routeFragment(route),
    read: createInferRequestReader(route.signature, { maxElements: init.maxElements }),
    writer: createInferResponseWriter({ name: route.name, version: route.version }, route.signature),
    check: route.payloadSchema === undefined ? undefined : createPayloadCheck(route.payloadSchema),
    predict: createPredictionReader(route.signature, route.classes),
    stats: init.stats ?? createRouteStats(clock),
  }
}
