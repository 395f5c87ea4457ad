/** When the parts of an inference call passed, kept while tracing is on. */
import type { Span } from '@rampart/kit'

/** Moments are `clock.monotonic()`, 0 when the call did not get that far. */
export type CallTrace = {
  readonly span: Span
  decidingAt: number
  decidedAt: number
  queuedAt: number
}

/** When a model last ran: the calls of a batch are answered before the next one starts. */
export type LastRun = { from: number; to: number }

/** A model's run, timed for the spans of the calls in it. */
export const timedRun = <A extends readonly unknown[], R>(
  run: (...args: A) => Promise<R>,
  last: LastRun,
  monotonic: () => number,
): ((...args: A) => Promise<R>) => {
  return async (...args) => {
    last.from = monotonic()
    try {
      return await run(...args)
    } finally {
      last.to = monotonic()
    }
  }
}
