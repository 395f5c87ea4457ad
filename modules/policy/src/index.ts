/** The door of policy: decisions, the packs behind them, their history. */
export type { PackCheck } from './activation.ts'
export type { CompiledPack } from './compiled-pack.ts'
export { policyErrors } from './errors.ts'
export { PACKS, type PackFiles, type PackName } from './pack-files.ts'
export { createPolicy, type Policy, type PolicyDeps } from './policy.ts'
export type { DecisionRequest, PackChange, PolicyAudit, PolicyDecider } from './ports.ts'
export { registerPolicyRoutes } from './routes.ts'
export type { PackVersion, PackVersionInfo, StoredDecision } from './store.ts'
