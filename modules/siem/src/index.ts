/** The door of siem: records out to SIEMs, alerts in from sensors. */
export type { SiemAudit } from './announcer.ts'
export { siemErrors } from './errors.ts'
export type { Feed, FeedPage } from './feed.ts'
export { createOpenTransport, type OpenTransport } from './open-transport.ts'
export { bodyOfEvent, isExported, type QueuedBody } from './record-of-event.ts'
export { registerSinkRoutes } from './sink-routes.ts'
export { type SinkSpec, SinkSpecSchema } from './sink-spec.ts'
export {
  createSinks,
  type SinkStatus,
  type Sinks,
  type SinksDeps,
  type SinkView,
} from './sinks.ts'
export { registerSourceRoutes } from './source-routes.ts'
export { createSources, type Sources, type SourcesDeps, type SourceView } from './sources.ts'
