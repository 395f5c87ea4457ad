/**
 * Signals into the incidents of their tenant, many at once: components do not depend on the order in which signals come, so
 * a batch is saved, what it touches is read once, and regrouped once.
 */
import type { Signal } from '@rampart/domain'
import { newId, type Tx } from '@rampart/kit'
import { type Evidence, evidenceOf, withReport } from '../correlation/evidence.ts'
import { LINK_SETTINGS, linkKeys, type Spans, STORM_WINDOW_MS, within } from '../correlation/linking.ts'
import { sinceOf } from '../correlation/partition.ts'
import type { Member } from './evidence-store.ts'
import * as evidence from './evidence-store.ts'
import { type CorrelateDeps, regroup, type Step } from './regroup.ts'
import * as store from './store.ts'

/** Of a detector's storm so many conditions are kept; the others are counted. */
const STORM_KEPT = 50
/** Detectors of one incident that are asked about before it opens. */
const MOST_LOOKED_AT = 10
/** Incidents that one signal may bring together. */
const MOST_JOINED = 50
/** Conditions kept of incidents that meet; beyond it a new one is counted in the oldest of them. */
const MOST_MEMBERS = 1_000

type Surplus = { readonly report: Evidence; readonly count: number }

const isOverStatus = (status: string): boolean => ['resolved', 'closed', 'merged'].includes(status)
const aroundOf = ({ time }: Evidence) =>
  [time - LINK_SETTINGS.windowMs, time + LINK_SETTINGS.windowMs] as const

const byRule = (reports: readonly Evidence[]): Map<string, Evidence[]> => {
  const rules = new Map<string, Evidence[]>()
  for (const one of reports) rules.set(one.rule, [...(rules.get(one.rule) ?? []), one])
  return rules
}

/** By what was reported, which runs ahead of what is kept. */
const isLoud = async (tx: Tx, rule: string, time: number): Promise<boolean> => {
  const { stormSubjects, stormSignals } = LINK_SETTINGS
  const half = STORM_WINDOW_MS / 2
  const { subjects, signals } = await evidence.loudness(tx, rule, [time - half, time + half])
  return subjects > stormSubjects || (subjects > 1 && signals > stormSignals)
}

/** True while a detector of these signals is in a storm that correlation has not come to yet. */
export const isStormAhead = async (tx: Tx, members: readonly Evidence[]): Promise<boolean> => {
  const rules = byRule(members)
  const storms = await evidence.spansOf(tx, 'storm', [...rules.keys()])
  for (const [rule, reports] of [...rules].slice(0, MOST_LOOKED_AT)) {
    const time = Math.max(...reports.map((one) => one.time))
    if (!within(storms, rule, time) && (await isLoud(tx, rule, time))) return true
  }
  return false
}

/** Detectors that these reports made known to be in a storm. */
const noteStorms = async (tx: Tx, rules: ReadonlyMap<string, readonly Evidence[]>): Promise<Set<string>> => {
  const half = STORM_WINDOW_MS / 2
  const became = new Set<string>()
  for (const [rule, reports] of rules) {
    let lookedAt = Number.NEGATIVE_INFINITY
    for (const { time, storm } of [...reports].sort((a, b) => a.time - b.time)) {
      if (storm !== true && time - lookedAt < half) continue
      lookedAt = time
      if (storm !== true && !(await isLoud(tx, rule, time))) continue
      const span = [time - STORM_WINDOW_MS, time + STORM_WINDOW_MS] as const
      if (await evidence.addSpan(tx, 'storm', rule, span)) became.add(rule)
    }
  }
  return became
}

/** Of each storm the first conditions are kept, the others counted in its incident. */
const shareOut = async (tx: Tx, reports: readonly Evidence[], storms: Spans) => {
  const room = new Map<string, number>()
  const kept: Evidence[] = []
  const surplus = new Map<string, Surplus>()
  for (const report of reports) {
    const { rule } = report
    // What tells of held reports is one per severity, and is always kept.
    if (!within(storms, rule, report.time) || report.held !== undefined) {
      kept.push(report)
      continue
    }
    if (!room.has(rule)) {
      const known = await evidence.keptOfRule(tx, rule, aroundOf(report))
      const [home] = await evidence.incidentsOfRule(tx, rule, aroundOf(report), 1)
      // Where the storm's incident was closed, the first one opens another.
      room.set(rule, home === undefined ? Math.max(1, STORM_KEPT - known) : STORM_KEPT - known)
    }
    const left = room.get(rule) as number
    room.set(rule, left - 1)
    if (left > 0) kept.push(report)
    else surplus.set(rule, { report, count: 1 + (surplus.get(rule)?.count ?? 0) })
  }
  return { kept, surplus }
}

