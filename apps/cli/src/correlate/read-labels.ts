/** Which incident each signal belongs to, in the forms in which people keep such lists. */
import { readFile, stat } from 'node:fs/promises'
import { cliErrors } from '../errors.ts'
import { isRecord, linesOf, MAX_SIGNALS, parseLine, reasonOf } from './read-history.ts'

/** Incident by signal id or key; undefined says that a signal is noise. */
export type Labels = ReadonlyMap<string, string | undefined>
type Label = readonly [signal: string, incident: string | undefined]

/** A document is read whole, lines are not. */
const MAX_DOCUMENT = 64 * 1024 * 1024
const NOISE = new Set(['', '-', 'none', 'noise', 'null', 'benign', 'background'])
const HEADER = /^"?(?:signal|signal_id|id|key)"?\s*[,\t]/i

const nameOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined

/** `{"signal" or "id" or "key", "incident" or "label"}`, or an incident (`"incident"` or `"id"`) with its `"signals"`. */
const labelsOf = (value: unknown): Label[] => {
  if (!isRecord(value)) throw new SyntaxError('not an object')
  const incident = nameOf(value.incident ?? value.label ?? value.incident_id)
  if (Array.isArray(value.signals))
    return value.signals.map((one: unknown) => {
      const signal = nameOf(isRecord(one) ? one.id : one)
      if (signal === undefined) throw new SyntaxError('"signals" holds what is no id or key')
      return [signal, incident ?? nameOf(value.id)]
    })
  const signal = nameOf(value.signal ?? value.signal_id ?? value.id ?? value.key)
  if (signal === undefined) throw new SyntaxError('names no signal, id or key')
  return [[signal, incident]]
}

const cellsOf = (text: string): Label => {
  const separator = text.includes('\t') ? '\t' : ','
  const [signal = '', label = ''] = text.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
  if (!text.includes(separator) || signal === '') throw new SyntaxError('write SIGNAL,INCIDENT')
  return [signal, label]
}

const NAMES = ['signal', 'signal_id', 'id', 'key', 'signals'] as const

/** A list, `{"labels": …}`, `{"incidents": [{"id", "signals"}]}`, or an object of SIGNAL: INCIDENT. */
const labelsOfDocument = (value: unknown): Label[] => {
  if (Array.isArray(value)) return value.flatMap(labelsOf)
  if (!isRecord(value)) throw new SyntaxError('not an object')
  if (NAMES.some((name) => name in value)) return labelsOf(value)
  const inner = value.labels ?? value.incidents
  if (typeof inner === 'object' && inner !== null) return labelsOfDocument(inner)
  return Object.entries(value).map(([signal, label]) => {
    if (label !== null && nameOf(label) === undefined) throw new SyntaxError('names no signal, id or key')
    return [signal, nameOf(label)]
  })
}

/** Undefined for what is not one JSON document: lines of them, or cells. */
const readDocument = async (path: string): Promise<unknown> => {
  try {
    if ((await stat(path)).size > MAX_DOCUMENT) return undefined
    const text = (await readFile(path, 'utf8')).replace(/^\ufeff/, '').trimStart()
    return text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    const { code } = error as { code?: unknown }
    if (typeof code !== 'string') throw error
    throw cliErrors.CLI_NO_FILE(`${path} cannot be read: ${code}`)
  }
}

const add = (labels: Map<string, string | undefined>, found: readonly Label[], path: string): void => {
  for (const [signal, label] of found) {
    const isNoise = label === undefined || NOISE.has(label.toLowerCase())
    labels.set(signal, isNoise ? undefined : label)
  }
  if (labels.size > MAX_SIGNALS) throw cliErrors.CLI_BAD_RECORDS(`${path}: more than ${MAX_SIGNALS} labels`)
}

/** Throws CLI_NO_FILE and CLI_BAD_RECORDS. */
export const readLabels = async (path: string): Promise<Labels> => {
  const labels = new Map<string, string | undefined>()
  const take = (where: string, read: () => readonly Label[]): void => {
    try {
      add(labels, read(), path)
    } catch (error) {
      if (error instanceof SyntaxError) throw cliErrors.CLI_BAD_RECORDS(`${path}: ${where}${reasonOf(error)}`)
      throw error
    }
  }
  const document = await readDocument(path)
  if (document !== undefined) {
    take('', () => labelsOfDocument(document))
    return labels
  }
  for await (const { number, text } of linesOf(path)) {
    if (number === 1 && text !== undefined && HEADER.test(text)) continue
    take(`line ${number}: `, () => {
      if (text === undefined) throw new SyntaxError('too long')
      return text.trimStart().startsWith('{') ? labelsOf(parseLine(text)) : [cellsOf(text)]
    })
  }
  return labels
}
