/** The door of serving: the inference router, its routes as resources, and its records. */
export { createAuditAnchor } from './audit-anchor.ts'
export { type BackendResources, createBackendResources } from './backend-resources.ts'
export { type CanaryReading, combine, emptyReading } from './canary.ts'
export { type CanaryReadings, createCanaryRunner } from './canary-runner.ts'
export { servingErrors } from './errors.ts'
export type { GrpcAddress, GrpcListener } from './grpc-server.ts'
export type { LocalAnswer, LocalCall } from './local-call.ts'
export { type CountedVersion, countedKey, summariseCounts } from './merged-stats.ts'
export { DEFAULT_SERVING_OPTIONS, type ServingOptions } from './options.ts'
export type { DeniedCalls, HotPolicy, ObservationSink, ObservedBatch, ServingPorts } from './ports.ts'
export type { AnchorBatch, ErasedAnchor, ExpiredAnchor, GapAnchor, SegmentAnchor } from './record-anchor.ts'
export { readLines, type SegmentVerdict, verifySegment } from './record-segment.ts'
export { type ResolvedRoute, type RoutedVersion, resolveRoute } from './resolve-route.ts'
export type { PlanInfo } from './route-plan.ts'
export { createRouteResources, type RouteResources, type RouteResourcesDeps } from './route-resources.ts'
export { type RouteSpec, specOfModel } from './route-spec.ts'
export { type Outcome, type RouteSummary, STATS_STEP_MS, STATS_STEPS } from './route-stats.ts'
export { type RouteRoutesDeps, registerServingRoutes, type ServedVersion } from './routes.ts'
export { createServing, type ServedVersionInfo, type Serving, type ServingDeps } from './serving.ts'
export {
  type RouteFailure,
  type Snapshot,
  type SnapshotPlan,
  type SnapshotReport,
  type SnapshotRoute,
  versionKey,
} from './snapshot.ts'
export type { BackendResource, RouteResource } from './store.ts'
