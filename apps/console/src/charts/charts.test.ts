import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineBetween, tallLayout, wideLayout } from '../components/pipeline-layout.ts'
import { binsOf, density } from './density.ts'

test('shares count rows outside the bins, and a wide bin is not taller for its width', () => {
  const bins = binsOf({ edges: [0, 1, 5], counts: [10, 40], below: 0, above: 50, missing: 3 })
  assert.deepEqual(
    bins.map(({ share }) => share),
    [0.1, 0.4],
  )
  assert.deepEqual(bins.map(density), [0.1, 0.1])
  assert.deepEqual(
    binsOf({ edges: [], counts: [3, 1], labels: ['a', 'b'], below: 0, above: 0, missing: 0 }).map(
      ({ label, share }) => [label, share],
    ),
    [
      ['a', 0.75],
      ['b', 0.25],
    ],
  )
})

test('no two rooms of the picture overlap, wide or tall, known or not', () => {
  const ids = [
    'inventory',
    'trust',
    'assurance',
    'policy',
    'serving',
    'telemetry',
    'threats',
    'audit',
    'mesh',
  ]
  for (const layout of [wideLayout(ids), tallLayout(ids)]) {
    const places = [...layout.places.values()]
    assert.equal(places.length, ids.length)
    for (const a of places) {
      assert.ok(a.x + a.width <= layout.width && a.y + a.height <= layout.height)
      for (const b of places) {
        const apart =
          a === b ||
          a.x + a.width <= b.x ||
          b.x + b.width <= a.x ||
          a.y + a.height <= b.y ||
          b.y + b.height <= a.y
        assert.ok(apart)
      }
    }
    assert.match(
      lineBetween(
        places[0] ?? { x: 0, y: 0, width: 1, height: 1 },
        places[1] ?? { x: 9, y: 9, width: 1, height: 1 },
      ).path,
      /^M/,
    )
  }
})
