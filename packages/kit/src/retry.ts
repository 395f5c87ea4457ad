/** Retry with exponential back-off and full jitter, so that many callers do not come back in step. */
import { setTimeout as delay } from 'node:timers/promises'
import { isAppError } from './app-error.ts'
import type { Random } from './random.ts'

export type RetryOptions = {
  readonly attempts: number
  readonly baseMs: number
  readonly maxMs: number
  readonly random: Pick<Random, 'float'>
  readonly isRetryable?: (error: unknown) => boolean
  readonly sleep?: (ms: number) => Promise<void>
  readonly signal?: AbortSignal
}

/** Milliseconds to wait after failed attempt number `attempt` (1-based): uniform in [ceiling/2, ceiling]. */
export const backoffMs = (
  attempt: number,
  options: { readonly baseMs: number; readonly maxMs: number; readonly random: Pick<Random, 'float'> },
): number => {
  const ceiling = Math.min(options.maxMs, options.baseMs * 2 ** Math.min(attempt - 1, 30))
  return ceiling / 2 + options.random.float() * (ceiling / 2)
}

const retryableByDefault = (error: unknown): boolean => isAppError(error) && error.retryable

/** Runs `work(attempt)` until it succeeds, fails for good, or `attempts` are used up; then throws the last error. */
export const retry = async <T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> => {
  const isRetryable = options.isRetryable ?? retryableByDefault
  const sleep = options.sleep ?? ((ms: number) => delay(ms, undefined, { signal: options.signal }))
  for (let attempt = 1; ; attempt += 1) {
    options.signal?.throwIfAborted()
    try {
      return await work(attempt)
    } catch (error) {
      if (attempt >= options.attempts || !isRetryable(error)) throw error
      await sleep(backoffMs(attempt, options))
    }
  }
}
