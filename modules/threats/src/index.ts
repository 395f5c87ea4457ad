/** The door of threats: signals in, signals out. */
export { threatsErrors } from './errors.ts'
export { completeSignal, defaultKey, intakeStep } from './intake.ts'
export { registerThreatsRoutes } from './routes.ts'
export type { SignalFilter, StoredSignal } from './store.ts'
export { createThreats, type SignalSink, type Threats, type ThreatsDeps } from './threats.ts'
