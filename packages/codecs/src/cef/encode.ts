/**
 * A record as one line of CEF, the same bytes for the same record. Dictionary keys only; what is longer than its key
 * allows is cut with an ellipsis, named under flexString2 and found whole under flexString1.
 */
import { isIPv4, isIPv6 } from 'node:net'
import type { Severity } from '@rampart/domain'
import { codecErrors } from '../errors.ts'
import { asText, type ExportRecord, readPath, referenceOf } from '../siem/export-record.ts'
import { overflowNote, spellAllControls } from '../siem/plain-text.ts'
import { CEF_DICTIONARY, CEF_HEADER_LIMITS } from './dictionary.ts'
import { escapeHeader, escapeValue } from './escape.ts'
import { writeCefValue } from './values.ts'

export type CefOptions = {
  readonly version?: 0 | 1
  readonly productVersion?: string
  /** CEF key → path in the record, such as `{ cs6: 'evidence.batch' }`; wins over the standard mapping. */
  readonly mapping?: Readonly<Record<string, string>>
}

/** The guide's scale: 0-3 low, 4-6 medium, 7-8 high, 9-10 very high. */
export const CEF_SEVERITY: Readonly<Record<Severity, number>> = {
  info: 1,
  low: 3,
  medium: 5,
  high: 8,
  critical: 10,
}

type Field = readonly [key: string, value: unknown]

const custom = (key: string, label: string, value: unknown): Field[] =>
  value === undefined || value === ''
    ? []
    : [
        [`${key}Label`, label],
        [key, value],
      ]

const evidence = (record: ExportRecord, ...names: readonly string[]): unknown =>
  names.map((name) => record.evidence[name]).find((value) => value !== undefined && value !== null)

/** IPv4 in its own key; IPv6 in a custom one, since `src` and `dst` hold IPv4 only (guide, version 0). */
const address = (value: unknown, [v4, v6, label]: readonly [string, string, string]): Field[] => {
  if (typeof value !== 'string') return []
  if (isIPv4(value)) return [[v4, value]]
  // A zone (`%eth0`) means nothing on another host.
  return isIPv6(value) ? custom(v6, label, value.replace(/%.*$/, '')) : []
}

const SOURCE = ['src', 'c6a2', 'Source IPv6 Address'] as const
const DESTINATION = ['dst', 'c6a3', 'Destination IPv6 Address'] as const

const network = (record: ExportRecord): Field[] => {
  const proto = evidence(record, 'proto', 'protocol')
  return [
    ...address(evidence(record, 'src_ip', 'source_ip', 'src'), SOURCE),
    ...address(evidence(record, 'dest_ip', 'dst_ip', 'destination_ip', 'dst'), DESTINATION),
    ['spt', evidence(record, 'src_port', 'source_port')],
    ['dpt', evidence(record, 'dest_port', 'dst_port', 'destination_port')],
    ['proto', typeof proto === 'string' ? proto.toLowerCase() : undefined],
    ['app', evidence(record, 'app_proto')],
  ]
}

const ENTITY_KEYS: Readonly<Record<string, string>> = {
  caller: 'suser',
  principal: 'suser',
  'api-key': 'suser',
  'service-account': 'suser',
  host: 'dhost',
  notebook: 'dhost',
  route: 'destinationServiceName',
  backend: 'destinationServiceName',
  artifact: 'fileHash',
}

const names = (entities: readonly { kind: string; id: string }[]): string =>
  entities.map(({ kind, id }) => `${kind}/${id}`).join(', ')

const standardFields = (record: ExportRecord): Field[] => {
  const { entity, window } = record
  const key = ENTITY_KEYS[entity?.kind ?? '']
  return [
    ['rt', record.time],
    ['start', window?.from],
    ['end', window?.to],
    ['externalId', record.id],
    ['devicePayloadId', record.eventId],
    ['cat', `rampart/${record.type}`],
    ['act', record.action],
    ['msg', record.title],
    ['deviceFacility', record.tenant],
    ['deviceProcessName', record.source],
    ...network(record),
    ...(entity === undefined || key === undefined ? [] : [[key, entity.id] as const]),
    ...custom('cs1', 'entity', entity === undefined ? undefined : `${entity.kind}/${entity.id}`),
    ...custom('cs2', 'techniques', record.techniques.join(', ')),
    ...custom('cs3', 'key', record.key),
    ...custom(
      'cs4',
      'evidence',
      Object.keys(record.evidence).length === 0 ? undefined : asText(record.evidence),
    ),
    ...custom('cs5', 'related', names(record.related)),
    ...custom('cs6', 'dependenceGroup', record.dependenceGroup),
    ...custom('cfp1', 'pValue', record.pValue),
    ...custom('deviceCustomDate1', 'observedTime', record.observedTime),
    ['requestContext', record.traceId],
    ...custom('flexString1', 'reference', referenceOf(record)),
  ]
}

const LABELLED =
  /^(?:c6a[1-4]|cfp[1-4]|cn[1-3]|cs[1-6]|deviceCustomDate[12]|flexDate1|flexNumber[12]|flexString[12])$/

const withMapping = (
  record: ExportRecord,
  fields: readonly Field[],
  mapping: Readonly<Record<string, string>>,
) => {
  const values = new Map(fields)
  for (const [key, path] of Object.entries(mapping)) {
    if (!CEF_DICTIONARY.has(key)) throw codecErrors.CODECS_FIELD_INVALID(`CEF has no key "${key}"`)
    const value = readPath(record, path)
    if (value === undefined) continue
    if (LABELLED.test(key)) values.set(`${key}Label`, path.split('.').at(-1))
    values.set(key, value)
  }
  return values
}

/** Fields as text in order; the names of those that were cut. */
const writeFields = (values: ReadonlyMap<string, unknown>): { parts: string[]; cut: string[] } => {
  const parts: string[] = []
  const cut: string[] = []
  for (const [key, value] of values) {
    const text = writeCefValue(key, value)
    if (text === undefined) continue
    const limit = CEF_DICTIONARY.get(key)?.limit ?? 0
    const escaped = escapeValue(text, limit)
    if (!escaped.whole) cut.push(overflowNote(key, escaped.length, limit))
    parts.push(`${key}=${escaped.text}`)
  }
  return { parts, cut }
}

/** Throws CODECS_FIELD_INVALID for a mapping to a key that CEF does not have. */
export const encodeCef = (record: ExportRecord, options: CefOptions = {}): string => {
  const values = withMapping(record, standardFields(record), options.mapping ?? {})
  const { parts, cut } = writeFields(values)
  const limits = CEF_HEADER_LIMITS
  // The title is whole in `msg`, or cut and named there; the detector stands in the header alone.
  const { length } = spellAllControls(record.name)
  if (length > limits.deviceEventClassId)
    cut.push(overflowNote('deviceEventClassId', length, limits.deviceEventClassId))
  const overflow =
    cut.length === 0 ? [] : writeFields(new Map(custom('flexString2', 'cut', cut.join(', ')))).parts
  const header = [
    `CEF:${options.version ?? 0}`,
    'Rampart',
    'Rampart',
    escapeHeader(options.productVersion ?? '0.1.0', limits.deviceVersion),
    escapeHeader(record.name, limits.deviceEventClassId),
    escapeHeader(record.title, limits.name),
    CEF_SEVERITY[record.severity],
  ].join('|')
  return `${header}|${[...parts, ...overflow].join(' ')}`
}
