/**
 * Records as events of the Open Cybersecurity Schema Framework 1.8.0. Signals are Detection Findings, incidents Incident
 * Findings, containments Remediation Activities; decisions and inference records are API Activities, the class to which
 * 1.8 applies the `ai_operation` profile (`ai_model`). What has no attribute of its own stands under `unmapped`.
 */
import { isIP } from 'node:net'
import type { Severity } from '@rampart/domain'
import type { ExportEntity, ExportRecord } from '../siem/export-record.ts'

export type OcsfOptions = { readonly productVersion?: string }

export type OcsfEvent = Readonly<Record<string, unknown>>

type Named = readonly [id: number, name: string]

const SEVERITY: Readonly<Record<Severity, Named>> = {
  info: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: [5, 'Critical'],
}

type OcsfClass = { readonly category: Named; readonly class: Named }

const DETECTION: OcsfClass = { category: [2, 'Findings'], class: [2004, 'Detection Finding'] }
const INCIDENT: OcsfClass = { category: [2, 'Findings'], class: [2005, 'Incident Finding'] }
const REMEDIATION: OcsfClass = { category: [7, 'Remediation'], class: [7001, 'Remediation Activity'] }
const API: OcsfClass = { category: [6, 'Application Activity'], class: [6003, 'API Activity'] }
const BASE: OcsfClass = { category: [0, 'Uncategorized'], class: [0, 'Base Event'] }

const CLASS: Readonly<Record<ExportRecord['type'], OcsfClass>> = {
  signal: DETECTION,
  incident: INCIDENT,
  containment: REMEDIATION,
  decision: API,
  inference: API,
  'audit-checkpoint': API,
  sighting: BASE,
}

const CREATE: Named = [1, 'Create']
const UPDATE: Named = [2, 'Update']
const CLOSE: Named = [3, 'Close']

const findingActivity = (action: string): Named => {
  if (['raised', 'opened', 'created', 'open', 'new'].includes(action)) return CREATE
  return ['cleared', 'closed', 'resolved'].includes(action) ? CLOSE : UPDATE
}

const RESTORES = ['reverted', 'released', 'restored', 'expired']

const activityOf = ({ type, action }: ExportRecord): Named => {
  if (type === 'signal' || type === 'incident') return findingActivity(action)
  if (type === 'containment') return RESTORES.includes(action) ? [3, 'Restore'] : [1, 'Isolate']
  return [99, action]
}

const MODEL_KINDS: readonly string[] = ['model', 'model-version']

/** The model that a record is about: its entity, a related one, or what an inference record names. */
const modelOf = ({ entity, related, body }: ExportRecord) => {
  const found = [entity, ...related].find((one) => one !== undefined && MODEL_KINDS.includes(one.kind))
  const [name, version] =
    found === undefined
      ? [body['model'], body['version']]
      : [found.id.replace(/:.*$/s, ''), found.id.includes(':') ? found.id.replace(/^[^:]*:/, '') : undefined]
  if (typeof name !== 'string' || name === '') return undefined
  return { name, ai_provider: 'Internal', ...(typeof version === 'string' ? { version } : {}) }
}

const endpoint = (ip: unknown, port: unknown) =>
  typeof ip === 'string' && isIP(ip) !== 0 ? { ip, ...(typeof port === 'number' ? { port } : {}) } : undefined

const resource = ({ kind, id }: ExportEntity) => ({ type: kind, uid: id, name: id })

const present = (fields: Readonly<Record<string, unknown>>): OcsfEvent =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

const ms = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Date.parse(time)

const attacksOf = (record: ExportRecord) =>
  record.techniques.length === 0 ? undefined : record.techniques.map((uid) => ({ technique: { uid } }))

const findingInfo = (record: ExportRecord) =>
  present({
    uid: record.id,
    title: record.title,
    types: [record.name],
    analytic: { uid: record.name, name: record.name, type_id: 99, type: 'Detector' },
    attacks: attacksOf(record),
    first_seen_time: ms(record.window?.from),
    last_seen_time: ms(record.window?.to),
    src_url: record.link,
  })

const evidenceOf = ({ evidence }: ExportRecord) =>
  Object.keys(evidence).length === 0
    ? undefined
    : [
        present({
          data: evidence,
          src_endpoint: endpoint(evidence['src_ip'], evidence['src_port']),
          dst_endpoint: endpoint(evidence['dest_ip'], evidence['dest_port']),
        }),
      ]

const resourcesOf = ({ entity, related }: ExportRecord) =>
  entity === undefined ? undefined : [entity, ...related].map(resource)

