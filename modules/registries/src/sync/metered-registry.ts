/** A registry whose calls have a rate, a deadline and a count; what it throws is an AppError. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Registry, RegistryCall } from '@rampart/domain'
import { type AppError, type Clock, isAppError, toAppError } from '@rampart/kit'
import { registriesErrors } from '../errors.ts'
import type { SyncLimits } from '../sync-limits.ts'

export type MeteredRegistry = {
  readonly registry: Registry
  /** Runs one call when the rate allows it, for `callMs` at most. Throws REGISTRIES_STOPPED once stopped. */
  readonly call: <T>(work: (call: RegistryCall) => Promise<T>, signal: AbortSignal) => Promise<T>
  /** Requests since this was last asked. */
  readonly takeRequests: () => number
}

const BURST_SECONDS = 1

/** Resolves when the signal aborts, never before; rejects never. */
const aborted = (signal: AbortSignal): { readonly promise: Promise<void>; readonly forget: () => void } => {
  const turn = Promise.withResolvers<void>()
  const done = () => turn.resolve()
  if (signal.aborted) done()
  signal.addEventListener('abort', done, { once: true })
  return { promise: turn.promise, forget: () => signal.removeEventListener('abort', done) }
}

/** Ends with the signal even when `work` does not: an adapter that hangs must not hang us. */
export const endingWith = async <T>(
  work: Promise<T>,
  signal: AbortSignal,
  why: () => AppError,
): Promise<T> => {
  const end = aborted(signal)
  try {
    return await Promise.race([
      work,
      end.promise.then(() => {
        throw why()
      }),
    ])
  } finally {
    end.forget()
    work.catch(() => undefined)
  }
}

export const stopped = (): AppError => registriesErrors.REGISTRIES_STOPPED('The sync was stopped.')

/** Waits, or throws REGISTRIES_STOPPED. */
export const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  await delay(ms, undefined, { signal }).catch(() => {
    throw stopped()
  })
}

export const createMeteredRegistry = (
  registry: Registry,
  limits: Pick<SyncLimits, 'requestsPerSecond' | 'callMs'>,
  clock: Pick<Clock, 'monotonic'>,
): MeteredRegistry => {
  const burst = Math.max(1, limits.requestsPerSecond * BURST_SECONDS)
  let tokens = burst
  let filledAt = clock.monotonic()
  let charged = 0
  let taken = 0

  /** A call may send several requests: what it sent is paid afterwards, and the next one waits for it. */
  const settle = (): void => {
    const now = clock.monotonic()
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * limits.requestsPerSecond)
    filledAt = now
    const sent = registry.requests()
    tokens -= sent - charged
    charged = sent
  }

  const admit = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      if (signal.aborted) throw stopped()
      settle()
      if (tokens > 0) return
      await pause(Math.min(1000, ((1 - tokens) / limits.requestsPerSecond) * 1000), signal)
    }
  }

  return {
    registry,
    call: async (work, signal) => {
      await admit(signal)
      const deadline = AbortSignal.timeout(limits.callMs)
      const both = AbortSignal.any([signal, deadline])
      try {
        return await endingWith(work({ signal: both }), both, stopped)
      } catch (error) {
        if (signal.aborted) throw stopped()
        if (deadline.aborted)
          throw registriesErrors.REGISTRIES_TOO_SLOW(
            `The registry did not answer within ${limits.callMs} ms.`,
            { cause: error },
          )
        throw isAppError(error) ? error : toAppError(error)
      } finally {
        settle()
      }
    },
    takeRequests: () => {
      const sent = registry.requests()
      const fresh = sent - taken
      taken = sent
      return fresh
    },
  }
}
