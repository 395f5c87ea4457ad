import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFairQueue } from './fair-queue.ts'

test('a sender who floods fills its part, and the others come in turn', () => {
  const queue = createFairQueue({ maxItems: 80, maxBytes: 8000, shares: 8 })
  const kept = Array.from({ length: 100 }, (_one, at) => queue.push('flood', `f${at}`, 10)).filter(Boolean)
  assert.equal(kept.length, 10)
  assert.ok(queue.push('a', 'a1', 10) && queue.push('b', 'b1', 10) && queue.push('a', 'a2', 10))
  assert.deepEqual(queue.take(4), ['f0', 'a1', 'b1', 'f1'])
  assert.deepEqual(queue.take(3), ['a2', 'f2', 'f3'])
  assert.deepEqual([queue.take(100).length, queue.size(), queue.take(1)], [6, 0, []])
})

test('bytes are bounded in all and for each', () => {
  const queue = createFairQueue({ maxItems: 100, maxBytes: 800, shares: 8 })
  assert.deepEqual(
    [queue.push('a', 'x', 101), queue.push('a', 'x', 100), queue.push('a', 'x', 1)],
    [false, true, false],
  )
  for (let at = 0; at < 7; at += 1) assert.ok(queue.push(`s${at}`, 'x', 100))
  assert.equal(queue.push('z', 'x', 1), false)
})
