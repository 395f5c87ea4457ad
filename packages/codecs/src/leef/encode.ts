/**
 * A record as one line of LEEF 1.0 or 2.0 by IBM's published rules: pipe-separated header, `key=value` attributes between
 * delimiters, each key once. The rules give no escapes, so what would end a field is spelled (`\t`, `\n`, `\x5e`); the
 * whole line stays within `maxBytes`, because QRadar cuts a payload at 4,096 bytes by default.
 */
import { isIP } from 'node:net'
import { CEF_SEVERITY } from '../cef/encode.ts'
import { codecErrors } from '../errors.ts'
import { asText, type ExportRecord, readPath, referenceOf } from '../siem/export-record.ts'
import { cutTo, overflowNote, spellAllControls, utf8 } from '../siem/plain-text.ts'

export type LeefOptions = {
  readonly version?: '1.0' | '2.0'
  /** One printable character of ASCII for LEEF 2.0, or its code (`x5E`, `0x5E`); default a tab. */
  readonly delimiter?: string
  readonly productVersion?: string
  /** Longest line, bytes; default 4,000, which leaves room for a syslog header. */
  readonly maxBytes?: number
  /** Attribute → path in the record; wins over the standard mapping. */
  readonly mapping?: Readonly<Record<string, string>>
}

type Attribute = readonly [key: string, value: unknown]

const evidence = (record: ExportRecord, ...names: readonly string[]): unknown =>
  names.map((name) => record.evidence[name]).find((value) => value !== undefined && value !== null)

const addressOf = (value: unknown): string | undefined =>
  typeof value === 'string' && isIP(value) !== 0 ? value.replace(/%.*$/, '') : undefined
const portOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535 ? value : undefined
const joined = (values: readonly string[]): string | undefined => values.join(', ') || undefined

const USERS: readonly string[] = ['caller', 'principal', 'api-key', 'service-account']

const attributesOf = (record: ExportRecord): Attribute[] => {
  const { entity, window } = record
  return [
    ['devTime', Date.parse(record.time)],
    ['cat', `rampart/${record.type}`],
    ['sev', CEF_SEVERITY[record.severity]],
    ['src', addressOf(evidence(record, 'src_ip', 'source_ip', 'src'))],
    ['dst', addressOf(evidence(record, 'dest_ip', 'dst_ip', 'destination_ip', 'dst'))],
    ['srcPort', portOf(evidence(record, 'src_port', 'source_port'))],
    ['dstPort', portOf(evidence(record, 'dest_port', 'dst_port', 'destination_port'))],
    ['proto', evidence(record, 'proto', 'protocol')],
    ['usrName', entity !== undefined && USERS.includes(entity.kind) ? entity.id : undefined],
    ['resource', entity === undefined ? undefined : `${entity.kind}/${entity.id}`],
    ['policy', evidence(record, 'policy', 'pack')],
    ['domain', record.tenant],
    ['id', record.id],
    ['eventId', record.eventId],
    ['action', record.action],
    ['detector', record.name],
    ['title', record.title],
    ['key', record.key],
    ['techniques', joined(record.techniques)],
    ['related', joined(record.related.map(({ kind, id }) => `${kind}/${id}`))],
    ['pValue', record.pValue],
    ['dependenceGroup', record.dependenceGroup],
    ['windowFrom', window?.from],
    ['windowTo', window?.to],
    ['observedTime', record.observedTime],
    ['source', record.source],
    ['traceId', record.traceId],
    ['reference', referenceOf(record)],
    ['evidence', Object.keys(record.evidence).length === 0 ? undefined : record.evidence],
  ]
}

const KEY = /^[A-Za-z][A-Za-z0-9_]{0,31}$/
const DELIMITER = /^[\x21-\x7e]$/

const withMapping = (
  record: ExportRecord,
  mapping: Readonly<Record<string, string>>,
): Map<string, unknown> => {
  const values = new Map(attributesOf(record))
  for (const [key, path] of Object.entries(mapping)) {
    if (!KEY.test(key)) throw codecErrors.CODECS_FIELD_INVALID(`"${key}" cannot be a LEEF attribute`)
    const value = readPath(record, path)
    if (value !== undefined) values.set(key, value)
  }
  return values
}

/** The pipe has no escape in the header: it becomes a slash there, and the attributes hold the text as it is. */
const headerField = (text: string, limit: number): string =>
  cutTo(spellAllControls(text).replaceAll('|', '/'), limit, utf8).text

const delimiterOf = (options: LeefOptions): string => {
  const code = /^0?x([0-9a-f]{2})$/i.exec(options.delimiter ?? '')?.[1]
  const delimiter = code === undefined ? options.delimiter : String.fromCharCode(Number.parseInt(code, 16))
  if (options.version !== '2.0' || delimiter === undefined || delimiter === '\t') return '\t'
  if (!DELIMITER.test(delimiter) || /[|=\\A-Za-z0-9]/.test(delimiter))
    throw codecErrors.CODECS_FIELD_INVALID(
      'the LEEF delimiter must be one printable character, no letter, digit, |, = or \\',
    )
  return delimiter
}

const hex = (character: string): string => character.charCodeAt(0).toString(16).padStart(2, '0')

const MIN_BYTES = 1024

/**
 * Attributes in order until the line is full; the last that fits is cut, the others are named in `cut`. The reference has
 * its room before all others: it leads to what is left out.
 */
const fill = (attributes: readonly Attribute[], delimiter: string, room: number): string[] => {
  const clean = (text: string): string =>
    spellAllControls(text).replaceAll(delimiter, delimiter === '\t' ? '\\t' : `\\x${hex(delimiter)}`)
  const reserve = 256
  const parts: string[] = []
  const cut: string[] = []
  const sizeOf = (key: string, text: string): number => key.length + Buffer.byteLength(text) + 2
  let left = room - reserve
  const reference = clean(asText(attributes.find(([key]) => key === 'reference')?.[1] ?? ''))
  const kept = sizeOf('reference', reference) <= left ? sizeOf('reference', reference) : 0
  left -= kept
  for (const [key, value] of attributes) {
    if (value === undefined || value === null || value === '') continue
    const text = clean(asText(value))
    const head = `${key}=`
    const size = sizeOf(key, text)
    if (key === 'reference') left += kept
    if (size <= left) {
      parts.push(head + text)
      left -= size
      continue
    }
    const limit = Math.max(0, left - Buffer.byteLength(head) - 1)
    cut.push(overflowNote(key, Buffer.byteLength(text), limit))
    if (limit < 16) continue
    parts.push(head + cutTo(text, limit, utf8).text)
    left = 0
  }
  if (cut.length > 0) parts.push(`cut=${cutTo(cut.join(', '), reserve - 8, utf8).text}`)
  return parts
}

export const encodeLeef = (record: ExportRecord, options: LeefOptions = {}): string => {
  const version = options.version ?? '1.0'
  const delimiter = delimiterOf(options)
  const fields = [
    `LEEF:${version}`,
    'Rampart',
    'Rampart',
    headerField(options.productVersion ?? '0.1.0', 64),
    headerField(record.name, 255),
    ...(version === '2.0' ? [delimiter === '\t' ? 'x09' : delimiter] : []),
  ]
  const header = `${fields.join('|')}|`
  const room = Math.max(MIN_BYTES, options.maxBytes ?? 4000) - Buffer.byteLength(header)
  const attributes = [...withMapping(record, options.mapping ?? {})]
  return header + fill(attributes, delimiter, room).join(delimiter)
}
