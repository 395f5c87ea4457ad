/** Tells the rest of the system what happened to an incident: event, timeline, audit. */

import type { Tx } from '@rampart/kit'
import type { IncidentDeps } from './ports.ts'
import type { Incident } from './store.ts'
import * as store from './store.ts'

export type Action =
  | 'opened'
  | 'grown'
  | 'merged'
  | 'split'
  | 'transitioned'
  | 'assigned'
  | 'commented'
  | 'disposed'
  | 'decided'
  | 'timeline'
  | 'sla-breached'

export type Announcement = {
  readonly incident: Incident
  readonly action: Action
  readonly principal: string
  /** Line of the timeline; without one the timeline is left as it is. */
  readonly line?: { readonly kind: string; readonly text: string; readonly time?: string }
  readonly details?: Readonly<Record<string, unknown>>
  /** What people did, and what opened, is audited. */
  readonly audited?: boolean
}

export const createAnnounce =
  ({ eventLog, audit, clock }: Pick<IncidentDeps, 'eventLog' | 'audit' | 'clock'>) =>
  async (
    tx: Tx,
    { incident, action, principal, line, details = {}, audited }: Announcement,
  ): Promise<void> => {
    const { id, tenant, severity, score, title, entities, owner, disposition, mergedInto } = incident
    const status = incident.status === 'forming' || incident.status === 'merged' ? 'open' : incident.status
    if (line !== undefined) {
      const { kind, text, time = clock.iso() } = line
      await store.insertTimeline(tx, id, { time, kind, principal, text, details })
    }
    await eventLog.publish(tx, tenant, {
      type: 'rampart.incident.changed.v1',
      subject: id,
      principal,
      data: {
        ...{ id, action, status, severity, score, title, entities },
        ...(owner === undefined ? {} : { owner }),
        ...(disposition === undefined ? {} : { disposition }),
        ...(mergedInto === undefined ? {} : { merged_into: mergedInto }),
        ...(Object.keys(details).length === 0 ? {} : { details }),
      },
    })
    if (audited !== true) return
    await audit.record(tx, {
      tenant,
      principal,
      action: `incident.${action}`,
      entity: { kind: 'incident', id },
      outcome: 'success',
      details: { severity, status, title, ...details },
    })
  }

export type Announce = ReturnType<typeof createAnnounce>
