/** What every sequential detector is: one finite number in, "the stream has changed" out. */
import { DriftError } from '../errors.ts'

export interface ChangeDetector {
  /** True when this value raises an alarm; the detector then forgets everything and starts anew with the next one. */
  update(value: number): boolean
}

/** A NaN would poison every running sum for good, and infinity has no mean. */
export const requireFinite = (value: number): void => {
  if (!Number.isFinite(value)) {
    throw new DriftError('DRIFT_BAD_VALUE', `${value} in a stream: a detector takes finite numbers only`)
  }
}

/** Throws DRIFT_BAD_OPTION unless `sound`; `need` says what the option must be. */
export const requireOption = (sound: boolean, name: string, value: unknown, need: string): void => {
  if (!sound) throw new DriftError('DRIFT_BAD_OPTION', `${name} is ${String(value)}: ${need} is needed`)
}

/** Indices (from 0) at which a detector alarms on a stream held in memory. */
export const alarmIndices = (detector: ChangeDetector, values: ArrayLike<number>): number[] => {
  const alarms: number[] = []
  for (let i = 0; i < values.length; i += 1) if (detector.update(values[i] as number)) alarms.push(i)
  return alarms
}
