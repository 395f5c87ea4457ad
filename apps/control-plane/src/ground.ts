/** What every room stands on: database, events, time, chance, and where state lives. */
import type { AddressRules } from '@rampart/connectors/outbound'
import type { Clock, Database, EventLog, Logger, Metrics, Random, Secrets, Tracer } from '@rampart/kit'
import type { AppConfig, Mode } from './app-config.ts'

export type Ground = {
  readonly database: Database
  readonly eventLog: EventLog
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Metrics
  /** Absent when tracing is off. */
  readonly tracer?: Tracer
  readonly home: string
  readonly mode: Mode
  readonly config: AppConfig
  /** True when this process is alone on its database. */
  readonly exclusive: boolean
  readonly secrets: Secrets
  /** Where registries, webhooks and sinks may be. */
  readonly outbound: AddressRules
  /** For proofs that kill the process at a boundary of a response run. */
  readonly onBoundary?: (name: string) => void | Promise<void>
}
