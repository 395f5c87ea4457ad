/** Joins, merges and splits incidents as their signals call for: the rules are the pure core's, this reads and writes. */
import { type Clock, newId, type Random, type Tx } from '@rampart/kit'
import { type Evidence, entityKey, severityRank } from '../correlation/evidence.ts'
import { ledgerOf } from '../correlation/ledger.ts'
import { LINK_SETTINGS, linkKeys, type Spans, within } from '../correlation/linking.ts'
import { partition, sinceOf } from '../correlation/partition.ts'
import { type Reconciled, reconcile } from '../correlation/reconcile.ts'
import { entitiesOf, REPLAY_SETTINGS, titleOf } from '../correlation/replay.ts'
import type { Member } from './evidence-store.ts'
import * as evidence from './evidence-store.ts'
import * as store from './store.ts'

const MOST_ENTITIES = 100

export type CorrelateDeps = {
  readonly clock: Clock
  readonly random: Random
  readonly settleMs: number
  /** An incident that people see grew in severity, took others in, or gave signals away. */
  readonly changed: (tx: Tx, incident: store.Incident, how: 'grown' | 'merged' | 'split') => Promise<void>
}

/** `members` are those that came, or came again: their incidents are computed anew whatever else happens. */
export type Step = { readonly tx: Tx; readonly deps: CorrelateDeps; readonly members: readonly Member[] }

const contextOf = async (tx: Tx, members: readonly Evidence[]) => {
  const keys = new Set(members.flatMap((one) => [entityKey(one.entity), ...linkKeys(one).mentioned]))
  const rules = new Set(members.map(({ rule }) => rule))
  return {
    ...LINK_SETTINGS,
    hubs: await evidence.spansOf(tx, 'hub', [...keys]),
    storms: await evidence.spansOf(tx, 'storm', [...rules]),
  }
}

const computedOf = async (
  step: Step,
  members: readonly Member[],
  extra: number,
  dueAt: string | undefined,
) => {
  const counts = await evidence.ruleCounts(step.tx, [...new Set(members.map(({ rule }) => rule))])
  const last = Math.max(...members.map(({ time }) => time))
  const ledger = ledgerOf(members, { now: last, counts: (rule) => counts.get(rule) })
  return {
    severity: ledger.severity,
    score: ledger.score,
    title: titleOf(ledger).slice(0, 600),
    entities: entitiesOf(members).slice(0, MOST_ENTITIES),
    firstTime: new Date(Math.min(...members.map(sinceOf))).toISOString(),
    lastTime: new Date(last).toISOString(),
    signals: members.length + extra,
    dueAt,
    now: step.deps.clock.iso(),
  }
}

const absorb = async (step: Step, from: store.Incident, into: string): Promise<void> => {
  const { tx, deps } = step
  const now = deps.clock.iso()
  await store.moveTimeline(tx, from.id, into)
  await store.change(tx, from.id, { status: 'merged', mergedInto: into, dueAt: null }, now)
  if (from.status === 'forming') return
  const text = `Incident ${from.id} turned out to be part of this one`
  const entry = {
    time: now,
    kind: 'merged',
    principal: 'component:threats',
    text,
    details: { from: from.id },
  }
  await store.insertTimeline(tx, into, entry)
  await deps.changed(tx, { ...from, mergedInto: into }, 'merged')
}

/**
 * A grave signal accuses what no signal of this incident was about before: what to do about that is not decided yet. A
 * storm accuses everything, and is decided about once.
 */
const hasNewSuspect = (step: Step, members: readonly Member[], storms: Spans): boolean => {
  const came = new Set(step.members.map(({ id }) => id))
  const accused = new Set(members.filter(({ id }) => !came.has(id)).map(({ entity }) => entityKey(entity)))
  return members.some(
    ({ id, cleared, severity, entity, rule, time }) =>
      came.has(id) &&
      !cleared &&
      !within(storms, rule, time) &&
      severityRank(severity) >= severityRank('high') &&
      !accused.has(entityKey(entity)),
  )
}

