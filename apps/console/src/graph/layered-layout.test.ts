import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { drawLayered } from './layered-layout.ts'

const graphs = fc.integer({ min: 2, max: 30 }).chain((count) =>
  fc
    .uniqueArray(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), {
      maxLength: 60,
      selector: ([a, b]) => `${a} ${b}`,
    })
    .map((pairs) => ({
      boxes: Array.from({ length: count }, (_, id) => ({ id, kind: id === 0 ? 'input' : 'node' })),
      arrows: pairs.filter(([from, to]) => from < to),
    })),
)

test('boxes never overlap, arrows lead downwards, and the picture is the same each time', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const drawing = drawLayered(graph)
      assert.deepEqual(drawLayered(graph), drawing)
      assert.equal(drawing.boxes.length, graph.boxes.length)
      for (const [index, one] of drawing.boxes.entries())
        for (const other of drawing.boxes.slice(index + 1))
          assert.ok(one.y !== other.y || Math.abs(one.x - other.x) >= one.width, 'two boxes overlap')
      for (const { points } of drawing.routes) {
        const first = points[0]?.[1] ?? 0
        assert.ok((points.at(-1)?.[1] ?? 0) > first)
      }
      for (const { x, y, width, height } of drawing.boxes)
        assert.ok(x >= 0 && y >= 0 && x + width <= drawing.width + 1e-6 && y + height <= drawing.height)
    }),
    { numRuns: 200 },
  )
})
