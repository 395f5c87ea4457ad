/** CEF and LEEF events as alerts: of at least a given severity a signal, else a sighting. */
import { isIP } from 'node:net'
import { SEVERITIES, type Severity } from '@rampart/domain'
import type { CefEvent } from '../cef/decode.ts'
import type { LeefEvent } from '../leef/decode.ts'
import { type Alert, boundEvidence, type Observable, severityOfTen, techniquesIn } from './alert.ts'
import { stableId } from './export-record.ts'
import { readTime, storable } from './outside-text.ts'

export type AlertRules = {
  /** From this severity on an event asserts something bad; default medium. */
  readonly signalFrom?: Severity
  /** When the event has no time of its own. RFC 3339. */
  readonly receivedAt: string
}

const CEF_WORDS: Readonly<Record<string, Severity>> = {
  unknown: 'info',
  low: 'low',
  medium: 'medium',
  high: 'high',
  'very-high': 'critical',
}

type Fields = Readonly<Record<string, unknown>>

type Parts = {
  readonly format: 'cef' | 'leef'
  readonly vendor: string
  readonly product: string
  readonly eventClass: string
  readonly name: string
  readonly severity: Severity
  readonly fields: Fields
  readonly time: unknown
  readonly src: unknown
  readonly dst: unknown
  readonly host: unknown
  readonly user: unknown
  readonly extra: readonly Observable[]
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

const address = (value: unknown): Observable[] =>
  typeof value === 'string' && isIP(value) !== 0
    ? [{ type: isIP(value) === 4 ? 'ipv4-addr' : 'ipv6-addr', value }]
    : []

const timeOf = (value: unknown, receivedAt: string): string => readTime(text(value) ?? '') ?? receivedAt

const entityOf = ({ dst, src, host, user, product }: Parts): { kind: string; id: string } => {
  const place = text(host) ?? address(dst)[0]?.value ?? address(src)[0]?.value
  if (place !== undefined) return { kind: 'host', id: place.slice(0, 512) }
  const who = text(user)
  return who === undefined
    ? { kind: 'system', id: product.slice(0, 512) || 'unknown' }
    : { kind: 'principal', id: who.slice(0, 512) }
}

const alertOf = (given: Parts, whole: string, rules: AlertRules): Alert => {
  const parts = storable(given)
  const { format, vendor, product, eventClass, name, severity, fields } = parts
  const time = timeOf(parts.time, rules.receivedAt)
  const entity = entityOf(parts)
  const source = { name: `${vendor} ${product}`.trim().slice(0, 128) || format }
  const evidence = boundEvidence({ format, vendor, product, event_class: eventClass, ...fields })
  const observables = [
    ...address(parts.src),
    ...address(parts.dst),
    ...(text(parts.user) === undefined ? [] : [{ type: 'user-account', value: String(parts.user) } as const]),
    ...parts.extra,
  ]
  const title = (name || eventClass || `${vendor} ${product}`).slice(0, 512) || format
  const detector = `${format}:${vendor}:${product}:${eventClass}`.slice(0, 128)
  const id = stableId(whole)
  if (SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(rules.signalFrom ?? 'medium')) {
    const kind = (eventClass || format).slice(0, 64)
    const key = stableId(JSON.stringify([detector, observables]))
    return { schema: 'sighting/1', id, key, time, kind, title, entity, observables, source, evidence }
  }
  const from = address(parts.src)[0]?.value
  return {
    schema: 'signal/1',
    id,
    key: `${detector}:${from ?? '-'}:${entity.kind}:${entity.id}`.slice(0, 512),
    state: 'raised',
    time,
    detector,
    title,
    severity,
    entity,
    related: from === undefined || from === entity.id ? [] : [{ kind: 'host', id: from }],
    techniques: techniquesIn(Object.values(fields)),
    evidence,
    source,
  }
}

export const alertOfCef = (event: CefEvent, rules: AlertRules): Alert => {
  const { extension } = event
  const written = event.severity.trim().toLowerCase()
  // What is no severity of the guide says nothing of how bad it is, so it is not made light of.
  const severity = /^(?:\d|10)$/.test(written)
    ? severityOfTen(Number(written))
    : (CEF_WORDS[written] ?? 'medium')
  return alertOf(
    {
      format: 'cef',
      vendor: event.deviceVendor,
      product: event.deviceProduct,
      eventClass: event.deviceEventClassId,
      name: event.name,
      severity,
      fields: { ...extension, ...event.labelled },
      time: extension['rt'] ?? extension['end'] ?? extension['start'],
      src: extension['src'] ?? extension['c6a2'],
      dst: extension['dst'] ?? extension['c6a3'],
      host: extension['dhost'],
      user: extension['duser'] ?? extension['suser'],
      extra:
        text(extension['request']) === undefined
          ? []
          : [{ type: 'url', value: String(extension['request']) }],
    },
    JSON.stringify(event),
    rules,
  )
}

export const alertOfLeef = (event: LeefEvent, rules: AlertRules): Alert => {
  const { attributes } = event
  const sev = attributes['sev']
  return alertOf(
    {
      format: 'leef',
      vendor: event.vendor,
      product: event.product,
      eventClass: event.eventId,
      name: text(attributes['title']) ?? text(attributes['msg']) ?? text(attributes['cat']) ?? event.eventId,
      severity: typeof sev === 'number' && sev <= 10 ? severityOfTen(sev) : 'medium',
      fields: attributes,
      time: attributes['devTime'],
      src: attributes['src'],
      dst: attributes['dst'],
      host: attributes['identHostName'],
      user: attributes['usrName'],
      extra: text(attributes['url']) === undefined ? [] : [{ type: 'url', value: String(attributes['url']) }],
    },
    JSON.stringify(event),
    rules,
  )
}
