/** How soon an incident must be acknowledged, contained and resolved, by severity. Pure. */
import type { Severity } from '@rampart/domain'
import type { Incident } from './store.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

type Clocks = { readonly acknowledge: number; readonly contain?: number; readonly resolve: number }

/** Measured from opening, ms. What is less than high calls for no containment. */
export const SLA: Readonly<Record<Severity, Clocks>> = {
  critical: { acknowledge: 15 * MINUTE, contain: 30 * MINUTE, resolve: 4 * HOUR },
  high: { acknowledge: HOUR, contain: 4 * HOUR, resolve: 24 * HOUR },
  medium: { acknowledge: 8 * HOUR, resolve: 72 * HOUR },
  low: { acknowledge: 24 * HOUR, resolve: 168 * HOUR },
  info: { acknowledge: 72 * HOUR, resolve: 336 * HOUR },
}

export const duesFrom = (openedAt: string, severity: Severity) => {
  const at = (ms: number): string => new Date(Date.parse(openedAt) + ms).toISOString()
  const { acknowledge, contain, resolve } = SLA[severity]
  return {
    acknowledgeDue: at(acknowledge),
    ...(contain === undefined ? {} : { containDue: at(contain) }),
    resolveDue: at(resolve),
  }
}

/** The clocks that ran out and were not reported yet. */
export const breachesOf = (incident: Incident, now: string): (keyof Clocks)[] => {
  const { status, breached, acknowledgeDue = '', containDue = '', containedAt, resolveDue = '' } = incident
  const late: (keyof Clocks)[] = []
  const isLive = status === 'open' || status === 'acknowledged' || status === 'contained'
  if (status === 'open' && acknowledgeDue !== '' && acknowledgeDue <= now) late.push('acknowledge')
  const isFree = (status === 'open' || status === 'acknowledged') && containedAt === undefined
  if (isFree && containDue !== '' && containDue <= now) late.push('contain')
  if (isLive && resolveDue !== '' && resolveDue <= now) late.push('resolve')
  return late.filter((one) => !breached.includes(one))
}
