/** How apply was asked to behave. */
export type ApplyOptions = {
  /** Check the manifest and its files, send nothing. */
  readonly dryRun: boolean
  /** Wait until a model version is assessed or has failed. */
  readonly wait: boolean
  readonly timeoutMs: number
}
