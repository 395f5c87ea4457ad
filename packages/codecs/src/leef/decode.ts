/** LEEF 1.0 and 2.0 text to a typed event, by IBM's published rules: no escapes, the first value of a repeated key counts. */
import { isIP } from 'node:net'
import { codecErrors } from '../errors.ts'
import { withoutLineEnd } from '../siem/outside-text.ts'

export type LeefValue = string | number

export type LeefEvent = {
  readonly format: 'leef'
  readonly version: '1.0' | '2.0'
  readonly vendor: string
  readonly product: string
  readonly productVersion: string
  readonly eventId: string
  readonly delimiter: string
  /** Ports, byte and packet counts and `sev` are numbers when they are; `devTime` in ms is RFC 3339; the rest is text. */
  readonly attributes: Readonly<Record<string, LeefValue>>
  readonly prefix?: string
  readonly problems?: readonly string[]
}

const MAX_CHARACTERS = 1024 * 1024
const MAX_ATTRIBUTES = 1024
const START = /(?:^|[\s\ufeff>:])LEEF:(\d\.\d)\|/
/** A character or its code; `\\t` in letters is no rule of IBM's but is sent. */
const DELIMITER = /^(?:(?:0x|x)([0-9a-f]{1,4})|(.)|\\t)$/iu

const fail = (message: string) => codecErrors.CODECS_EVENT_INVALID(`LEEF: ${message}`)

const NUMBERS = new Set([
  'srcPort',
  'dstPort',
  'srcPreNATPort',
  'dstPreNATPort',
  'srcPostNATPort',
  'dstPostNATPort',
])
for (const key of ['sev', 'srcBytes', 'dstBytes', 'totalBytes', 'srcPackets', 'dstPackets', 'totalPackets'])
  NUMBERS.add(key)
const ADDRESSES = new Set(['src', 'dst', 'srcPreNAT', 'dstPreNAT', 'srcPostNAT', 'dstPostNAT', 'identSrc'])

/** undefined: the text is not of the attribute's type. */
const typed = (key: string, text: string, hasFormat: boolean): LeefValue | undefined => {
  if (NUMBERS.has(key)) return /^\d{1,15}$/.test(text) ? Number(text) : undefined
  if (ADDRESSES.has(key)) return isIP(text) === 0 ? undefined : text
  if (key !== 'devTime' || hasFormat || !/^\d{1,15}$/.test(text)) return text
  return Number(text) <= 8.64e15 ? new Date(Number(text)).toISOString() : undefined
}

const readAttributes = (text: string, delimiter: string, problems: string[]): Map<string, LeefValue> => {
  const raw = new Map<string, string>()
  for (const part of text.split(delimiter, MAX_ATTRIBUTES + 1)) {
    if (part === '') continue
    const at = part.indexOf('=')
    const key = part.slice(0, at).trim()
    if (at < 1 || key === '' || key.length > 256) {
      if (problems.length < 32) problems.push(`not an attribute: ${JSON.stringify(part.slice(0, 64))}`)
      continue
    }
    if (raw.has(key)) problems.push(`${key.slice(0, 64)}: written twice, the first was kept`)
    else raw.set(key, part.slice(at + 1))
    if (raw.size > MAX_ATTRIBUTES) throw fail(`more than ${MAX_ATTRIBUTES} attributes`)
  }
  const values = new Map<string, LeefValue>()
  for (const [key, value] of raw) {
    const found = typed(key, value, raw.has('devTimeFormat'))
    if (found === undefined) problems.push(`${key}: not of its type`)
    values.set(key, found ?? value)
  }
  return values
}

/** LEEF 2.0 names its delimiter in a sixth field, which may be left out. */
const delimiterOf = (version: string, rest: string): { delimiter: string; attributes: string } => {
  if (version === '1.0') return { delimiter: '\t', attributes: rest }
  const end = rest.indexOf('|')
  const field = end < 0 ? undefined : rest.slice(0, end)
  if (field === '') return { delimiter: '\t', attributes: rest.slice(1) }
  const match = DELIMITER.exec(field ?? '')
  if (match === null) return { delimiter: '\t', attributes: rest }
  const code = match[1]
  const delimiter = code === undefined ? (match[2] ?? '\t') : String.fromCharCode(Number.parseInt(code, 16))
  return { delimiter, attributes: rest.slice(end + 1) }
}

/** Reads one LEEF record, with or without a syslog header before it; throws CODECS_EVENT_INVALID. */
export const decodeLeef = (line: string): LeefEvent => {
  if (line.length > MAX_CHARACTERS) throw fail(`longer than ${MAX_CHARACTERS} characters`)
  const text = withoutLineEnd(line)
  const match = START.exec(text)
  if (match === null) throw fail('no "LEEF:VERSION|" found')
  const version = match[1]
  if (version !== '1.0' && version !== '2.0') throw fail(`version ${version} is not known`)
  const begin = match.index + match[0].indexOf('LEEF:')
  const fields: string[] = []
  let at = match.index + match[0].length
  while (fields.length < 4) {
    const end = text.indexOf('|', at)
    if (end < 0) throw fail(`the header has ${fields.length + 1} of 5 fields`)
    fields.push(text.slice(at, end))
    at = end + 1
  }
  const { delimiter, attributes } = delimiterOf(version, text.slice(at))
  const problems: string[] = []
  const values = readAttributes(attributes, delimiter, problems)
  const [vendor = '', product = '', productVersion = '', eventId = ''] = fields
  const prefix = text.slice(0, begin).replaceAll('\ufeff', '').trim()
  return {
    format: 'leef',
    version,
    vendor,
    product,
    productVersion,
    eventId,
    delimiter,
    attributes: Object.fromEntries(values),
    ...(prefix === '' ? {} : { prefix }),
    ...(problems.length === 0 ? {} : { problems }),
  }
}
