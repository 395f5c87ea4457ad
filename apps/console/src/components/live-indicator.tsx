/** Is what I see current? The state of the event stream and how late its events arrive. */
import { useLive } from '../api/live.tsx'
import { duration } from '../format/time.ts'
import { cx } from '../ui/class-names.ts'
import { useNow } from '../ui/time.tsx'

// Three missed heartbeats of the server (15 s apart at most) mean that the line is dead though still open.
const QUIET_MS = 50_000

export const LiveIndicator = () => {
  const { state, lagMs, lastActivityAt } = useLive()
  const now = useNow()
  const quiet = state === 'live' && lastActivityAt !== undefined && now - lastActivityAt > QUIET_MS
  const good = state === 'live' && !quiet
  const label = good
    ? 'Live'
    : quiet
      ? 'Quiet'
      : state === 'connecting'
        ? 'Connecting'
        : state === 'closed'
          ? 'Not live'
          : 'Reconnecting'
  const title = good
    ? `Events arrive as they happen${lagMs === undefined ? '' : `; the last one took ${duration(lagMs)}`}`
    : 'The event stream is down; pages still refresh by themselves every few seconds'
  return (
    <span
      title={title}
      role="status"
      data-live={good ? 'live' : state}
      className="inline-flex items-center gap-1.5 text-xs text-ink-2"
    >
      <span
        aria-hidden
        className={cx('size-1.75 rounded-full', good ? 'bg-ok' : 'border border-ink-3', !good && 'beating')}
      />
      <span className="max-sm:sr-only">{label}</span>
      {good && lagMs !== undefined && (
        <span className="tnum text-ink-3 max-sm:hidden">{duration(lagMs)}</span>
      )}
    </span>
  )
}
