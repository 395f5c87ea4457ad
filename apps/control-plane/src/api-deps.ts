/** What the control API is built from. */
import type { Clock, EventLog, Logger } from '@rampart/kit'
import type { Access } from './access-hooks.ts'
import type { Pipeline } from './pipeline.ts'
import type { RateMeter } from './rate-meter.ts'

type Product = { readonly name: string; readonly version: string }

export type ApiDeps = {
  readonly pipeline: Pipeline
  readonly eventLog: EventLog
  readonly clock: Clock
  readonly logger: Logger
  readonly rates: RateMeter
  readonly mode: 'development' | 'production'
  readonly product: Product
  readonly denied: Access['denied']
}
