/** The door of registries: where an organisation keeps its models, kept in step with the inventory. */
export { registriesErrors } from './errors.ts'
export { createNotices, type NoticePorts, type Notices } from './notices/notices.ts'
export { registerRegistryNoticeRoutes } from './notices/routes.ts'
export type { ApprovedVersion, ServedVersion, WatchPorts } from './watch/ports.ts'
export { registerRegistryWatchRoutes } from './watch/routes.ts'
export { createRegistryWatch, type RegistryWatch } from './watch/watch.ts'
