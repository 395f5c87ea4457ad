/** Events of the log as records for export; an event that is not about one gives undefined. */
import { type ExportRecord, type ExportType, toExportRecord } from '@rampart/codecs'
import type { StoredEvent } from '@rampart/kit'

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What is kept in the queue: enough to encode it later in whatever format the sink then has. */
export type QueuedBody = { readonly eventId: string; readonly tenant: string; readonly value: Json }

const KINDS: Readonly<Record<string, ExportType>> = {
  signal: 'signal',
  incident: 'incident',
  containment: 'containment',
  decision: 'decision',
  response: 'decision',
}

const TYPE = /^rampart\.([a-z-]+)(?:\.([a-z-]+))?\.v\d+$/

const typeOf = (type: string): { kind: ExportType; verb: string | undefined } | undefined => {
  const match = TYPE.exec(type)
  // A run of the response is about its containments.
  if (match?.[1] === 'response' && match[2] !== 'decided') return { kind: 'containment', verb: match[2] }
  const kind = KINDS[match?.[1] ?? '']
  return kind === undefined ? undefined : { kind, verb: match?.[2] }
}

export const isExported = (type: string): boolean => typeOf(type) !== undefined

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

const idOf = (data: Json, subject: string): string =>
  text(data['id']) ?? text(data['run_id']) ?? text(data['containment_id']) ?? subject

/** What a run of the response or a decision says under names of its own. */
const framed = (kind: ExportType, whole: Json, data: Json): Json => {
  const incident = isObject(whole['incident']) ? whole['incident'] : undefined
  if (kind === 'decision' && incident !== undefined)
    return {
      entity: { kind: 'incident', id: incident['id'] },
      related: incident['entities'],
      severity: incident['severity'],
      title: `Decision about ${String(incident['title'])}`,
    }
  if (kind !== 'containment' || !isObject(data['about'])) return {}
  return {
    entity: data['about'],
    title: `${String(data['name'])}: ${String(data['state'])} (${String(data['reason'])})`,
  }
}

export const bodyOfEvent = (event: StoredEvent): QueuedBody | undefined => {
  const found = typeOf(event.type)
  if (found === undefined) return undefined
  const { kind, verb } = found
  const inner = event.data[kind]
  const data = isObject(inner) ? inner : event.data
  // A signal is exported as it is.
  if (kind === 'signal') return { eventId: event.id, tenant: event.tenant, value: data }
  const value = {
    // `changed` says nothing: then the record's own state does.
    ...(verb === undefined || /changed$/.test(verb) ? {} : { action: verb }),
    principal: event.principal,
    ...framed(kind, event.data, data),
    ...data,
    schema: `${kind}/1`,
    id: idOf(data, event.subject),
    time: text(data['time']) ?? event.time,
  }
  return { eventId: event.id, tenant: event.tenant, value }
}

/** Throws CODECS_EXPORT_INVALID when the body is no record. */
export const recordOf = (body: QueuedBody, baseUrl?: string): ExportRecord =>
  toExportRecord(body.value, {
    eventId: body.eventId,
    tenant: body.tenant,
    ...(baseUrl === undefined ? {} : { baseUrl: baseUrl.replace(/\/+$/, '') }),
  })

/** Records about the same thing; their first arrivals keep their order. */
export const orderKeyOf = (record: ExportRecord): string =>
  record.entity === undefined ? `${record.type}:${record.id}` : `${record.entity.kind}:${record.entity.id}`
