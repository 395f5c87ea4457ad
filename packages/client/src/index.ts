export { ApiError } from './api-error.ts'
export {
  type Answer,
  type CallOptions,
  type ClientOptions,
  createClient,
  type Query,
  type RampartClient,
} from './client.ts'
export type { paths } from './generated/openapi.ts'
export { type AnswerTo, fillPath, type InputOf, type Method, type PathFor } from './operations.ts'
export { readServerSentEvents, type ServerSentEvent } from './server-sent-events.ts'
