/** The door of threats: signals in, incidents and decisions out. */
export { threatsErrors } from './errors.ts'
export { createIncidents, type Incidents, type TimelineNote } from './incidents/incidents.ts'
export { registerIncidentRoutes } from './incidents/routes.ts'
export { completeSignal, defaultKey, intakeStep } from './intake.ts'
export { registerThreatsRoutes } from './routes.ts'
export { registerSimulationRoutes } from './simulation/routes.ts'
export type { SignalFilter, StoredSignal } from './store.ts'
export { createThreats, type SignalSink, type Threats, type ThreatsDeps } from './threats.ts'
