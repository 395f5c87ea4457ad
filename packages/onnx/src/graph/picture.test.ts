import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { backdooredGraphs } from '../testing.ts'
import { drawGraph, nodeLabel } from './index.ts'

test('any graph fits into the number of boxes asked for, arrows lead forwards, marked nodes stay alone', () => {
  const graphs = backdooredGraphs(4).map(({ model }) => model.graph)
  fc.assert(
    fc.property(
      fc.constantFrom(...graphs),
      fc.integer({ min: 6, max: 60 }),
      fc.nat(),
      (graph, maxBoxes, at) => {
        const marked = nodeLabel(graph.nodes[at % graph.nodes.length] as (typeof graph.nodes)[number])
        const { boxes, arrows, nodes } = drawGraph(graph, { maxBoxes, marks: new Map([[marked, ['rule']]]) })
        assert.ok(
          boxes.length <= maxBoxes + graph.inputs.length + graph.outputs.length + 2,
          `${boxes.length} of ${maxBoxes}`,
        )
        for (const [from, to] of arrows) assert.ok(from < to)
        assert.equal(
          boxes.reduce((sum, { count }) => sum + count, 0),
          nodes,
        )
        const found = boxes.filter(({ marks }) => marks.length > 0)
        assert.ok(found.length === 0 || found.every(({ count, name }) => count === 1 && name === marked))
      },
    ),
    { numRuns: 100 },
  )
})
