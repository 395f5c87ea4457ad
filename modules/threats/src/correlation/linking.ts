/** Which entities join signals, and when they are too popular or their detector too loud to do so. Pure. */
import { type Entity, type Evidence, entityKey } from './evidence.ts'

export type LinkSettings = {
  /** Signals of one entity that lie further apart than this are not joined by it, ms. */
  readonly windowMs: number
  /** An entity that more than so many different subjects mention is a hub, and its mentions join nothing, … */
  readonly hubDegree: number
  /** … where they do so within this time, ms: what is popular all day is so without a burst. */
  readonly hubWindowMs: number
  /** A detector that speaks about more than so many subjects in a minute is in a storm, … */
  readonly stormSubjects: number
  /** … and so is one that reports so many signals in a minute about more than one subject. */
  readonly stormSignals: number
}

export const LINK_SETTINGS: LinkSettings = {
  windowMs: 30 * 60_000,
  hubDegree: 12,
  hubWindowMs: 24 * 3_600_000,
  stormSubjects: 40,
  stormSignals: 500,
}
export const STORM_WINDOW_MS = 60_000

/** Everything touches these: being mentioned together with one says nothing. */
const STOP_KINDS = new Set(['system', 'policy', 'audit-log', 'source', 'sink', 'inference-log', 'tenant'])

export const isStopKind = (kind: string): boolean => STOP_KINDS.has(kind)

/** A version stands for its model as well. */
const implied = ({ kind, id }: Entity): Entity[] => {
  const at = id.lastIndexOf(':')
  return kind === 'model-version' && at > 0 ? [{ kind: 'model', id: id.slice(0, at) }] : []
}

/** Keys of the entities by which a signal may be joined with others: `primary` is what it is about. */
export const linkKeys = (
  evidence: Pick<Evidence, 'entity' | 'related'>,
): { readonly primary: string; readonly mentioned: readonly string[] } => {
  const primary = entityKey(evidence.entity)
  const all = [...evidence.related, ...implied(evidence.entity), ...evidence.related.flatMap(implied)]
  const mentioned = new Set(all.filter(({ kind }) => !isStopKind(kind)).map(entityKey))
  mentioned.delete(primary)
  return { primary, mentioned: [...mentioned] }
}

/** Spans of time, per name, ordered and apart from one another. */
export type Spans = ReadonlyMap<string, readonly (readonly [from: number, to: number])[]>

export const within = (spans: Spans, name: string, time: number): boolean =>
  spans.get(name)?.some(([from, to]) => time >= from && time <= to) === true

type Mention = { readonly time: number; readonly subject: string }

/** Spans in which `exceeds` holds for the mentions of a sliding window, widened by that window. */
const spansOf = (
  mentions: readonly Mention[],
  windowMs: number,
  exceeds: (subjects: number, count: number) => boolean,
): [number, number][] => {
  const sorted = [...mentions].sort((a, b) => a.time - b.time)
  const counts = new Map<string, number>()
  const spans: [number, number][] = []
  let start = 0
  sorted.forEach(({ time, subject }, end) => {
    counts.set(subject, (counts.get(subject) ?? 0) + 1)
    for (
      let first = sorted[start];
      first !== undefined && first.time < time - windowMs;
      first = sorted[start]
    ) {
      const left = (counts.get(first.subject) ?? 1) - 1
      if (left === 0) counts.delete(first.subject)
      else counts.set(first.subject, left)
      start += 1
    }
    if (!exceeds(counts.size, end - start + 1)) return
    const from = sorted[start]?.time ?? time
    const last = spans.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = time + windowMs
    else spans.push([from, time + windowMs])
  })
  return spans
}

const collect = (lists: Map<string, Mention[]>, name: string, mention: Mention): void => {
  const list = lists.get(name)
  if (list === undefined) lists.set(name, [mention])
  else list.push(mention)
}

const spansPerName = (
  lists: ReadonlyMap<string, readonly Mention[]>,
  windowMs: number,
  exceeds: (subjects: number, count: number) => boolean,
): Spans => {
  const found = [...lists]
    .map(([name, mentions]) => [name, spansOf(mentions, windowMs, exceeds)] as const)
    .filter(([, spans]) => spans.length > 0)
  return new Map(found)
}

/** When each entity was a hub. What a signal is about always joins; only mentions of a hub do not. */
export const findHubs = (evidence: readonly Evidence[], settings: LinkSettings, storms: Spans): Spans => {
  const mentions = new Map<string, Mention[]>()
  for (const one of evidence) {
    // What a storm mentions is as loud as the storm: it says nothing about the entity.
    if (within(storms, one.rule, one.time)) continue
    const { primary, mentioned } = linkKeys(one)
    for (const key of mentioned) collect(mentions, key, { time: one.time, subject: primary })
  }
  return spansPerName(mentions, settings.hubWindowMs, (subjects) => subjects > settings.hubDegree)
}

/** When each detector was in a storm. */
export const findStorms = (evidence: readonly Evidence[], settings: LinkSettings): Spans => {
  const reports = new Map<string, Mention[]>()
  for (const one of evidence) collect(reports, one.rule, { time: one.time, subject: entityKey(one.entity) })
  const exceeds = (subjects: number, count: number): boolean =>
    subjects > settings.stormSubjects || (subjects > 1 && count > settings.stormSignals)
  const counted = spansPerName(reports, STORM_WINDOW_MS, exceeds)
  const told = new Map(counted)
  for (const { rule, storm, time } of evidence) {
    if (storm !== true) continue
    told.set(rule, [...(told.get(rule) ?? []), [time - STORM_WINDOW_MS, time + STORM_WINDOW_MS]])
  }
  return told
}
