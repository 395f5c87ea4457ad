import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { diffLines } from './line-diff.ts'

test('what changed is told line by line, in the order of reading', () => {
  assert.deepEqual(
    diffLines('a\nb\nc', 'a\nx\nc\nd').map(({ kind, text }) => `${kind} ${text}`),
    ['same a', 'removed b', 'added x', 'same c', 'added d'],
  )
})

test('without the added lines it is the old text, without the removed ones the new', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 12 })
    .map((l) => l.join('\n'))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after)
      const kept = (without: string) =>
        lines.flatMap(({ kind, text: line }) => (kind === without ? [] : [line])).join('\n')
      return kept('added') === before && kept('removed') === after
    }),
  )
})
