/** The door of registries: where an organisation keeps its models, kept in step with the inventory. */
export { registriesErrors } from './errors.ts'
export type {
  ArtifactPort,
  AuditPort,
  CheckRegistry,
  InventoryPort,
  OpenRegistry,
  RegisterRequest,
} from './ports.ts'
export { createRegistries, type Registries, type RegistriesDeps, type RegistryView } from './registries.ts'
export { registerRegistryRoutes } from './routes.ts'
export type { RegistryStatus } from './status.ts'
export type { Observed } from './versions/observe.ts'
export type { StoredAlias, StoredRegistryVersion, VersionFilter } from './versions/store.ts'
