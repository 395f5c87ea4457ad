/** Takes closed windows to verdicts, signals and rows in the database, in slices between turns of the event loop. */
import { setImmediate } from 'node:timers/promises'
import type { FeatureProfile } from '@rampart/drift'
import type { Clock, Database, EventLog, Logger } from '@rampart/kit'
import { type AlarmStep, type Alarms, stepAlarms } from './alarms.ts'
import type { TelemetryConfig } from './config.ts'
import type { FeatureSketch } from './extract.ts'
import { type ComparedFeature, compareFeature, judgeWindow, worstFeature, worstVerdict } from './judgement.ts'
import { featuresOf } from './layout.ts'
import type { Measures } from './measures.ts'
import type { SignalSink } from './ports.ts'
import type { Reference } from './reference.ts'
import * as store from './store.ts'
import type { OpenWindow, Ready, Watch } from './watch.ts'

export type JudgeDeps = {
  readonly database: Pick<Database, 'tx'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly signals: SignalSink
  readonly clock: Clock
  readonly logger: Logger
  readonly measures: Measures
  readonly config: TelemetryConfig
}

const SLICE_MS = 2

/** Judges, signals, stores. A failure of the sink or the database is logged and leaves the alarms as they were. */
export const createJudge = (deps: JudgeDeps) => {
  const { clock, config, logger } = deps

  const judge = async (watch: Watch, state: Ready, open: OpenWindow): Promise<void> => {
    const closedAt = clock.now()
    // The router's call that filled the window must not pay for judging it.
    await setImmediate()
    const started = clock.monotonic()
    const window = await judgeRows(state.reference, open, closedAt, deps)
    const judgedMs = clock.monotonic() - started
    for (const feature of open.sketches) feature.sketch.clear()
    state.spare = open.sketches
    remember(watch, window, config.keepRecent)
    deps.measures.window(watch.ref, window, judgedMs)
    await settle(watch, state, window, closedAt)
  }

  const settle = async (
    watch: Watch,
    state: Ready,
    window: store.StoredWindow,
    closedAt: number,
  ): Promise<void> => {
    const { alarms, signals } = nextAlarms(watch, state, window, closedAt)
    // Signals first: a crash in between repeats them after the restart, and intake joins repeats by key.
    for (const signal of signals) await deps.signals.raise(watch.tenant, signal)
    state.alarms = alarms
    await deps.database.tx(watch.tenant, async (tx) => {
      await store.insertWindow(tx, watch.ref, window, config.keepWindows)
      await store.saveAlarms(tx, watch.ref, changedAlarms(state.savedAlarms, alarms), clock.iso())
      await deps.eventLog.publish(tx, watch.tenant, closedEvent(watch, window))
    })
    state.savedAlarms = alarms
  }

  const nextAlarms = (
    watch: Watch,
    state: Ready,
    window: store.StoredWindow,
    closedAt: number,
  ): AlarmStep => {
    if (window.verdict === 'unknown') return { alarms: state.alarms, signals: [] }
    const from = Date.parse(window.from)
    const { rows, features } = window
    const judged = { ref: watch.ref, from, to: closedAt, rows, referenceRows: state.reference.rows, features }
    return stepAlarms(state.alarms, judged, config.alarm, clock.now())
  }

  /** Never rejects. */
  return async (watch: Watch, state: Ready, open: OpenWindow): Promise<void> => {
    state.judging = true
    try {
      await judge(watch, state, open)
    } catch (err) {
      logger.error({ err, model: watch.ref.name, version: watch.ref.version }, 'telemetry.window-not-settled')
    } finally {
      state.judging = false
    }
  }
}

const judgeRows = async (
  reference: Reference,
  open: OpenWindow,
  closedAt: number,
  { clock, config }: Pick<JudgeDeps, 'clock' | 'config'>,
): Promise<store.StoredWindow> => {
  const frame = {
    from: new Date(open.openedAt).toISOString(),
    to: new Date(closedAt).toISOString(),
    rows: open.rows,
  }
  if (open.rows < config.minRows) return { ...frame, verdict: 'unknown', features: [] }
  const compared: ComparedFeature[] = []
  let sliceStart = clock.monotonic()
  for (const [index, { name }] of featuresOf(reference.layout).entries()) {
    if (clock.monotonic() - sliceStart >= SLICE_MS) {
      await setImmediate()
      sliceStart = clock.monotonic()
    }
    const profile = profileOf(name, open.sketches[index] as FeatureSketch)
    compared.push(compareFeature(reference, index, profile))
  }
  const features = judgeWindow(compared, config.alarm)
  const worst = worstFeature(features)?.name
  return {
    ...frame,
    verdict: worstVerdict(features),
    ...(worst === undefined ? {} : { worstFeature: worst }),
    features,
  }
}

const profileOf = (name: string, feature: FeatureSketch): FeatureProfile =>
  feature.kind === 'numeric'
    ? { name, kind: 'numeric', sample: feature.sketch.sample() }
    : { name, kind: 'categorical', frequencies: feature.sketch.toJSON() }

const remember = (watch: Watch, window: store.StoredWindow, keep: number): void => {
  watch.recent.push(window)
  if (watch.recent.length > keep) watch.recent.shift()
}

const changedAlarms = (saved: Alarms, next: Alarms): Alarms =>
  new Map([...next].filter(([name, state]) => JSON.stringify(saved.get(name)) !== JSON.stringify(state)))

const closedEvent = ({ ref }: Watch, window: store.StoredWindow) => ({
  type: 'rampart.telemetry.window-closed.v1',
  subject: `${ref.name}:${ref.version}`,
  principal: 'component:telemetry',
  data: {
    model: ref.name,
    version: ref.version,
    rows: window.rows,
    verdict: window.verdict,
    ...(window.worstFeature === undefined ? {} : { worst: window.worstFeature }),
  },
})
