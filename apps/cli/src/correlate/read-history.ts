/** Signals from a file, each line checked on its own. */
import { jsonFault } from '@rampart/codecs'
import { DEFAULT_TENANT, type SignalInput, SignalSchema } from '@rampart/domain'
import { isAppError } from '@rampart/kit/core'
import { completeSignal, type Evidence, evidenceOf } from '@rampart/threats/correlation'
import { cliErrors } from '../errors.ts'
import { boundedLines } from './bounded-lines.ts'

const MAX_LINE = 1024 * 1024
const SHOWN_REFUSALS = 5
/** What one replay holds in memory: about 1 kB each. */
export const MAX_SIGNALS = 1_000_000

export type Refused = { readonly line: number; readonly reason: string }
export type History = {
  readonly evidence: readonly Evidence[]
  /** How many lines were no signals, and the first of them. */
  readonly refused: number
  readonly firstRefused: readonly Refused[]
  /** What sensors only saw, as `rampart decode` tells it beside what they assert: nothing to correlate. */
  readonly sightings: number
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const parseLine = (text: string): Record<string, unknown> => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new SyntaxError(jsonFault(error))
  }
  if (!isRecord(value)) throw new SyntaxError('not an object')
  return value
}

/**
 * Undefined for a sighting. A signal that names no id gets its line's number as one; a title and evidence are not needed
 * to correlate; fields that no signal has (such as a label) and nulls are passed over.
 */
const evidenceOfLine = (text: string, line: number): Evidence | undefined => {
  const value = parseLine(text)
  if (typeof value.schema === 'string' && value.schema.startsWith('sighting/')) return undefined
  const id = typeof value.id === 'string' && value.id !== '' ? value.id : `line-${line}`
  const title = value.title ?? value.detector
  const known = Object.entries(value).filter(
    ([name, one]) => Object.hasOwn(SignalSchema.properties, name) && one !== null,
  )
  const input = { evidence: {}, ...Object.fromEntries(known), title } as unknown as SignalInput
  return evidenceOf(completeSignal(input, { id, tenant: DEFAULT_TENANT, sourceName: String(value.detector) }))
}

export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unreadable'
  if (!isAppError(error) || !Array.isArray(error.details)) return error.message
  const [first] = error.details as { pointer: string; message: string }[]
  return first === undefined ? error.message : `${first.pointer} ${first.message}`.trim()
}

/** Lines that are not signals are listed, not thrown; throws CLI_NO_FILE and CLI_BAD_RECORDS. */
export const readHistory = async (path: string, signal: AbortSignal): Promise<History> => {
  const evidence: Evidence[] = []
  const firstRefused: Refused[] = []
  let refused = 0
  let sightings = 0
  for await (const { number, text } of linesOf(path)) {
    signal.throwIfAborted()
    try {
      if (text === undefined) throw new RangeError(`longer than ${MAX_LINE} characters`)
      const one = evidenceOfLine(text, number)
      if (one === undefined) sightings += 1
      else evidence.push(one)
    } catch (error) {
      refused += 1
      if (firstRefused.length < SHOWN_REFUSALS)
        firstRefused.push({ line: number, reason: reasonOf(error).slice(0, 200) })
    }
    if (evidence.length > MAX_SIGNALS)
      throw cliErrors.CLI_BAD_RECORDS(`${path}: more than ${MAX_SIGNALS} signals; replay a shorter time`)
  }
  return { evidence, refused, firstRefused, sightings }
}

/** Throws CLI_NO_FILE. */
export const linesOf = async function* (path: string) {
  try {
    yield* boundedLines(path, MAX_LINE)
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (typeof code !== 'string') throw error
    throw cliErrors.CLI_NO_FILE(`${path} cannot be read: ${code}`)
  }
}
