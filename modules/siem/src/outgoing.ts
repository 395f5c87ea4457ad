/** A queued record in the form in which its sink sends it. Pure. */
import { type ExportRecord, encodeRecord, wrapSyslog } from '@rampart/codecs'
import type { OutgoingRecord } from '@rampart/connectors/sink'
import { orderKeyOf, type QueuedBody, recordOf } from './record-of-event.ts'
import { formatOf, type SinkSpec } from './sink-spec.ts'

const payloadOf = (record: ExportRecord, spec: SinkSpec, productVersion: string): string => {
  const format = formatOf(spec)
  const payload = encodeRecord(record, format, {
    productVersion,
    ...(spec.mapping === undefined ? {} : { mapping: spec.mapping }),
    ...(spec.hostname === undefined ? {} : { hostname: spec.hostname }),
    ...(spec.facility === undefined ? {} : { facility: spec.facility }),
  })
  if (spec.type !== 'syslog' || format === 'rfc5424') return payload
  return wrapSyslog(
    {
      severity: record.severity,
      time: record.time,
      msgId: record.type,
      ...(spec.hostname === undefined ? {} : { hostname: spec.hostname }),
      ...(spec.facility === undefined ? {} : { facility: spec.facility }),
    },
    payload,
  )
}

/** Throws when the record cannot be written in this format. */
export const toOutgoing = (body: QueuedBody, spec: SinkSpec, productVersion: string): OutgoingRecord => {
  const record = recordOf(body, spec.baseUrl)
  return {
    eventId: record.eventId,
    entity: orderKeyOf(record),
    type: record.type,
    time: record.time,
    severity: record.severity,
    payload: payloadOf(record, spec, productVersion),
    isJson: ['json', 'ocsf'].includes(formatOf(spec)),
  }
}
