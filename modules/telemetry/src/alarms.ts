/** From judged windows to signals: one alarm per feature, and one for the version when several features drift. Pure. */
import { formatModelVersionRef, type ModelVersionRef, type SignalInput } from '@rampart/domain'
import { type AlarmConfig, type AlarmEmission, type AlarmState, nextAlarm } from '@rampart/drift'
import type { FeatureResult } from './judgement.ts'

/** Alarm states by feature name; the version's summary under ''. */
export type Alarms = ReadonlyMap<string, AlarmState>
export const SUMMARY_ALARM = ''

export type JudgedWindow = {
  readonly ref: ModelVersionRef
  readonly from: number
  readonly to: number
  readonly rows: number
  readonly referenceRows: number
  readonly features: readonly FeatureResult[]
}

export type AlarmStep = { readonly alarms: Alarms; readonly signals: readonly SignalInput[] }

/** Moves every alarm one window on. */
export const stepAlarms = (
  previous: Alarms,
  window: JudgedWindow,
  config: AlarmConfig,
  now: number,
): AlarmStep => {
  const alarms = new Map(previous)
  const signals: SignalInput[] = []
  const step = (name: string, score: number, pValue: number, describe: Describe): void => {
    const before = previous.get(name) ?? null
    const { state, emit } = nextAlarm({ previous: before, observed: { score, pValue }, config, now })
    alarms.set(name, state)
    if (emit === null) return
    const severity = (emit === 'clear' ? before?.severity : state.severity) ?? 'medium'
    signals.push({
      ...signalFrame(window, name, now),
      ...describe(emit),
      state: STATE[emit],
      severity,
      p_value: pValue,
    })
  }
  for (const feature of window.features) {
    step(feature.name, feature.psi, feature.adjustedPValue, (emit) =>
      describeFeature(feature, window, config, emit),
    )
  }
  // "Several" is the second-worst significant feature reaching the limit: the same rule, the same hysteresis.
  const ranked = significant(window.features, config)
  const second = ranked[1]
  step(SUMMARY_ALARM, second?.psi ?? 0, second?.adjustedPValue ?? 1, (emit) =>
    describeSummary(ranked, window, config, emit),
  )
  return { alarms, signals }
}

type Describe = (emit: NonNullable<AlarmEmission>) => Pick<SignalInput, 'title' | 'evidence'>

const STATE = { raise: 'raised', update: 'updated', clear: 'cleared' } as const

const significant = (features: readonly FeatureResult[], config: AlarmConfig): FeatureResult[] =>
  features.filter(({ adjustedPValue }) => adjustedPValue <= config.alpha).sort((a, b) => b.psi - a.psi)

export const alarmKey = (ref: ModelVersionRef, name: string): string =>
  (name === SUMMARY_ALARM
    ? `drift:${ref.name}:${ref.version}`
    : `drift:${ref.name}:${ref.version}:${name}`
  ).slice(0, 512)

const signalFrame = (window: JudgedWindow, name: string, now: number) => ({
  key: alarmKey(window.ref, name),
  time: new Date(now).toISOString(),
  observed_time: new Date(window.to).toISOString(),
  detector: 'telemetry.drift',
  entity: { kind: 'model-version' as const, id: formatModelVersionRef(window.ref) },
  // Features of one window are read from the same rows, so their evidence must not be multiplied.
  dependence_group: `telemetry:${formatModelVersionRef(window.ref)}`,
  window: { from: new Date(window.from).toISOString(), to: new Date(window.to).toISOString() },
})

const short = (value: number): string => value.toPrecision(3)

const describeFeature = (
  feature: FeatureResult,
  window: JudgedWindow,
  config: AlarmConfig,
  emit: NonNullable<AlarmEmission>,
) => {
  const subject = `Feature ${feature.name} of ${formatModelVersionRef(window.ref)}`
  const title =
    emit === 'clear'
      ? `${subject} is back to its reference (PSI ${short(feature.psi)})`
      : `${subject} drifted: PSI ${short(feature.psi)}, limit ${config.raiseAt}`
  const { name, psi, ks, wasserstein, chiSquare, pValue, adjustedPValue } = feature
  return {
    title: title.slice(0, 512),
    evidence: {
      feature: name,
      psi,
      ...(ks === undefined ? {} : { ks_statistic: ks.statistic, ks_p_value: ks.pValue }),
      ...(wasserstein === undefined ? {} : { wasserstein }),
      ...(chiSquare === undefined ? {} : { chi_square: chiSquare }),
      p_value: pValue,
      adjusted_p_value: adjustedPValue,
      limits: { raise_at: config.raiseAt, clear_at: config.clearAt, alpha: config.alpha },
      rows: window.rows,
      reference_rows: window.referenceRows,
    },
  }
}

const MOST_NAMED = 20

const describeSummary = (
  ranked: readonly FeatureResult[],
  window: JudgedWindow,
  config: AlarmConfig,
  emit: NonNullable<AlarmEmission>,
) => {
  const drifted = ranked.filter(({ psi }) => psi >= config.raiseAt)
  const model = formatModelVersionRef(window.ref)
  const title =
    emit === 'clear'
      ? `${model}: no longer several drifted features`
      : `${model}: ${drifted.length} of ${window.features.length} features drifted, ${drifted[0]?.name ?? ''} most`
  return {
    title: title.slice(0, 512),
    evidence: {
      drifted: drifted.slice(0, MOST_NAMED).map(({ name, psi }) => ({ feature: name, psi })),
      drifted_count: drifted.length,
      feature_count: window.features.length,
      rows: window.rows,
      reference_rows: window.referenceRows,
    },
  }
}

/** Signals that close every open alarm of a version that is no longer served. */
export const clearAll = (alarms: Alarms, ref: ModelVersionRef, now: number): SignalInput[] =>
  [...alarms]
    .filter(([, state]) => state.status === 'raised')
    .map(([name, state]) => ({
      key: alarmKey(ref, name),
      state: 'cleared' as const,
      time: new Date(now).toISOString(),
      detector: 'telemetry.drift',
      title: `${formatModelVersionRef(ref)} is no longer served`,
      severity: state.severity ?? 'medium',
      entity: { kind: 'model-version', id: formatModelVersionRef(ref) },
      dependence_group: `telemetry:${formatModelVersionRef(ref)}`,
      evidence: name === SUMMARY_ALARM ? {} : { feature: name },
    }))
