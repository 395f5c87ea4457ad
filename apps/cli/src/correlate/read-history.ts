/** Signals and labels from files, each line checked on its own. */
import { DEFAULT_TENANT, type SignalInput } from '@rampart/domain'
import { isAppError } from '@rampart/kit/core'
import { completeSignal, type Evidence, evidenceOf } from '@rampart/threats/correlation'
import { cliErrors } from '../errors.ts'
import { boundedLines } from './bounded-lines.ts'

const MAX_LINE = 1024 * 1024
const SHOWN_REFUSALS = 5
/** What one replay holds in memory: about 1 kB each. */
const MAX_SIGNALS = 1_000_000

export type Refused = { readonly line: number; readonly reason: string }
export type History = {
  readonly evidence: readonly Evidence[]
  /** How many lines were no signals, and the first of them. */
  readonly refused: number
  readonly firstRefused: readonly Refused[]
  /** What sensors only saw, as `rampart decode` tells it beside what they assert: nothing to correlate. */
  readonly sightings: number
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parseLine = (text: string): Record<string, unknown> => {
  const value: unknown = JSON.parse(text)
  if (!isRecord(value)) throw new SyntaxError('not an object')
  return value
}

/** Undefined for a sighting. A signal that names no id gets its line's number as one; a title and evidence are not needed to correlate. */
const evidenceOfLine = (text: string, line: number): Evidence | undefined => {
  const value = parseLine(text)
  if (typeof value.schema === 'string' && value.schema.startsWith('sighting/')) return undefined
  const id = typeof value.id === 'string' && value.id !== '' ? value.id : `line-${line}`
  const title = value.title ?? value.detector
  const input = { evidence: {}, ...value, title } as unknown as SignalInput
  return evidenceOf(completeSignal(input, { id, tenant: DEFAULT_TENANT, sourceName: String(value.detector) }))
}

const reasonOf = (error: unknown): string => {
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

const linesOf = async function* (path: string) {
  try {
    yield* boundedLines(path, MAX_LINE)
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (typeof code !== 'string') throw error
    throw cliErrors.CLI_NO_FILE(`${path} cannot be read: ${code}`)
  }
}

const NOISE = new Set(['', '-', 'none', 'noise', 'null', 'benign', 'background'])

const nameOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined

/** `{"signal" or "id" or "key", "incident" or "label"}`, or two cells `SIGNAL,INCIDENT`; a header line is passed over. */
const parseLabel = (text: string): readonly [signal: string, label: string | undefined] | undefined => {
  if (!text.trimStart().startsWith('{')) {
    const [signal = '', label = ''] = text.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
    if (!text.includes(',') || signal === '') throw new SyntaxError('write SIGNAL,INCIDENT')
    return [signal, label]
  }
  const value = parseLine(text)
  const signal = nameOf(value.signal ?? value.signal_id ?? value.id ?? value.key)
  if (signal === undefined) throw new SyntaxError('names no signal, id or key')
  return [signal, nameOf(value.incident ?? value.label ?? value.incident_id)]
}

const HEADER = /^"?(?:signal|signal_id|id|key)"?\s*,/i

/** Signal id or key → incident; undefined says that a signal is noise. */
export const readLabels = async (path: string): Promise<ReadonlyMap<string, string | undefined>> => {
  const labels = new Map<string, string | undefined>()
  for await (const { number, text } of linesOf(path)) {
    if (number === 1 && text !== undefined && HEADER.test(text)) continue
    try {
      if (text === undefined) throw new SyntaxError('too long')
      const [signal, label] = parseLabel(text) ?? []
      const isNoise = label === undefined || NOISE.has(label.toLowerCase())
      if (signal !== undefined) labels.set(signal, isNoise ? undefined : label)
    } catch (error) {
      throw cliErrors.CLI_BAD_RECORDS(`${path}: line ${number}: ${reasonOf(error)}`)
    }
    if (labels.size > MAX_SIGNALS) throw cliErrors.CLI_BAD_RECORDS(`${path}: more than ${MAX_SIGNALS} labels`)
  }
  return labels
}
