/** Drift windows, histograms and route statistics of the mock, computed from the seed at each call. */
import type * as Api from '../src/api/types.ts'
import { createRandom } from './random.ts'

const MINUTE = 60_000
const iso = (ms: number): string => new Date(ms).toISOString()
const seedOf = (text: string): number => [...text].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) >>> 0, 7)

const FEATURES: Record<string, string[]> = {
  'card-fraud': [
    'amount',
    'hour',
    'merchant_risk',
    'distance_km',
    'velocity_1h',
    'velocity_24h',
    'card_age_days',
    'is_online',
    'country_mismatch',
    'weekday',
    'prediction',
  ],
  'mail-filter': ['text.length', 'text.tokens', 'prediction'],
  'digit-image': ['image.mean', 'image.variance', 'prediction'],
}
/** How strongly a feature has shifted by the newest window. */
const SHIFT: Record<string, number> = {
  'card-fraud/amount': 0.62,
  'card-fraud/velocity_1h': 0.32,
  'card-fraud/prediction': 0.28,
}

export const THRESHOLDS: Api.DriftThresholds = {
  psiRaise: 0.25,
  psiClear: 0.1,
  alpha: 0.001,
  windowRows: 2048,
  windowMs: 300_000,
  minRows: 200,
}
const WINDOWS = 24

export const featuresOf = (model: string): string[] => FEATURES[model] ?? []

const verdictOf = (psi: number): Api.FeatureDrift['verdict'] =>
  psi >= THRESHOLDS.psiRaise ? 'drifted' : psi >= THRESHOLDS.psiClear ? 'warning' : 'stable'

const drift = (model: string, name: string, at: number): Api.FeatureDrift => {
  const random = createRandom(seedOf(`${model}/${name}/${at}`))
  const ramp = Math.max(0, (at - 13) / (WINDOWS - 14)) * (SHIFT[`${model}/${name}`] ?? 0)
  const psi = 0.012 + random.float() * 0.028 + ramp * ramp
  const statistic = 0.018 + random.float() * 0.012 + ramp * 0.36
  const pValue = Math.min(1, Math.exp(-2 * 1024 * statistic * statistic) * 2)
  return {
    name,
    kind: name === 'prediction' ? 'categorical' : 'numeric',
    pValue,
    adjustedPValue: Math.min(1, pValue * 11),
    psi: Number(psi.toFixed(4)),
    ks: { statistic: Number(statistic.toFixed(4)), pValue, location: null },
    wasserstein: Number((0.03 + random.float() * 0.05 + ramp * 1.4).toFixed(4)),
    verdict: verdictOf(psi),
  }
}

export const telemetryOf = (model: string, version: string, now: number): Api.TelemetryDetail => {
  const last = Math.floor(now / (5 * MINUTE)) * 5 * MINUTE
  return {
    model,
    version,
    verdict: telemetryItem(model, version, now).verdict,
    reference: { rows: 10_000, features: featuresOf(model), learnt: false },
    openRows: 731,
    thresholds: THRESHOLDS,
    windows: Array.from({ length: WINDOWS }, (_, at) => {
      const features = featuresOf(model).map((name) => drift(model, name, at))
      const worst = features.reduce((a, b) => (b.psi > a.psi ? b : a))
      return {
        from: iso(last - (WINDOWS - at) * 5 * MINUTE),
        to: iso(last - (WINDOWS - at - 1) * 5 * MINUTE),
        rows: 2048,
        verdict: worst.verdict,
        worstFeature: worst.name,
        features,
      }
    }),
  }
}

export const telemetryItem = (
  model: string,
  version: string,
  now: number,
): Api.TelemetryItem & Pick<Api.FeatureDrift, 'verdict'> => {
  const newest = featuresOf(model).map((name) => drift(model, name, WINDOWS - 1))
  const worst = newest.reduce((a, b) => (b.psi > a.psi ? b : a))
  return {
    model,
    version,
    rows: 2048,
    referenceRows: 10_000,
    verdict: worst.verdict,
    worstFeature: worst.name,
    updatedAt: iso(Math.floor(now / (5 * MINUTE)) * 5 * MINUTE),
  }
}

const normalDensity = (x: number, mean: number, deviation: number): number =>
  Math.exp(-0.5 * ((x - mean) / deviation) ** 2) / deviation

