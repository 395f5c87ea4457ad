/** Parts that the response pages share: states in words and signs, and what a person may do about a run. */
import {
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleSlash,
  CircleX,
  type LucideIcon,
  Undo2,
} from 'lucide-react'
import { useState } from 'react'
import {
  approveRun,
  commandRun,
  type PlaybookRunItem,
  type RunItem,
  resolveRun,
} from '../api/response-queries.ts'
import { pb } from '../path-builder.ts'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Countdown } from '../ui/time.tsx'
import { runTitle } from './action-words.ts'
import { RowLink } from './entity-link.tsx'
import { ReasonDialog } from './reason-dialog.tsx'
import { useRefusal } from './rights.ts'

type Look = { readonly tone: Tone; readonly icon: LucideIcon }

const STATES: Readonly<Record<RunItem['state'], Look>> = {
  waiting: { tone: 'accent', icon: CircleDashed },
  running: { tone: 'accent', icon: CircleDashed },
  contained: { tone: 'ok', icon: CircleCheck },
  incomplete: { tone: 'medium', icon: CircleAlert },
  halted: { tone: 'medium', icon: CircleSlash },
  ambiguous: { tone: 'high', icon: CircleAlert },
  reverting: { tone: 'accent', icon: Undo2 },
  reverted: { tone: 'neutral', icon: Undo2 },
  'revert-incomplete': { tone: 'high', icon: CircleX },
  failed: { tone: 'high', icon: CircleX },
  refused: { tone: 'neutral', icon: CircleSlash },
}

export const RunBadge = ({ state }: { state: RunItem['state'] }) => (
  <Badge tone={STATES[state].tone} icon={STATES[state].icon}>
    {state}
  </Badge>
)

/** Name as the row's link; on a phone with state and end below it, so that the buttons keep their room. */
export const RunName = ({ run }: { run: RunItem }) => (
  <>
    <RowLink to={pb.containment(run.id)}>{runTitle(run)}</RowLink>
    <span className="mt-1 flex flex-col items-start gap-0.5 text-xs sm:hidden">
      <RunBadge state={run.state} />
      {run.state !== 'ambiguous' && <RunEnd run={run} />}
    </span>
  </>
)

const PHASES = { running: 'accent', completed: 'ok', failed: 'high' } as const

/** A playbook that came to its end by way of a step that failed is not green. */
export const PhaseBadge = ({ run }: { run: Pick<PlaybookRunItem, 'phase' | 'steps'> }) => {
  const stumbled = run.phase === 'completed' && run.steps.some(({ state }) => state === 'failed')
  return stumbled ? (
    <Badge tone="medium" icon={CircleAlert}>
      ended, a step failed
    </Badge>
  ) : (
    <Badge tone={PHASES[run.phase]}>{run.phase}</Badge>
  )
}

const OVER: readonly RunItem['state'][] = ['reverted', 'failed', 'refused']
/** True while something the run did may be in force. */
export const isInForce = ({ state }: RunItem): boolean => !OVER.includes(state) && state !== 'waiting'

/** When a run undoes itself, or when its approvals come too late. */
export const RunEnd = ({ run }: { run: RunItem }) => {
  if (run.state === 'waiting' && run.approveUntil !== undefined)
    return (
      <span className="text-ink-2">
        lapses <Countdown time={run.approveUntil} />
      </span>
    )
  if (!isInForce(run)) return <span className="text-ink-3">–</span>
  if (run.expiresAt === undefined) return <span className="text-ink-3">stays until reverted</span>
  return <Countdown time={run.expiresAt} />
}

type Verb = 'revert' | 'resume' | 'approve' | 'decline' | 'took-effect' | 'did-not'

const verbsFor = ({ state }: RunItem): readonly Verb[] => {
  if (state === 'waiting') return ['approve', 'decline']
  if (state === 'ambiguous') return ['took-effect', 'did-not', 'revert']
  if (state === 'incomplete' || state === 'halted') return ['resume', 'revert']
  return state === 'contained' || state === 'running' || state === 'revert-incomplete' ? ['revert'] : []
}

const WORDS: Readonly<Record<Verb, { title: string; verb: string; danger?: boolean }>> = {
  revert: { title: 'Undo:', verb: 'Revert', danger: true },
  resume: { title: 'Go on:', verb: 'Resume' },
  approve: { title: 'Approve:', verb: 'Approve' },
  decline: { title: 'Decline:', verb: 'Decline', danger: true },
  'took-effect': { title: 'It took effect:', verb: 'It took effect' },
  'did-not': { title: 'It had no effect:', verb: 'It did not' },
}

/** The API action behind each. */
const ACTIONS: Readonly<Record<Verb, string>> = {
  revert: 'response:write',
  resume: 'response:write',
  approve: 'response:approve',
  decline: 'response:approve',
  'took-effect': 'response:approve',
  'did-not': 'response:approve',
}

const linesFor = (verb: Verb, run: RunItem): readonly string[] => {
  switch (verb) {
    case 'revert':
      return ['Every step in force is undone, the last one first, and each is proven by a probe.']
    case 'resume':
      return ['What is not proven is tried again; what is proven stays.']
    case 'approve':
      return [
        'Agrees to exactly this plan; another plan needs another approval.',
        ...run.blastRadius.map(({ summary }) => summary),
      ]
    case 'decline':
      return ['The run ends; nothing of it was done.']
    case 'took-effect':
      return ['Nothing could tell whether the step took effect. The run goes on as if it did.']
    case 'did-not':
      return ['Nothing could tell whether the step took effect. The run goes on as if it did not.']
  }
}

const act = (verb: Verb, run: RunItem, reason: string): Promise<unknown> => {
  if (verb === 'approve') return approveRun(run, reason)
  if (verb === 'took-effect' || verb === 'did-not') return resolveRun(run.id, verb === 'took-effect', reason)
  return commandRun(run.id, verb, reason)
}

/** The buttons that make sense for the run's state, disabled with the policy's reason where this person may not. */
export const RunActions = ({ run, size }: { run: RunItem; size?: 'sm' | 'md' }) => {
  const [verb, setVerb] = useState<Verb>()
  const refusal = useRefusal()
  return (
    <span className="inline-flex flex-wrap justify-end gap-1.5">
      {verbsFor(run).map((one) => (
        <Button
          key={one}
          {...(size === undefined ? {} : { size })}
          variant={one === 'approve' ? 'primary' : WORDS[one].danger === true ? 'danger' : 'secondary'}
          disabledReason={refusal(ACTIONS[one])}
          onClick={() => setVerb(one)}
        >
          {WORDS[one].verb}
        </Button>
      ))}
      {verb !== undefined && (
        <ReasonDialog
          title={`${WORDS[verb].title} ${runTitle(run)}`}
          verb={WORDS[verb].verb}
          danger={WORDS[verb].danger === true}
          lines={linesFor(verb, run)}
          refresh={['response', 'incidents', 'overview']}
          act={(reason) => act(verb, run, reason)}
          onClose={() => setVerb(undefined)}
        />
      )}
    </span>
  )
}
