/**
 * Keeps one loud detector from taking the intake of all: beyond a rate its reports are counted and sampled, and told as
 * one condition a second, never dropped in silence. What is more severe has a budget of its own, so that a flood of
 * small reports does not hide a grave one. In memory, per process.
 */
import type { Severity, Signal, SignalInput } from '@rampart/domain'
import type { Clock } from '@rampart/kit'

export type StormLimits = {
  /** Reports of one detector and severity that pass at once, … */
  readonly burst: number
  /** … and those that pass in each second after that. */
  readonly perSecond: number
}
export const STORM_LIMITS: StormLimits = { burst: 200, perSecond: 10 }

const MOST_BUCKETS = 10_000
const SAMPLE = 10

type Held = {
  readonly tenant: string
  readonly detector: string
  readonly severity: Severity
  readonly from: string
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

export const createStormGuard = (clock: Clock, limits: StormLimits = STORM_LIMITS) => {
  const buckets = new Map<string, Bucket>()
  const held = new Map<string, Held>()

  const take = (name: string): boolean => {
    const now = clock.monotonic()
    const bucket = buckets.get(name) ?? { tokens: limits.burst, at: now }
    buckets.delete(name)
    bucket.tokens = Math.min(limits.burst, bucket.tokens + ((now - bucket.at) / 1000) * limits.perSecond)
    bucket.at = now
    // The one that was longest idle has a full budget again, or nearly so.
    if (buckets.size >= MOST_BUCKETS) buckets.delete(buckets.keys().next().value as string)
    buckets.set(name, bucket)
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }

  return {
    /** True when the report may go on; otherwise it was counted. A clear always passes. */
    admit: (signal: Signal): boolean => {
      if (signal.state === 'cleared') return true
      const { detector, severity, key, entity } = signal
      const { tenant } = signal.source
      const name = JSON.stringify([tenant, detector, severity])
      if (take(name)) return true
      const entry: Held = held.get(name) ?? {
        ...{ tenant, detector, severity, from: clock.iso(), count: 0, keys: [] },
        entities: new Map(),
      }
      held.set(name, entry)
      entry.count += 1
      if (entry.keys.length < SAMPLE && !entry.keys.includes(key)) entry.keys.push(key)
      if (entry.entities.size < 2) entry.entities.set(`${entity.kind}:${entity.id}`, entity)
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
