/**
 * Mergeable counts of categories: exact while there are at most `cap` of them, then heavy hitters with a certain error
 * bound (Misra and Gries 1982, the isomorph of Space-Saving; merging by Agarwal et al. 2012). The rest is "other".
 */
import { DriftError } from './errors.ts'

export type FrequencySketch = {
  /** Adds observations of a category; null and undefined are counted as missing. Amortised O(1). */
  update(category: string | null | undefined, times?: number): void
  merge(other: FrequencySketch): void
  count(): number
  missing(): number
  /** The true count of any category lies in [estimate, estimate + error]; 0 while exact. At most count / (cap + 1). */
  error(): number
  /** Categories by falling count, then name. */
  entries(): readonly (readonly [string, number])[]
  /** Observations not attributed to a category in `entries`. */
  other(): number
  toJSON(): FrequencyState
  clear(): void
}

export type FrequencyState = {
  readonly kind: 'frequency/1'
  readonly cap: number
  readonly count: number
  readonly missing: number
  readonly error: number
  readonly entries: readonly (readonly [string, number])[]
}

export const DEFAULT_CATEGORY_CAP = 256
const KEY_LIMIT = 128

/** Long keys are cut so that memory stays bounded: names equal in length and in their first 100 and last 20 characters meet. */
const boundedKey = (category: string): string =>
  category.length <= KEY_LIMIT
    ? category
    : `${category.slice(0, 100)}…${category.length}…${category.slice(-20)}`

type Counters = { map: Map<string, number>; count: number; missing: number; error: number }

export const createFrequencySketch = (options: { readonly cap?: number } = {}): FrequencySketch => {
  const cap = options.cap ?? DEFAULT_CATEGORY_CAP
  if (!Number.isInteger(cap) || cap < 1 || cap > 65_536) {
    throw new DriftError('DRIFT_BAD_OPTION', `cap is ${cap}: an integer from 1 to 65536 is needed`)
  }
  return sketchOf(cap, { map: new Map(), count: 0, missing: 0, error: 0 })
}

const sketchOf = (cap: number, counters: Counters): FrequencySketch => ({
  update: (category, times = 1) => {
    if (category === null || category === undefined) {
      counters.missing += times
      return
    }
    const key = boundedKey(category)
    counters.map.set(key, (counters.map.get(key) ?? 0) + times)
    counters.count += times
    // Pruning in bulk at twice the cap keeps one update O(1) amortised.
    if (counters.map.size > 2 * cap) prune(counters, cap)
  },
  merge: (other) => {
    const state = other.toJSON()
    if (state.cap !== cap) {
      throw new DriftError(
        'DRIFT_INCOMPATIBLE',
        `cannot merge a sketch of cap ${state.cap} into one of cap ${cap}`,
      )
    }
    for (const [key, times] of state.entries) counters.map.set(key, (counters.map.get(key) ?? 0) + times)
    counters.count += state.count
    counters.missing += state.missing
    counters.error += state.error
    prune(counters, cap)
  },
  count: () => counters.count,
  missing: () => counters.missing,
  error: () => {
    prune(counters, cap)
    return counters.error
  },
  entries: () => {
    prune(counters, cap)
    return sortedEntries(counters)
  },
  other: () => {
    prune(counters, cap)
    let named = 0
    for (const times of counters.map.values()) named += times
    return counters.count - named
  },
  toJSON: () => {
    prune(counters, cap)
    const { count, missing, error } = counters
    return { kind: 'frequency/1', cap, count, missing, error, entries: sortedEntries(counters) }
  },
  clear: () => {
    counters.map.clear()
    Object.assign(counters, { count: 0, missing: 0, error: 0 })
  },
})

const sortedEntries = (counters: Counters): [string, number][] =>
  [...counters.map].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))

/** Takes the (cap+1)-th largest count from all and drops what falls to zero: each unit of error costs cap+1 observations. */
const prune = (counters: Counters, cap: number): void => {
  if (counters.map.size <= cap) return
  const descending = Float64Array.from(counters.map.values()).sort().reverse()
  const cut = descending[cap] as number
  for (const [key, times] of counters.map) {
    if (times > cut) counters.map.set(key, times - cut)
    else counters.map.delete(key)
  }
  counters.error += cut
}

/** Restores a sketch from `toJSON`. Throws DRIFT_BAD_BYTES when the counts cannot be those of a sketch. */
export const frequencySketchFromJSON = (state: FrequencyState): FrequencySketch => {
  const whole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
  const entries = Array.isArray(state?.entries) ? state.entries : undefined
  const sound =
    state?.kind === 'frequency/1' &&
    [state.cap, state.count, state.missing, state.error].every(whole) &&
    entries !== undefined &&
    entries.length <= state.cap &&
    entries.every((entry) => Array.isArray(entry) && typeof entry[0] === 'string' && whole(entry[1]))
  if (!sound) throw new DriftError('DRIFT_BAD_BYTES', 'not the state of a frequency sketch')
  const named = entries.reduce((sum, [, times]) => sum + times, 0)
  if (named > state.count) throw new DriftError('DRIFT_BAD_BYTES', 'category counts exceed the total')
  const { count, missing, error } = state
  if (state.cap < 1 || state.cap > 65_536) throw new DriftError('DRIFT_BAD_BYTES', 'cap out of range')
  return sketchOf(state.cap, { map: new Map(entries), count, missing, error })
}
