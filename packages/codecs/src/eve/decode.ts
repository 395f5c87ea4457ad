/**
 * Suricata EVE JSON, one object per line, to a signal or a sighting. Only an `alert` asserts that something is bad, and not
 * one whose class is "Not Suspicious Traffic"; flows, protocols, files, anomalies and drops are what was seen. The host
 * that an alert is about is the target that the rule names, else the destination.
 */
import { isIP } from 'node:net'
import type { Severity } from '@rampart/domain'
import { codecErrors } from '../errors.ts'
import { type Alert, boundEvidence, techniquesIn } from '../siem/alert.ts'
import { stableId } from '../siem/export-record.ts'
import { isShallow, jsonFault, readTime, storable } from '../siem/outside-text.ts'
import { observablesOf } from './observables.ts'

type Json = Readonly<Record<string, unknown>>

/** The class `not-suspicious` of Suricata's classification.config, as events name it. */
const NOT_BAD = 'Not Suspicious Traffic'
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

const timeOf = (value: unknown): string => {
  const time = readTime(text(value) ?? '')
  if (time === undefined) throw fail('"timestamp" is not a time')
  return time
}

const parse = (line: string): Json => {
  if (line.length > MAX_CHARACTERS) throw fail(`longer than ${MAX_CHARACTERS} characters`)
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw fail(jsonFault(cause))
  }
  if (!isObject(value)) throw fail('not a JSON object')
  if (!isShallow(value, MAX_DEPTH)) throw fail(`nested deeper than ${MAX_DEPTH}`)
  return storable(value)
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
export const decodeEve = (given: string): Alert => {
  const line = given.trim()
  const event = parse(line)
  const kind = text(event['event_type'])?.slice(0, 64)
  if (kind === undefined)
    throw fail(`"event_type" is missing (${FRAME.slice(0, 2).join(' and ')} are needed)`)
  const time = timeOf(event['timestamp'])
  if (kind !== 'alert') return sightingOf(event, line, time, kind)
  if (!isObject(event['alert'])) throw fail('an alert has no "alert"')
  if (event['alert']['category'] === NOT_BAD) return sightingOf(event, line, time, kind)
  return signalOf(event, line, time)
}
