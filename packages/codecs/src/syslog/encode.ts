/**
 * Syslog messages of RFC 5424 and their octet-counted frames (RFC 6587 section 3.4.1, RFC 5425 section 4.3).
 * A text message may be any payload (CEF, LEEF, JSON), or a record whose parts become structured data.
 */
import type { Severity } from '@rampart/domain'
import { asText, type ExportRecord, referenceOf } from '../siem/export-record.ts'
import { cutTo, overflowNote, spellAllControls, utf8 } from '../siem/plain-text.ts'

/** RFC 5424 table 2; the severities of the product are not alarms about syslog's own host, so none is emergency. */
export const SYSLOG_SEVERITY: Readonly<Record<Severity, number>> = {
  critical: 2,
  high: 3,
  medium: 4,
  low: 5,
  info: 6,
}

/** 32473 is the enterprise number set aside for documentation (RFC 5612): Rampart has none of its own. */
const SD_ID = 'rampart@32473'
const BOM = '\ufeff'

export type SyslogHeader = {
  /** 0 to 23; default 13, log audit. */
  readonly facility?: number
  readonly severity: Severity
  /** RFC 3339. */
  readonly time: string
  readonly hostname?: string
  readonly appName?: string
  readonly procId?: string
  readonly msgId?: string
}

export type Rfc5424Options = {
  readonly facility?: number
  readonly hostname?: string
  readonly appName?: string
  readonly procId?: string
  /** Longest message, bytes; default 64 KiB. RFC 5424 6.1 asks receivers for 480, and 2,048 where they can. */
  readonly maxBytes?: number
}

/** PRINTUSASCII of at most `limit` characters; what is not becomes `_`; nothing becomes the NILVALUE. */
const token = (text: string | undefined, limit: number): string => {
  const clean = (text ?? '').replaceAll(/[^\x21-\x7e]/g, '_').slice(0, limit)
  return clean === '' ? '-' : clean
}

/** TIMESTAMP has at most six digits of a second. */
const timestamp = (time: string): string =>
  Number.isNaN(Date.parse(time)) ? '-' : time.toUpperCase().replace(/(\.\d{6})\d+/, '$1')

export const syslogHeader = (header: SyslogHeader): string => {
  const facility = header.facility ?? 13
  const parts = [
    `<${facility * 8 + SYSLOG_SEVERITY[header.severity]}>1`,
    timestamp(header.time),
    token(header.hostname, 255),
    token(header.appName ?? 'rampart', 48),
    token(header.procId, 128),
    token(header.msgId, 32),
  ]
  return parts.join(' ')
}

/** A payload of another format as MSG-ANY: no BOM, because readers look for `CEF:` at its first byte. */
export const wrapSyslog = (header: SyslogHeader, payload: string): string =>
  `${syslogHeader(header)} - ${payload}`

const ESCAPED = /["\\\]]/

/** `value` has its controls spelled. */
const param = (name: string, value: string): string =>
  `${name}="${ESCAPED.test(value) ? value.replaceAll(/["\\\]]/g, '\\$&') : value}"`

const entities = (list: readonly { kind: string; id: string }[]): string =>
  list.map(({ kind, id }) => `${kind}/${id}`).join(', ')

const paramsOf = (record: ExportRecord): readonly (readonly [string, string | undefined])[] => [
  ['id', record.id],
  ['eventId', record.eventId],
  ['type', record.type],
  ['tenant', record.tenant],
  ['action', record.action],
  ['severity', record.severity],
  ['name', record.name],
  ['key', record.key],
  ['entity', record.entity && `${record.entity.kind}/${record.entity.id}`],
  ['related', entities(record.related)],
  ['techniques', record.techniques.join(', ')],
  ['pValue', record.pValue?.toString()],
  ['dependenceGroup', record.dependenceGroup],
  ['windowFrom', record.window?.from],
  ['windowTo', record.window?.to],
  ['observedTime', record.observedTime],
  ['source', record.source],
  ['traceId', record.traceId],
  ['reference', referenceOf(record)],
  ['evidence', Object.keys(record.evidence).length === 0 ? undefined : asText(record.evidence)],
]

/** Escapes cost a byte. */
const paramCost = (character: string): number => utf8(character) + (ESCAPED.test(character) ? 1 : 0)

/** The reference has its room before all others: it leads to what is cut. `title` is what is said of a cut title. */
const structuredData = (record: ExportRecord, room: number, title: readonly string[]): string => {
  const reserve = 192
  const parts = [SD_ID]
  const cut = [...title]
  let left = room - reserve
  const reference = Buffer.byteLength(param('reference', spellAllControls(referenceOf(record)))) + 1
  const kept = reference <= left ? reference : 0
  left -= kept
  for (const [name, value] of paramsOf(record)) {
    if (value === undefined || value === '') continue
    const overhead = name.length + 4
    if (name === 'reference') left += kept
    const { text, whole } = cutTo(spellAllControls(value), Math.max(0, left - overhead), paramCost)
    if (!whole) cut.push(overflowNote(name, Buffer.byteLength(value), Math.max(0, left - overhead)))
    if (!whole && text.length <= 16) continue
    const part = param(name, text)
    parts.push(part)
    left = whole ? left - Buffer.byteLength(part) - 1 : 0
  }
  if (cut.length > 0) parts.push(param('cut', cutTo(cut.join(', '), reserve - 16, utf8).text))
  return `[${parts.join(' ')}]`
}

/** A record as RFC 5424: its parts as structured data, its title as UTF-8 text behind the BOM. */
export const encodeRfc5424 = (record: ExportRecord, options: Rfc5424Options = {}): string => {
  const header = syslogHeader({
    severity: record.severity,
    time: record.time,
    msgId: record.type,
    ...(options.facility === undefined ? {} : { facility: options.facility }),
    ...(options.hostname === undefined ? {} : { hostname: options.hostname }),
    ...(options.appName === undefined ? {} : { appName: options.appName }),
    ...(options.procId === undefined ? {} : { procId: options.procId }),
  })
  const maxBytes = Math.max(1024, options.maxBytes ?? 65_536)
  const limit = Math.floor(maxBytes / 4)
  const { text: title, whole } = cutTo(spellAllControls(record.title), limit, utf8)
  const cut = whole ? [] : [overflowNote('title', Buffer.byteLength(record.title), limit)]
  const fixed = Buffer.byteLength(header) + Buffer.byteLength(title) + 8
  return `${header} ${structuredData(record, maxBytes - fixed, cut)} ${BOM}${title}`
}

/** `LENGTH MESSAGE` each, the length in bytes. */
export const frameOctets = (...messages: readonly string[]): Buffer =>
  Buffer.from(messages.map((message) => `${Buffer.byteLength(message)} ${message}`).join(''))