const countSurplus = async (tx: Tx, rule: string, { report, count }: Surplus, now: string): Promise<void> => {
  const [id] = await evidence.incidentsOfRule(tx, rule, aroundOf(report), 1)
  await evidence.addSpan(tx, 'storm', rule, [report.time, report.time + STORM_WINDOW_MS])
  if (id !== undefined) await store.countSignals(tx, id, count, now)
}

/** What intake held back stands in the incident of what tells of it, which is one of them when it is new. */
const countHeld = async (
  tx: Tx,
  reports: readonly Evidence[],
  known: ReadonlyMap<string, Member>,
  now: string,
): Promise<void> => {
  const told = reports.filter(({ held }) => held !== undefined)
  if (told.length === 0) return
  const members = await evidence.findMembers(tx, [...new Set(told.map(({ id }) => id))])
  const seen = new Set(known.keys())
  for (const { id, held = 0 } of told) {
    const incident = members.get(id)?.incident
    const count = seen.has(id) ? held : held - 1
    seen.add(id)
    if (incident !== undefined) await store.countSignals(tx, incident, count, now)
  }
}

/** Names of the entities that these signals made known as hubs. */
const noteHubs = async (tx: Tx, members: readonly Member[]): Promise<Map<string, string[]>> => {
  const { hubWindowMs, hubDegree } = LINK_SETTINGS
  const became = new Map<string, string[]>()
  for (const member of members) {
    const { time } = member
    const names = linkKeys(member).mentioned.map((key) => `entity ${key}`)
    if (names.length === 0) continue
    for (const { name, subjects } of await evidence.subjectsMentioning(tx, names, [
      time - hubWindowMs,
      time,
    ])) {
      if (subjects <= hubDegree) continue
      const key = name.slice('entity '.length)
      if (await evidence.addSpan(tx, 'hub', key, [time - hubWindowMs, time + hubWindowMs]))
        became.set(member.id, [...(became.get(member.id) ?? []), name])
    }
  }
  return became
}

/** Incidents that each signal, or the hub it made known, may join or take apart. */
const nearOf = async (tx: Tx, members: readonly Member[], storms: Spans): Promise<Map<string, string[]>> => {
  const { windowMs } = LINK_SETTINGS
  const calm = members.filter((one) => !within(storms, one.rule, one.time))
  const became = await noteHubs(tx, calm)
  const hubs = await evidence.spansOf(tx, 'hub', [...new Set(calm.flatMap((one) => linkKeys(one).mentioned))])
  const wanted = members.map((member) => {
    const span = [sinceOf(member) - windowMs, member.time + windowMs] as const
    if (within(storms, member.rule, member.time)) return { id: member.id, names: [`key ${member.key}`], span }
    const { primary, mentioned } = linkKeys(member)
    const open = mentioned.filter((key) => !within(hubs, key, member.time)).map((key) => `entity ${key}`)
    return {
      id: member.id,
      names: [`entity ${primary}`, `key ${member.key}`, ...open, ...(became.get(member.id) ?? [])],
      span,
    }
  })
  return evidence.incidentsNearEach(tx, wanted, MOST_JOINED)
}

/** The same for signals of a storm: its incident, and at its beginning all that the detector spoke in. */
const stormyOf = async (
  tx: Tx,
  members: readonly Member[],
  storms: Spans,
  became: ReadonlySet<string>,
): Promise<string[]> => {
  const found = new Set<string>()
  for (const [rule, reports] of byRule(members.filter((one) => within(storms, one.rule, one.time)))) {
    const limit = became.has(rule) ? 2 * MOST_JOINED : 1
    const { windowMs } = LINK_SETTINGS
    const from = Math.min(...reports.map(sinceOf)) - windowMs
    const to = Math.max(...reports.map(({ time }) => time)) + windowMs
    for (const id of await evidence.incidentsOfRule(tx, rule, [from, to], limit)) found.add(id)
  }
  return [...found]
}

