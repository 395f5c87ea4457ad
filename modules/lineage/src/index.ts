/** The door of lineage: where versions come from, what came of them, what differs between two. */
import { assetPath, type MigrationSource } from '@rampart/kit'

export { createDelivery } from './delivery.ts'
export { createDifference } from './difference/difference.ts'
export { registerDifferenceRoute } from './difference/routes.ts'
export { lineageErrors } from './errors.ts'
export { createLineage, type Lineage, type LineageDeps } from './lineage.ts'
export { type RunEvent, RunEventSchema } from './openlineage/event-schema.ts'
export type { RegistryOrigin } from './registry-claim.ts'
export { registerLineageRoutes } from './routes.ts'

export const lineageMigrations = (): MigrationSource => ({
  module: 'lineage',
  dir: assetPath('modules/lineage/migrations'),
})
