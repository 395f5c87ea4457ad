import assert from 'node:assert/strict'
import test from 'node:test'
import { pictureOf } from './playbook-graph.ts'

test('arrows lead forward and say when they are taken; double ones are one', () => {
  const picture = pictureOf({
    workflow_start: 's',
    workflow: {
      e: { type: 'end' },
      a: { type: 'action', on_success: 'c', on_failure: 'e' },
      s: { type: 'start', on_completion: 'p' },
      p: { type: 'parallel', next_steps: ['a', 'b'], on_completion: 'e' },
      b: { type: 'action', on_completion: 'e' },
      c: { type: 'switch-condition', cases: { x: 'e', default: 'e' }, on_completion: 'e' },
    },
  })
  const idOf = (step: string) => picture.boxes.find((box) => box.step === step)?.id ?? -1
  assert.equal(picture.boxes.length, 6)
  for (const { from, to } of picture.arrows) assert.ok(from < to)
  const label = (from: string, to: string) =>
    picture.arrows.find((arrow) => arrow.from === idOf(from) && arrow.to === idOf(to))?.label
  assert.equal(label('a', 'e'), 'fails')
  assert.equal(label('a', 'c'), '')
  assert.equal(label('c', 'e'), 'then, x, default')
  assert.equal(label('p', 'e'), 'then')
  assert.equal(label('p', 'b'), '')
})

test('a circle, which the server refuses, does not hang the picture', () => {
  const workflow = { a: { type: 'action', on_completion: 'b' }, b: { type: 'action', on_completion: 'a' } }
  assert.deepEqual(pictureOf({ workflow_start: 'a', workflow }), { boxes: [], arrows: [] })
})
