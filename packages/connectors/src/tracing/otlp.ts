/**
 * Traces to an OpenTelemetry collector by OTLP/HTTP. Sampling is parent-based: a caller's decision is kept, of the other
 * traces a share is taken by trace id.
 */
import {
  type Attributes,
  type Context,
  type Span as OtelSpan,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace'
import {
  isTraceparent,
  type Logger,
  type Metrics,
  type Span,
  type SpanAttributes,
  type SpanStart,
  type Tracer,
} from '@rampart/kit'
import { parseHeaders, tracesUrl } from './endpoint.ts'
import { tracingErrors } from './errors.ts'
import { createSpanQueue, type SpanCounts } from './span-queue.ts'

export type OtlpTracingOptions = {
  /** Base URL of the receiver; `/v1/traces` is appended. */
  readonly endpoint: string
  /** `name=value,…`, for a collector that wants a key. */
  readonly headers?: string | undefined
  /** Share of traces without a sampled parent, 0 to 1. */
  readonly ratio: number
  readonly service: { readonly name: string; readonly version: string; readonly instance: string }
  readonly logger: Logger
  readonly metrics: Metrics
  /** Ended spans that wait for the collector. */
  readonly maxSpans?: number
  readonly flushMs?: number
  readonly timeoutMs?: number
}

export type OtlpTracing = {
  readonly tracer: Tracer
  counts(): SpanCounts
  /** Sends what waits; what the collector does not take in time is lost. */
  stop(): Promise<void>
}

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const
const WARN_MS = 60_000

const epochMs = (monotonicMs: number): number => performance.timeOrigin + monotonicMs

const kept = (attributes: SpanAttributes = {}): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined))

const hex = (value: number): string => value.toString(16).padStart(2, '0')

const contextOf = (parent: string | undefined): Context => {
  if (parent === undefined || !isTraceparent(parent)) return ROOT_CONTEXT
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: parent.slice(3, 35),
    spanId: parent.slice(36, 52),
    traceFlags: Number.parseInt(parent.slice(53), 16) & TraceFlags.SAMPLED,
    isRemote: true,
  })
}

const startSpan = (tracer: OtelTracer, name: string, start: SpanStart, context: Context): Span => {
  const { kind = 'internal', attributes, startedAt } = start
  const span = tracer.startSpan(
    name,
    {
      kind: KINDS[kind],
      attributes: kept(attributes),
      ...(startedAt === undefined ? {} : { startTime: epochMs(startedAt) }),
    },
    context,
  )
  return wrap(tracer, span)
}

const wrap = (tracer: OtelTracer, span: OtelSpan): Span => {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return {
    traceId,
    traceparent: `00-${traceId}-${spanId}-${hex(traceFlags)}`,
    isRecording: span.isRecording(),
    child: (name, start = {}) => startSpan(tracer, name, start, trace.setSpan(ROOT_CONTEXT, span)),
    end: ({ attributes, failure, endedAt } = {}) => {
      if (attributes !== undefined) span.setAttributes(kept(attributes))
      if (failure !== undefined) {
        span.setAttribute('error.type', failure)
        span.setStatus({ code: SpanStatusCode.ERROR })
      }
      span.end(endedAt === undefined ? undefined : epochMs(endedAt))
    },
  }
}

/** Says so at the first failure and then once a minute at most. */
const createWarning = (logger: Logger, host: string): ((error: unknown) => void) => {
  let warnedAt = Number.NEGATIVE_INFINITY
  return (error) => {
    if (performance.now() - warnedAt < WARN_MS) return
    warnedAt = performance.now()
    const message = error instanceof Error ? error.message.slice(0, 200) : 'failed'
    logger.warn({ host, error: message }, 'tracing.export-failed')
  }
}

const registerMetrics = (metrics: Metrics, counts: () => SpanCounts): void => {
  metrics.gauge({
    name: 'rampart_trace_spans',
    help: 'Ended spans by what became of them since the start',
    labelNames: ['outcome'],
    collect: (gauge) => {
      for (const [outcome, count] of Object.entries(counts())) gauge.set({ outcome }, count)
    },
  })
}

/** Throws TRACING_ENDPOINT_INVALID and TRACING_OPTION_INVALID; a collector that is away is no error. */
export const createOtlpTracing = (options: OtlpTracingOptions): OtlpTracing => {
  const { ratio, service } = options
  if (!(ratio >= 0 && ratio <= 1))
    throw tracingErrors.TRACING_OPTION_INVALID('tracing.ratio must be between 0 and 1')
  const url = tracesUrl(options.endpoint)
  const queue = createSpanQueue({
    exporter: new OTLPTraceExporter({
      url,
      timeoutMillis: options.timeoutMs ?? 5_000,
      ...(options.headers === undefined ? {} : { headers: parseHeaders(options.headers) }),
    }),
    maxSpans: options.maxSpans ?? 8_192,
    batchSpans: 512,
    flushMs: options.flushMs ?? 1_000,
    onFailure: createWarning(options.logger, new URL(url).host),
  })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': service.name,
      'service.version': service.version,
      'service.instance.id': service.instance,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    // Names and codes of ours are short; what comes from callers is cut.
    spanLimits: { attributeValueLengthLimit: 256, attributeCountLimit: 64 },
    spanProcessors: [queue],
  })
  const tracer = provider.getTracer('rampart', service.version)
  registerMetrics(options.metrics, queue.counts)
  return {
    tracer: { start: (name, { parent, ...start }) => startSpan(tracer, name, start, contextOf(parent)) },
    counts: queue.counts,
    stop: () => provider.shutdown(),
  }
}