/** Brings one component's row in step with its signals. */
const settle = async (
  step: Step,
  component: Reconciled<Member>,
  incidents: ReadonlyMap<string, store.Incident>,
  { overflow, storms }: { readonly overflow: (id: string) => number; readonly storms: Spans },
): Promise<void> => {
  const { tx, deps } = step
  const { members, incident: id = newId(deps.clock, deps.random), absorbed } = component
  const known = component.incident === undefined ? undefined : incidents.get(id)
  const moved = members.filter(({ incident }) => incident !== id).map((one) => one.id)
  const mine = members.some(({ id: one }) => step.members.some((came) => came.id === one))
  if (known !== undefined && moved.length === 0 && !mine && component.splitFrom.length === 0) return
  await evidence.moveMembers(tx, moved, id)
  const extra = [id, ...absorbed].reduce((sum, one) => sum + overflow(one), 0)
  const soon = new Date(deps.clock.now() + deps.settleMs).toISOString()
  const shape = await computedOf(step, members, extra, undefined)
  const opens =
    (known === undefined || known.status === 'forming') && shape.score >= REPLAY_SETTINGS.openScore
  // What was decided about an absorbed incident is decided about this one.
  const ranks = [id, ...absorbed].map((one) => incidents.get(one)?.decidedRank ?? -1)
  const isOpen = known !== undefined && known.status !== 'forming'
  const decided = Math.max(...ranks)
  // Policy is asked again as if the incident had grown; what it answered before is not done again.
  const decidedRank =
    isOpen && hasNewSuspect(step, members, storms)
      ? Math.min(decided, severityRank(shape.severity) - 1)
      : decided
  const grows = isOpen && severityRank(shape.severity) > decidedRank
  const dueAt = opens ? soon : grows ? deps.clock.iso() : undefined
  if (known === undefined) await store.insertForming(tx, id, { ...shape, dueAt })
  else await store.updateComputed(tx, id, { ...shape, dueAt })
  const isOther = absorbed.length > 0 || decidedRank !== decided
  if (isOther && decidedRank >= 0) await store.change(tx, id, { decidedRank }, shape.now)
  for (const one of absorbed) {
    const from = incidents.get(one)
    if (from !== undefined) await absorb(step, from, id)
  }
  if (known === undefined || known.status === 'forming') return
  const after = (await store.find(tx, id)) as store.Incident
  if (after.severity !== known.severity) await deps.changed(tx, after, 'grown')
}

/** An incident that lost signals to another component is computed again even where it gained none. */
const withLosers = (components: readonly Reconciled<Member>[]): Reconciled<Member>[] => {
  const losers = new Set(components.flatMap(({ splitFrom }) => splitFrom))
  return components.map((one) =>
    one.incident !== undefined && losers.has(one.incident)
      ? { ...one, splitFrom: [...one.splitFrom, one.incident] }
      : one,
  )
}

/** Joins, merges and splits what the members of these incidents call for. */
export const regroup = async (step: Step, incidentIds: readonly string[]): Promise<void> => {
  const { tx } = step
  const came = new Set(step.members.map(({ id }) => id))
  const incidents = new Map((await store.findMany(tx, incidentIds)).map((one) => [one.id, one]))
  const stored = await evidence.membersOf(tx, [...incidents.keys()])
  const members = [...stored.filter(({ id }) => !came.has(id)), ...step.members]
  const perIncident = new Map<string, number>()
  for (const { incident } of stored)
    if (incident !== undefined) perIncident.set(incident, (perIncident.get(incident) ?? 0) + 1)
  const overflow = (id: string): number =>
    Math.max(0, (incidents.get(id)?.signals ?? 0) - (perIncident.get(id) ?? 0))
  const standing = [...incidents.values()].map(({ id, firstTime }) => ({ id, first: Date.parse(firstTime) }))
  const context = await contextOf(tx, members)
  const components = partition(members, context)
  const known = (one: Member) => (incidents.has(one.incident ?? '') ? one.incident : undefined)
  for (const component of withLosers(reconcile(components, known, standing)))
    await settle(step, component, incidents, { overflow, storms: context.storms })
}
