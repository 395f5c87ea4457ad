/** A record in any of the formats by name: one line of text each. */
import { encodeCef } from '../cef/encode.ts'
import { encodeLeef } from '../leef/encode.ts'
import { encodeOcsf } from '../ocsf/encode.ts'
import { encodeRfc5424 } from '../syslog/encode.ts'
import type { ExportRecord } from './export-record.ts'

export const PAYLOAD_FORMATS = ['cef', 'cef1', 'leef', 'leef2', 'rfc5424', 'ocsf', 'json'] as const
export type PayloadFormat = (typeof PAYLOAD_FORMATS)[number]

export type PayloadOptions = {
  readonly productVersion?: string
  readonly hostname?: string
  /** Field of the format → path in the record; for CEF and LEEF. */
  readonly mapping?: Readonly<Record<string, string>>
  /** Of LEEF 2.0. */
  readonly delimiter?: string
  readonly maxBytes?: number
  /** Of the syslog header; 0 to 23. */
  readonly facility?: number
}

/** The record itself with the id of the event, what happened and where to read it. */
const encodeJson = (record: ExportRecord): string =>
  JSON.stringify({
    event_id: record.eventId,
    type: record.type,
    tenant: record.tenant,
    ...(record.link === undefined ? {} : { link: record.link }),
    record: record.body,
  })

export const encodeRecord = (
  record: ExportRecord,
  format: PayloadFormat,
  options: PayloadOptions = {},
): string => {
  switch (format) {
    case 'cef':
      return encodeCef(record, options)
    case 'cef1':
      return encodeCef(record, { ...options, version: 1 })
    case 'leef':
      return encodeLeef(record, { ...options, version: '1.0' })
    case 'leef2':
      return encodeLeef(record, { ...options, version: '2.0' })
    case 'rfc5424':
      return encodeRfc5424(record, options)
    case 'ocsf':
      return JSON.stringify(encodeOcsf(record, options))
    case 'json':
      return encodeJson(record)
  }
}
