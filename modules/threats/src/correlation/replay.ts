/** Correlates a whole history at once: the same rules as live, without a database. Pure, deterministic. */
import { createHash } from 'node:crypto'
import type { Severity } from '@rampart/domain'
import { type Entity, type Evidence, entityKey, entityOfKey } from './evidence.ts'
import { type Ledger, ledgerOf } from './ledger.ts'
import { findHubs, findStorms, LINK_SETTINGS, type LinkSettings } from './linking.ts'
import { partition } from './partition.ts'
import type { RuleCounts } from './rule-prior.ts'

export type ReplaySettings = LinkSettings & {
  /** Signals that together reach this many decibans open an incident. */
  readonly openScore: number
  readonly counts?: (rule: string) => RuleCounts | undefined
}
export const REPLAY_SETTINGS: ReplaySettings = { ...LINK_SETTINGS, openScore: 6 }

export type ReplayedIncident = {
  readonly id: string
  readonly title: string
  readonly severity: Severity
  readonly score: number
  readonly from: number
  readonly to: number
  readonly entities: readonly Entity[]
  /** Ids, in the order of time. */
  readonly signals: readonly string[]
  readonly ledger: Ledger
}

export type Replayed = {
  readonly incidents: readonly ReplayedIncident[]
  /** Groups of signals that did not reach `openScore`: worth a look now and then. */
  readonly below: readonly { readonly score: number; readonly signals: readonly string[] }[]
  readonly hubs: readonly string[]
  readonly storms: readonly string[]
}

/** Of the earliest condition: the same history gives the same ids. */
const idOf = ({ key, time }: Evidence): string =>
  `inc-${createHash('sha256').update(`${time} ${key}`).digest('hex').slice(0, 16)}`

/** What the signals are about before what they mention, most often named first. */
export const entitiesOf = (evidence: readonly Evidence[]): Entity[] => {
  const weight = new Map<string, number>()
  const add = (key: string, amount: number) => weight.set(key, (weight.get(key) ?? 0) + amount)
  for (const one of evidence) {
    add(entityKey(one.entity), 1_000)
    for (const related of one.related) add(entityKey(related), 1)
  }
  return [...weight]
    .sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
    .map(([key]) => entityOfKey(key))
}

/** The strongest contribution's title, and how many more there are. */
export const titleOf = ({ contributions: [first, ...others] }: Ledger): string => {
  if (first === undefined) return 'No signals'
  const rules = new Set(others.map(({ rule }) => rule))
  rules.delete(first.rule)
  return rules.size === 0 ? first.title : `${first.title}, and ${rules.size} more`
}

export const replay = (
  evidence: readonly Evidence[],
  settings: ReplaySettings = REPLAY_SETTINGS,
): Replayed => {
  const storms = findStorms(evidence, settings)
  const hubs = findHubs(evidence, settings, storms)
  const incidents: ReplayedIncident[] = []
  const below: { score: number; signals: string[] }[] = []
  for (const members of partition(evidence, { ...settings, hubs, storms })) {
    const [first] = members as [Evidence]
    const to = (members.at(-1) as Evidence).time
    const ledger = ledgerOf(members, {
      now: to,
      ...(settings.counts === undefined ? {} : { counts: settings.counts }),
    })
    const signals = [...new Set(members.map(({ id }) => id))]
    const { score, severity } = ledger
    if (score < settings.openScore) below.push({ score, signals })
    else {
      const about = { id: idOf(first), title: titleOf(ledger), severity, score, from: first.time, to }
      incidents.push({ ...about, entities: entitiesOf(members), signals, ledger })
    }
  }
  return { incidents, below, hubs: [...hubs.keys()].sort(), storms: [...storms.keys()].sort() }
}
