/** What a failure of a registry means for the sync: wait and go on, or refuse this version. Pure. */
import { type AppError, backoffMs, type Random, toAppError } from '@rampart/kit'

export type FailureClass = 'stopped' | 'later' | 'slow' | 'final'

/** Not the version's fault: our credentials, or a secret that is not there. */
const CONFIGURATION: readonly string[] = ['OUTBOUND_DENIED', 'SECRET_NOT_FOUND', 'SECRET_UNREADABLE']

export const classOf = (error: AppError): FailureClass => {
  if (error.code === 'REGISTRIES_STOPPED') return 'stopped'
  // Cut off, or announced wrongly: worth some more tries, not endless ones.
  if (error.kind === 'DeadlineExceeded') return 'slow'
  if (error.code === 'REGISTRIES_SIZE_MISMATCH' && error.retryable) return 'slow'
  if (error.retryable || error.code.startsWith('KIT_')) return 'later'
  if (error.kind === 'Unauthenticated' || error.kind === 'Forbidden') return 'later'
  return CONFIGURATION.includes(error.code) ? 'later' : 'final'
}

/** The wait a registry asks for, else exponential with jitter. */
export const waitMs = (
  error: AppError,
  attempt: number,
  options: { readonly baseMs: number; readonly maxMs: number; readonly random: Pick<Random, 'float'> },
): number => {
  const details = error.details as { readonly retryAfterMs?: unknown } | undefined
  const asked = typeof details?.retryAfterMs === 'number' ? details.retryAfterMs : 0
  return Math.max(Math.min(asked, 3_600_000), backoffMs(attempt, options))
}

/** Code and message for rows and status; an internal failure does not quote its cause. */
export const reasonOf = (error: unknown): { readonly code: string; readonly message: string } => {
  const { code, message } = toAppError(error)
  return { code, message: message.slice(0, 500) }
}
