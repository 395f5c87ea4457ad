/** The door of response: actions, runs of them, containments, retraction. */
export type { Action, ActionCall, BlastRadius, Half, Json, Probe } from './action.ts'
export { type ActionPorts, createActions } from './actions/all-actions.ts'
export { type CallerRules, createCallerRules } from './caller-rules.ts'
export { createDecidedConsumer } from './decided.ts'
export { responseErrors } from './errors.ts'
export { createPlaybooksPort } from './playbooks/playbook-port.ts'
export { registerPlaybookRoutes } from './playbooks/playbook-routes.ts'
export { createPlaybooks, type Playbooks } from './playbooks/playbooks.ts'
export type {
  AliasesPort,
  AliasView,
  DecideAgainPort,
  FirewallPort,
  NotebookProcesses,
  NotebooksPort,
  NotebookTarget,
  ServingPort,
  TimelinePort,
  VersionView,
} from './ports.ts'
export { type NotebookSpec, NotebookSpecSchema } from './resources/notebook-spec.ts'
export { createNotebooks } from './resources/notebooks.ts'
export {
  createProtectedEntities,
  type ProtectedEntities,
  ProtectedEntitySpecSchema,
} from './resources/protected-entities.ts'
export { registerResourceRoutes } from './resources/resource-routes.ts'
export { createResponse, type Response, type ResponseDeps } from './response.ts'
export { createRetract, type Retract } from './retract.ts'
export { registerResponseRoutes } from './routes.ts'
export type { RunRequest, RunState, Step, StoredRun } from './run.ts'
