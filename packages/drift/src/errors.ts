/** The one error type of this package: bad arguments and bad bytes, by a closed set of codes. */

export type DriftErrorCode =
  | 'DRIFT_EMPTY_SAMPLE'
  | 'DRIFT_BAD_SHAPE'
  | 'DRIFT_BAD_OPTION'
  | 'DRIFT_BAD_VALUE'
  | 'DRIFT_BAD_BYTES'
  | 'DRIFT_INCOMPATIBLE'

export class DriftError extends Error {
  readonly code: DriftErrorCode
  constructor(code: DriftErrorCode, message: string) {
    super(message)
    this.name = 'DriftError'
    this.code = code
  }
}
