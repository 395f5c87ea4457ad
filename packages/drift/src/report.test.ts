import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createUniform } from './coin.ts'
import { holmAdjust } from './holm.ts'
import { driftReport, type FeatureColumn } from './report.ts'

const SEED = 20261123

const columns = (seed: number, rows: number, scale = 1): FeatureColumn[] => {
  const uniform = createUniform(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  return [
    { name: 'amount', kind: 'numeric', values: Float64Array.from({ length: rows }, () => scale * normal()) },
    {
      name: 'age',
      kind: 'numeric',
      values: Float64Array.from({ length: rows }, () => Math.floor(20 + 60 * uniform())),
    },
    {
      name: 'country',
      kind: 'categorical',
      values: Array.from(
        { length: rows },
        () => ['DE', 'FR', 'IT'][Math.floor(3 * uniform() ** scale)] ?? null,
      ),
    },
  ]
}

describe('drift report', () => {
  test('finds the scaled feature and the moved category, and only those', () => {
    const report = driftReport({ reference: columns(SEED, 3000), current: columns(SEED + 1, 500, 3) })
    assert.equal(report.verdict, 'drifted')
    assert.deepEqual(
      report.features.map(({ name, verdict }) => [name, verdict]),
      [
        ['amount', 'drifted'],
        ['age', 'stable'],
        ['country', 'drifted'],
      ],
    )
  })

  test('says stable for the same law', () => {
    assert.equal(
      driftReport({ reference: columns(SEED, 3000), current: columns(SEED + 9, 500) }).verdict,
      'stable',
    )
  })

  test('a category never seen before drifts; missing values count', () => {
    const reference: FeatureColumn[] = [{ name: 'c', kind: 'categorical', values: Array(300).fill('a') }]
    const current = (value: string | null): FeatureColumn[] => [
      { name: 'c', kind: 'categorical', values: Array(100).fill(value) },
    ]
    for (const value of ['new', null])
      assert.equal(driftReport({ reference, current: current(value) }).verdict, 'drifted')
  })

  test('refuses features that do not match', () => {
    const [amount, age] = columns(SEED, 50) as [FeatureColumn, FeatureColumn]
    assert.throws(() => driftReport({ reference: [amount], current: [age] }), { code: 'DRIFT_INCOMPATIBLE' })
    assert.throws(() => driftReport({ reference: [amount], current: [amount, age] }), {
      code: 'DRIFT_INCOMPATIBLE',
    })
    assert.throws(
      () =>
        driftReport({
          reference: [amount],
          current: [{ name: 'amount', kind: 'categorical', values: ['x'] }],
        }),
      { code: 'DRIFT_INCOMPATIBLE' },
    )
  })

  test('Holm: never below the raw value, never above Bonferroni, keeps the order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 }),
        (raw) => {
          const adjusted = holmAdjust(raw)
          raw.forEach((p, i) => {
            const value = adjusted[i] as number
            assert.ok(value >= p && value <= Math.min(1, p * raw.length))
            raw.forEach((other, j) => {
              assert.ok(p > other || value <= (adjusted[j] as number))
            })
          })
        },
      ),
      { seed: SEED },
    )
    assert.deepEqual(holmAdjust([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06])
  })
})
