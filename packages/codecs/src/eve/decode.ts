/**
 * Suricata EVE JSON, one object per line, to a signal (`alert`) or a sighting (everything else that names hosts).
 * The host that an alert is about is the target that the rule names, else the destination.
 */
import { isIP } from 'node:net'
import type { Severity } from '@rampart/domain'
import { codecErrors } from '../errors.ts'
import { type Alert, boundEvidence, type Observable, techniquesIn } from '../siem/alert.ts'
import { stableId } from '../siem/export-record.ts'

type Json = Readonly<Record<string, unknown>>

const MAX_CHARACTERS = 1024 * 1024
const MAX_DEPTH = 32

const fail = (message: string) => codecErrors.CODECS_EVENT_INVALID(`EVE: ${message}`)
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
const child = (value: Json, key: string): Json => {
  const found = value[key]
  return isObject(found) ? found : {}
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d):?(\d\d)?$/

/** `+0000` as Suricata writes it becomes `+00:00`. */
const timeOf = (value: unknown): string => {
  const match = TIME.exec(text(value) ?? '')
  if (match === null) throw fail('"timestamp" is not a time')
  const [, stamp = '', zone = 'Z', minutes] = match
  const time = zone === 'Z' ? `${stamp}Z` : `${stamp}${zone}:${minutes ?? '00'}`
  if (Number.isNaN(Date.parse(time))) throw fail('"timestamp" is not a time')
  return time
}

/** Nesting is bounded, because what is stored is serialised again by recursive code. */
const checkDepth = (value: unknown, depth = 0): void => {
  if (typeof value !== 'object' || value === null) return
  if (depth > MAX_DEPTH) throw fail(`nested deeper than ${MAX_DEPTH}`)
  for (const inner of Object.values(value)) checkDepth(inner, depth + 1)
}

const parse = (line: string): Json => {
  if (line.length > MAX_CHARACTERS) throw fail(`longer than ${MAX_CHARACTERS} characters`)
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw fail(`not valid JSON: ${(cause as Error).message}`)
  }
  if (!isObject(value)) throw fail('not a JSON object')
  checkDepth(value)
  return value
}

/** Suricata counts 1 as the highest; a rule's own `signature_severity` can only raise it to critical. */
const severityOf = (alert: Json): Severity => {
  const named = child(alert, 'metadata')['signature_severity']
  if ([named].flat().some((one) => text(one)?.toLowerCase() === 'critical')) return 'critical'
  const byNumber: Readonly<Record<number, Severity>> = { 1: 'high', 2: 'medium', 3: 'low' }
  return byNumber[Number(alert['severity'])] ?? 'info'
}

const host = (ip: unknown): { kind: 'host'; id: string } | undefined =>
  typeof ip === 'string' && isIP(ip) !== 0 ? { kind: 'host', id: ip } : undefined

const FRAME = ['timestamp', 'event_type', 'pcap_cnt', 'pcap_filename'] as const

const evidenceOf = (event: Json): Record<string, unknown> => {
  const { timestamp: _time, pcap_cnt: _count, pcap_filename: _file, ...rest } = event
  return boundEvidence(rest)
}

const signalOf = (event: Json, line: string, time: string): Alert => {
  const alert = child(event, 'alert')
  const id = `${String(alert['gid'] ?? 1)}:${String(alert['signature_id'] ?? 0)}`.slice(0, 64)
  const target = host(child(alert, 'target')['ip']) ?? host(event['dest_ip'])
  const source = host(child(alert, 'source')['ip']) ?? host(event['src_ip'])
  const entity = target ?? source ?? { kind: 'system', id: text(event['host'])?.slice(0, 512) ?? 'suricata' }
  const metadata = child(alert, 'metadata')
  const related = [source, host(event['dest_ip'])].filter(
    (one, at, all) =>
      one !== undefined && one.id !== entity.id && all.findIndex((other) => other?.id === one.id) === at,
  )
  return {
    schema: 'signal/1',
    id: stableId(line),
    key: `suricata:${id}:${source?.id ?? '-'}:${entity.id}`.slice(0, 512),
    state: 'raised',
    time,
    detector: `suricata:${id}`,
    title: (text(alert['signature']) ?? `Suricata alert ${id}`).slice(0, 512),
    severity: severityOf(alert),
    entity,
    related: related.filter((one) => one !== undefined),
    techniques: techniquesIn(
      ['mitre_technique_id', 'mitre_atlas', 'mitre_tactic_id'].map((key) => metadata[key] ?? []),
    ),
    evidence: evidenceOf(event),
    source: { name: 'suricata' },
  }
}

const observable = (type: Observable['type'], value: unknown): Observable[] => {
  const found = text(value)?.slice(0, 2048)
  return found === undefined ? [] : [{ type, value: found }]
}

const addressObservable = (value: unknown): Observable[] =>
  typeof value === 'string' && isIP(value) !== 0
    ? [{ type: isIP(value) === 4 ? 'ipv4-addr' : 'ipv6-addr', value }]
    : []

const observablesOf = (event: Json): Observable[] => {
  const [http, dns, tls, file] = ['http', 'dns', 'tls', 'fileinfo'].map((key) => child(event, key)) as [
    Json,
    Json,
    Json,
    Json,
  ]
  const queries = [
    dns['rrname'],
    ...[dns['queries'] ?? []].flat().map((one) => (isObject(one) ? one['rrname'] : undefined)),
  ]
  const found = [
    ...addressObservable(event['src_ip']),
    ...addressObservable(event['dest_ip']),
    ...queries.slice(0, 16).flatMap((name) => observable('domain-name', name)),
    ...observable('domain-name', http['hostname']),
    ...observable('domain-name', tls['sni']),
    ...observable('url', http['url']),
    ...observable('user-agent', http['http_user_agent']),
    ...observable('file-hash', file['sha256']),
  ]
  return found.filter(
    (one, at) => found.findIndex((other) => other.type === one.type && other.value === one.value) === at,
  )
}

const sightingOf = (event: Json, line: string, time: string, kind: string): Alert => {
  const observables = observablesOf(event)
  const entity = host(event['dest_ip']) ?? host(event['src_ip'])
  return {
    schema: 'sighting/1',
    id: stableId(line),
    key: stableId(JSON.stringify([kind, observables])),
    time,
    kind,
    title: `${kind} ${observables.map(({ value }) => value).join(' ')}`.trim().slice(0, 512),
    ...(entity === undefined ? {} : { entity }),
    observables,
    source: { name: 'suricata' },
    evidence: evidenceOf(event),
  }
}

/** One line of eve.json; throws CODECS_EVENT_INVALID. */
export const decodeEve = (line: string): Alert => {
  const event = parse(line.trim())
  const kind = text(event['event_type'])?.slice(0, 64)
  if (kind === undefined)
    throw fail(`"event_type" is missing (${FRAME.slice(0, 2).join(' and ')} are needed)`)
  const time = timeOf(event['timestamp'])
  if (kind !== 'alert') return sightingOf(event, line, time, kind)
  if (!isObject(event['alert'])) throw fail('an alert has no "alert"')
  return signalOf(event, line, time)
}