/** One by one, so that each sees what the one before it made. */
const joinInTurn = async (step: Step, storms: Spans, stormy: readonly string[]): Promise<void> => {
  const { tx, deps } = step
  for (const member of step.members) {
    const own = (await nearOf(tx, [member], storms)).get(member.id) ?? []
    const near = [...new Set([...own, ...(within(storms, member.rule, member.time) ? stormy : [])])]
    const [oldest] = near
    const isNew = (await store.find(tx, member.incident ?? '')) === undefined
    if (isNew && oldest !== undefined && (await evidence.countMembers(tx, near)) > MOST_MEMBERS) {
      await evidence.forget(tx, member.id)
      await store.countSignals(tx, oldest, 1, deps.clock.iso())
      continue
    }
    await regroup({ ...step, members: [member] }, [...near, ...(isNew ? [] : [member.incident as string])])
  }
}

const join = async (step: Step, storms: Spans, became: ReadonlySet<string>): Promise<void> => {
  const { tx, members } = step
  const near = await nearOf(tx, members, storms)
  const stormy = await stormyOf(tx, members, storms, became)
  const homes = members.map(({ incident }) => incident as string)
  const all = [...new Set([...[...near.values()].flat(), ...stormy, ...homes])]
  if ((await evidence.countMembers(tx, all)) > MOST_MEMBERS) {
    await joinInTurn(step, storms, stormy)
    return
  }
  await regroup(step, all)
}

/** The reports of a batch, one per condition, with what was known of it. */
const foldReports = (reports: readonly Evidence[], known: ReadonlyMap<string, Member>): Evidence[] => {
  const folded = new Map<string, Evidence>()
  for (const report of reports) {
    const earlier = folded.get(report.id) ?? known.get(report.id)
    // A clear of what correlation never kept says nothing.
    if (earlier === undefined && report.cleared) continue
    folded.set(report.id, earlier === undefined ? report : withReport(earlier, report))
  }
  return [...folded.values()]
}

/** Handling the same signals twice changes nothing more, but for the count of what a storm does not keep. */
export const correlateSignals = async (
  tx: Tx,
  tenant: string,
  signals: readonly Signal[],
  deps: CorrelateDeps,
): Promise<void> => {
  await store.lockIncidents(tx, tenant)
  const reports = signals.map(evidenceOf)
  const known = await evidence.findMembers(tx, [...new Set(reports.map(({ id }) => id))])
  const rules = byRule(reports.filter(({ id, cleared }) => known.has(id) || !cleared))
  const became = await noteStorms(tx, rules)
  const storms = await evidence.spansOf(tx, 'storm', [...rules.keys()])
  const folded = foldReports(reports, known)
  const fresh = await shareOut(
    tx,
    folded.filter(({ id }) => !known.has(id)),
    storms,
  )
  const members = [...folded.filter(({ id }) => known.has(id)), ...fresh.kept].map((one): Member => {
    const earlier = known.get(one.id)
    const pin = earlier?.pin
    return { ...one, incident: earlier?.incident ?? newId(deps.clock, deps.random), ...(pin && { pin }) }
  })
  await evidence.saveMembers(tx, members, (one) => !within(storms, one.rule, one.time))
  const homes = await store.findMany(
    tx,
    [...known.values()].map(({ incident }) => incident as string),
  )
  const over = new Set(homes.filter(({ status }) => isOverStatus(status)).map(({ id }) => id))
  // A condition that goes on after its incident was closed does not open it again; a new one opens a new incident.
  const live = members.filter(({ incident }) => !over.has(incident ?? ''))
  if (live.length > 0) await join({ tx, deps, members: live }, storms, became)
  for (const [rule, one] of fresh.surplus) await countSurplus(tx, rule, one, deps.clock.iso())
  await countHeld(tx, reports, known, deps.clock.iso())
}
