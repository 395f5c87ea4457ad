/** MLflow's model registry: versions, aliases, files, lineage, write-back and webhooks. */
export { mlflowErrors } from './errors.ts'
export { readNotice as readMlflowNotice } from './notice.ts'
export {
  basicAuthorization,
  bearerAuthorization,
  createMlflowRegistry,
  type MlflowOptions,
} from './registry.ts'
