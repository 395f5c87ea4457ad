import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { scorePredictions, unmetLimits } from './scoring.ts'

test('balanced accuracy is the mean recall, so a constant answer on rare fraud scores one half', () => {
  const labels = [...Array<number>(99).fill(0), 1]
  const scores = scorePredictions(labels, Array(100).fill(0))
  assert.equal(scores.accuracy, 0.99)
  assert.equal(scores.balancedAccuracy, 0.5)
})

test('scores do not depend on the order of rows and lie between 0 and 1', () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })), {
    minLength: 1,
  })
  fc.assert(
    fc.property(rows, (pairs) => {
      const score = (list: [number, number][]) =>
        scorePredictions(
          list.map(([l]) => l),
          list.map(([, p]) => p),
        )
      const [a, b] = [score(pairs), score(pairs.toReversed())]
      assert.equal(a.accuracy, b.accuracy)
      assert.ok(Math.abs(a.balancedAccuracy - b.balancedAccuracy) < 1e-12)
      assert.ok(a.accuracy >= 0 && a.accuracy <= 1 && a.balancedAccuracy >= 0 && a.balancedAccuracy <= 1)
    }),
  )
})

test('int64 labels, strings and numbers compare as written', () => {
  assert.equal(scorePredictions([1, '0', 'spam'], [1n, 0, 'spam']).accuracy, 1)
})

test('limits that are not reached are named; no rows reach no limit', () => {
  const scores = { rows: 100, accuracy: 0.91, balancedAccuracy: 0.6 }
  assert.deepEqual(unmetLimits(scores, { minAccuracy: 0.9 }), [])
  assert.deepEqual(unmetLimits(scores, { minAccuracy: 0.95, minBalancedAccuracy: 0.8 }), [
    'accuracy 91.00 % is below the limit 95.00 %',
    'balanced accuracy 60.00 % is below the limit 80.00 %',
  ])
  assert.equal(unmetLimits(scorePredictions([], []), { minAccuracy: 0.1 }).length, 1)
})
