/** The inference log's door. */
export { inferenceLogErrors } from './errors.ts'
export type { FollowedRecord, FollowPage, LogPlace } from './following.ts'
export {
  createInferenceLog,
  type InferenceLog,
  type InferenceLogDeps,
  type InferenceLogState,
} from './inference-log.ts'
export { type InferenceLogRoutesDeps, registerInferenceLogRoutes } from './routes.ts'
