/** One watched model version: its reference, its open window and its newest results. */
import type { ModelVersionRef } from '@rampart/domain'
import type { Alarms } from './alarms.ts'
import type { TelemetryConfig } from './config.ts'
import { createExtractor, createSketches, type Extractor, type FeatureSketch } from './extract.ts'
import type { Learner } from './learn.ts'
import type { RowOutcome } from './measures.ts'
import type { ObservedBatch } from './ports.ts'
import type { Reference } from './reference.ts'
import type { StoredWindow } from './store.ts'

export type OpenWindow = {
  readonly sketches: readonly FeatureSketch[]
  rows: number
  readonly openedAt: number
  readonly openedMonotonic: number
}

export type Ready = {
  readonly reference: Reference
  readonly extractor: Extractor
  /** As last stored, to write only what changed. */
  savedAlarms: Alarms
  alarms: Alarms
  open: OpenWindow | undefined
  /** Sketches of the last judged window, emptied for reuse. */
  spare: readonly FeatureSketch[] | undefined
  judging: boolean
}

/** `absent`: there is no reference profile, so nothing can be measured until one is given or learnt. */
export type WatchState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly retryMonotonic: number }
  | { readonly kind: 'absent'; readonly learner?: Learner }
  | ({ readonly kind: 'ready' } & Ready)

export type Watch = {
  readonly tenant: string
  readonly ref: ModelVersionRef
  state: WatchState
  lastSeenMonotonic: number
  /** Oldest first, at most `keepRecent`. */
  readonly recent: StoredWindow[]
  /** Why the newest unusable batch did not fit the reference. */
  mismatch: string | undefined
  /** Rows since the counters were last flushed. */
  readonly rows: Record<RowOutcome, number>
}

export const newWatch = (tenant: string, ref: ModelVersionRef, now: number): Watch => ({
  tenant,
  ref,
  state: { kind: 'loading' },
  lastSeenMonotonic: now,
  recent: [],
  mismatch: undefined,
  rows: { observed: 0, absent: 0, loading: 0, 'shape-changed': 0 },
})

export const readyState = (reference: Reference, alarms: Alarms): WatchState => ({
  kind: 'ready',
  reference,
  extractor: createExtractor(reference.layout),
  savedAlarms: alarms,
  alarms,
  open: undefined,
  spare: undefined,
  judging: false,
})

export type WindowClock = { readonly now: number; readonly monotonic: number }

/** Adds one batch; what it returns is only a count to keep. The whole cost of telemetry on the hot path is here. */
export const observe = (
  watch: Watch,
  batch: ObservedBatch,
  time: WindowClock,
  seed: () => number,
): RowOutcome => {
  const { state } = watch
  watch.lastSeenMonotonic = time.monotonic
  if (state.kind !== 'ready') return state.kind === 'absent' ? 'absent' : 'loading'
  const mismatch = state.extractor.mismatch(batch)
  if (mismatch !== undefined) {
    watch.mismatch = mismatch
    return 'shape-changed'
  }
  state.open ??= openWindow(state, time, seed)
  state.extractor.extract(batch, state.open.sketches)
  state.open.rows += batch.rows
  return 'observed'
}

export const openWindow = (state: Ready, time: WindowClock, seed: () => number): OpenWindow => {
  const sketches = state.spare ?? createSketches(state.reference.layout, seed)
  state.spare = undefined
  return { sketches, rows: 0, openedAt: time.now, openedMonotonic: time.monotonic }
}

/** Whether the open window is full or old enough. While one is being judged the next goes on filling. */
export const isDue = (state: Ready, monotonic: number, config: TelemetryConfig): boolean => {
  const { open } = state
  if (open === undefined || state.judging) return false
  const age = monotonic - open.openedMonotonic
  const full = open.rows >= config.windowRows && age >= config.minWindowMs
  const old = open.rows >= config.minRows && age >= config.windowMs
  return full || old || age >= config.maxWindowMs
}
