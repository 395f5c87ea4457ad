/**
 * Syslog messages: RFC 5424 as its grammar says, and what senders call RFC 3164, read as its section 4.3 advises: what
 * cannot be read as a header stays message. Throws CODECS_EVENT_INVALID, on random bytes too.
 */
import { codecErrors } from '../errors.ts'
import { readTime, withoutLineEnd } from '../siem/outside-text.ts'

export type SyslogEvent = {
  readonly format: 'rfc5424' | 'rfc3164'
  readonly facility: number
  /** 0 (emergency) to 7 (debug). */
  readonly severity: number
  readonly version?: number
  /** RFC 3339 for RFC 5424; as written for RFC 3164, which has neither year nor zone. */
  readonly timestamp?: string
  readonly hostname?: string
  readonly appName?: string
  readonly procId?: string
  readonly msgId?: string
  readonly structuredData?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Without the BOM. */
  readonly message: string
}

const MAX_CHARACTERS = 1024 * 1024
const PRI = /^<(\d{1,3})>/
const HEADER5424 =
  /^([1-9]\d{0,2}) (-|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) ([\x21-\x7e]{1,128}) ([\x21-\x7e]{1,32}) /
/** The time as of RFC 3164 or as relays write it today (RFC 3339); a host without a colon, or an IPv6 address. */
const HEADER3164 =
  /^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) ([^\s:[\]]{1,255}|(?:[\da-fA-F.]{0,15}:){2,8}[\da-fA-F.]{0,15}) /
const TAG3164 = /^([\x21-\x39\x3b-\x5a\x5c\x5e-\x7e]{1,48})(?:\[([^\]\s]{1,128})\])?:(?: |$)/
const SD_NAME = /[\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]{1,32}/y
const MAX_PARAMS = 1024

const fail = (message: string) => codecErrors.CODECS_EVENT_INVALID(`syslog: ${message}`)

type Data = Record<string, Readonly<Record<string, string>>>

const nameAt = (text: string, at: number): string => {
  SD_NAME.lastIndex = at
  const found = SD_NAME.exec(text)?.[0]
  if (found === undefined) throw fail(`a name of structured data is missing at ${at}`)
  return found
}

/** The value that begins behind a quote at `at`, and where its closing quote is. */
const valueAt = (text: string, at: number): { value: string; end: number } => {
  let from = at
  let value = ''
  for (let index = at; index < text.length; index += 1) {
    const character = text.charAt(index)
    if (character === '"') return { value: value + text.slice(from, index), end: index }
    const next = text.charAt(index + 1)
    if (character === '\\' && (next === '"' || next === '\\' || next === ']')) {
      value += text.slice(from, index) + next
      index += 1
      from = index + 1
    } else if (character === ']') throw fail(`"]" is not escaped at ${index}`)
  }
  throw fail('a value of structured data does not end')
}

const readElement = (text: string, at: number, budget: { left: number }) => {
  const id = nameAt(text, at)
  const params: [string, string][] = []
  let index = at + id.length
  while (text.charAt(index) === ' ') {
    const name = nameAt(text, index + 1)
    index += 1 + name.length
    if (text.slice(index, index + 2) !== '="') throw fail(`a value is missing at ${index}`)
    const { value, end } = valueAt(text, index + 2)
    budget.left -= 1
    if (budget.left < 0) throw fail(`more than ${MAX_PARAMS} parameters`)
    // A name may be repeated (6.3.3); they are kept together.
    const before = params.find(([known]) => known === name)
    if (before === undefined) params.push([name, value])
    else before[1] += `, ${value}`
    index = end + 1
  }
  if (text.charAt(index) !== ']') throw fail(`structured data does not close at ${index}`)
  return { id, params: Object.fromEntries(params), end: index + 1 }
}

const readData = (text: string): { data: Data; end: number } => {
  if (text.startsWith('-')) return { data: {}, end: 1 }
  if (!text.startsWith('[')) throw fail('structured data is missing')
  const elements: [string, Readonly<Record<string, string>>][] = []
  const budget = { left: MAX_PARAMS }
  let at = 0
  while (text.charAt(at) === '[') {
    const { id, params, end } = readElement(text, at + 1, budget)
    budget.left -= 1
    if (budget.left < 0) throw fail(`more than ${MAX_PARAMS} parameters`)
    if (elements.some(([known]) => known === id)) throw fail(`structured data "${id}" comes twice`)
    elements.push([id, params])
    at = end
  }
  return { data: Object.fromEntries(elements), end: at }
}

const given = <K extends string>(key: K, value: string | undefined): { [P in K]?: string } =>
  (value === undefined || value === '-' ? {} : { [key]: value }) as { [P in K]?: string }

type Priority = { readonly facility: number; readonly severity: number }

const read5424 = (match: RegExpExecArray, rest: string, priority: Priority): SyslogEvent => {
  const [, version, time, hostname, appName, procId, msgId] = match
  if (time !== '-' && readTime(time ?? '') === undefined) throw fail('the timestamp is no time')
  const { data, end } = readData(rest)
  if (end < rest.length && rest.charAt(end) !== ' ') throw fail('no blank before the message')
  return {
    format: 'rfc5424',
    ...priority,
    version: Number(version),
    ...given('timestamp', time),
    ...given('hostname', hostname),
    ...given('appName', appName),
    ...given('procId', procId),
    ...given('msgId', msgId),
    ...(Object.keys(data).length === 0 ? {} : { structuredData: data }),
    message: rest.slice(end + 1).replace(/^\ufeff/, ''),
  }
}

const read3164 = (text: string, priority: Priority): SyslogEvent => {
  const header = HEADER3164.exec(text)
  const rest = header === null ? text : text.slice(header[0].length)
  const tag = header === null ? null : TAG3164.exec(rest)
  return {
    format: 'rfc3164',
    ...priority,
    ...given('timestamp', header?.[1]),
    ...given('hostname', header?.[2]),
    ...given('appName', tag?.[1]),
    ...given('procId', tag?.[2]),
    message: tag === null ? rest : rest.slice(tag[0].length),
  }
}

/** One message without its frame. */
export const decodeSyslog = (line: string): SyslogEvent => {
  if (line.length > MAX_CHARACTERS) throw fail(`longer than ${MAX_CHARACTERS} characters`)
  const text = withoutLineEnd(line).replace(/^\ufeff/, '')
  const match = PRI.exec(text)
  const value = Number(match?.[1])
  if (match === null || value > 191) throw fail('no priority "<0>" to "<191>" at the beginning')
  const priority = { facility: value >> 3, severity: value & 7 }
  const body = text.slice(match[0].length)
  const header = HEADER5424.exec(body)
  if (header !== null) return read5424(header, body.slice(header[0].length), priority)
  return read3164(body, priority)
}
