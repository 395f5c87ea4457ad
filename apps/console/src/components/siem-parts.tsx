/** Parts that the SIEM pages share: states in words and signs, the depth of a queue, and sending dead letters again. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CircleAlert, CircleCheck, CirclePause, CircleX, Clock, type LucideIcon, Send } from 'lucide-react'
import { useState } from 'react'
import { type AlertSourceItem, retryDeadLetters, type SinkItem } from '../api/siem-queries.ts'
import { count, plural } from '../format/number.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ProblemNotice } from './query-state.tsx'
import { useRefusal } from './rights.ts'
import { roomOf, SINK_WORDS, sinkState } from './sink-state.ts'

const ICONS: Readonly<Record<ReturnType<typeof sinkState>, LucideIcon>> = {
  paused: CirclePause,
  full: CircleX,
  failing: CircleX,
  behind: Clock,
  sending: Send,
  ok: CircleCheck,
}

export const SinkBadge = ({ sink }: { sink: SinkItem }) => {
  const state = sinkState(sink)
  const { tone, word } = SINK_WORDS[state]
  return (
    <Badge tone={tone} icon={ICONS[state]}>
      {word}
    </Badge>
  )
}

/** A source is quiet until it has told something; an error after its last line is a problem. */
export const SourceBadge = ({ source: { spec, status } }: { source: AlertSourceItem }) => {
  if (spec.disabled === true)
    return (
      <Badge icon={CirclePause} tone="neutral">
        paused
      </Badge>
    )
  if (status.lastError !== undefined)
    return (
      <Badge icon={CircleAlert} tone="medium">
        with faults
      </Badge>
    )
  return status.lastAt === undefined ? (
    <Badge icon={Clock} tone="neutral">
      quiet
    </Badge>
  ) : (
    <Badge icon={CircleCheck} tone="ok">
      listening
    </Badge>
  )
}

/** Where its lines come from, in words. */
export const sourceFrom = ({ spec }: Pick<AlertSourceItem, 'spec'>): string =>
  spec.file ?? spec.listen ?? 'posted to this server'

/** How much of the queue is taken; the share is a word too. */
export const QueueMeter = ({ sink }: { sink: SinkItem }) => {
  const room = roomOf(sink)
  const share = Math.min(1, sink.status.queued / room)
  const tone = share >= 1 ? 'bg-critical' : share > 0.8 ? 'bg-high' : 'bg-accent-fill'
  return (
    <div className="min-w-44">
      <meter
        aria-label="Queue"
        className="sr-only"
        min={0}
        max={room}
        value={Math.min(room, sink.status.queued)}
      />
      <div aria-hidden className="h-1.5 overflow-hidden rounded-full bg-sunken ring-1 ring-line">
        <div
          className={`h-full rounded-full ${tone}`}
          style={{ width: `${Math.max(share * 100, share > 0 ? 1 : 0)}%` }}
        />
      </div>
      <p className="tnum mt-1 text-xs text-ink-3">
        {count(sink.status.queued)} of {count(room)} places taken
      </p>
    </div>
  )
}

type RetryProps = { sink: string; count: number; eventIds?: readonly string[]; size?: 'sm' | 'md' }

/** One or all dead letters go back into the queue: asked first, because a receiver may have taken one after all. */
export const RetryButton = ({ sink, count: letters, eventIds, size = 'md' }: RetryProps) => {
  const client = useQueryClient()
  const refused = useRefusal()('sink:write')
  const [open, setOpen] = useState(false)
  const retry = useMutation({
    mutationFn: () => retryDeadLetters(sink, eventIds),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['sinks'] })
      setOpen(false)
    },
  })
  const one = eventIds !== undefined
  return (
    <>
      <Button
        size={size}
        disabledReason={refused ?? (letters === 0 ? 'There are no dead letters' : undefined)}
        onClick={() => setOpen(true)}
      >
        {one ? 'Send again' : 'Send all again'}
      </Button>
      {open && (
        <Dialog
          open
          onOpenChange={setOpen}
          title={one ? 'Send this record again' : `Send ${plural(letters, 'dead letter')} again`}
        >
          <p className="text-ink-2">
            {one ? 'It goes' : 'They go'} to the end of the queue of {sink}, with the same event id. What the
            receiver refuses again becomes a dead letter again.
          </p>
          {retry.isError && (
            <div className="mt-3">
              <ProblemNotice title="It was refused" error={retry.error} />
            </div>
          )}
          <div className="mt-4 flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button variant="primary" busy={retry.isPending} onClick={() => retry.mutate()}>
              Send again
            </Button>
          </div>
        </Dialog>
      )}
    </>
  )
}
