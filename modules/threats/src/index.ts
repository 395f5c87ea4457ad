/** The door of threats: signals in, incidents and decisions out. */
export { threatsErrors } from './errors.ts'
export { createIncidents, type Incidents, type TimelineNote } from './incidents/incidents.ts'
export { registerIncidentRoutes } from './incidents/routes.ts'
export type { StoredDecision } from './incidents/store.ts'
export { completeSignal, defaultKey, intakeStep } from './intake.ts'
export { registerThreatsRoutes } from './routes.ts'
export {
  registerSimulationRoutes,
  type SimulationDeps,
  type SimulationQuestion,
} from './simulation/routes.ts'
export { type Bundle, type Simulation, simulate } from './simulation/simulate.ts'
export type { SignalFilter, StoredSignal } from './store.ts'
export { createThreats, type SignalSink, type Threats, type ThreatsDeps } from './threats.ts'