const AROUND = { below: 0, above: 0, missing: 0 }

export const featureOf = (model: string, name: string): Api.FeatureDetail => {
  const newest = drift(model, name, WINDOWS - 1)
  const shared = {
    ...newest,
    side: name === 'prediction' ? ('output' as const) : ('input' as const),
    rows: 2048,
    history: [],
    thresholds: THRESHOLDS,
  }
  const random = createRandom(seedOf(`${model}/${name}`))
  if (name === 'prediction') {
    const labels =
      model === 'digit-image'
        ? [...'0123456789']
        : model === 'mail-filter'
          ? ['ham', 'spam']
          : ['legitimate', 'fraud']
    const share = labels.length === 2 ? [0.93, 0.07] : labels.map(() => 0.1)
    const current = labels.length === 2 && model === 'card-fraud' ? [0.84, 0.16] : share
    const edges: number[] = []
    return {
      ...shared,
      reference: { ...AROUND, edges, labels, counts: share.map((part) => Math.round(part * 10_000)) },
      current: { ...AROUND, edges, labels, counts: current.map((part) => Math.round(part * 2048)) },
    }
  }
  const bins = 24
  const shift = (SHIFT[`${model}/${name}`] ?? 0) * 2.2
  const width = name === 'amount' ? 18 : 1
  const edges = Array.from({ length: bins + 1 }, (_, at) => Number((at * width).toFixed(2)))
  const counts = (rows: number, offset: number) => {
    const density = Array.from(
      { length: bins },
      (_, at) => normalDensity(at, 7 + offset * 3, 3.2 + offset) * (0.85 + random.float() * 0.3) + 0.004,
    )
    const total = density.reduce((sum, value) => sum + value, 0)
    return density.map((value) => Math.round((value / total) * rows))
  }
  return {
    ...shared,
    reference: { ...AROUND, edges, counts: counts(10_000, 0) },
    current: { ...AROUND, edges, counts: counts(2048, shift) },
  }
}

const RATE: Record<string, number> = { 'card-fraud': 31, 'mail-filter': 8, 'digit-image': 3.4 }
const STEP_S = 10
const POINTS = 90

export const requestsPerSecond = (model: string): number => RATE[model] ?? 0

export const sparkline = (model: string, now: number): number[] =>
  statsOf(model, '', now).series.requests.slice(-40)

export const statsOf = (model: string, version: string, now: number): Api.RouteStats => {
  const last = Math.floor(now / 1000 / STEP_S) * STEP_S
  const rate = requestsPerSecond(model)
  const time = Array.from({ length: POINTS }, (_, at) => last - (POINTS - 1 - at) * STEP_S)
  const at = (second: number, salt: number) => createRandom(seedOf(`${model}/${second}/${salt}`)).float()
  const requests = time.map((second) =>
    Math.round(rate * STEP_S * (0.86 + 0.2 * Math.sin(second / 240) + 0.16 * at(second, 1))),
  )
  return {
    version,
    model,
    windowMs: POINTS * STEP_S * 1000,
    stepMs: STEP_S * 1000,
    requests: 27_508,
    rows: 27_508,
    outcomes: { ok: 27_381, invalid: 14, denied: 62, shed: 4, late: 0, failed: 47 },
    series: {
      time: time.map((second) => iso(second * 1000)),
      requests,
      errors: time.map((second) => (at(second, 2) > 0.93 ? 1 + Math.floor(at(second, 3) * 3) : 0)),
      denied: time.map((second, index) => (index > 40 && index < 47 ? 5 + Math.floor(at(second, 4) * 8) : 0)),
      shed: time.map((_, index) => (index === 61 ? 4 : 0)),
      p50Ms: time.map((second) => Number((0.62 + at(second, 5) * 0.18).toFixed(3))),
      p99Ms: time.map((second, index) =>
        Number((2.1 + at(second, 6) * 1.4 + (index === 61 ? 9 : 0)).toFixed(3)),
      ),
    },
    predictions:
      model === 'card-fraud'
        ? { legitimate: 23_120, fraud: 4388 }
        : model === 'mail-filter'
          ? { ham: 5120, spam: 2210 }
          : Object.fromEntries([...'0123456789'].map((digit, index) => [digit, 280 + ((index * 53) % 70)])),
  }
}
