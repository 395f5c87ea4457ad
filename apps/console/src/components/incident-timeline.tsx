/** What happened, in order, with the time between the steps. */
import type { IncidentDetail } from '../api/incident-queries.ts'
import { absoluteTime, clockTime } from '../format/time.ts'
import { Card } from '../ui/card.tsx'
import { timelineWords } from './action-words.ts'

type Entry = IncidentDetail['timeline'][number]

/** `420 ms`, `3.1 s`, `12 min`, `4 h`. */
export const between = (from: string, to: string): string => {
  const ms = Math.max(0, Date.parse(to) - Date.parse(from))
  if (ms < 1000) return `${ms} ms`
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`
}

const MILESTONES = ['raised', 'correlated', 'decided', 'contained', 'verified'] as const

/** First time of each milestone that was reached. */
const reached = (timeline: readonly Entry[]): readonly Entry[] =>
  MILESTONES.flatMap((kind) => timeline.find((entry) => entry.kind === kind) ?? [])

export const TimelineCard = ({ timeline }: { timeline: readonly Entry[] }) => {
  const steps = reached(timeline)
  return (
    <Card title="Timeline">
      <ol aria-label="Milestones" className="mb-4 flex flex-wrap gap-x-1 gap-y-2">
        {steps.map((step, at) => (
          <li key={step.kind} className="flex items-center gap-1">
            {at > 0 && (
              <span className="tnum px-1 text-xs text-ink-3">
                +{between(steps[at - 1]?.time ?? step.time, step.time)} →
              </span>
            )}
            <span className="rounded-md border border-line bg-sunken px-2 py-0.5 text-xs font-medium">
              {step.kind}
            </span>
          </li>
        ))}
      </ol>
      <ol className="flex flex-col">
        {timeline.map((entry, at) => (
          <li
            key={at}
            className="grid grid-cols-[4.5rem_minmax(0,1fr)] gap-x-3 border-l border-line-strong py-1.5 pl-3"
          >
            <time dateTime={entry.time} title={absoluteTime(entry.time)} className="tnum text-xs text-ink-3">
              {clockTime(entry.time)}
            </time>
            <div className="min-w-0">
              <p className="text-sm wrap-anywhere">
                <span className="font-medium">{entry.kind}</span>{' '}
                <span className="text-ink-2">{timelineWords(entry.kind, entry.text)}</span>
              </p>
              <p className="text-2xs text-ink-3">{entry.principal}</p>
            </div>
          </li>
        ))}
      </ol>
    </Card>
  )
}
