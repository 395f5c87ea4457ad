/** Limits and times of drift telemetry. */
import { isModelName } from '@rampart/domain'
import { type AlarmConfig, checkAlarmConfig, DEFAULT_ALARM } from '@rampart/drift'
import { telemetryErrors } from './errors.ts'

export type TelemetryConfig = {
  /** A window closes once it has this many rows (and is at least `minWindowMs` old) … */
  readonly windowRows: number
  /** … or this age, if it has `minRows`. */
  readonly windowMs: number
  readonly minRows: number
  /** Least age of a window, so that judging costs at most once per this time and version whatever the load. */
  readonly minWindowMs: number
  /** A window that is this old with fewer than `minRows` is stored without a verdict. */
  readonly maxWindowMs: number
  /** Windows kept per version in the database, and in memory. */
  readonly keepWindows: number
  readonly keepRecent: number
  /** Model versions observed at once; the one unseen for longest makes room. */
  readonly maxVersions: number
  /** Rows from which a version that has no reference learns one; 0 leaves it without. */
  readonly learnRows: number
  /** Of single models. */
  readonly learnRowsByModel: ReadonlyMap<string, number>
  /** alpha is the budget: on average at most one false alarm in 1 / alpha windows of a version. */
  readonly alarm: AlarmConfig
}

export const DEFAULT_TELEMETRY: TelemetryConfig = {
  windowRows: 500,
  windowMs: 60_000,
  minRows: 100,
  minWindowMs: 1000,
  maxWindowMs: 600_000,
  keepWindows: 2000,
  keepRecent: 60,
  maxVersions: 256,
  learnRows: 2000,
  learnRowsByModel: new Map(),
  alarm: DEFAULT_ALARM,
}

/** `MODEL=ROWS` by commas. Throws TELEMETRY_OPTION_INVALID. */
export const parseLearnRows = (text: string): Map<string, number> =>
  new Map(
    text.split(',').flatMap((pair): [string, number][] => {
      if (pair.trim() === '') return []
      const [model = '', rows = ''] = pair.split('=').map((part) => part.trim())
      if (!isModelName(model) || !/^\d{1,9}$/.test(rows))
        throw telemetryErrors.TELEMETRY_OPTION_INVALID(
          `telemetry.learnRowsByModel: "${pair.trim().slice(0, 80)}" is not MODEL=ROWS`,
        )
      return [[model, Number(rows)]]
    }),
  )

/** Defaults filled in; throws DRIFT_BAD_OPTION when alarm limits contradict each other. */
export const telemetryConfig = (given: Partial<TelemetryConfig> = {}): TelemetryConfig => {
  const config = { ...DEFAULT_TELEMETRY, ...given }
  checkAlarmConfig(config.alarm)
  return config
}
