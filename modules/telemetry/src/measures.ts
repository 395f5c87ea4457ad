/** Prometheus metrics of telemetry. Row counts are added up by the watcher and flushed once a second, off the hot path. */
import type { Metrics } from '@rampart/kit'
import type { StoredWindow } from './store.ts'

type Ref = { readonly name: string; readonly version: string }
export type RowOutcome = 'observed' | 'absent' | 'loading' | 'shape-changed'

export type Measures = {
  rows(ref: Ref, outcome: RowOutcome, count: number): void
  window(ref: Ref, window: StoredWindow, judgedMs: number): void
  forget(ref: Ref, features: readonly string[]): void
}

const MODEL = ['model', 'version'] as const
const FEATURE = [...MODEL, 'feature'] as const

export const createMeasures = (metrics: Metrics): Measures => {
  const rows = metrics.counter({
    name: 'rampart_telemetry_rows_total',
    help: 'Inference rows seen by drift telemetry, by what became of them.',
    labelNames: [...MODEL, 'outcome'],
  })
  const windows = metrics.counter({
    name: 'rampart_telemetry_windows_total',
    help: 'Closed detection windows by verdict.',
    labelNames: [...MODEL, 'verdict'],
  })
  const judging = metrics.histogram({
    name: 'rampart_telemetry_judge_seconds',
    help: 'Time from closing a window to its verdict.',
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2],
  })
  const psi = metrics.gauge({
    name: 'rampart_drift_psi',
    help: 'Population stability index of a feature in the newest window.',
    labelNames: FEATURE,
  })
  const ks = metrics.gauge({
    name: 'rampart_drift_ks_statistic',
    help: 'Kolmogorov-Smirnov distance of a feature in the newest window.',
    labelNames: FEATURE,
  })
  const wasserstein = metrics.gauge({
    name: 'rampart_drift_wasserstein_distance',
    help: 'First Wasserstein distance of a feature in the newest window, in its own unit.',
    labelNames: FEATURE,
  })
  const drifted = metrics.gauge({
    name: 'rampart_drift_verdict',
    help: '1 when the feature is judged drifted in the newest window.',
    labelNames: FEATURE,
  })
  const label = (ref: Ref, feature: string) => ({ model: ref.name, version: ref.version, feature })
  return {
    rows: (ref, outcome, count) => rows.inc({ model: ref.name, version: ref.version, outcome }, count),
    window: (ref, window, judgedMs) => {
      windows.inc({ model: ref.name, version: ref.version, verdict: window.verdict })
      judging.observe(judgedMs / 1000)
      for (const feature of window.features) {
        const labels = label(ref, feature.name)
        psi.set(labels, feature.psi)
        drifted.set(labels, feature.verdict === 'drifted' ? 1 : 0)
        if (feature.ks !== undefined) ks.set(labels, feature.ks.statistic)
        if (feature.wasserstein !== undefined) wasserstein.set(labels, feature.wasserstein)
      }
    },
    forget: (ref, features) => {
      for (const feature of features) {
        for (const gauge of [psi, ks, wasserstein, drifted]) gauge.remove(label(ref, feature))
      }
    },
  }
}
