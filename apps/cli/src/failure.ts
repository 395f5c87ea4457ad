/** A failed command: what happened, why, what to do next, and the exit code that says it to a script. */
import { ApiError } from '@rampart/client'
import { isAppError, toExitCode } from '@rampart/kit/core'
import { CommanderError } from 'commander'
import { type Colors, type Io, printable } from './io.ts'

/** 0 ok, 1 failure, 2 usage, 3 not found, 4 denied by policy, 5 verification failed, 6 unavailable, 130 interrupted. */
const exitCodeOfStatus = (status: number): number => {
  if (status === 401 || status === 403) return 4
  if (status === 404) return 3
  if (status === 400 || status === 415 || status === 422) return 2
  return status === 0 || status === 429 || status === 503 || status === 504 ? 6 : 1
}

const isInterrupt = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'

export const exitCodeOf = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (isInterrupt(error)) return 130
  if (error instanceof ApiError) return exitCodeOfStatus(error.status)
  return isAppError(error) ? toExitCode(error) : 1
}

type Fault = {
  readonly file?: unknown
  readonly line?: unknown
  readonly column?: unknown
  readonly pointer?: unknown
  readonly message?: unknown
}

/** `authz.rego:3:7: unknown function` for policies, `/spec/limits: must be number` for documents. */
const faultLine = ({ file, line, column, pointer, message }: Fault): string => {
  const place =
    file === undefined ? pointer : [file, line, column].filter((part) => part !== undefined).join(':')
  return `${place === undefined || place === '' ? '' : `${String(place)}: `}${String(message)}`
}

/** What the server lists under `details`: a policy's reasons, a compiler's or validator's faults. */
const reasonsOf = (details: unknown): string[] => {
  const holder = (typeof details === 'object' && details !== null ? details : {}) as Readonly<
    Record<string, unknown>
  >
  const found = Array.isArray(details) ? details : (holder.reasons ?? holder.faults)
  if (!Array.isArray(found)) return []
  return found.map((one: unknown) => (typeof one === 'object' && one !== null ? faultLine(one) : String(one)))
}

const helpFor = (error: ApiError): string | undefined => {
  if (error.help !== undefined) return error.help
  if (error.status === 401) return 'rampart login --token -, or set RAMPART_TOKEN or RAMPART_HOME'
  if (error.code === 'CLIENT_UNREACHABLE') return 'start it with npm start, or name another with --server'
  return undefined
}

/** The lines for stderr; none for help, version and Ctrl-C, which explain themselves. */
export const describeFailure = (error: unknown, colors: Colors): string[] => {
  if (error instanceof CommanderError || isInterrupt(error)) return []
  const first = (text: string, code: string): string =>
    `${colors.red('error:')} ${printable(text)} ${colors.dim(`(${printable(code)})`)}`
  if (error instanceof ApiError) {
    const help = helpFor(error)
    return [
      first(error.message, error.code),
      ...reasonsOf(error.details)
        .filter((reason) => !error.message.includes(reason))
        .map((reason) => `  - ${printable(reason)}`),
      ...(help === undefined ? [] : [`  try: ${printable(help)}`]),
      ...(error.requestId === undefined ? [] : [colors.dim(`  request id ${printable(error.requestId)}`)]),
    ]
  }
  if (isAppError(error)) {
    return [first(error.message, error.code), ...(error.help === undefined ? [] : [`  try: ${error.help}`])]
  }
  return [first(error instanceof Error ? error.message : String(error), 'CLI_FAILED')]
}

/** Prints the failure and gives the exit code. */
export const reportFailure = (error: unknown, io: Io, colors: Colors): number => {
  for (const line of describeFailure(error, colors)) io.err(`${line}\n`)
  return exitCodeOf(error)
}
