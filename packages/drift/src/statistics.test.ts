import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { chiSquareTest } from './chi-square.ts'
import { createCoin, createUniform } from './coin.ts'
import { ksTest } from './ks.ts'
import { binCounts, populationStability, psiOfCounts, referenceEdges } from './psi.ts'
import { createQuantileSketch } from './quantile-sketch.ts'
import { sampleOf, summariseSample } from './sample.ts'
import { wassersteinDistance } from './wasserstein.ts'

const SEED = 20261123
const column = fc.array(
  fc.oneof(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), fc.integer({ min: -3, max: 3 })),
  {
    minLength: 1,
    maxLength: 60,
  },
)

describe('two-sample statistics', () => {
  test('order of the observations does not matter; swapping the samples keeps KS and Wasserstein', () => {
    fc.assert(
      fc.property(column, column, (x, y) => {
        const [a, b, reversed] = [sampleOf(x), sampleOf(y), sampleOf(x.toReversed())]
        const result = ksTest(a, b)
        assert.deepEqual(ksTest(reversed, b), result)
        assert.equal(ksTest(b, a).statistic, result.statistic)
        assert.ok(Math.abs(ksTest(b, a).pValue - result.pValue) <= 1e-9 * result.pValue)
        const distance = wassersteinDistance(a, b)
        assert.ok(Math.abs(wassersteinDistance(b, a) - distance) <= 1e-12 * distance)
        assert.ok(populationStability(a, b).psi >= 0)
      }),
      { seed: SEED },
    )
  })

  test('doubling both samples (a monotone change of unit) keeps KS and PSI and doubles Wasserstein', () => {
    fc.assert(
      fc.property(column, column, (x, y) => {
        const [a, b] = [sampleOf(x), sampleOf(y)]
        const [a2, b2] = [sampleOf(x.map((v) => 2 * v)), sampleOf(y.map((v) => 2 * v))]
        assert.equal(ksTest(a2, b2).statistic, ksTest(a, b).statistic)
        const counts = (first: typeof a, second: typeof b) => [
          ...populationStability(first, second).currentCounts,
        ]
        if (x.every((v) => Math.abs(v) > 1e-300 || v === 0)) assert.deepEqual(counts(a2, b2), counts(a, b))
        const distance = wassersteinDistance(a, b)
        assert.ok(Math.abs(wassersteinDistance(a2, b2) - 2 * distance) <= 1e-9 * distance)
      }),
      { seed: SEED },
    )
  })

  test('a sample against itself shows nothing', () => {
    fc.assert(
      fc.property(column, (x) => {
        const a = sampleOf(x)
        const { statistic, pValue } = ksTest(a, a)
        assert.deepEqual(
          [statistic, pValue, wassersteinDistance(a, a), populationStability(a, a).psi],
          [0, 1, 0, 0],
        )
      }),
      { seed: SEED },
    )
  })

  test('sketches: KS within the added rank errors, Wasserstein within errors × range, PSI inside its interval', () => {
    const uniform = createUniform(SEED)
    for (let round = 0; round < 12; round += 1) {
      const scale = 1 + round / 6
      const x = Float64Array.from({ length: 20_000 }, () => Math.log(1 / (1 - uniform())))
      const y = Float64Array.from({ length: 9000 }, () => scale * Math.log(1 / (1 - uniform())))
      const sketches = [x, y].map((values, i) => {
        const sketch = createQuantileSketch({ coin: createCoin(SEED + 2 * round + i), k: 256 })
        sketch.updateColumn(values, 0, 1, values.length)
        return sketch.sample()
      })
      const [a, b] = sketches as [ReturnType<typeof sampleOf>, ReturnType<typeof sampleOf>]
      const [exactA, exactB] = [sampleOf(x), sampleOf(y)]
      const rough = ksTest(a, b)
      const exact = ksTest(exactA, exactB, 'asymptotic')
      assert.ok(rough.error > 0 && Math.abs(rough.statistic - exact.statistic) <= rough.error)
      assert.ok(rough.pValueUpper >= exact.pValue)
      assert.equal(rough.method, 'asymptotic')
      const range = Math.max(...[exactA, exactB].map((s) => s.values.at(-1) ?? 0))
      assert.ok(
        Math.abs(wassersteinDistance(a, b) - wassersteinDistance(exactA, exactB)) <= rough.error * range,
      )
      const psi = populationStability(a, b)
      const truth = psiOfCounts(binCounts(exactA, psi.edges), binCounts(exactB, psi.edges))
      assert.ok(psi.low <= truth && truth <= psi.high && psi.low <= psi.psi && psi.psi <= psi.high)
    }
  })

  test('infinite values count in KS and PSI, are left out of Wasserstein and of the mean', () => {
    const a = sampleOf([1, 2, 3, Number.NaN])
    const b = sampleOf([1, 2, Infinity, -Infinity])
    assert.equal(ksTest(a, b).statistic, 1 / 4)
    assert.ok(Math.abs(wassersteinDistance(a, b) - 0.5) < 1e-12)
    assert.ok(Number.isFinite(populationStability(a, b).psi))
    assert.deepEqual(summariseSample(b), {
      count: 4,
      missing: 0,
      infinite: 2,
      mean: 1.5,
      std: 0.5,
      min: -Infinity,
      max: Infinity,
    })
    assert.throws(() => wassersteinDistance(a, sampleOf([Infinity])), { code: 'DRIFT_EMPTY_SAMPLE' })
    assert.throws(() => ksTest(a, sampleOf([Number.NaN])), { code: 'DRIFT_EMPTY_SAMPLE' })
  })

  test('missing values are one more PSI bin; an all-missing current window stands out', () => {
    const reference = sampleOf([...Array(99).keys(), Number.NaN])
    const gone = sampleOf(Array(50).fill(Number.NaN))
    const { psi, currentCounts } = populationStability(reference, gone)
    assert.equal(currentCounts.at(-1), 50)
    assert.ok(psi > 1)
    assert.ok(populationStability(gone, reference).psi > 1)
  })

  test('a constant or a yes/no reference still sees change on either side', () => {
    const constant = sampleOf(Array(50).fill(-2.5))
    assert.equal(referenceEdges(constant).length, 2)
    for (const value of [-2.6, -2.4]) assert.ok(populationStability(constant, sampleOf([value])).psi > 1)
    assert.throws(() => referenceEdges(constant, 1), { code: 'DRIFT_BAD_OPTION' })
  })

  test('chi-square of one category says nothing; shapes must agree', () => {
    assert.equal(chiSquareTest([5, 0], [7, 0]).pValue, 1)
    assert.throws(() => chiSquareTest([1], [1, 2]), { code: 'DRIFT_BAD_SHAPE' })
    assert.throws(() => chiSquareTest([0], [2]), { code: 'DRIFT_EMPTY_SAMPLE' })
  })
})
