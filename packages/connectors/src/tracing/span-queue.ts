/**
 * Ended spans on their way out: a bounded queue, one export at a time, everything that is lost is counted. Ending a span
 * costs an array push; a collector that is slow or away costs spans, never a request.
 */
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace'

export type SpanCounts = {
  /** Spans that the collector took; those it refused or that found it away; those that found the queue full. */
  readonly exported: number
  readonly failed: number
  readonly dropped: number
}

export type SpanQueue = SpanProcessor & { counts(): SpanCounts }

export type SpanQueueOptions = {
  readonly exporter: SpanExporter
  readonly maxSpans: number
  readonly batchSpans: number
  readonly flushMs: number
  readonly onFailure: (error: unknown) => void
}

export const createSpanQueue = (options: SpanQueueOptions): SpanQueue => {
  const { exporter, maxSpans, batchSpans } = options
  const counts = { exported: 0, failed: 0, dropped: 0 }
  let waiting: ReadableSpan[] = []
  let inFlight = 0
  let sending: Promise<void> | undefined
  let stopped = false

  const exportBatch = (batch: readonly ReadableSpan[]): Promise<void> =>
    new Promise((resolve) => {
      const done = (failure: unknown): void => {
        if (failure === undefined) counts.exported += batch.length
        else {
          counts.failed += batch.length
          options.onFailure(failure)
        }
        resolve()
      }
      try {
        exporter.export([...batch], ({ code, error }) =>
          done(code === 0 ? undefined : (error ?? new Error('the exporter failed'))),
        )
      } catch (error) {
        done(error)
      }
    })

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchSpans)
      waiting = waiting.slice(batchSpans)
      inFlight = batch.length
      await exportBatch(batch)
      inFlight = 0
    }
  }

  const flush = (): Promise<void> => {
    sending ??= drain().finally(() => {
      sending = undefined
    })
    return sending
  }

  const timer = setInterval(() => void flush(), options.flushMs)
  timer.unref()

  return {
    onStart: () => undefined,
    onEnd: (span) => {
      if (stopped || waiting.length + inFlight >= maxSpans) counts.dropped += 1
      else waiting.push(span)
    },
    forceFlush: flush,
    shutdown: async () => {
      stopped = true
      clearInterval(timer)
      await flush()
      await exporter.shutdown()
    },
    counts: () => ({ ...counts }),
  }
}
