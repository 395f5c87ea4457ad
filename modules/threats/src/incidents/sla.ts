/** How soon an incident must be acknowledged and resolved, by severity. Pure. */
import type { Severity } from '@rampart/domain'
import type { Incident } from './store.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Measured from opening, ms. */
export const SLA: Readonly<Record<Severity, { readonly acknowledge: number; readonly resolve: number }>> = {
  critical: { acknowledge: 15 * MINUTE, resolve: 4 * HOUR },
  high: { acknowledge: HOUR, resolve: 24 * HOUR },
  medium: { acknowledge: 8 * HOUR, resolve: 72 * HOUR },
  low: { acknowledge: 24 * HOUR, resolve: 168 * HOUR },
  info: { acknowledge: 72 * HOUR, resolve: 336 * HOUR },
}

export const duesFrom = (openedAt: string, severity: Severity) => {
  const at = (ms: number): string => new Date(Date.parse(openedAt) + ms).toISOString()
  return { acknowledgeDue: at(SLA[severity].acknowledge), resolveDue: at(SLA[severity].resolve) }
}

/** The clocks that ran out and were not reported yet. */
export const breachesOf = (incident: Incident, now: string): ('acknowledge' | 'resolve')[] => {
  const { status, breached, acknowledgeDue = '', resolveDue = '' } = incident
  const late: ('acknowledge' | 'resolve')[] = []
  const isLive = status === 'open' || status === 'acknowledged' || status === 'contained'
  if (status === 'open' && acknowledgeDue !== '' && acknowledgeDue <= now) late.push('acknowledge')
  if (isLive && resolveDue !== '' && resolveDue <= now) late.push('resolve')
  return late.filter((one) => !breached.includes(one))
}
