/** The inventory's door: models, versions, artifacts and their lifecycle. */
export { type ArtifactStore, createLocalArtifactStore } from './artifact-store.ts'
export { inventoryErrors } from './errors.ts'
export { createIntegrityWatch } from './integrity-watch.ts'
export { createInventory, type Inventory, type InventoryDeps } from './inventory.ts'
export { isLegalStep, nextStages } from './lifecycle.ts'
export type {
  AfterTransition,
  ApprovalsPort,
  AuditPort,
  EvidenceFact,
  EvidencePort,
  PolicyPort,
} from './ports.ts'
export { versionDigest } from './registration.ts'
export { registerInventoryRoutes, type ServingView } from './routes.ts'
export type { TransitionRequest } from './steps.ts'
export type { StoredVersion, Transition } from './store.ts'
