/**
 * What an outside sensor said, in the product's words. An event that asserts something bad is a signal; one that only
 * saw an outside observable (a flow, a DNS answer) is a sighting.
 */
import type { Severity, Signal } from '@rampart/domain'

export type Observable = {
  readonly type:
    | 'ipv4-addr'
    | 'ipv6-addr'
    | 'domain-name'
    | 'url'
    | 'user-agent'
    | 'file-hash'
    | 'user-account'
  readonly value: string
}

export type Sighting = {
  readonly schema: 'sighting/1'
  readonly id: string
  /** Stable per pair of kind and observables: sightings with the same key are counted together. */
  readonly key: string
  readonly time: string
  /** What was seen: `flow`, `dns`, `http` … */
  readonly kind: string
  readonly title: string
  readonly entity?: { readonly kind: string; readonly id: string }
  readonly observables: readonly Observable[]
  readonly source: { readonly name: string }
  readonly evidence: Readonly<Record<string, unknown>>
}

/** A signal before intake gives it its tenant. */
export type AlertSignal = Omit<Signal, 'source'> & { readonly source: { readonly name: string } }

export type Alert = AlertSignal | Sighting

export const isSighting = (alert: Alert): alert is Sighting => alert.schema === 'sighting/1'

const MAX_EVIDENCE_BYTES = 32 * 1024

/** Evidence within bounds: fields in order while there is room; the names of those left out are said. */
export const boundEvidence = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const kept: Record<string, unknown> = {}
  const left: string[] = []
  let size = 0
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue
    const bytes = Buffer.byteLength(JSON.stringify(value) ?? '') + key.length + 4
    if (size + bytes > MAX_EVIDENCE_BYTES) left.push(key.slice(0, 64))
    else {
      Object.defineProperty(kept, key, { value, enumerable: true, writable: true, configurable: true })
      size += bytes
    }
  }
  return left.length === 0 ? kept : { ...kept, left_out: left.slice(0, 32) }
}

const TECHNIQUE = /^(?:AML\.)?TA?\d{4}(?:\.\d{3})?$/

/** Technique ids of ATT&CK and ATLAS among any strings, each once, at most 32. */
export const techniquesIn = (values: readonly unknown[]): string[] =>
  [
    ...new Set(
      values.flat().filter((value): value is string => typeof value === 'string' && TECHNIQUE.test(value)),
    ),
  ].slice(0, 32)

/** The ten-step scale of CEF and LEEF. */
export const severityOfTen = (value: number): Severity => {
  if (value >= 9) return 'critical'
  if (value >= 7) return 'high'
  if (value >= 4) return 'medium'
  return value >= 2 ? 'low' : 'info'
}
