/**
 * Keeps one loud detector from taking the intake of all: beyond a rate its reports are counted and sampled, and told as
 * one condition a second, never dropped in silence. What is more severe has a budget of its own, so that a flood of
 * small reports does not hide a grave one; and whoever speaks for many detectors has one for all of them. In memory, per
 * process.
 */
import type { Severity, Signal, SignalInput } from '@rampart/domain'
import type { Clock } from '@rampart/kit'
import { severityRank } from './correlation/evidence.ts'

export type StormLimits = {
  /** Reports of one detector and severity that pass at once, … */
  readonly burst: number
  /** … and those that pass in each second after that. */
  readonly perSecond: number
  /** The same of one source, whatever its detectors are called. */
  readonly sourceBurst: number
  readonly sourcePerSecond: number
}
export const STORM_LIMITS: StormLimits = {
  burst: 200,
  perSecond: 10,
  sourceBurst: 2_000,
  sourcePerSecond: 200,
}

const MOST_BUCKETS = 10_000
/** Detectors of which it is told by themselves; those beyond are told of as their source. */
const MOST_HELD = 200
const SAMPLE = 10
const MOST_NAME = 100

type Held = {
  readonly tenant: string
  readonly detector: string
  readonly from: string
  severity: Severity
  count: number
  readonly keys: string[]
  readonly entities: Map<string, Signal['entity']>
}
type Bucket = { tokens: number; at: number }

/** The one condition that stands for what was held back since the last time. */
const toldAs = ({ tenant, detector, severity, from, count, keys, entities }: Held, now: string) => {
  const [only] = entities.values()
  const isSpread = entities.size > 1 || only === undefined
  const input: SignalInput = {
    key: `storm:${detector}:${severity}`.slice(0, 512),
    time: now,
    detector,
    title: `${count} more reports of ${detector} since ${from}`.slice(0, 512),
    severity,
    entity: isSpread ? { kind: 'source', id: detector } : only,
    evidence: { storm: isSpread, held: count, since: from, sample: keys },
  }
  return { tenant, input }
}

const createBuckets = (clock: Clock) => {
  const buckets = new Map<string, Bucket>()
  return (name: string, burst: number, perSecond: number): boolean => {
    const now = clock.monotonic()
    const bucket = buckets.get(name) ?? { tokens: burst, at: now }
    buckets.delete(name)
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond)
    bucket.at = now
    // The one that was longest idle has a full budget again, or nearly so.
    if (buckets.size >= MOST_BUCKETS) buckets.delete(buckets.keys().next().value as string)
    buckets.set(name, bucket)
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }
}

export const createStormGuard = (clock: Clock, limits: StormLimits = STORM_LIMITS) => {
  const takeOfDetector = createBuckets(clock)
  const takeOfSource = createBuckets(clock)
  const held = new Map<string, Held>()

  const hold = (name: string, detector: string, { severity, key, entity, source }: Signal): void => {
    const entry: Held = held.get(name) ?? {
      ...{ tenant: source.tenant, detector, severity, from: clock.iso(), count: 0, keys: [] },
      entities: new Map(),
    }
    held.set(name, entry)
    entry.count += 1
    if (severityRank(severity) > severityRank(entry.severity)) entry.severity = severity
    if (entry.keys.length < SAMPLE && !entry.keys.includes(key)) entry.keys.push(key)
    if (entry.entities.size < 2) entry.entities.set(`${entity.kind}:${entity.id}`, entity)
  }

  return {
    /** True when the report may go on; otherwise it was counted. A clear always passes. `source`: who speaks. */
    admit: (signal: Signal, source: string): boolean => {
      if (signal.state === 'cleared') return true
      const { detector, severity } = signal
      const { tenant } = signal.source
      const name = JSON.stringify([tenant, detector, severity])
      const isQuiet = takeOfDetector(name, limits.burst, limits.perSecond)
      const speaker = JSON.stringify([tenant, source])
      if (isQuiet && takeOfSource(speaker, limits.sourceBurst, limits.sourcePerSecond)) return true
      if (!isQuiet && (held.has(name) || held.size < MOST_HELD)) hold(name, detector, signal)
      else hold(speaker, `intake.flood:${source}`.slice(0, MOST_NAME), signal)
      return false
    },
    /** What was held back since the last call. */
    drain: (): { readonly tenant: string; readonly input: SignalInput }[] => {
      const told = [...held.values()].map((one) => toldAs(one, clock.iso()))
      held.clear()
      return told
    },
  }
}
