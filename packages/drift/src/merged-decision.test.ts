import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createCoin, createUniform } from './coin.ts'
import { compareNumeric } from './feature-drift.ts'
import { createFrequencySketch, frequencySketchFromJSON } from './frequency-sketch.ts'
import { createQuantileSketch, quantileSketchFromBytes } from './quantile-sketch.ts'
import { compareProfiles, type FeatureProfile, judgeFeatures } from './report.ts'
import { sampleOf } from './sample.ts'

const uniform = createUniform(3)
const reference = Float64Array.from({ length: 3000 }, () => uniform() + uniform())
const referenceProfile: FeatureProfile = { name: 'x', kind: 'numeric', sample: sampleOf(reference) }

const decisionOf = (current: FeatureProfile, against: FeatureProfile = referenceProfile) =>
  judgeFeatures([{ name: 'x', drift: compareProfiles(against, current) }])

/** Rows dealt to processes; each sends the bytes of its sketch, which are merged in the order of `order`. */
const merged = (values: Float64Array, processes: number, order: number): FeatureProfile => {
  const sketches = Array.from({ length: processes }, (_, p) => {
    const sketch = createQuantileSketch({ coin: createCoin(100 + p) })
    for (let i = p; i < values.length; i += processes) sketch.update(values[i] as number)
    return sketch.toBytes()
  })
  const whole = createQuantileSketch({ coin: createCoin(99) })
  for (let p = 0; p < processes; p += 1) {
    const bytes = sketches[(p + order) % processes] as Uint8Array
    whole.merge(quantileSketchFromBytes(bytes, createCoin(200 + p)))
  }
  return { name: 'x', kind: 'numeric', sample: whole.sample() }
}

const one = (values: Float64Array): FeatureProfile => merged(values, 1, 0)

const windowOf = (rows: number, shift: number, seed: number): Float64Array => {
  const next = createUniform(seed)
  return Float64Array.from({ length: rows }, () => next() + next() + shift)
}

describe('sketches of several processes decide as one does', () => {
  test('to the last bit, while the window is not larger than the sketch', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 2048 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.integer({ min: 2, max: 9 }),
        fc.nat(8),
        fc.nat(1_000_000),
        (rows, shift, processes, order, seed) => {
          const values = windowOf(rows, shift, seed)
          assert.deepEqual(decisionOf(merged(values, processes, order)), decisionOf(one(values)))
        },
      ),
      { numRuns: 40 },
    )
  })

  test('beyond that, wherever the stated sketch error leaves one decision', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3000, max: 20_000 }),
        fc.constantFrom(0, 0.02, 0.3, 0.6),
        fc.integer({ min: 2, max: 6 }),
        fc.nat(1_000_000),
        (rows, shift, processes, seed) => {
          const values = windowOf(rows, shift, seed)
          const sketched = merged(values, processes, 1)
          const exact = compareNumeric(sampleOf(reference), sampleOf(values))
          const [judged] = decisionOf(sketched)
          assert.ok(judged?.drift.kind === 'numeric')
          const { psi } = judged.drift
          assert.ok(psi.low <= exact.score && exact.score <= psi.high, `${exact.score} outside its bounds`)
          const [mine] = decisionOf(one(values))
          // A limit inside the bounds is open by statement; both sides of it are correct answers.
          if (psi.low >= 0.2 || psi.high < 0.2) assert.equal(judged.verdict, mine?.verdict)
        },
      ),
      { numRuns: 25 },
    )
  })

  test('categories: to the last count, while there are not more than the cap', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40 }).map(String), { minLength: 50, maxLength: 400 }),
        fc.integer({ min: 2, max: 5 }),
        (words, processes) => {
          const all = createFrequencySketch()
          for (const word of words) all.update(word)
          const whole = createFrequencySketch()
          for (let p = 0; p < processes; p += 1) {
            const part = createFrequencySketch()
            for (let i = p; i < words.length; i += processes) part.update(words[i])
            whole.merge(frequencySketchFromJSON(part.toJSON()))
          }
          const profile = (sketch: typeof all): FeatureProfile => ({
            name: 'x',
            kind: 'categorical',
            frequencies: sketch.toJSON(),
          })
          const before = createFrequencySketch()
          for (let i = 0; i < 500; i += 1) before.update(String(i % 30))
          assert.deepEqual(
            decisionOf(profile(whole), profile(before)),
            decisionOf(profile(all), profile(before)),
          )
        },
      ),
      { numRuns: 30 },
    )
  })
})
