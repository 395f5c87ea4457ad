/**
 * CEF text to a typed event, as the ArcSight guide defines it. Tolerant of an unescaped `=` inside a value (it stays text
 * and is told under `problems`), strict about the header. Time and memory grow with the line, which is bounded.
 */
import { codecErrors } from '../errors.ts'
import { withoutLineEnd } from '../siem/outside-text.ts'
import { CEF_DICTIONARY } from './dictionary.ts'
import { unescapeValue } from './escape.ts'
import { type CefValue, readCefValue } from './values.ts'

export type CefEvent = {
  readonly format: 'cef'
  /** As written: 0 or 1. */
  readonly version: number
  readonly deviceVendor: string
  readonly deviceProduct: string
  readonly deviceVersion: string
  readonly deviceEventClassId: string
  readonly name: string
  /** As written: 0 to 10, or Unknown, Low, Medium, High, Very-High. */
  readonly severity: string
  /** Typed by the dictionary; keys outside it are text. Times are RFC 3339. */
  readonly extension: Readonly<Record<string, CefValue>>
  /** Values of custom fields by their label: `cs1Label=policy cs1=x` gives `{policy: 'x'}`. */
  readonly labelled: Readonly<Record<string, CefValue>>
  /** What stood before `CEF:`, such as a syslog header. */
  readonly prefix?: string
  /** Fields whose value is not of their type, or that were written twice. */
  readonly problems?: readonly string[]
}

const MAX_CHARACTERS = 1024 * 1024
const MAX_FIELDS = 1024
const START = /(?:^|[\s\ufeff>:])CEF:\s?(\d{1,4}(?:\.\d{1,4})?)\|/

const fail = (message: string) => codecErrors.CODECS_EVENT_INVALID(`CEF: ${message}`)

/** Six fields of the header behind the version, and where the extension begins. */
const readHeader = (text: string, from: number): { fields: string[]; end: number } => {
  const fields: string[] = []
  let field = ''
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at)
    const next = text.charAt(at + 1)
    if (character === '\\' && (next === '|' || next === '\\')) {
      field += next
      at += 1
    } else if (character === '|') {
      fields.push(field)
      field = ''
      if (fields.length === 6) return { fields, end: at + 1 }
    } else field += character
  }
  // A record without an extension may leave out the last pipe.
  if (fields.length === 5 && field !== '') return { fields: [...fields, field], end: text.length }
  throw fail(`the header has ${fields.length + 1} of 7 fields`)
}

const KEY = /(?:^| )([\w.,[\]-]{1,64})$/
const KEY_WINDOW = 66

type Place = { readonly key: string; readonly start: number; readonly value: number }

const isEscaped = (text: string, at: number): boolean => {
  let slashes = 0
  while (text.charAt(at - 1 - slashes) === '\\') slashes += 1
  return slashes % 2 === 1
}

/** Every ` key=` of the extension; an unescaped `=` without a key before it belongs to a value. */
const findKeys = (text: string, problems: string[]): Place[] => {
  const places: Place[] = []
  for (let at = text.indexOf('='); at >= 0; at = text.indexOf('=', at + 1)) {
    if (isEscaped(text, at)) continue
    const from = Math.max(places.at(-1)?.value ?? 0, at - KEY_WINDOW)
    const key = KEY.exec(text.slice(from, at))?.[1]
    if (key === undefined) {
      const last = places.at(-1)
      if (last === undefined) throw fail('the extension does not begin with a key')
      if (problems.length < 32) problems.push(`${last.key}: a "=" in its value is not escaped`)
    } else {
      places.push({ key, start: at - key.length, value: at + 1 })
      if (places.length > MAX_FIELDS) throw fail(`more than ${MAX_FIELDS} fields`)
    }
  }
  if (places.length === 0 && text.trim() !== '') throw fail('the extension has no key')
  return places
}

const readExtension = (text: string, problems: string[]): Map<string, CefValue> => {
  const values = new Map<string, CefValue>()
  const places = findKeys(text, problems)
  for (const [index, { key, value }] of places.entries()) {
    const end = places[index + 1]?.start
    // One blank parts two fields; further ones belong to the value.
    const raw = unescapeValue(text.slice(value, end === undefined ? text.length : end - 1))
    if (values.has(key)) {
      problems.push(`${key}: written twice, the first was kept`)
      continue
    }
    const typed = readCefValue(key, CEF_DICTIONARY.get(key)?.type === 'string' ? raw : raw.trim())
    if (typed === undefined) problems.push(`${key}: not of type ${CEF_DICTIONARY.get(key)?.type}`)
    values.set(key, typed ?? raw)
  }
  return values
}

const labelled = (values: ReadonlyMap<string, CefValue>): Record<string, CefValue> => {
  const found: [string, CefValue][] = []
  for (const [key, label] of values) {
    const value = key.endsWith('Label') ? values.get(key.slice(0, -5)) : undefined
    if (value !== undefined && typeof label === 'string' && label !== '') found.push([label, value])
  }
  return Object.fromEntries(found)
}

/** Reads one CEF record, with or without a syslog header before it; throws CODECS_EVENT_INVALID. */
export const decodeCef = (line: string): CefEvent => {
  if (line.length > MAX_CHARACTERS) throw fail(`longer than ${MAX_CHARACTERS} characters`)
  const text = withoutLineEnd(line)
  const match = START.exec(text)
  if (match === null) throw fail('no "CEF:VERSION|" found')
  const begin = match.index + match[0].indexOf('CEF:')
  const { fields, end } = readHeader(text, match.index + match[0].length)
  const problems: string[] = []
  const values = readExtension(text.slice(end), problems)
  const prefix = text.slice(0, begin).replaceAll('\ufeff', '').trim()
  const [deviceVendor = '', deviceProduct = '', deviceVersion = '', classId = '', name = '', severity = ''] =
    fields
  return {
    format: 'cef',
    version: Number(match[1]),
    deviceVendor,
    deviceProduct,
    deviceVersion,
    deviceEventClassId: classId,
    name,
    severity,
    extension: Object.fromEntries(values),
    labelled: labelled(values),
    ...(prefix === '' ? {} : { prefix }),
    ...(problems.length === 0 ? {} : { problems }),
  }
}
