import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createUniform } from '../coin.ts'
import { DriftError } from '../errors.ts'
import { createAdwin } from './adwin.ts'
import { alarmIndices, type ChangeDetector } from './change-detector.ts'
import { createConformalDetector } from './conformal.ts'
import { createCusum } from './cusum.ts'
import { createKswin } from './kswin.ts'
import { createPythonRandom } from './mersenne-twister.ts'
import { createPageHinkley } from './page-hinkley.ts'

const ALL: Record<string, () => ChangeDetector> = {
  adwin: () => createAdwin(),
  pageHinkley: () => createPageHinkley(),
  kswin: () => createKswin(),
  cusum: () => createCusum(),
  conformal: () => createConformalDetector(),
}

describe('Python’s generator', () => {
  test('the published first outputs of MT19937 and of random.Random', () => {
    // random.Random(42): getrandbits(32) twice; random.Random(2**40 + 1).getrandbits(32).
    const random = createPythonRandom(42)
    assert.deepEqual([random.uint32(), random.uint32()], [2746317213, 478163327])
    assert.equal(createPythonRandom(2 ** 40 + 1).uint32(), LARGE_SEED_FIRST)
  })

  test('random.Random(5).sample for a small and a large range', () => {
    assert.deepEqual(createPythonRandom(5).sample(10, 4), SMALL_SAMPLE)
    assert.deepEqual(createPythonRandom(5).sample(1000, 3), LARGE_SAMPLE)
  })
})

const LARGE_SEED_FIRST = 754872011
const SMALL_SAMPLE = [9, 4, 5, 6]
const LARGE_SAMPLE = [637, 261, 759]

describe('every detector', () => {
  for (const [name, create] of Object.entries(ALL)) {
    test(`${name} refuses what is not finite and is not harmed by it`, () => {
      const detector = create()
      for (const value of [NaN, Infinity, -Infinity]) {
        assert.throws(
          () => detector.update(value),
          (error) => error instanceof DriftError && error.code === 'DRIFT_BAD_VALUE',
        )
      }
      assert.equal(detector.update(1), false)
    })

    test(`${name} never alarms on a constant`, () => {
      fc.assert(
        fc.property(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), (constant) => {
          assert.deepEqual(alarmIndices(create(), new Float64Array(400).fill(constant)), [])
        }),
        { numRuns: 20 },
      )
    })

    test(`${name} finds a jump of five standard deviations and starts anew`, () => {
      const uniform = createUniform(7)
      const values = Float64Array.from({ length: 1200 }, (_, i) => (i < 600 ? 0 : 20) + 12 * uniform())
      const alarms = alarmIndices(create(), values)
      assert.ok(
        alarms.some((at) => at >= 600 && at < 700),
        String(alarms),
      )
      const detector = create()
      const first = alarms[0] as number
      for (let i = 0; i <= first; i += 1) detector.update(values[i] as number)
      // After an alarm only a generator that goes on may tell a used detector from a new one.
      if (name !== 'conformal') {
        assert.deepEqual(
          alarmIndices(detector, values.subarray(first + 1)),
          alarmIndices(create(), values.subarray(first + 1)),
        )
      }
    })
  }

  test('options out of range are refused', () => {
    for (const broken of [
      () => createAdwin({ delta: 0 }),
      () => createAdwin({ clock: 1.5 }),
      () => createPageHinkley({ alpha: 2 }),
      () => createKswin({ statSize: 60 }),
      () => createKswin({ alpha: NaN }),
      () => createCusum({ warmup: 1 }),
      () => createConformalDetector({ averageRunLength: 0 }),
    ]) {
      assert.throws(broken, (error) => error instanceof DriftError && error.code === 'DRIFT_BAD_OPTION')
    }
  })
})
