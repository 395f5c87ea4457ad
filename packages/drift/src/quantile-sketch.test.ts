import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createCoin, createUniform } from './coin.ts'
import { DriftError } from './errors.ts'
import { ksStatistic } from './ks.ts'
import { createQuantileSketch, quantileSketchFromBytes } from './quantile-sketch.ts'
import { sampleOf, weightBelow } from './sample.ts'

const SEED = 20261123

/** Values of very different shapes: smooth, heavy-tailed, discrete, sorted. */
const stream = (kind: number, length: number, seed: number): Float64Array => {
  const uniform = createUniform(seed)
  const draw = [
    () => uniform(),
    () => 1 / (1e-9 + uniform()),
    () => Math.floor(uniform() * 5),
    () => Math.tan(Math.PI * (uniform() - 0.5)),
  ][kind % 4] as () => number
  const values = Float64Array.from({ length }, draw)
  return kind >= 4 ? values.sort() : values
}

describe('quantile sketch', () => {
  test('is exact up to k values: the sample equals that of the array', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 64 }), (values) => {
        const sketch = createQuantileSketch({ coin: createCoin(1), k: 64 })
        sketch.updateColumn(Float64Array.from(values), 0, 1, values.length)
        assert.ok(sketch.isExact())
        assert.deepEqual(sketch.sample(), sampleOf(values))
      }),
      { seed: SEED },
    )
  })

  test('rank error stays within the stated bound at every point (k 128, streams to 40,000, merges of 1 to 5)', () => {
    let worst = 0
    fc.assert(
      fc.property(
        fc.nat(7),
        fc.integer({ min: 1, max: 40_000 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(),
        (kind, n, parts, seed) => {
          const values = stream(kind, n, seed)
          const sketches = Array.from({ length: parts }, (_, i) =>
            createQuantileSketch({ coin: createCoin(seed + i * 7919), k: 128 }),
          )
          const size = Math.ceil(n / parts)
          sketches.forEach((sketch, i) => {
            const from = Math.min(n, i * size)
            sketch.updateColumn(values, from, 1, Math.min(size, n - from))
          })
          const [first, ...others] = sketches
          assert.ok(first)
          for (const other of others) first.merge(other)
          assert.equal(first.count(), n)
          const bound = first.rankError()
          const { statistic } = ksStatistic(first.sample(), sampleOf(values))
          worst = Math.max(worst, bound === 0 ? 0 : statistic / bound)
          assert.ok(statistic <= bound + 1e-12, `error ${statistic}, bound ${bound}, n ${n}`)
        },
      ),
      { seed: SEED, numRuns: 150 },
    )
    // The bound is not vacuous: some stream uses a fair part of it.
    assert.ok(worst > 0.1, `the worst error used ${worst} of its bound`)
  })

  test('the default k keeps a million values within 0.6 % of rank, in under 100 kB', () => {
    const values = stream(3, 1_000_000, SEED)
    const sketch = createQuantileSketch({ coin: createCoin(SEED) })
    sketch.updateColumn(values, 0, 1, values.length)
    assert.ok(sketch.rankError() < 0.006, `bound ${sketch.rankError()}`)
    assert.ok(ksStatistic(sketch.sample(), sampleOf(values)).statistic <= sketch.rankError())
    assert.ok(sketch.toBytes().length < 100_000, `${sketch.toBytes().length} bytes`)
  })

  test('reads a strided column and counts NaN apart; infinities are extremes; -0 is 0', () => {
    const sketch = createQuantileSketch({ coin: createCoin(1) })
    const batch = Float32Array.of(1, NaN, 2, Infinity, 3, -Infinity, 4, -0)
    sketch.updateColumn(batch, 1, 2, 4)
    assert.deepEqual([sketch.count(), sketch.missing()], [3, 1])
    assert.deepEqual([...sketch.sample().values], [-Infinity, 0, Infinity])
    assert.equal(weightBelow(sketch.sample(), 0, true), 2)
    for (const [offset, stride, count] of [
      [1, 2, 5],
      [-1, 1, 1],
      [0, 0, 1],
    ] as const) {
      assert.throws(() => sketch.updateColumn(batch, offset, stride, count), { code: 'DRIFT_BAD_SHAPE' })
    }
  })

  test('bytes restore the same sketch, which then goes on in the same way', () => {
    const values = stream(1, 30_000, SEED)
    const original = createQuantileSketch({ coin: createCoin(5), k: 64 })
    original.updateColumn(values, 0, 1, 29_000)
    const restored = quantileSketchFromBytes(original.toBytes(), createCoin(5))
    assert.deepEqual(restored.sample(), original.sample())
    restored.updateColumn(values, 29_000, 1, 1000)
    assert.equal(restored.count(), 30_000)
    assert.ok(ksStatistic(restored.sample(), sampleOf(values)).statistic <= restored.rankError())
  })

  test('hostile bytes throw DRIFT_BAD_BYTES and nothing else', () => {
    const sketch = createQuantileSketch({ coin: createCoin(5), k: 16 })
    sketch.updateColumn(stream(0, 300, 1), 0, 1, 300)
    const good = sketch.toBytes()
    fc.assert(
      fc.property(
        fc.nat(good.length),
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }),
        (cut, edits) => {
          const bytes = good.slice(0, cut)
          for (const [at, value] of edits) if (at < cut) bytes[at] = value
          try {
            quantileSketchFromBytes(bytes, createCoin(1)).sample()
          } catch (error) {
            assert.ok(error instanceof DriftError && error.code === 'DRIFT_BAD_BYTES')
          }
        },
      ),
      { seed: SEED, numRuns: 2000 },
    )
    assert.throws(() => quantileSketchFromBytes(good.slice(0, -8), createCoin(1)), {
      code: 'DRIFT_BAD_BYTES',
    })
  })

  test('refuses to merge what does not fit, and bad k', () => {
    const sketch = createQuantileSketch({ coin: createCoin(1), k: 64 })
    assert.throws(() => sketch.merge(createQuantileSketch({ coin: createCoin(2), k: 128 })), {
      code: 'DRIFT_INCOMPATIBLE',
    })
    assert.throws(() => sketch.merge(sketch), { code: 'DRIFT_INCOMPATIBLE' })
    for (const k of [15, 17, 8, 1e6, Number.NaN]) {
      assert.throws(() => createQuantileSketch({ coin: createCoin(1), k }), { code: 'DRIFT_BAD_OPTION' })
    }
  })

  test('clear empties it and keeps it usable', () => {
    const sketch = createQuantileSketch({ coin: createCoin(1), k: 16 })
    sketch.updateColumn(stream(0, 500, 1), 0, 1, 500)
    sketch.clear()
    assert.deepEqual([sketch.count(), sketch.isExact(), sketch.rankError()], [0, true, 0])
    sketch.update(3)
    assert.deepEqual([...sketch.sample().values], [3])
  })
})
