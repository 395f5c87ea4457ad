/** SQLSTATE and socket failures of PostgreSQL as AppErrors (PostgreSQL manual, appendix A). */
import { type AppError, isAppError } from './app-error.ts'
import { kitErrors } from './errors.ts'

const codeOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : undefined
}

const GONE_SOCKET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
])
// Class 08 connection exception, 57P01..57P05 shutdowns, 53300 too many connections, 25P03 idle-in-transaction timeout.
const GONE_STATE = /^(08...|57P0[1-5]|25P0[34]|58...)$/
const BUSY_STATE = /^(57014|55P03|53...)$/
// Class 22, data exceptions that a caller's text or number causes; 54000 is an index entry that would be too long.
const VALUE_STATE = /^(22003|22007|22008|22021|22P02|22P05|54000)$/
const GONE_MESSAGE =
  /Connection terminated|connection error and is not queryable|Client was closed|server closed/i
const BUSY_MESSAGE = /timeout exceeded when trying to connect|Query read timeout/i

/** The driver gave up waiting; the server may still be working on the statement. */
export const isReadTimeout = (error: unknown): boolean => /Query read timeout/i.test(messageOf(error))

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The server, or the way to it, is gone: the same call may succeed once it is back. */
export const isConnectionLoss = (error: unknown): boolean => {
  const code = codeOf(error)
  if (code !== undefined && (GONE_SOCKET.has(code) || GONE_STATE.test(code))) return true
  if (error instanceof AggregateError) return error.errors.every(isConnectionLoss)
  return GONE_MESSAGE.test(messageOf(error))
}

/** 40001 serialization failure, 40P01 deadlock: running the whole transaction again is the documented answer. */
export const isTransactionConflict = (error: unknown): boolean => {
  const code = codeOf(error)
  return code === '40001' || code === '40P01'
}

/** Failures a caller can act on become AppErrors; everything else (constraint violations …) passes unchanged. */
export const mapPostgresError = (error: unknown): AppError | Error => {
  if (isAppError(error)) return error
  if (isTransactionConflict(error)) {
    return kitErrors.KIT_TRANSACTION_CONFLICT('The transaction kept colliding with others.', { cause: error })
  }
  const code = codeOf(error)
  if (code !== undefined && VALUE_STATE.test(code)) {
    return kitErrors.KIT_VALUE_REFUSED('A value of the request cannot be stored or looked up.', {
      cause: error,
    })
  }
  if ((code !== undefined && BUSY_STATE.test(code)) || BUSY_MESSAGE.test(messageOf(error))) {
    return kitErrors.KIT_DATABASE_BUSY('The database did not answer in time.', { cause: error })
  }
  if (isConnectionLoss(error)) {
    return kitErrors.KIT_DATABASE_UNAVAILABLE('The database is not reachable.', { cause: error })
  }
  return error instanceof Error ? error : new Error(String(error))
}

/** Name of the violated unique constraint (SQLSTATE 23505), for stores that turn it into a Conflict. */
export const uniqueViolation = (error: unknown): string | undefined =>
  codeOf(error) === '23505' ? ((error as { constraint?: string }).constraint ?? '') : undefined
