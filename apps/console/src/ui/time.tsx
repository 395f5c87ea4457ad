/** A relative time that keeps itself current; the absolute one is on hover. One timer serves the whole page. */
import { useSyncExternalStore } from 'react'
import { absoluteTime, relativeTime } from '../format/time.ts'

let now = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const notify of listeners) notify()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0 && timer !== undefined) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

export const useNow = (): number => useSyncExternalStore(subscribe, () => now)

/** What is shown of the time: renders again only when that changes, which in a long table is seldom. */
export const useOfNow = <T extends string | number>(of: (now: number) => T): T =>
  useSyncExternalStore(subscribe, () => of(Math.max(now, Date.now())))

const pad = (value: number): string => String(value).padStart(2, '0')

/** Time that is left: `4:09` below an hour, else as `Ago`; `due` once it is over. */
export const Countdown = ({ time }: { time: string }) => {
  const current = Math.max(useNow(), Date.now())
  const seconds = Math.floor((Date.parse(time) - current) / 1000)
  if (seconds >= 3600) return <Ago time={time} />
  return (
    <time dateTime={time} title={absoluteTime(time)} className="tnum whitespace-nowrap">
      {seconds <= 0 ? 'due' : `in ${Math.floor(seconds / 60)}:${pad(seconds % 60)}`}
    </time>
  )
}

export const Ago = ({ time, className }: { time: string | number | undefined; className?: string }) => {
  const text = useOfNow((current) => relativeTime(time, current))
  if (time === undefined) return <span className={className}>never</span>
  return (
    <time
      dateTime={typeof time === 'number' ? new Date(time).toISOString() : time}
      title={absoluteTime(time)}
      className={`tnum whitespace-nowrap ${className ?? ''}`}
    >
      {text}
    </time>
  )
}
