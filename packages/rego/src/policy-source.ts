/** A bundle as written: Rego files by path, and the data document they read. */
export type PolicySource = {
  readonly files: Readonly<Record<string, string>>
  readonly data?: Readonly<Record<string, unknown>>
  /** Rules that must exist, such as `data.rampart.authz.decision`. */
  readonly entrypoints?: readonly string[]
}

/** What one bundle and one evaluation may use. */
export type RegoLimits = {
  /** Processor time of one evaluation, ms. */
  readonly timeoutMs: number
  /** Length of the input as JSON, UTF-16 units. */
  readonly maxInputLength: number
  /** All files and the data together, UTF-16 units. */
  readonly maxSourceLength: number
  /** An instance whose memory grew past this is replaced after the evaluation, bytes. The hard cap is 128 MiB. */
  readonly recycleBytes: number
}

export const DEFAULT_REGO_LIMITS: RegoLimits = {
  timeoutMs: 250,
  maxInputLength: 1_048_576,
  maxSourceLength: 4_194_304,
  recycleBytes: 67_108_864,
}
