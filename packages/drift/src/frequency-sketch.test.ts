import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createFrequencySketch, type FrequencyState, frequencySketchFromJSON } from './frequency-sketch.ts'

const SEED = 20261123
const word = fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.string({ maxLength: 3 }))

describe('frequency sketch', () => {
  test('counts exactly while categories fit the cap', () => {
    const sketch = createFrequencySketch({ cap: 3 })
    for (const category of ['b', 'a', 'b', null, undefined, 'c']) sketch.update(category)
    assert.deepEqual(sketch.entries(), [
      ['b', 2],
      ['a', 1],
      ['c', 1],
    ])
    assert.deepEqual([sketch.count(), sketch.missing(), sketch.error(), sketch.other()], [4, 2, 0, 0])
  })

  test('true counts lie in [estimate, estimate + error], error <= n / (cap + 1), also after merges', () => {
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 300 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 4 }),
        (words, cap, parts) => {
          const sketches = Array.from({ length: parts }, () => createFrequencySketch({ cap }))
          words.forEach((category, i) => {
            sketches[i % parts]?.update(category)
          })
          const [first, ...others] = sketches
          assert.ok(first)
          for (const other of others) first.merge(other)
          const truth = new Map<string, number>()
          for (const category of words) truth.set(category, (truth.get(category) ?? 0) + 1)
          const estimates = new Map(first.entries())
          const error = first.error()
          assert.ok(error <= words.length / (cap + 1) && estimates.size <= cap)
          assert.equal(first.count(), words.length)
          for (const [category, count] of truth) {
            const estimate = estimates.get(category) ?? 0
            assert.ok(
              estimate <= count && count <= estimate + error,
              `${category}: ${estimate} ${count} ${error}`,
            )
          }
        },
      ),
      { seed: SEED },
    )
  })

  test('long names keep memory bounded', () => {
    const sketch = createFrequencySketch({ cap: 4 })
    sketch.update('x'.repeat(1_000_000))
    assert.ok((sketch.entries()[0]?.[0].length ?? 0) < 140)
  })

  test('survives JSON, refuses forged states', () => {
    const sketch = createFrequencySketch({ cap: 2 })
    for (const category of ['a', 'a', 'b', 'c', null, 'd', 'e', 'f']) sketch.update(category)
    const state = JSON.parse(JSON.stringify(sketch)) as FrequencyState
    assert.deepEqual(frequencySketchFromJSON(state).toJSON(), sketch.toJSON())
    const forged = [
      null,
      {},
      { ...state, cap: 0 },
      { ...state, count: -1 },
      { ...state, entries: [['a', 1e15]] },
      { ...state, entries: [[1, 1]] },
    ]
    for (const bad of forged)
      assert.throws(() => frequencySketchFromJSON(bad as FrequencyState), { code: 'DRIFT_BAD_BYTES' })
    assert.throws(() => sketch.merge(createFrequencySketch({ cap: 9 })), { code: 'DRIFT_INCOMPATIBLE' })
    assert.throws(() => createFrequencySketch({ cap: 0 }), { code: 'DRIFT_BAD_OPTION' })
  })
})
