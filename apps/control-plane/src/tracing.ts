/** Traces, when a collector is configured: without one the SDK is not even loaded. */
import { hostname } from 'node:os'
import type { Lifecycle, Logger, Metrics, Tracer } from '@rampart/kit'
import type { AppConfig } from './app-config.ts'

type Deps = {
  readonly config: Pick<AppConfig, 'tracing'>
  readonly logger: Logger
  readonly metrics: Metrics
  readonly lifecycle: Pick<Lifecycle, 'onStop'>
  /** `service.name`; a process of its own has a name of its own. */
  readonly service: string
  readonly version: string
}

/** Registers its stop, so call it before what traces. Throws for an address that cannot be used. */
export const startTracing = async (deps: Deps): Promise<Tracer | undefined> => {
  const { endpoint, headers, ratio } = deps.config.tracing
  if (endpoint === undefined) return undefined
  const { createOtlpTracing } = await import('@rampart/connectors/tracing')
  const { tracer, stop } = createOtlpTracing({
    endpoint,
    headers,
    ratio,
    service: { name: deps.service, version: deps.version, instance: `${hostname()}:${process.pid}` },
    logger: deps.logger,
    metrics: deps.metrics,
  })
  deps.lifecycle.onStop('tracing', stop)
  return tracer
}
