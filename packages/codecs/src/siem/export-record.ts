/**
 * What is told to a SIEM, whatever the format: one flat view of signals, incidents, decisions, containments, audit
 * checkpoints, inference records and sightings. Encoders read this and nothing else.
 */
import { createHash } from 'node:crypto'
import { SEVERITIES, type Severity } from '@rampart/domain'
import { codecErrors } from '../errors.ts'
import { isShallow, readTime } from './outside-text.ts'

export const EXPORT_TYPES = [
  'signal',
  'incident',
  'decision',
  'containment',
  'audit-checkpoint',
  'inference',
  'sighting',
] as const
export type ExportType = (typeof EXPORT_TYPES)[number]

export type ExportEntity = { readonly kind: string; readonly id: string }

export type ExportRecord = {
  readonly type: ExportType
  /** Of the record; the same for all events about it. */
  readonly id: string
  /** Of this event: a repeated delivery carries the same one. */
  readonly eventId: string
  /** RFC 3339. */
  readonly time: string
  readonly tenant: string
  /** What kind of event it is: a signal's detector, else the type. */
  readonly name: string
  readonly title: string
  readonly severity: Severity
  /** What happened: raised, updated, cleared, opened, allow, deny, applied, reverted … */
  readonly action: string
  readonly entity?: ExportEntity
  readonly related: readonly ExportEntity[]
  readonly techniques: readonly string[]
  readonly key?: string
  readonly pValue?: number
  readonly dependenceGroup?: string
  readonly window?: { readonly from: string; readonly to: string }
  /** When it was noticed, where that is not `time`. RFC 3339. */
  readonly observedTime?: string
  readonly source?: string
  readonly traceId?: string
  readonly evidence: Readonly<Record<string, unknown>>
  /** Where the whole record can be read. */
  readonly link?: string
  /** The record as it was given. */
  readonly body: Readonly<Record<string, unknown>>
}

export type ExportContext = {
  readonly eventId?: string
  readonly tenant?: string
  /** Base of links, such as `https://rampart.example`. */
  readonly baseUrl?: string
}

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

const PATHS: Readonly<Record<ExportType, string>> = {
  signal: 'signals',
  incident: 'incidents',
  decision: 'decisions',
  containment: 'containments',
  'audit-checkpoint': 'audit/checkpoint',
  inference: 'inference-log',
  sighting: 'sightings',
}

/** What writes a record recurses into it. */
const MAX_DEPTH = 100

/** These have no page of their own: the link leads to where they are listed. */
const LISTED: readonly ExportType[] = ['audit-checkpoint', 'decision', 'sighting']

const fail = (message: string) => codecErrors.CODECS_EXPORT_INVALID(message)

const timeOf = (value: unknown): string => {
  const found = text(value)
  const utc = found === undefined ? undefined : readTime(found)
  if (found === undefined || utc === undefined) throw fail('time is not an RFC 3339 date and time')
  // `+0000` and `+01` are read, but no receiver is asked to.
  return /(?:z|:\d\d)$/i.test(found) ? found : utc
}

const entityOf = (value: unknown): ExportEntity | undefined => {
  if (!isObject(value)) return undefined
  const [kind, id] = [text(value['kind']), text(value['id'])]
  return kind === undefined || id === undefined ? undefined : { kind, id }
}

const SEVERITY_DEFAULT: Readonly<Record<ExportType, Severity>> = {
  signal: 'medium',
  incident: 'high',
  decision: 'info',
  containment: 'high',
  'audit-checkpoint': 'info',
  inference: 'info',
  sighting: 'info',
}

const severityOf = (body: Json, type: ExportType): Severity => {
  const given = body['severity']
  const found = SEVERITIES.find((one) => one === given)
  if (found !== undefined) return found
  if (type === 'signal' || given !== undefined) throw fail(`severity must be one of ${SEVERITIES.join(', ')}`)
  return type === 'decision' && body['allow'] === false ? 'medium' : SEVERITY_DEFAULT[type]
}

/** `signal/1` and its like name the type; what has no schema but a detector is a signal. */
const typeOf = (body: Json): ExportType => {
  const schema = text(body['schema']) ?? text(body['type'])
  if (schema === undefined && text(body['detector']) !== undefined) return 'signal'
  const name = (schema ?? '').replace(/\/\d+$/, '')
  const found = EXPORT_TYPES.find((one) => one === name)
  if (found === undefined) throw fail(`schema must be one of ${EXPORT_TYPES.map((t) => `${t}/1`).join(', ')}`)
  return found
}

