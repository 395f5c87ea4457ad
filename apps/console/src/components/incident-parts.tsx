/** How an incident stands, what policy decided, and how much time people have. */
import { CircleCheck, CircleDot, Eye, type LucideIcon, ShieldCheck, TimerOff } from 'lucide-react'
import type { Incident, IncidentStatus, ResponseAction } from '../api/incident-queries.ts'
import { plural } from '../format/number.ts'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Ago, useOfNow } from '../ui/time.tsx'
import { actionWords } from './action-words.ts'
import { EntityLink } from './entity-link.tsx'
import { nextClock, type RunningClock, runningClocks } from './incident-clocks.ts'

const STATUSES: Readonly<Record<IncidentStatus, { icon: LucideIcon; tone: Tone }>> = {
  open: { icon: CircleDot, tone: 'accent' },
  acknowledged: { icon: Eye, tone: 'neutral' },
  contained: { icon: ShieldCheck, tone: 'ok' },
  resolved: { icon: CircleCheck, tone: 'ok' },
  closed: { icon: CircleCheck, tone: 'neutral' },
}

export const IncidentStatusBadge = ({ status, bare }: { status: IncidentStatus; bare?: boolean }) => {
  const { icon, tone } = STATUSES[status]
  return (
    <Badge tone={tone} icon={icon} bare={bare ?? false}>
      {status}
    </Badge>
  )
}

const ClockWords = ({ clock: { step, due, late } }: { clock: RunningClock }) =>
  late ? (
    <Badge bare tone="high" icon={TimerOff}>
      {step} was due <Ago time={due} />
    </Badge>
  ) : (
    <span className="whitespace-nowrap text-ink-2">
      {step} <Ago time={due} />
    </span>
  )

const useClocks = (incident: Incident): readonly RunningClock[] => {
  // Only a clock that runs out changes what is shown; the words keep their own time.
  useOfNow((now) => runningClocks(incident, now).filter(({ late }) => late).length)
  return runningClocks(incident, Date.now())
}

const None = () => <span className="text-ink-3">–</span>

/** The clock that matters now: what is late, else what is due next. */
export const Clock = ({ incident }: { incident: Incident }) => {
  const clock = nextClock(useClocks(incident))
  return clock === undefined ? <None /> : <ClockWords clock={clock} />
}

/** Every clock that runs: acknowledge, contain, resolve. */
export const Clocks = ({ incident }: { incident: Incident }) => {
  const clocks = useClocks(incident)
  if (clocks.length === 0) return <None />
  return (
    <ul aria-label="Clocks">
      {clocks.map((clock) => (
        <li key={clock.step}>
          <ClockWords clock={clock} />
        </li>
      ))}
    </ul>
  )
}

const MODES: Readonly<Record<ResponseAction['mode'], { tone: Tone; word: string }>> = {
  act: { tone: 'accent', word: 'acts' },
  recommend: { tone: 'neutral', word: 'recommended' },
  observe: { tone: 'neutral', word: 'only observed' },
}

const duration = (seconds: number): string =>
  seconds % 3600 === 0 ? `${seconds / 3600} h` : seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`

/** What would be, or is, done; to what; on whose word; for how long. */
export const ActionLine = ({ action }: { action: ResponseAction }) => (
  <div className="flex flex-col gap-0.5">
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <span className="font-medium" title={action.action}>
        {actionWords(action.action)}
      </span>
      <EntityLink entity={action.entity as never} short />
      <Badge tone={MODES[action.mode].tone}>{MODES[action.mode].word}</Badge>
      {action.approvals_needed > 0 && <Badge>needs {plural(action.approvals_needed, 'approval')}</Badge>}
      {action.ttl_s !== undefined && (
        <span className="text-xs text-ink-3">reverts after {duration(action.ttl_s)}</span>
      )}
    </div>
    <p className="text-xs text-ink-2">{action.reasons.join('; ')}</p>
  </div>
)
