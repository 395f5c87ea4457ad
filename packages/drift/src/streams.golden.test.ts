import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { createUniform, type Uniform } from './coin.ts'
import { createFourierFeatures, meanEmbedding, squaredMmd } from './fourier-features.ts'
import { mmdTest } from './mmd.ts'
import { createAdwin } from './stream/adwin.ts'
import { alarmIndices, type ChangeDetector } from './stream/change-detector.ts'
import { createConformalDetector } from './stream/conformal.ts'
import { createCusum } from './stream/cusum.ts'
import { createKswin } from './stream/kswin.ts'
import { createPageHinkley } from './stream/page-hinkley.ts'

type Recipe = { seed: number; segments: [string, number, number, number, number][] }
type Detectors = Record<string, () => ChangeDetector>
type StreamCase = Recipe & {
  name: string
  sum: number
  alarms: Record<string, number[]>
  conformal: { pValues: number; statistic: number }
}
type MmdCase = {
  name: string
  rows: number
  columns: number
  a: Recipe
  b: Recipe
  bandwidth: number
  features: number
  kernel: number
}

const golden = JSON.parse(readFileSync(new URL('../golden/streams.json', import.meta.url), 'utf8')) as {
  cases: StreamCase[]
  mmd: MmdCase[]
}

const draw = (law: string, uniform: Uniform): number => {
  if (law === 'constant') return 0
  if (law === 'uniform') return uniform()
  if (law === 'flag') return uniform() < 0.1 ? 1 : 0
  let bell = -6
  for (let i = 0; i < 12; i += 1) bell += uniform()
  if (law === 'outliers' && uniform() < 0.01) return 50 * bell
  return law === 'heavy' ? bell / (uniform() + 0.01) : bell
}

const streamOf = ({ seed, segments }: Recipe): Float64Array => {
  const uniform = createUniform(seed)
  return Float64Array.from(
    segments.flatMap(([law, length, location, scale, slope]) =>
      Array.from({ length }, (_, i) => location + scale * draw(law, uniform) + slope * i),
    ),
  )
}

const DETECTORS: Detectors = {
  adwin: () => createAdwin(),
  adwinSharp: () =>
    createAdwin({ delta: 0.05, clock: 1, maxBuckets: 3, minWindowLength: 8, gracePeriod: 20 }),
  pageHinkley: () => createPageHinkley(),
  pageHinkleyUp: () =>
    createPageHinkley({ minInstances: 10, delta: 0.01, threshold: 12, alpha: 0.999, mode: 'up' }),
  pageHinkleyDown: () => createPageHinkley({ threshold: 20, mode: 'down' }),
  kswin: () => createKswin(),
  kswinLarge: () => createKswin({ alpha: 0.0001, windowSize: 400, statSize: 40, seed: 7 }),
  cusum: () => createCusum(),
  cusumSharp: () => createCusum({ warmup: 40, slack: 0.25, threshold: 5 }),
  conformal: () => createConformalDetector(),
}

describe('alarms of river and of the plain references', () => {
  for (const one of golden.cases) {
    test(one.name, () => {
      const values = streamOf(one)
      const sum = values.reduce((total, value) => total + value, 0)
      assert.ok(Math.abs(sum - one.sum) <= 1e-9 * (1 + Math.abs(one.sum)), 'the recipe gives another stream')
      for (const [name, alarms] of Object.entries(one.alarms)) {
        const detector = DETECTORS[name]?.()
        assert.ok(detector, name)
        const seen = name.startsWith('kswin') ? values.subarray(0, 3000) : values
        assert.deepEqual(alarmIndices(detector, seen), alarms, name)
      }
    })

    test(`p-values and statistic of the martingale: ${one.name}`, () => {
      const detector = createConformalDetector()
      let pValues = 0
      for (const value of streamOf(one)) {
        detector.update(value)
        pValues += detector.pValue()
      }
      assert.ok(Math.abs(pValues - one.conformal.pValues) <= 1e-6)
      const { statistic } = one.conformal
      assert.ok(Math.abs(detector.statistic() - statistic) <= 1e-6 * statistic)
    })
  }
})

describe('kernel test', () => {
  for (const one of golden.mmd) {
    test(`${one.name}, bandwidth ${one.bandwidth}`, () => {
      const batch = (recipe: Recipe) => ({
        rows: one.rows,
        columns: one.columns,
        values: streamOf(recipe),
      })
      const features = createFourierFeatures({ columns: one.columns, bandwidth: one.bandwidth })
      const embedding = (recipe: Recipe) => meanEmbedding(features.project(batch(recipe)), features.size)
      const squared = squaredMmd(embedding(one.a), embedding(one.b))
      assert.ok(Math.abs(squared - one.features) <= 1e-12, `${squared} is not ${one.features}`)
      // 256 frequencies: each kernel value is off by about 1/16, their signed mean by far less.
      assert.ok(
        Math.abs(squared - one.kernel) <= 0.02 + 0.25 * one.kernel,
        `${squared}, kernel ${one.kernel}`,
      )
      const tested = mmdTest(batch(one.a), batch(one.b), { permutations: 99 })
      assert.equal(tested.pValue <= 0.05, one.name !== 'same', `${one.name}: p ${tested.pValue}`)
    })
  }
})
