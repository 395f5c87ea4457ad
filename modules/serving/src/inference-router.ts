/** The router as the listeners of other protocols than HTTP see it. */
import type { Clock, Logger } from '@rampart/kit'
import type { InferHandler } from './infer-handler.ts'
import type { ServingOptions } from './options.ts'
import type { ServingPorts } from './ports.ts'
import type { RouteTable } from './route-table.ts'

/** What a protocol's listener needs of the router. */
export type InferenceRouter = {
  readonly calls: InferHandler
  readonly table: () => RouteTable
  readonly authenticate: ServingPorts['authenticate']
  readonly isReady: () => boolean
  readonly clock: Clock
  readonly logger: Logger
  readonly options: ServingOptions
}
