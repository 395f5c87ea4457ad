import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LineageGraph } from '../api/lineage-queries.ts'
import { lineagePicture } from './lineage-picture.ts'

const graphOf = (count: number, pairs: readonly (readonly [number, number])[]): LineageGraph => ({
  root: '0',
  nodes: Array.from({ length: count }, (_, at) => ({
    id: String(at),
    kind: 'dataset',
    label: `d${at}`,
    attributes: {},
    place: at === 0 ? 'self' : 'ancestor',
    distance: at,
    ...(at === 1 ? { stage: 'retracted' } : {}),
  })),
  edges: pairs.map(([from, to]) => ({
    from: String(from),
    to: String(to),
    kind: 'read-by',
    statedBy: 'x',
    time: '',
  })),
  truncated: false,
  taints: [],
})

test('every node is drawn once, arrows lead downwards whatever circles there are', () => {
  const graphs = fc
    .integer({ min: 1, max: 12 })
    .chain((count) =>
      fc.tuple(
        fc.constant(count),
        fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 30 }),
      ),
    )
  fc.assert(
    fc.property(graphs, ([count, pairs]) => {
      const { picture, ids, root } = lineagePicture(graphOf(count, pairs))
      assert.equal(picture.boxes.length, count)
      assert.equal(ids[root], '0')
      for (const [from = 0, to = 0] of picture.arrows) assert.ok(from < to)
    }),
  )
})

test('a retracted ancestor is marked', () => {
  const { picture } = lineagePicture(graphOf(2, [[1, 0]]))
  assert.deepEqual(
    picture.boxes.map(({ operator, marks }) => [operator, marks]),
    [
      ['dataset', ['retracted']],
      ['this version', []],
    ],
  )
})
