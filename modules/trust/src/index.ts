/** The door of trust: signed evidence about digests. */
import { assetPath, type MigrationSource } from '@rampart/kit'

export { trustErrors } from './errors.ts'
export type { EvidenceRecord } from './evidence-verification.ts'
export { createModelGraphs } from './graphs/model-graphs.ts'
export { registerModelGraphRoutes } from './graphs/routes.ts'
export { registerModelDocumentRoutes } from './model-document-routes.ts'
export {
  createModelDocuments,
  type ModelDocumentDeps,
  type VersionSource,
} from './model-documents.ts'
export { registerTrustRoutes } from './routes.ts'
export { createScanEngine } from './scans/scan-engine.ts'
export { createScanGate } from './scans/scan-gate.ts'
export { createScans, type ScanEngine, type Scans } from './scans/scans.ts'
export { registerSignerRoutes } from './signers/routes.ts'
export { createSignatures } from './signers/signatures.ts'
export { createSigners, type SignerResource, type Signers } from './signers/signers.ts'
export {
  createTrust,
  type PublicKeyView,
  type StatementRequest,
  type Trust,
  type TrustDeps,
} from './trust.ts'

export { evidenceBinding } from './verdicts/evidence-binding.ts'
export { registerVerdictRoutes } from './verdicts/routes.ts'
export type { VerdictsDeps } from './verdicts/verdict-ports.ts'
export { createVerdicts, type Verdicts } from './verdicts/verdicts.ts'
export { createWaivers } from './waivers.ts'

export const trustMigrations = (): MigrationSource => ({
  module: 'trust',
  dir: assetPath('modules/trust/migrations'),
})
