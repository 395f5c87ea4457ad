/** Per-room error catalogues: one table gives the factories and the reference page. */
import { AppError, type AppErrorInit, type ErrorKind } from './app-error.ts'

export type ErrorDefinition = {
  readonly kind: ErrorKind
  readonly summary: string
  readonly help?: string
  readonly retryable?: boolean
}
export type ErrorExtra = Pick<AppErrorInit, 'cause' | 'details' | 'help' | 'retryable'>

export type ErrorFactory<C extends string = string> = ((
  message: string,
  extra?: ErrorExtra,
) => AppError<C>) & {
  readonly code: C
  readonly definition: ErrorDefinition
}

export type ErrorCatalogue<T extends Record<string, ErrorDefinition>> = {
  readonly [C in keyof T & string]: ErrorFactory<C>
}

const factory = <C extends string>(code: C, definition: ErrorDefinition): ErrorFactory<C> => {
  const { kind, summary: _summary, ...defaults } = definition
  const make = (message: string, extra: ErrorExtra = {}): AppError<C> =>
    new AppError({ kind, code, message, ...defaults, ...extra })
  return Object.assign(make, { code, definition })
}

/** `defineErrors({ X_GONE: { kind: 'NotFound', summary: '…' } }).X_GONE('no x 7')` makes the AppError with code X_GONE. */
export const defineErrors = <const T extends Record<string, ErrorDefinition>>(
  catalogue: T,
): ErrorCatalogue<T> =>
  Object.fromEntries(
    Object.entries(catalogue).map(([code, definition]) => [code, factory(code, definition)]),
  ) as unknown as ErrorCatalogue<T>
