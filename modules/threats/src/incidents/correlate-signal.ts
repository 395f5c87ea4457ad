/** One signal into the incidents of its tenant: the rules are the pure core's, this reads and writes what they need. */
import type { Signal } from '@rampart/domain'
import { type Clock, newId, type Random, type Tx } from '@rampart/kit'
import { type Evidence, entityKey, evidenceOf, severityRank, withReport } from '../correlation/evidence.ts'
import { ledgerOf } from '../correlation/ledger.ts'
import { LINK_SETTINGS, linkKeys, STORM_WINDOW_MS, within } from '../correlation/linking.ts'
import { partition, sinceOf } from '../correlation/partition.ts'
import { type Reconciled, reconcile } from '../correlation/reconcile.ts'
import { entitiesOf, REPLAY_SETTINGS, titleOf } from '../correlation/replay.ts'
import type { Member } from './evidence-store.ts'
import * as evidence from './evidence-store.ts'
import * as store from './store.ts'

/** Of a detector's storm so many conditions are kept; the others are counted. */
const STORM_KEPT = 50
/** Incidents that one signal may bring together. */
const MOST_JOINED = 50
/** Conditions kept of incidents that meet; beyond it a new one is counted in the oldest of them. */
const MOST_MEMBERS = 1_000
const MOST_ENTITIES = 100

export type CorrelateDeps = {
  readonly clock: Clock
  readonly random: Random
  readonly settleMs: number
  /** An incident that people see grew in severity, took others in, or gave signals away. */
  readonly changed: (tx: Tx, incident: store.Incident, how: 'grown' | 'merged' | 'split') => Promise<void>
}

type Step = { readonly tx: Tx; readonly deps: CorrelateDeps; readonly member: Member }

/** Whether this signal made it known that its detector is in a storm. By what was reported, so before it is kept. */
const noteStorm = async (tx: Tx, { time, rule, storm }: Evidence): Promise<boolean> => {
  const { stormSubjects, stormSignals } = LINK_SETTINGS
  const half = STORM_WINDOW_MS / 2
  const { subjects, signals } = await evidence.loudness(tx, rule, [time - half, time + half])
  const isLoud = subjects > stormSubjects || (subjects > 1 && signals > stormSignals)
  if (!isLoud && storm !== true) return false
  return evidence.addSpan(tx, 'storm', rule, [time - STORM_WINDOW_MS, time + STORM_WINDOW_MS])
}

/** Names of the entities that this signal made known as hubs. */
const noteHubs = async ({ tx, member }: Step): Promise<string[]> => {
  const { hubWindowMs, hubDegree } = LINK_SETTINGS
  const { time } = member
  const names = linkKeys(member).mentioned.map((key) => `entity ${key}`)
  const hubs: string[] = []
  for (const { name, subjects } of await evidence.subjectsMentioning(tx, names, [time - hubWindowMs, time])) {
    if (subjects <= hubDegree) continue
    const key = name.slice('entity '.length)
    if (await evidence.addSpan(tx, 'hub', key, [time - hubWindowMs, time + hubWindowMs])) hubs.push(name)
  }
  return hubs
}

const contextOf = async (tx: Tx, members: readonly Evidence[]) => {
  const keys = new Set(members.flatMap((one) => [entityKey(one.entity), ...linkKeys(one).mentioned]))
  const rules = new Set(members.map(({ rule }) => rule))
  return {
    ...LINK_SETTINGS,
    hubs: await evidence.spansOf(tx, 'hub', [...keys]),
    storms: await evidence.spansOf(tx, 'storm', [...rules]),
  }
}

