/** OpenTelemetry traces to a collector. */
export { tracingErrors } from './errors.ts'
export { createOtlpTracing, type OtlpTracing, type OtlpTracingOptions } from './otlp.ts'
export type { SpanCounts } from './span-queue.ts'
