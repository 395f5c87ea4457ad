/** The door of gateways: the control plane's side, and the gateway's. */
export { createArtifactCache } from './artifact-cache.ts'
export { createControlLink } from './control-link.ts'
export { gatewaysErrors } from './errors.ts'
export { createGateways, type GatewayInfo, type Gateways, type GatewaysDeps } from './gateways.ts'
export { hydrate } from './hydrate.ts'
export { createOutbox } from './outbox.ts'
export type { CanaryReport, ServedReport } from './report.ts'
export { createReporter } from './reporter.ts'
export { registerGatewayRoutes } from './routes.ts'
export {
  artifactsOf,
  contentOf,
  type GatewaySnapshot,
  planName,
  type SnapshotContent,
} from './snapshot-document.ts'
export { createFollower } from './snapshot-follower.ts'
