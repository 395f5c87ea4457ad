/** A route of the snapshot made ready: its compiled parts, its model and its counters. */
import { createInferRequestReader, type InferRequestReader } from '@rampart/codecs'
import type { Principal } from '@rampart/domain'
import type { Clock } from '@rampart/kit'
import type { CallChannel } from './call-channel.ts'
import type { CallTrace } from './call-timing.ts'
import type { CachedDecision } from './decision-cache.ts'
import { routeFragment } from './inference-record.ts'
import type { LoadedModel } from './loaded-model.ts'
import { createPayloadCheck, type PayloadCheck } from './payload-schema.ts'
import { type AnswerShape, createAnswerShape } from './postprocess.ts'
import { createPredictionReader, type PredictionReader } from './prediction.ts'
import type { Matcher } from './route-match.ts'
import { createRouteStats, type RouteStats } from './route-stats.ts'
import type { ShadowStats } from './shadow-stats.ts'
import type { SnapshotPlan, SnapshotRoute } from './snapshot.ts'
import type { TableLease } from './table-lease.ts'

export type InferChannel = CallChannel<InferCall>

/** A call on its way through the server; it belongs to one route's batches. */
export type InferCall = {
  readonly channel: InferChannel
  served: ServedRoute
  /** Set when the route chooses among several versions or copies its calls. */
  readonly planned: PlannedCall | undefined
  readonly lease: TableLease
  /** A copy for a shadow: nobody waits for its answer. */
  readonly isShadow: boolean
  readonly onSettled: (() => void) | undefined
  readonly startedAt: number
  deadlineAt: number
  /** Only while tracing is on. */
  readonly trace: CallTrace | undefined
  decision: CachedDecision | undefined
  caller: string | undefined
  requestId: string | undefined
  outputs: readonly number[]
  /** Those of `outputs` that the caller wants as raw bytes. */
  binary: readonly number[] | undefined
  rows: number
  payload: string
  settled: boolean
}

export type PlanEntry = {
  readonly served: ServedRoute
  readonly weight: number
  /** Keys whose point lies below this, and not below the entry before, belong to this version. */
  readonly below: number
}

export type RoutePlan = {
  readonly source: SnapshotPlan
  /** Only versions that can answer. */
  readonly entries: readonly PlanEntry[]
  readonly shadow: { readonly served: ServedRoute; readonly stats: ShadowStats } | undefined
  choose(point: number): ServedRoute
  /** The next version in the order of preference that was not tried yet, when the route has fallback. */
  standIn(tried: readonly ServedRoute[]): ServedRoute | undefined
}

/** What an attempt leaves for the next one. */
export type PlannedCall = {
  readonly plan: RoutePlan
  readonly caller: Principal
  /** Of the call as a whole; an attempt may have less. */
  readonly deadlineAt: number
  body: unknown
  bytes: Uint8Array | undefined
  readonly tried: { readonly served: ServedRoute; readonly code: string }[]
}

/** What a name has to decide before a version answers. */
export type RouteFront = {
  readonly plan: RoutePlan | undefined
  /** Routes for some of the calls only, the one with most conditions first. */
  readonly rules: readonly { readonly matches: Matcher; readonly served: ServedRoute }[]
  /** True when calls that no rule is for have no answer. */
  readonly closed: boolean
}

export type ServedRoute = AnswerShape & {
  /** Only on what a route table gives for a name. */
  readonly front?: RouteFront
  readonly route: SnapshotRoute
  /** Stands for this route's content in decision keys. */
  readonly number: number
  /** Undefined while not deployed, or when loading failed. */
  readonly model: LoadedModel<InferCall> | undefined
  readonly failure: string | undefined
  /** True when the verdict is why it is not served. */
  readonly isRefused: boolean
  readonly fragment: string
  readonly read: InferRequestReader
  readonly check: PayloadCheck | undefined
  readonly predict: PredictionReader
  readonly stats: RouteStats
}

export type ServedRouteInit = Pick<ServedRoute, 'route' | 'number' | 'model' | 'failure' | 'isRefused'> & {
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
    isRefused: init.isRefused,
    fragment: routeFragment(route),
    read: createInferRequestReader(route.signature, { maxElements: init.maxElements }),
    ...createAnswerShape(route, route.postprocess),
    check: route.payloadSchema === undefined ? undefined : createPayloadCheck(route.payloadSchema),
    predict: createPredictionReader(route.signature, route.classes),
    stats: init.stats ?? createRouteStats(clock),
  }
}

/** How this call's answer is to be shaped: policy may have asked for more than the route does. */
export const shapeOf = ({ decision, served }: InferCall): AnswerShape => decision?.shape ?? served
