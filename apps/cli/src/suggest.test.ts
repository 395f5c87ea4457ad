import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { closest, editDistance } from './suggest.ts'

test('editDistance counts edits and one transposition as one', () => {
  assert.equal(editDistance('models', 'models'), 0)
  assert.equal(editDistance('modles', 'models'), 1)
  assert.equal(editDistance('', 'abc'), 3)
  assert.equal(editDistance('kitten', 'sitting'), 3)
})

test('editDistance is symmetric and bounded by the longer word', () => {
  const word = fc.string({ maxLength: 12 })
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b)
      assert.equal(distance, editDistance(b, a))
      assert.ok(distance <= Math.max(a.length, b.length))
      assert.equal(distance === 0, a === b)
    }),
  )
})

test('closest refuses a far guess', () => {
  assert.equal(closest('modl', ['model', 'route']), 'model')
  assert.equal(closest('banana', ['model', 'route']), undefined)
  assert.equal(closest('x', []), undefined)
})
