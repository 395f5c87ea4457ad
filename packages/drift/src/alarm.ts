/**
 * When a condition is raised, updated and cleared: a pure state machine with hysteresis. It sees one judged window at a
 * time and knows the time only as an argument.
 */
import { DriftError } from './errors.ts'

export type AlarmSeverity = 'low' | 'medium' | 'high' | 'critical'

export type AlarmConfig = {
  /** A window is bad when score >= raiseAt and pValue <= alpha. */
  readonly raiseAt: number
  readonly alpha: number
  /** While raised, a window is good when score < clearAt or pValue > alpha. clearAt <= raiseAt. */
  readonly clearAt: number
  /** Bad windows in a row that raise, good windows in a row that clear. */
  readonly raiseAfter: number
  readonly clearAfter: number
  /** Least time between two emissions that are not a raise, a clear or a rise in severity. */
  readonly cooldownMs: number
  /** Ascending; the severity of a score is that of the last level it reaches, or of the first. */
  readonly levels: readonly { readonly severity: AlarmSeverity; readonly from: number }[]
}

export type AlarmState = {
  readonly status: 'quiet' | 'raised'
  readonly severity: AlarmSeverity | null
  readonly badWindows: number
  readonly goodWindows: number
  readonly raisedAt: number | null
  readonly emittedAt: number | null
}

export type AlarmEmission = 'raise' | 'update' | 'clear' | null
export type AlarmObservation = { readonly score: number; readonly pValue: number }

const RANK: Readonly<Record<AlarmSeverity, number>> = { low: 0, medium: 1, high: 2, critical: 3 }

export const QUIET_ALARM: AlarmState = {
  status: 'quiet',
  severity: null,
  badWindows: 0,
  goodWindows: 0,
  raisedAt: null,
  emittedAt: null,
}

/** PSI at 0.2 is the customary "act" limit and 0.1 "nothing to see" (Siddiqi 2006); alpha is a family-wise rate per window. */
export const DEFAULT_ALARM: AlarmConfig = {
  raiseAt: 0.2,
  clearAt: 0.1,
  alpha: 0.001,
  raiseAfter: 1,
  clearAfter: 3,
  cooldownMs: 600_000,
  levels: [
    { severity: 'medium', from: 0.2 },
    { severity: 'high', from: 0.5 },
  ],
}

/** Throws DRIFT_BAD_OPTION for limits that contradict each other; call once when a configuration is read. */
export const checkAlarmConfig = (config: AlarmConfig): void => {
  const counts = [config.raiseAfter, config.clearAfter]
  const ascending = config.levels.every(
    ({ from }, i) => i === 0 || from > (config.levels[i - 1]?.from ?? from),
  )
  const sound =
    config.clearAt <= config.raiseAt &&
    config.alpha > 0 &&
    config.alpha <= 1 &&
    counts.every((count) => Number.isInteger(count) && count >= 1) &&
    config.cooldownMs >= 0 &&
    config.levels.length > 0 &&
    ascending
  if (!sound) throw new DriftError('DRIFT_BAD_OPTION', 'alarm limits contradict each other')
}

/** One step. `previous` is null the first time. A window that was too small to judge must not be passed in. */
export const nextAlarm = (step: {
  readonly previous: AlarmState | null
  readonly observed: AlarmObservation
  readonly config: AlarmConfig
  readonly now: number
}): { readonly state: AlarmState; readonly emit: AlarmEmission } => {
  const previous = step.previous ?? QUIET_ALARM
  return previous.status === 'quiet' ? fromQuiet(previous, step) : fromRaised(previous, step)
}

type Step = { readonly observed: AlarmObservation; readonly config: AlarmConfig; readonly now: number }

const severityOf = (score: number, config: AlarmConfig): AlarmSeverity => {
  const reached = config.levels.filter(({ from }) => score >= from).at(-1) ?? config.levels[0]
  return reached?.severity ?? 'medium'
}

const isBad = ({ score, pValue }: AlarmObservation, config: AlarmConfig): boolean =>
  score >= config.raiseAt && pValue <= config.alpha

const fromQuiet = (previous: AlarmState, { observed, config, now }: Step) => {
  if (!isBad(observed, config)) return { state: { ...previous, badWindows: 0 }, emit: null }
  const badWindows = previous.badWindows + 1
  if (badWindows < config.raiseAfter) return { state: { ...previous, badWindows }, emit: null }
  const severity = severityOf(observed.score, config)
  const state = {
    status: 'raised',
    severity,
    badWindows,
    goodWindows: 0,
    raisedAt: now,
    emittedAt: now,
  } as const
  return { state, emit: 'raise' as const }
}

const fromRaised = (previous: AlarmState, { observed, config, now }: Step) => {
  const good = observed.score < config.clearAt || observed.pValue > config.alpha
  if (good) {
    const goodWindows = previous.goodWindows + 1
    if (goodWindows >= config.clearAfter)
      return { state: { ...QUIET_ALARM, emittedAt: now }, emit: 'clear' as const }
    return { state: { ...previous, goodWindows }, emit: null }
  }
  const kept = { ...previous, goodWindows: 0, badWindows: previous.badWindows + 1 }
  // Between the two limits the condition stands but is not measured anew: that band is the hysteresis.
  if (!isBad(observed, config)) return { state: kept, emit: null }
  const severity = severityOf(observed.score, config)
  const worse = RANK[severity] > RANK[previous.severity ?? 'low']
  // A clock that went back counts as no time passed, so it can delay an update but never repeat one.
  const cooled = now - (previous.emittedAt ?? now) >= config.cooldownMs
  if (!worse && !cooled) return { state: kept, emit: null }
  return { state: { ...kept, severity, emittedAt: now }, emit: 'update' as const }
}
