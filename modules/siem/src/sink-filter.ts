/** Which records a sink wants. Pure. */
import { createHash } from 'node:crypto'
import type { ExportRecord } from '@rampart/codecs'
import { SEVERITIES } from '@rampart/domain'
import { type SinkSpec, typesOf } from './sink-spec.ts'

/** Linear in both texts: an expression made of many stars would not be. */
export const matchesWildcard = (pattern: string, text: string): boolean => {
  const parts = pattern.split('*')
  const [first = '', ...rest] = parts
  if (rest.length === 0) return pattern === text
  if (!text.startsWith(first)) return false
  const last = rest.pop() ?? ''
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}

/** The same share of the same events every time: a record that is delivered again is not drawn again. */
const isSampled = (eventId: string, share: number): boolean =>
  createHash('sha256').update(eventId).digest().readUInt32BE(0) < share * 2 ** 32

/** What the policy said about the call (`obligations.export_rate`, 0 to 1), else what the sink asks for. */
const shareOf = (spec: SinkSpec, { body }: ExportRecord): number => {
  const { obligations } = body
  const rate =
    typeof obligations === 'object' && obligations !== null && 'export_rate' in obligations
      ? obligations.export_rate
      : undefined
  return typeof rate === 'number' && rate >= 0 && rate <= 1 ? rate : (spec.sample?.inference ?? 1)
}

export const wants = (spec: SinkSpec, record: ExportRecord): boolean => {
  const { minSeverity, names, entityKinds, routine } = spec.filter ?? {}
  if (!typesOf(spec).includes(record.type)) return false
  if (minSeverity !== undefined && SEVERITIES.indexOf(record.severity) < SEVERITIES.indexOf(minSeverity))
    return false
  if (names !== undefined && !names.some((name) => matchesWildcard(name, record.name))) return false
  if (entityKinds !== undefined && !entityKinds.includes(record.entity?.kind ?? '')) return false
  if (record.type === 'decision' && record.body['routine'] === true && routine !== true) return false
  return record.type !== 'inference' || isSampled(record.eventId, shareOf(spec, record))
}
