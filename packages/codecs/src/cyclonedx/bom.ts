/** The bytes of a CycloneDX bill of materials: the same facts give the same bytes on every machine. */
import { createHash } from 'node:crypto'
import { type BomSpec, bomDocument } from './bom-document.ts'
import type { BomFacts } from './bom-facts.ts'

/** A UUID of version 8 (RFC 9562 section 5.8) over the document itself: no clock and no dice. */
const serialNumber = (text: string): string => {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `urn:uuid:${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')}`
}

/** Media type of the JSON form (registered by the specification). */
export const bomMediaType = (spec: BomSpec): string => `application/vnd.cyclonedx+json; version=${spec}`

/** JSON text with a final newline. */
export const encodeBom = (facts: BomFacts, spec: BomSpec): string => {
  const { $schema, bomFormat, specVersion, ...rest } = bomDocument(facts, spec)
  const serial = serialNumber(JSON.stringify({ specVersion, ...rest }))
  return `${JSON.stringify({ $schema, bomFormat, specVersion, serialNumber: serial, ...rest }, null, 2)}\n`
}
