export { ApiError } from './api-error.ts'
export {
  type Answer,
  type CallOptions,
  type ClientOptions,
  createClient,
  type Query,
  type RampartClient,
} from './client.ts'
export type { components, operations, paths } from './generated/openapi.ts'
export { readServerSentEvents, type ServerSentEvent } from './server-sent-events.ts'
