/** The one error type that crosses room borders: a kind (what class of failure), a code (which failure), a message for people. */

export type ErrorKind =
  | 'InvalidInput'
  | 'Unauthenticated'
  | 'Forbidden'
  | 'NotFound'
  | 'Conflict'
  | 'PreconditionFailed'
  | 'PayloadTooLarge'
  | 'UnsupportedMediaType'
  | 'RateLimited'
  | 'Unsupported'
  | 'Unavailable'
  | 'DeadlineExceeded'
  | 'Cancelled'
  | 'Internal'

export type AppErrorInit<C extends string = string> = {
  readonly kind: ErrorKind
  readonly code: C
  readonly message: string
  readonly cause?: unknown
  readonly details?: unknown
  readonly help?: string
  readonly retryable?: boolean
}

const RETRYABLE: readonly ErrorKind[] = ['Unavailable', 'RateLimited']

/** `retryable` defaults to true for Unavailable and RateLimited: the same call may succeed later, unchanged. */
export class AppError<C extends string = string> extends Error {
  override readonly name = 'AppError'
  readonly kind: ErrorKind
  readonly code: C
  readonly details?: unknown
  readonly help?: string
  readonly retryable: boolean

  constructor(init: AppErrorInit<C>) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause })
    this.kind = init.kind
    this.code = init.code
    if (init.details !== undefined) this.details = init.details
    if (init.help !== undefined) this.help = init.help
    this.retryable = init.retryable ?? RETRYABLE.includes(init.kind)
  }
}

export const isAppError = (value: unknown): value is AppError => value instanceof AppError

/** Anything thrown as an AppError; a stranger becomes Internal with the stranger as its cause. */
export const toAppError = (error: unknown): AppError =>
  isAppError(error)
    ? error
    : new AppError({ kind: 'Internal', code: 'INTERNAL', message: 'Internal error', cause: error })