/** The same for the same text, in the form of a UUID (version 8, RFC 9562). */
export const stableId = (content: string): string => {
  const hex = createHash('sha256').update(content).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const ACTION_KEYS = ['state', 'action', 'phase', 'status', 'disposition'] as const

const actionOf = (body: Json, type: ExportType): string => {
  if (type === 'signal') return text(body['state']) ?? 'raised'
  if (type === 'decision' && typeof body['allow'] === 'boolean') return body['allow'] ? 'allow' : 'deny'
  for (const key of ACTION_KEYS) {
    const found = text(body[key])
    if (found !== undefined) return found
  }
  return 'recorded'
}

const pValueOf = (value: unknown): number | undefined => {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number') throw fail('p_value is not a number')
  return value
}

const windowOf = (value: unknown): ExportRecord['window'] => {
  if (!isObject(value) || value['from'] === undefined || value['to'] === undefined) return undefined
  return { from: timeOf(value['from']), to: timeOf(value['to']) }
}

const observedOf = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : timeOf(value)

/** Detail that has no place of its own: evidence, or what a record without evidence says besides its frame. */
const FRAME = new Set(['schema', 'type', 'id', 'key', 'time', 'title', 'severity', 'tenant', 'source'])
const evidenceOf = (body: Json): Json =>
  isObject(body['evidence'])
    ? body['evidence']
    : Object.fromEntries(Object.entries(body).filter(([key]) => !FRAME.has(key)))

const optional = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { [P in K]?: V }

const listOf = <T>(value: unknown, read: (one: unknown) => T | undefined): T[] =>
  Array.isArray(value) ? value.map(read).filter((one) => one !== undefined) : []

const describe = (body: Json, type: ExportType, entity: ExportEntity | undefined) => {
  const name = text(body['detector']) ?? text(body['name']) ?? type
  const about = entity === undefined ? '' : ` ${entity.kind}/${entity.id}`
  const title = text(body['title']) ?? text(body['summary']) ?? `${type} ${actionOf(body, type)}${about}`
  return { name: type === 'signal' ? name : type, title }
}

/** Reads a record as the product exports it (or as a detector hands it in); throws CODECS_EXPORT_INVALID. */
export const toExportRecord = (value: unknown, context: ExportContext = {}): ExportRecord => {
  if (!isObject(value)) throw fail('a record must be a JSON object')
  if (!isShallow(value, MAX_DEPTH)) throw fail(`a record may nest ${MAX_DEPTH} deep`)
  const type = typeOf(value)
  const entity = entityOf(value['entity']) ?? entityOf(value['subject'])
  if (type === 'signal')
    for (const key of ['detector', 'title'])
      if (text(value[key]) === undefined) throw fail(`a signal needs ${key}`)
  if (type === 'signal' && entity === undefined) throw fail('a signal needs entity.kind and entity.id')
  const source = isObject(value['source']) ? value['source'] : {}
  const id = text(value['id']) ?? stableId(JSON.stringify(value))
  const path = LISTED.includes(type) ? PATHS[type] : `${PATHS[type]}/${encodeURIComponent(id.toWellFormed())}`
  return {
    type,
    id,
    eventId: context.eventId ?? stableId(JSON.stringify(value)),
    time: timeOf(value['time']),
    tenant: context.tenant ?? text(source['tenant']) ?? text(value['tenant']) ?? 'default',
    ...describe(value, type, entity),
    severity: severityOf(value, type),
    action: actionOf(value, type),
    ...optional('entity', entity),
    related: listOf(value['related'] ?? value['entities'], entityOf),
    techniques: listOf(value['techniques'], text),
    ...optional('key', text(value['key'])),
    ...optional('pValue', pValueOf(value['p_value'])),
    ...optional('dependenceGroup', text(value['dependence_group'])),
    ...optional('window', windowOf(value['window'])),
    ...optional('observedTime', observedOf(value['observed_time'])),
    ...optional('source', text(source['name']) ?? text(value['source'])),
    ...optional('traceId', text(source['trace_id'])),
    evidence: evidenceOf(value),
    ...optional('link', context.baseUrl === undefined ? undefined : `${context.baseUrl}/api/v1/${path}`),
    body: value,
  }
}

/** How a reader finds the whole record when a format could not carry it. */
export const referenceOf = (record: ExportRecord): string =>
  record.link ?? `rampart:${record.type}/${record.id}`

/** A value inside a record by its dotted path (`evidence.src_ip`, `body.owner`); undefined when it is not there. */
export const readPath = (record: ExportRecord, path: string): unknown => {
  let at: unknown = record
  for (const part of path.split('.')) {
    if (!isObject(at) || !Object.hasOwn(at, part)) return undefined
    at = at[part]
  }
  return at
}

/** Any value as one line of text: strings as they are, the rest as JSON. */
export const asText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
