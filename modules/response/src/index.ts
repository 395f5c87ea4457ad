/** The door of response: actions, runs of them, containments. */
export type { Action, ActionCall, BlastRadius, Half, Json, Probe } from './action.ts'
export { responseErrors } from './errors.ts'
export type { AuditPort, TimelinePort } from './ports.ts'
export { createResponse, type Response, type ResponseDeps } from './response.ts'
export type { RunRequest, RunState, Step, StoredRun } from './run.ts'
