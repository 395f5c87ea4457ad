import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createCoin, createUniform, type Uniform } from './coin.ts'
import { compareNumeric } from './feature-drift.ts'
import { createQuantileSketch } from './quantile-sketch.ts'
import { judgeFeatures } from './report.ts'
import { sampleOf, type WeightedSample } from './sample.ts'
import { createConformalDetector } from './stream/conformal.ts'

const bell = (next: Uniform): number => {
  let sum = -6
  for (let i = 0; i < 12; i += 1) sum += next()
  return sum
}

/** Smooth, skewed, few values, a rare flag. */
const LAWS: readonly ((next: Uniform) => number)[] = [
  bell,
  (next) => Math.exp(bell(next)),
  (next) => Math.floor(6 * next()),
  (next) => (next() < 0.05 ? 1 : 0),
]

type Sampler = (values: Float64Array, seed: number) => WeightedSample

const exact: Sampler = (values) => sampleOf(values)
const sketched: Sampler = (values, seed) => {
  const sketch = createQuantileSketch({ coin: createCoin(seed), k: 128 })
  sketch.updateColumn(values, 0, 1, values.length)
  return sketch.sample()
}

/** Share of clean windows in which some feature is significant, each against a reference of its own. */
const falseAlarmRate = (runLength: number, windows: number, rows: number, sampler: Sampler): number => {
  const uniform = createUniform(20261123)
  let alarms = 0
  for (let w = 0; w < windows; w += 1) {
    const compared = LAWS.map((law, i) => {
      const draw = (count: number, seed: number) =>
        sampler(
          Float64Array.from({ length: count }, () => law(uniform)),
          seed,
        )
      const drift = compareNumeric(
        draw(4 * rows, 2 * (w * LAWS.length + i)),
        draw(rows, 2 * (w * LAWS.length + i) + 1),
      )
      return { name: String(i), drift }
    })
    // raiseAt 0: the effect size must not hide a p-value that is too small too often.
    const judged = judgeFeatures(compared, { raiseAt: 0, alpha: 1 / runLength })
    if (judged.some(({ verdict }) => verdict === 'drifted')) alarms += 1
  }
  return alarms / windows
}

describe('the budget: on average at most one false alarm in 1 / alpha windows', () => {
  for (const [name, sampler, rows] of [
    ['exact windows', exact, 120],
    ['sketched windows', sketched, 1500],
  ] as const) {
    test(name, () => {
      const [runLength, windows] = [20, rows > 1000 ? 100 : 800]
      const rate = falseAlarmRate(runLength, windows, rows, sampler)
      const allowed = 1 / runLength + 3 * Math.sqrt(1 / runLength / windows)
      assert.ok(rate <= allowed, `${rate} of clean windows alarm, ${allowed} are allowed`)
    })
  }

  test('the conformal detector runs at least as long as promised, for any law', () => {
    const [promised, runs] = [200, 60]
    for (const [at, law] of LAWS.entries()) {
      const uniform = createUniform(7 + at)
      const detector = createConformalDetector({ averageRunLength: promised, seed: at })
      const lengths: number[] = []
      let length = 0
      while (lengths.length < runs) {
        length += 1
        if (!detector.update(law(uniform))) continue
        lengths.push(length)
        length = 0
      }
      const mean = lengths.reduce((sum, one) => sum + one, 0) / runs
      const deviation = Math.sqrt(lengths.reduce((sum, one) => sum + (one - mean) ** 2, 0) / runs / runs)
      assert.ok(mean + 3 * deviation >= promised, `law ${at}: mean run ${mean}, promised ${promised}`)
    }
  })
})
