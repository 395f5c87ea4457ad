/** Severity, verdict, stage and outcome as badges: always an icon and a word, colour only for severity. */
import {
  Archive,
  Ban,
  CheckCheck,
  CircleAlert,
  CircleCheck,
  CircleDot,
  CircleHelp,
  CircleX,
  ClipboardCheck,
  Info,
  type LucideIcon,
  OctagonAlert,
  Rocket,
  ShieldAlert,
  ShieldCheck,
  ShieldX,
  TrendingUp,
  TriangleAlert,
} from 'lucide-react'
import type { DriftVerdict, Severity, SignalState, Stage } from '../api/types.ts'
import { Badge, type Tone } from '../ui/badge.tsx'

const SEVERITY: Record<Severity, LucideIcon> = {
  info: Info,
  low: CircleAlert,
  medium: TriangleAlert,
  high: ShieldAlert,
  critical: OctagonAlert,
}
export const SEVERITY_ORDER: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info']
export const severityRank = (severity: Severity): number =>
  SEVERITY_ORDER.length - SEVERITY_ORDER.indexOf(severity)

export const SeverityBadge = ({ severity, bare }: { severity: Severity; bare?: boolean }) => (
  <Badge tone={severity} icon={SEVERITY[severity]} bare={bare ?? false}>
    {severity}
  </Badge>
)

const STAGES: Record<Stage, { icon: LucideIcon; tone: Tone }> = {
  registered: { icon: CircleDot, tone: 'neutral' },
  assessed: { icon: ClipboardCheck, tone: 'neutral' },
  approved: { icon: CheckCheck, tone: 'neutral' },
  deployed: { icon: Rocket, tone: 'accent' },
  retired: { icon: Archive, tone: 'neutral' },
  quarantined: { icon: ShieldX, tone: 'high' },
  retracted: { icon: Ban, tone: 'critical' },
}

export const StageBadge = ({ stage }: { stage: Stage }) => {
  const { icon, tone } = STAGES[stage] ?? { icon: CircleHelp, tone: 'neutral' as const }
  return (
    <Badge tone={tone} icon={icon}>
      {stage}
    </Badge>
  )
}

const VERDICTS: Record<DriftVerdict, { icon: LucideIcon; tone: Tone }> = {
  stable: { icon: CircleCheck, tone: 'ok' },
  warning: { icon: TriangleAlert, tone: 'medium' },
  drifted: { icon: TrendingUp, tone: 'high' },
  unknown: { icon: CircleHelp, tone: 'neutral' },
  absent: { icon: CircleHelp, tone: 'neutral' },
}

const VERDICT_WORDS: Partial<Record<DriftVerdict, string>> = {
  unknown: 'not measured yet',
  absent: 'no reference',
}

export const VerdictBadge = ({
  verdict,
  bare,
  note,
}: {
  verdict: DriftVerdict
  bare?: boolean
  note?: string
}) => {
  const { icon, tone } = VERDICTS[verdict] ?? VERDICTS.unknown
  return (
    <Badge tone={tone} icon={icon} bare={bare ?? false}>
      {VERDICT_WORDS[verdict] ?? verdict}
      {note !== undefined && <span className="font-normal text-ink-3">{note}</span>}
    </Badge>
  )
}

export const OutcomeBadge = ({ allow, bare }: { allow: boolean; bare?: boolean }) => (
  <Badge tone={allow ? 'ok' : 'high'} icon={allow ? CircleCheck : CircleX} bare={bare ?? true}>
    {allow ? 'allowed' : 'denied'}
  </Badge>
)

export const VerifiedBadge = ({ verified, bare }: { verified: boolean; bare?: boolean }) => (
  <Badge tone={verified ? 'ok' : 'critical'} icon={verified ? ShieldCheck : ShieldX} bare={bare ?? true}>
    {verified ? 'signature valid' : 'signature invalid'}
  </Badge>
)

const STATES: Record<SignalState, LucideIcon> = {
  raised: CircleDot,
  updated: TrendingUp,
  cleared: CircleCheck,
}

export const SignalStateBadge = ({ state }: { state: SignalState }) => (
  <Badge bare tone={state === 'cleared' ? 'ok' : 'neutral'} icon={STATES[state]}>
    {state}
  </Badge>
)