/** Incidents that the signal, or the hub or storm it made known, may join or take apart. */
const candidatesOf = async (step: Step, becameStorm: boolean): Promise<string[]> => {
  const { tx, member } = step
  const { windowMs } = LINK_SETTINGS
  const span = [sinceOf(member) - windowMs, member.time + windowMs] as const
  const hubs = await noteHubs(step)
  const { primary, mentioned } = linkKeys(member)
  const names = [`entity ${primary}`, `key ${member.key}`, ...mentioned.map((key) => `entity ${key}`)]
  const known = await evidence.spansOf(tx, 'hub', mentioned)
  const open = names.filter(
    (name) => !within(known, name.replace(/^entity /, ''), member.time) || name === names[0],
  )
  const near = await evidence.incidentsNear(tx, [...open, ...hubs], span, MOST_JOINED)
  const inStorm = within(await evidence.spansOf(tx, 'storm', [member.rule]), member.rule, member.time)
  const stormy = inStorm
    ? await evidence.incidentsOfRule(tx, member.rule, span, becameStorm ? 2 * MOST_JOINED : 1)
    : []
  return [...new Set([...near, ...stormy])]
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

/** Brings one component's row in step with its signals. */
const settle = async (
  step: Step,
  component: Reconciled<Member>,
  incidents: ReadonlyMap<string, store.Incident>,
  overflow: (id: string) => number,
): Promise<void> => {
  const { tx, deps } = step
  const { members, incident: id = newId(deps.clock, deps.random), absorbed } = component
  const known = component.incident === undefined ? undefined : incidents.get(id)
  const moved = members.filter(({ incident }) => incident !== id).map((one) => one.id)
  const mine = members.some((one) => one.id === step.member.id)
  if (known !== undefined && moved.length === 0 && !mine && component.splitFrom.length === 0) return
  await evidence.moveMembers(tx, moved, id)
  const extra = [id, ...absorbed].reduce((sum, one) => sum + overflow(one), 0)
  const soon = new Date(deps.clock.now() + deps.settleMs).toISOString()
  const shape = await computedOf(step, members, extra, undefined)
  const opens =
    (known === undefined || known.status === 'forming') && shape.score >= REPLAY_SETTINGS.openScore
  // What was decided about an absorbed incident is decided about this one.
  const ranks = [id, ...absorbed].map((one) => incidents.get(one)?.decidedRank ?? -1)
  const decidedRank = Math.max(...ranks)
  const grows =
    known !== undefined && known.status !== 'forming' && severityRank(shape.severity) > decidedRank
  const dueAt = opens ? soon : grows ? deps.clock.iso() : undefined
  if (known === undefined) await store.insertForming(tx, id, { ...shape, dueAt })
  else await store.updateComputed(tx, id, { ...shape, dueAt })
  if (absorbed.length > 0 && decidedRank >= 0) await store.change(tx, id, { decidedRank }, shape.now)
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
  const incidents = new Map((await store.findMany(tx, incidentIds)).map((one) => [one.id, one]))
  const stored = await evidence.membersOf(tx, [...incidents.keys()])
  const members = [...stored.filter(({ id }) => id !== step.member.id), step.member]
  const perIncident = new Map<string, number>()
  for (const { incident } of stored)
    if (incident !== undefined) perIncident.set(incident, (perIncident.get(incident) ?? 0) + 1)
  const overflow = (id: string): number =>
    Math.max(0, (incidents.get(id)?.signals ?? 0) - (perIncident.get(id) ?? 0))
  const standing = [...incidents.values()].map(({ id, firstTime }) => ({ id, first: Date.parse(firstTime) }))
  const components = partition(members, await contextOf(tx, members))
  const known = (one: Member) => (incidents.has(one.incident ?? '') ? one.incident : undefined)
  for (const component of withLosers(reconcile(components, known, standing)))
    await settle(step, component, incidents, overflow)
}

/** True when the signal is one more of a storm that is known and full: it is counted, not kept. */
const countOnly = async (tx: Tx, one: Evidence, now: string): Promise<boolean> => {
  const storms = await evidence.spansOf(tx, 'storm', [one.rule])
  if (!within(storms, one.rule, one.time)) return false
  const around = [one.time - LINK_SETTINGS.windowMs, one.time + LINK_SETTINGS.windowMs] as const
  if ((await evidence.keptOfRule(tx, one.rule, around)) < STORM_KEPT) return false
  const [id] = await evidence.incidentsOfRule(tx, one.rule, around, 1)
  if (id === undefined) return false
  await evidence.addSpan(tx, 'storm', one.rule, [one.time, one.time + STORM_WINDOW_MS])
  await store.countSignal(tx, id, now)
  return true
}

/** Handling the same signal twice changes nothing more. */
export const correlateSignal = async (
  tx: Tx,
  tenant: string,
  signal: Signal,
  deps: CorrelateDeps,
): Promise<void> => {
  await store.lockIncidents(tx, tenant)
  const report = evidenceOf(signal)
  const known = await evidence.findMember(tx, report.id)
  if (known === undefined && (report.cleared || (await countOnly(tx, report, deps.clock.iso())))) return
  const merged = known === undefined ? report : withReport(known, report)
  const home = known?.incident ?? newId(deps.clock, deps.random)
  const becameStorm = await noteStorm(tx, merged)
  const storms = await evidence.spansOf(tx, 'storm', [merged.rule])
  const mentions = !within(storms, merged.rule, merged.time)
  await evidence.saveMember(tx, { ...merged, ...(known?.pin && { pin: known.pin }) }, home, mentions)
  const standing = known === undefined ? undefined : await store.find(tx, home)
  const isOver = standing !== undefined && ['resolved', 'closed', 'merged'].includes(standing.status)
  // A condition that goes on after its incident was closed does not open it again; a new one opens a new incident.
  if (isOver) return
  const member: Member = { ...merged, incident: home, ...(known?.pin && { pin: known.pin }) }
  const step = { tx, deps, member }
  const near = await candidatesOf(step, becameStorm)
  const [oldest] = near
  if (known === undefined && oldest !== undefined && (await evidence.countMembers(tx, near)) > MOST_MEMBERS) {
    await evidence.forget(tx, member.id)
    return store.countSignal(tx, oldest, deps.clock.iso())
  }
  await regroup(step, [...new Set([...near, ...(standing === undefined ? [] : [home])])])
}
