/** "Are my models safe right now?": one sentence and the pictures under it, computed from facts. Pure. */
import {
  formatModelVersionRef,
  type ModelVersion,
  SEVERITIES,
  type Severity,
  type Stage,
} from '@rampart/domain'
import { type AuditFact, changesOf } from './overview-changes.ts'

/** `absent`: the feature or the reference is not there; `unknown`: not measured yet. */
export type DriftVerdict = 'stable' | 'warning' | 'drifted' | 'unknown' | 'absent'

export type OverviewFacts = {
  readonly deployed: readonly (ModelVersion & {
    readonly serving: boolean
    readonly evidenceValid: boolean
    readonly requestsPerSecond: number
    readonly sparkline: readonly number[]
    readonly drift: { readonly verdict: DriftVerdict; readonly worst?: string }
  })[]
  readonly waiting: readonly ModelVersion[]
  /** Requests for approval that the caller may answer. */
  readonly approvals: readonly { readonly name: string; readonly stage: string }[]
  readonly byStage: Partial<Record<Stage, number>>
  readonly openSignals: readonly {
    readonly severity: Severity
    readonly detector: string
    readonly n: number
  }[]
  readonly auditSize: number
  /** Newest entries of the audit log, newest first. */
  readonly recent: readonly AuditFact[]
  readonly now: number
  readonly rates: Readonly<Record<RateName, number>>
}

export const RATE_NAMES = [
  'versions',
  'evidence',
  'assessments',
  'decisions',
  'inferences',
  'windows',
  'signals',
  'audit',
] as const
export type RateName = (typeof RATE_NAMES)[number]

const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

const sumWhere = (
  signals: OverviewFacts['openSignals'],
  match: (s: OverviewFacts['openSignals'][number]) => boolean,
) => signals.filter(match).reduce((sum, { n }) => sum + n, 0)

const sentenceOf = (
  facts: OverviewFacts,
  open: number,
  severe: number,
): { sentence: string; ok: boolean } => {
  const broken = facts.deployed.filter((version) => !version.evidenceValid)
  const down = facts.deployed.filter((version) => !version.serving)
  const parts = [
    `${plural(facts.deployed.filter((version) => version.serving).length, 'model version')} serving`,
  ]
  if (down.length > 0)
    parts.push(
      `${plural(down.length, 'deployed version')} not serving (${down.map(formatModelVersionRef).join(', ')})`,
    )
  parts.push(
    broken.length === 0
      ? 'all evidence valid'
      : `evidence of ${broken.map(formatModelVersionRef).join(', ')} does not verify`,
  )
  parts.push(
    open === 0
      ? 'no open signals'
      : `${plural(open, 'open signal')}${severe > 0 ? `, ${severe} high or critical` : ''}`,
  )
  const waiting = facts.waiting.length + facts.approvals.length
  if (waiting > 0) parts.push(`${waiting} waiting for you`)
  return { sentence: `${parts.join('; ')}.`, ok: broken.length === 0 && down.length === 0 && severe === 0 }
}

type Next = { readonly title: string; readonly action: 'approve' | 'deploy' | 'release' }

const NEXT: Partial<Record<Stage, Next>> = {
  approved: { title: 'is approved and waits to be deployed', action: 'deploy' },
  quarantined: { title: 'is quarantined and waits for a release or retraction', action: 'release' },
}

/** Detectors are named `room.detector`; those of no room of ours (partners, people) light up the room of intake. */
const RAISING_ROOMS: readonly string[] = ['inventory', 'trust', 'assurance', 'policy', 'serving', 'telemetry']

const raisedIn = (detector: string): string => {
  const [first = ''] = detector.split('.')
  return RAISING_ROOMS.includes(first) ? first : 'threats'
}

const roomsOf = (facts: OverviewFacts) => {
  const room = (id: string, title: string, rate: number, unit: string) => {
    const open = facts.openSignals.filter(({ detector }) => raisedIn(detector) === id)
    const severity = SEVERITIES.findLast((one) => open.some((signal) => signal.severity === one))
    return {
      id,
      title,
      present: true,
      rate,
      unit,
      openSignals: sumWhere(open, () => true),
      ...(severity === undefined ? {} : { severity }),
    }
  }
  const { rates } = facts
  return [
    room('inventory', 'Inventory', rates.versions * 60, 'changes/min'),
    room('trust', 'Trust', rates.evidence * 60, 'statements/min'),
    room('assurance', 'Assurance', rates.assessments * 60, 'assessments/min'),
    // Every inference is decided too, mostly from the cache.
    room('policy', 'Policy', rates.decisions + rates.inferences, 'decisions/s'),
    room('serving', 'Serving', rates.inferences, 'inferences/s'),
    room('telemetry', 'Telemetry', rates.windows * 60, 'windows/min'),
    room('threats', 'Threats', rates.signals * 60, 'signals/min'),
    room('audit', 'Audit', rates.audit, 'entries/s'),
  ]
}

const arrowsOf = ({ rates }: OverviewFacts) => [
  { from: 'inventory', to: 'assurance', rate: rates.versions * 60, unit: '/min' },
  { from: 'assurance', to: 'trust', rate: rates.assessments * 60, unit: '/min' },
  { from: 'trust', to: 'policy', rate: rates.evidence * 60, unit: '/min' },
  { from: 'policy', to: 'serving', rate: rates.inferences, unit: '/s' },
  { from: 'serving', to: 'telemetry', rate: rates.inferences, unit: '/s' },
  { from: 'telemetry', to: 'threats', rate: rates.signals * 60, unit: '/min' },
  { from: 'policy', to: 'audit', rate: rates.audit, unit: '/s' },
]

const approvalOf = ({ name, stage }: OverviewFacts['approvals'][number]) => ({
  title:
    stage === 'assessed'
      ? `${name} passed assessment and waits for approval`
      : `${name} is ${stage} and has to be approved again`,
  entity: { kind: 'model-version' as const, id: name },
  action: 'approve' as const,
})

/** The document of GET /api/v1/overview. */
export const composeOverview = (facts: OverviewFacts) => {
  const openSignals = sumWhere(facts.openSignals, () => true)
  const severe = sumWhere(facts.openSignals, ({ severity }) => severity === 'high' || severity === 'critical')
  const versions = Object.values(facts.byStage).reduce((sum, n) => sum + n, 0)
  return {
    ...sentenceOf(facts, openSignals, severe),
    counts: {
      modelsServing: facts.deployed.filter((version) => version.serving).length,
      versions,
      waiting: facts.waiting.length + facts.approvals.length,
      openSignals,
      severeSignals: severe,
      auditSize: facts.auditSize,
      inferencesPerSecond: facts.rates.inferences,
    },
    pipeline: { rooms: roomsOf(facts), arrows: arrowsOf(facts) },
    changes: changesOf(facts.recent, facts.now),
    waiting: [
      ...facts.approvals.map(approvalOf),
      ...facts.waiting.flatMap((version) => {
        const next = NEXT[version.stage]
        const id = formatModelVersionRef(version)
        return next === undefined
          ? []
          : [
              {
                title: `${id} ${next.title}`,
                entity: { kind: 'model-version' as const, id },
                action: next.action,
              },
            ]
      }),
    ],
    models: facts.deployed.map(
      ({ name, version, digest, stage, serving, requestsPerSecond, sparkline, drift, evidenceValid }) => ({
        name,
        version,
        digest,
        stage,
        serving,
        requestsPerSecond,
        sparkline,
        drift,
        evidenceValid,
      }),
    ),
  }
}
