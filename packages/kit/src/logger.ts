/** JSON log lines to stderr; JSON escaping keeps control characters of an attacker out of the terminal. */
import { type DestinationStream, pino } from 'pino'
import { isAppError } from './app-error.ts'

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'

type LogMethod = {
  (event: string): void
  (fields: object, event: string): void
}

/** One event name per line (`model.quarantined`), ids as fields. `error` means: a human must act now. */
export interface Logger {
  debug: LogMethod
  info: LogMethod
  warn: LogMethod
  error: LogMethod
  child(bindings: Record<string, unknown>): Logger
}

const SECRET_KEYS = [
  'authorization',
  'cookie',
  'set-cookie',
  'token',
  'accessToken',
  'idToken',
  'password',
  'secret',
  'clientSecret',
  'apiKey',
  'privateKey',
  'inputs',
  'outputs',
  'prompt',
  'payload',
]

const keyPath = (prefix: string, key: string): string =>
  /^[A-Za-z_]\w*$/.test(key) ? `${prefix}${prefix === '' ? '' : '.'}${key}` : `${prefix}["${key}"]`

const REDACTED_PATHS = SECRET_KEYS.flatMap((key) => [
  keyPath('', key),
  keyPath('*', key),
  keyPath('*.*', key),
])

/** Errors of libraries carry what they were doing it with: a connection, its keys, a whole request. Only plain fields stay. */
const plainError = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error
  const { details, aggregateErrors, ...fields } = pino.stdSerializers.err(error)
  const plain = Object.entries(fields).filter(([, value]) => value === null || typeof value !== 'object')
  return {
    ...Object.fromEntries(plain),
    ...(isAppError(error) ? { details } : {}),
    ...(aggregateErrors === undefined ? {} : { causes: aggregateErrors.map((one: Error) => one.message) }),
  }
}

export type LoggerOptions = {
  readonly level: LogLevel
  readonly name: string
  readonly destination?: DestinationStream
}

export const createLogger = (options: LoggerOptions): Logger =>
  pino(
    {
      level: options.level,
      name: options.name,
      base: { name: options.name, pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: plainError },
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    },
    options.destination ?? pino.destination({ fd: 2, sync: true }),
  )
