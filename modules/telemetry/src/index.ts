/** Telemetry's door: reference profiles, streaming windows, drift signals. */
export { alarmKey } from './alarms.ts'
export { DEFAULT_TELEMETRY, type TelemetryConfig } from './config.ts'
export { telemetryErrors } from './errors.ts'
export type { FeatureResult, Verdict } from './judgement.ts'
export type { ObservationSink, ObservedBatch, ReferenceInput, SignalSink } from './ports.ts'
export { registerTelemetryRoutes } from './routes.ts'
export type { StoredWindow, VersionState } from './store.ts'
export { createTelemetry, type Standing, type Telemetry, type TelemetryDeps } from './telemetry.ts'
