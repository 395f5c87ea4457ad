/** Which status may follow which, and what else must be known. Pure. */
import type { Disposition, IncidentStatus } from '@rampart/domain'
import { threatsErrors } from '../errors.ts'

const NEXT: Readonly<Record<IncidentStatus, readonly IncidentStatus[]>> = {
  open: ['acknowledged', 'contained', 'resolved', 'closed'],
  acknowledged: ['contained', 'resolved', 'closed'],
  contained: ['acknowledged', 'resolved', 'closed'],
  resolved: ['open', 'closed'],
  closed: ['open'],
}

/** Throws THREATS_INCIDENT_TRANSITION_ILLEGAL and THREATS_DISPOSITION_MISSING. */
export const requireTransition = (
  from: IncidentStatus,
  to: IncidentStatus,
  disposition: Disposition | undefined,
): void => {
  if (!NEXT[from].includes(to)) {
    throw threatsErrors.THREATS_INCIDENT_TRANSITION_ILLEGAL(
      `An incident that is ${from} does not become ${to}; it may become ${NEXT[from].join(', ')}.`,
    )
  }
  if (to === 'closed' && disposition === undefined)
    throw threatsErrors.THREATS_DISPOSITION_MISSING('Say what it was before closing it.')
}

/** Fields that a change of status sets. */
export const stampsOf = (to: IncidentStatus, now: string) => ({
  ...(to === 'acknowledged' ? { acknowledgedAt: now } : {}),
  ...(to === 'contained' ? { containedAt: now } : {}),
  ...(to === 'resolved' || to === 'closed' ? { resolvedAt: now } : {}),
  ...(to === 'open' ? { resolvedAt: null } : {}),
})
