/** What correlation keeps of a signal. */
import type { Severity, Signal, SignalInput } from '@rampart/domain'

export type Entity = { readonly kind: string; readonly id: string }

export type Evidence = {
  /** Of the signal: a condition keeps it from raise to clear. */
  readonly id: string
  readonly key: string
  /** The detector. */
  readonly rule: string
  readonly source: string
  /** Detectors that look at the same data share it; without one a detector stands alone. */
  readonly group: string
  readonly severity: Severity
  readonly title: string
  readonly entity: Entity
  readonly related: readonly Entity[]
  readonly techniques: readonly string[]
  readonly pValue?: number
  /** Of the latest report, ms since 1970. */
  readonly time: number
  /** Of the first report, where that is known and earlier. */
  readonly since?: number
  readonly cleared: boolean
  /** The detector was so loud that intake held reports back: it is in a storm, whatever can be counted. */
  readonly storm?: true
  /** Reports that intake counted instead of keeping them, and that this one tells of. */
  readonly held?: number
}

const MOST_HELD = 1_000_000

export const entityKey = ({ kind, id }: Entity): string => `${kind}:${id}`
export const entityOfKey = (key: string): Entity => {
  const at = key.indexOf(':')
  return { kind: key.slice(0, at), id: key.slice(at + 1) }
}

const heldOf = (held: unknown): Pick<Evidence, 'held'> =>
  typeof held === 'number' && held >= 1 ? { held: Math.min(MOST_HELD, Math.floor(held)) } : {}

type Known = SignalInput & Pick<Signal, 'id' | 'key'>

/** Throws nothing: the signal was validated at intake. */
export const evidenceOf = (signal: Known): Evidence => ({
  id: signal.id,
  key: signal.key,
  rule: signal.detector,
  source: signal.source?.name ?? signal.detector,
  group: signal.dependence_group ?? signal.detector,
  severity: signal.severity,
  title: signal.title,
  entity: { kind: signal.entity.kind, id: signal.entity.id },
  related: (signal.related ?? []).map(({ kind, id }) => ({ kind, id })),
  techniques: signal.techniques ?? [],
  ...(signal.p_value === undefined ? {} : { pValue: signal.p_value }),
  time: Date.parse(signal.time),
  cleared: signal.state === 'cleared',
  ...(signal.evidence?.storm === true ? { storm: true } : {}),
  ...heldOf(signal.evidence?.held),
})

const RANK: Readonly<Record<Severity, number>> = { info: 0, low: 1, medium: 2, high: 3, critical: 4 }

export const severityRank = (severity: Severity): number => RANK[severity]

/** A condition after one more report: the latest words and time, the strongest severity and p-value so far. */
export const withReport = (known: Evidence, report: Evidence): Evidence => {
  const [older, newer] = report.time >= known.time ? [known, report] : [report, known]
  const pValues = [known.pValue, report.pValue].filter((p) => p !== undefined)
  const since = Math.min(known.since ?? known.time, report.since ?? report.time)
  return {
    ...newer,
    severity: RANK[older.severity] > RANK[newer.severity] ? older.severity : newer.severity,
    ...(pValues.length === 0 ? {} : { pValue: Math.min(...pValues) }),
    since,
    cleared: newer.cleared,
  }
}