const FINDING_STATUS: Readonly<Record<number, Named>> = {
  1: [1, 'New'],
  2: [2, 'In Progress'],
  3: [4, 'Resolved'],
}

const finding = (record: ExportRecord, activity: Named): OcsfEvent => {
  const [statusId, status] = FINDING_STATUS[activity[0]] ?? [0, 'Unknown']
  const shared = { status_id: statusId, status, resources: resourcesOf(record) }
  if (record.type === 'incident')
    return {
      ...shared,
      resources: undefined,
      desc: record.title,
      finding_info_list: [findingInfo(record)],
      attacks: attacksOf(record),
      src_url: record.link,
      assignee: { name: typeof record.body['owner'] === 'string' ? record.body['owner'] : 'unassigned' },
    }
  return {
    ...shared,
    finding_info: findingInfo(record),
    evidences: evidenceOf(record),
    is_alert: activity === CREATE,
  }
}

const principalOf = ({ body, entity, source }: ExportRecord): string => {
  const named = body['principal'] ?? body['caller']
  if (typeof named === 'string' && named !== '') return named
  return entity?.kind === 'caller' ? entity.id : (source ?? 'rampart')
}

const apiActivity = (record: ExportRecord): OcsfEvent => {
  const user = principalOf(record)
  const failed = ['deny', 'denied', 'failed', 'error'].includes(record.action)
  return {
    actor: { user: { uid: user, name: user } },
    api: {
      operation: record.type === 'inference' ? 'inference' : `${record.type}.${record.action}`,
      service: { name: 'rampart' },
      request: { uid: record.traceId ?? record.id },
    },
    src_endpoint: endpoint(record.evidence['src_ip'], record.evidence['src_port']) ?? { name: user },
    status_id: failed ? 2 : 1,
    status: failed ? 'Failure' : 'Success',
    resources: resourcesOf(record),
  }
}

const specificOf = (record: ExportRecord, activity: Named): OcsfEvent => {
  switch (record.type) {
    case 'signal':
    case 'incident':
      return finding(record, activity)
    case 'containment':
      return { command_uid: record.id, remediation: { desc: record.title } }
    case 'decision':
    case 'inference':
    case 'audit-checkpoint':
      return apiActivity(record)
    case 'sighting':
      return {}
  }
}

const unmappedOf = (record: ExportRecord) =>
  present({
    record_type: record.type,
    key: record.key,
    action: record.action,
    p_value: record.pValue,
    dependence_group: record.dependenceGroup,
    source: record.source,
    observed_time: record.observedTime,
    trace_id: record.traceId,
    ...(record.type === 'containment' || record.type === 'sighting'
      ? { resources: resourcesOf(record) }
      : {}),
    ...(record.type === 'signal' ? {} : { detail: record.evidence }),
  })

const observablesOf = ({ evidence }: ExportRecord) => {
  const found = ['src_ip', 'dest_ip'].flatMap((name) => {
    const value = evidence[name]
    return typeof value === 'string' && isIP(value) !== 0
      ? [{ name: `evidences[].data.${name}`, type_id: 2, type: 'IP Address', value }]
      : []
  })
  return found.length === 0 ? undefined : found
}

/** The event as an object; `JSON.stringify` of it is the same for the same record. */
export const encodeOcsf = (record: ExportRecord, options: OcsfOptions = {}): OcsfEvent => {
  const { category, class: kind } = CLASS[record.type]
  const activity = activityOf(record)
  const model = kind === API.class ? modelOf(record) : undefined
  const [severityId, severity] = SEVERITY[record.severity]
  return present({
    category_uid: category[0],
    category_name: category[1],
    class_uid: kind[0],
    class_name: kind[1],
    activity_id: activity[0],
    activity_name: activity[1],
    type_uid: kind[0] * 100 + activity[0],
    type_name: `${kind[1]}: ${activity[0] === 99 ? 'Other' : activity[1]}`,
    severity_id: severityId,
    severity,
    time: ms(record.time),
    message: record.title,
    metadata: present({
      version: '1.8.0',
      uid: record.eventId,
      event_code: record.name,
      tenant_uid: record.tenant,
      correlation_uid: record.key,
      original_time: record.time,
      profiles: model === undefined ? undefined : ['ai_operation'],
      product: { name: 'Rampart', vendor_name: 'Rampart', version: options.productVersion ?? '0.1.0' },
    }),
    ...specificOf(record, activity),
    ai_model: model,
    observables: observablesOf(record),
    unmapped: unmappedOf(record),
  })
}
