/**
 * What response had no room for is as if it had not been decided: policy is asked again a little later, with what is known
 * by then, so that a real attack is not lost because others were quicker, and a storm does not come back as a queue.
 */
import type { ResponseAction } from '@rampart/domain'
import type { Tx } from '@rampart/kit'
import type { Announce } from './announce.ts'
import type { IncidentDeps } from './ports.ts'
import { countActed, isSameAction } from './response-actions.ts'
import * as store from './store.ts'

/** Soonest; a tenant's minute is over at `freeAt`. */
const SOONEST_MS = 5_000
/** Incidents of a tenant that may wait to be asked about again; those beyond are only told of. */
const MOST_WAITING = 100
/** Below every severity: whatever the incident is, it is not decided yet. */
const UNDECIDED = -1

export type NotStarted = {
  readonly tenant: string
  readonly incident: string
  readonly decision: string
  readonly actions: readonly ResponseAction[]
  readonly why: string
  /** When there may be room again. */
  readonly freeAt?: string
}

export const createAskAgain = (deps: Pick<IncidentDeps, 'clock'>, announce: Announce) => {
  const homeOf = async (tx: Tx, id: string): Promise<store.Incident | undefined> => {
    const found = await store.find(tx, id)
    return found?.mergedInto === undefined ? found : homeOf(tx, found.mergedInto)
  }

  /** In the transaction in which response handles the decision. */
  return async (tx: Tx, { tenant, actions, why, freeAt, ...of }: NotStarted): Promise<void> => {
    await store.lockIncidents(tx, tenant)
    const incident = await homeOf(tx, of.incident)
    if (incident === undefined || !store.isLive(incident)) return
    const decided = await store.findActions(tx, of.decision)
    const left = decided.filter((one) => !actions.some((refused) => isSameAction(one, refused)))
    await store.changeActions(tx, of.decision, left, countActed(left))
    const now = deps.clock.now()
    const dueAt = new Date(Math.max(now + SOONEST_MS, Date.parse(freeAt ?? '') || 0)).toISOString()
    const waits = (await store.countUndecided(tx)) < MOST_WAITING
    const next = waits
      ? await store.change(tx, incident.id, { dueAt, decidedRank: UNDECIDED }, deps.clock.iso())
      : incident
    const names = actions.map(({ action, entity }) => `${action} on ${entity.kind} ${entity.id}`).join('; ')
    const then = waits
      ? `policy is asked again at ${dueAt}`
      : 'too many incidents wait for that: a person must act'
    await announce(tx, {
      incident: next,
      action: 'timeline',
      principal: 'component:response',
      line: { kind: 'not-started', text: `${names} was not started: ${why} Then: ${then}`.slice(0, 2000) },
      details: { decision: of.decision, actions: actions.length },
    })
  }
}
