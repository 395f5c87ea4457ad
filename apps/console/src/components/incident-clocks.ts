/** Which clocks of an incident run: a step stops its own. Pure. */
import type { Incident } from '../api/incident-queries.ts'

export type RunningClock = {
  readonly step: 'acknowledge' | 'contain' | 'resolve'
  readonly due: string
  readonly late: boolean
}

type Timed = Pick<
  Incident,
  'status' | 'breached' | 'acknowledgeDue' | 'containDue' | 'containedAt' | 'resolveDue'
>

/** In the order of the steps; empty once it is resolved. `now` in ms. */
export const runningClocks = (incident: Timed, now: number): readonly RunningClock[] => {
  const { status, breached, acknowledgeDue, containDue, containedAt, resolveDue } = incident
  if (status === 'resolved' || status === 'closed') return []
  const dues = {
    acknowledge: status === 'open' ? acknowledgeDue : undefined,
    contain: status === 'contained' || containedAt !== undefined ? undefined : containDue,
    resolve: resolveDue,
  }
  return (['acknowledge', 'contain', 'resolve'] as const).flatMap((step) => {
    const due = dues[step]
    return due === undefined ? [] : [{ step, due, late: breached.includes(step) || Date.parse(due) <= now }]
  })
}

/** The one to show where there is room for one: the first that is late, else the next. */
export const nextClock = (clocks: readonly RunningClock[]): RunningClock | undefined =>
  clocks.find(({ late }) => late) ?? [...clocks].sort((a, b) => Date.parse(a.due) - Date.parse(b.due))[0]
