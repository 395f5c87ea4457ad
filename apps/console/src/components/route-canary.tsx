/** A canary: how far the candidate is, what it is judged by, and the two ways to end it. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { moveCanary } from '../api/mutations.ts'
import type { CanaryAction, Route } from '../api/types.ts'
import { count, percent } from '../format/number.ts'
import { duration } from '../format/time.ts'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { cx } from '../ui/class-names.ts'
import { Dialog } from '../ui/dialog.tsx'
import { TextAreaField } from '../ui/field.tsx'
import { Ago } from '../ui/time.tsx'
import { ProblemNotice } from './query-state.tsx'

type Spec = NonNullable<Route['spec']['canary']>
type Status = NonNullable<Route['canary']>

const PHASES: Record<Status['phase'], { tone: Tone; text: string }> = {
  running: { tone: 'accent', text: 'running' },
  promoted: { tone: 'ok', text: 'promoted' },
  'rolled-back': { tone: 'high', text: 'rolled back' },
}

/** Nothing is known of a canary until its first step was judged; that step is in force all the same. */
const Steps = ({ spec, status }: { spec: Spec; status: Status | undefined }) => {
  const running = status === undefined || status.phase === 'running'
  const reached = status?.step ?? 0
  return (
    <ol aria-label="Steps" className="flex flex-wrap gap-1.5">
      {spec.steps.map((step, at) => {
        const here = running && reached === at
        const done = status?.phase === 'promoted' || (running && at < reached)
        return (
          <li
            key={step}
            aria-current={here ? 'step' : undefined}
            className={cx(
              'tnum rounded-md border px-2.5 py-1 text-xs',
              here && 'border-accent bg-accent-soft font-semibold text-ink',
              done && 'border-accent-line text-ink-2',
              !here && !done && 'border-line text-ink-3',
            )}
          >
            {step} %
          </li>
        )
      })}
    </ol>
  )
}

/** The server's defaults, as its API describes them. */
const limitsOf = (spec: Spec): string =>
  [
    `error rate at most ${percent(spec.maxErrorRateIncrease ?? 0.01)} above the others'`,
    `p95 at most ${spec.maxLatencyRatio ?? 2}× theirs`,
    spec.maxLabelShift === undefined ? undefined : `label shift at most ${spec.maxLabelShift}`,
    spec.maxScoreShift === undefined ? undefined : `score shift at most ${spec.maxScoreShift}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ')

export const RouteCanary = ({
  name,
  spec,
  status,
}: {
  name: string
  spec: Spec
  status: Status | undefined
}) => {
  const [moving, setMoving] = useState<CanaryAction>()
  const phase = PHASES[status?.phase ?? 'running']
  const candidate = `${spec.model}:${spec.version ?? spec.alias ?? 'latest'}`
  const ended = status !== undefined && status.phase !== 'running'
  const why = ended ? `It is ${phase.text}` : undefined
  return (
    <Card
      title="Canary"
      note={<Badge tone={phase.tone}>{phase.text}</Badge>}
      actions={
        <span className="flex gap-2">
          <Button size="sm" disabledReason={why} onClick={() => setMoving('roll-back')}>
            Roll back
          </Button>
          <Button size="sm" variant="primary" disabledReason={why} onClick={() => setMoving('promote')}>
            Promote
          </Button>
        </span>
      }
    >
      <FactList>
        <Fact label="Candidate">
          <span className="font-mono text-xs">{candidate}</span>
        </Fact>
        <Fact label="Share of the calls, step by step">
          <Steps spec={spec} status={status} />
        </Fact>
        {status !== undefined && (
          <Fact label={ended ? 'Ended' : 'In this step'}>
            <Ago time={status.since} />
          </Fact>
        )}
        <Fact label="A step is judged after">
          {duration(spec.intervalMs ?? 60_000)} and {count(spec.minRequests ?? 100)} answers
        </Fact>
        <Fact label="Goes on while">{limitsOf(spec)}</Fact>
        {status?.reason !== undefined && <Fact label="Why">{status.reason}</Fact>}
      </FactList>
      {moving !== undefined && (
        <MoveDialog name={name} candidate={candidate} action={moving} onClose={() => setMoving(undefined)} />
      )}
    </Card>
  )
}

type MoveProps = { name: string; candidate: string; action: CanaryAction; onClose: () => void }

const MoveDialog = ({ name, candidate, action, onClose }: MoveProps) => {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const move = useMutation({
    mutationFn: () => moveCanary(name, action, reason.trim()),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['routes'] })
      onClose()
    },
  })
  const promote = action === 'promote'
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={promote ? `Promote ${candidate}` : `Roll ${candidate} back`}
      description={
        promote
          ? `It takes every call of ${name} at once, without waiting for the remaining steps.`
          : `It gets no more calls of ${name}; those under way are still answered.`
      }
    >
      <TextAreaField
        label="Reason"
        hint="Others will read this in the audit log."
        value={reason}
        maxLength={1024}
        autoFocus
        onChange={(event) => setReason(event.target.value)}
      />
      {move.isError && <ProblemNotice title="Not moved" error={move.error} />}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          variant={promote ? 'primary' : 'danger'}
          busy={move.isPending}
          disabledReason={reason.trim() === '' ? 'Give a reason first' : undefined}
          onClick={() => move.mutate()}
        >
          {promote ? 'Promote' : 'Roll back'}
        </Button>
      </div>
    </Dialog>
  )
}
