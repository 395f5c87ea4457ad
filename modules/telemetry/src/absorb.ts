/** Takes what other processes sketched into the open windows, so that N of them are judged as one would be. */
import type { ModelVersionRef } from '@rampart/domain'
import { createCoin } from '@rampart/drift'
import type { Clock } from '@rampart/kit'
import type { TelemetryConfig } from './config.ts'
import { telemetryErrors } from './errors.ts'
import type { FeatureSketch } from './extract.ts'
import { createSketches } from './extract.ts'
import { decodeLearnt, layoutName, mergeSketch, type SketchReport } from './sketch-report.ts'
import { isDue, openWindow, type Ready, type Watch } from './watch.ts'

export type AbsorbDeps = {
  readonly clock: Clock
  readonly config: TelemetryConfig
  readonly seed: () => number
  readonly watchOf: (tenant: string, ref: ModelVersionRef) => Watch
  /** Resolves when what is being loaded is there. */
  readonly loaded: () => Promise<void>
  readonly close: (watch: Watch, state: Ready) => void
  readonly adopt: (watch: Watch, learnt: ReturnType<typeof decodeLearnt>) => void
}

/** Reads all features before anything is merged: a report that is broken in the middle changes nothing. */
const readSketches = (state: Ready, report: SketchReport, seed: () => number): FeatureSketch[] => {
  const read = createSketches(state.reference.layout, seed)
  if (read.length !== report.features.length)
    throw telemetryErrors.TELEMETRY_REPORT_INVALID('a report has another number of features than its layout')
  for (const [i, feature] of read.entries()) mergeSketch(feature, report.features[i], createCoin(seed()))
  return read
}

export const createAbsorb = (deps: AbsorbDeps) => {
  const { clock, config, seed } = deps

  const merge = (watch: Watch, state: Ready, report: SketchReport): void => {
    if (report.layout !== layoutName(state.reference.layout)) {
      // Sketched before its process knew the profile in force.
      watch.rows.loading += report.rows
      return
    }
    const read = readSketches(state, report, seed)
    state.open ??= openWindow(state, { now: clock.now(), monotonic: clock.monotonic() }, seed)
    for (const [i, into] of state.open.sketches.entries()) {
      const from = read[i]
      if (into.kind === 'numeric' && from?.kind === 'numeric') into.sketch.merge(from.sketch)
      else if (into.kind === 'categorical' && from?.kind === 'categorical') into.sketch.merge(from.sketch)
    }
    state.open.rows += report.rows
    watch.rows.observed += report.rows
    if (isDue(state, clock.monotonic(), config)) deps.close(watch, state)
  }

  /** Throws TELEMETRY_REPORT_INVALID; the windows are then as they were. */
  return async (tenant: string, report: SketchReport): Promise<void> => {
    const watch = deps.watchOf(tenant, { name: report.model, version: report.version })
    if (watch.state.kind === 'loading') await deps.loaded()
    watch.lastSeenMonotonic = clock.monotonic()
    if (watch.state.kind === 'ready' && report.rows > 0) merge(watch, watch.state, report)
    else if (report.rows > 0) watch.rows.loading += report.rows
    watch.rows.absent += report.absent
    watch.rows['shape-changed'] += report.shapeChanged
    if (report.learnt !== undefined && config.learnRows > 0 && watch.state.kind === 'absent')
      deps.adopt(watch, decodeLearnt(report.learnt))
  }
}
