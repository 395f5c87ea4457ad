export type { IssueApiKey, IssuedApiKey } from './api-keys.ts'
export type { Credentials } from './authenticator.ts'
export { SESSION_COOKIE } from './credentials.ts'
export { identityErrors } from './errors.ts'
export { createIdentity, developmentAdmin, type Identity, type IdentityDeps } from './identity.ts'
export {
  type CallerKey,
  type CallerMaterial,
  createOfflineAuthenticator,
  type OfflineAuthenticator,
} from './offline-authenticator.ts'
export type { AuditPort, CertificateVerifier, TokenVerifier } from './ports.ts'
export { type IdentityRoutesDeps, registerIdentityRoutes } from './routes.ts'
export { registerLoginRoute, registerSessionRoutes } from './session-routes.ts'
export type { NewSession } from './sessions.ts'
export type { ApiKey, ServiceAccount } from './store.ts'
