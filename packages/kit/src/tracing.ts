/**
 * Distributed tracing as a port: rooms start spans, an adapter exports them. Without an adapter there is no tracer at
 * all, so nothing is paid. Trace context is W3C's (Trace Context, section 3.2).
 */

export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>

/** `startedAt` is `clock.monotonic()`; a span may be made after the fact. */
export type SpanStart = {
  readonly kind?: 'server' | 'client' | 'internal'
  readonly attributes?: SpanAttributes
  readonly startedAt?: number
}

/** `failure` is a short, bounded word (an error code): it becomes `error.type` and the span's status. */
export type SpanEnd = {
  readonly attributes?: SpanAttributes
  readonly failure?: string | undefined
  readonly endedAt?: number
}

export interface Span {
  readonly traceId: string
  /** Trace context with this span as the parent, for whoever is called next. */
  readonly traceparent: string
  /** False when the trace was not sampled: children and attributes would be for nobody. */
  readonly isRecording: boolean
  child(name: string, start?: SpanStart): Span
  /** Once; never throws. */
  end(outcome?: SpanEnd): void
}

export interface Tracer {
  /** `parent` is a `traceparent` that came from outside; one that is malformed is taken as none. */
  start(name: string, start: SpanStart & { readonly parent?: string | undefined }): Span
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** True for what W3C Trace Context, version 00, allows. */
export const isTraceparent = (header: string): boolean => TRACEPARENT.test(header)

/** The trace id of a well-formed `traceparent`. */
export const traceIdOf = (header: string | undefined): string | undefined =>
  header !== undefined && isTraceparent(header) ? header.slice(3, 35) : undefined

/** Runs `work` within a span that ends with it; `codeOf` names a failure. Without a tracer it only runs `work`. */
export const traced = async <T>(
  tracer: Tracer | undefined,
  name: string,
  start: SpanStart & { readonly parent?: string | undefined },
  work: (span: Span | undefined) => Promise<T>,
): Promise<T> => {
  const span = tracer?.start(name, start)
  try {
    const result = await work(span)
    span?.end()
    return result
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code
    span?.end({ failure: typeof code === 'string' ? code : '_OTHER' })
    throw error
  }
}
