import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createUniform } from './coin.ts'
import { sortValues } from './sort-values.ts'

const sameAsBuiltIn = (values: Float64Array): void => {
  const expected = values.slice().sort()
  assert.deepEqual(sortValues(values), expected)
}

test('sorts as the built-in sort does: any doubles, few distinct ones, and those equal in their upper half', () => {
  const doubles = fc.double({ noNaN: true }).map((value) => value + 0)
  const near = fc.integer({ min: 0, max: 2 ** 20 }).map((step) => 1 + step * Number.EPSILON)
  const few = fc.constantFrom(-Infinity, -1, 0, 1e-310, 3, Infinity)
  for (const element of [doubles, near, few, fc.oneof(doubles, near, few)]) {
    fc.assert(
      fc.property(fc.array(element, { minLength: 1000, maxLength: 3000, size: 'max' }), (values) => {
        sameAsBuiltIn(Float64Array.from(values))
      }),
      { numRuns: 15 },
    )
  }
})

test('sorts a view into a larger buffer', () => {
  const uniform = createUniform(1)
  const whole = Float64Array.from({ length: 5000 }, () => uniform() - 0.5)
  const [before, after] = [whole[999], whole[4001]]
  sameAsBuiltIn(whole.subarray(1000, 4001))
  assert.deepEqual([whole[999], whole[4001]], [before, after])
})
