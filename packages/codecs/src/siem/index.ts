/** What is exported to SIEMs and what comes in from sensors, apart from any format. */
export { type Alert, type AlertSignal, isSighting, type Observable, type Sighting } from './alert.ts'
export { type AlertRules, alertOfCef, alertOfLeef } from './alerts-of-events.ts'
export {
  EXPORT_TYPES,
  type ExportContext,
  type ExportEntity,
  type ExportRecord,
  type ExportType,
  readPath,
  referenceOf,
  stableId,
  toExportRecord,
} from './export-record.ts'
export { jsonFault } from './outside-text.ts'
export { encodeRecord, PAYLOAD_FORMATS, type PayloadFormat, type PayloadOptions } from './payload.ts'
