import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultsOf, readDraft, weightsOf, withWeight } from './route-draft.ts'

test('a draft that is no JSON says where it breaks', () => {
  const { spec, fault } = readDraft('{\n  "backends": [],\n}')
  assert.equal(spec, undefined)
  assert.deepEqual([fault?.[0]?.line, fault?.[0]?.column], [3, 1])
  assert.equal(readDraft('').fault?.[0]?.line, 1)
})

test('weights are read and changed one by one, and a draft that is not a spec has none', () => {
  const draft = readDraft(
    '{"backends":[{"model":"a","version":"1","weight":90},{"model":"a","alias":"x","backend":"b"}],"sticky":{"caller":true}}',
  )
  assert.deepEqual(weightsOf(draft), [
    { label: 'a:1', weight: 90 },
    { label: 'a:x @b', weight: 1 },
  ])
  assert.deepEqual(withWeight(draft, 1, 30), {
    backends: [
      { model: 'a', version: '1', weight: 90 },
      { model: 'a', alias: 'x', backend: 'b', weight: 30 },
    ],
    sticky: { caller: true },
  })
  for (const text of ['null', '[]', '{"backends":3}', '{"backends":[3]}', '{'])
    assert.deepEqual(weightsOf(readDraft(text)), [])
})

test('what the server refuses is told place by place', () => {
  assert.deepEqual(faultsOf({ faults: [{ pointer: '/spec/match', message: 'is empty' }, 3] }), [
    { pointer: '/spec/match', message: 'is empty' },
  ])
  assert.deepEqual(faultsOf(undefined), [])
})
