/** The door of registries: where an organisation keeps its models, kept in step with the inventory. */
export { registriesErrors } from './errors.ts'
export { createNotices, type NoticePorts, type Notices } from './notices/notices.ts'
export { registerRegistryNoticeRoutes } from './notices/routes.ts'
export type {
  ArtifactPort,
  AttachmentPort,
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
export { findLineage } from './versions/store.ts'
export type { ApprovedVersion, ServedVersion, WatchPorts } from './watch/ports.ts'
export { registerRegistryWatchRoutes } from './watch/routes.ts'
export { createRegistryWatch, type RegistryWatch } from './watch/watch.ts'
export { createRegistryAliases, type RegistryAliases } from './write-back/aliases.ts'
export { createWriteBack, type WriteBack } from './write-back/write-back.ts'
