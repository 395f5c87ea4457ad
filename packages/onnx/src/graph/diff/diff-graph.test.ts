import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tensorOf } from '../../testing/graph-builder.ts'
import { backdooredGraphs, honestGraphs } from '../../testing.ts'
import type { OnnxModel } from '../graph-model.ts'
import { diffGraphs, readModelGraphBytes, writeModel } from '../index.ts'

const read = (model: OnnxModel) => readModelGraphBytes(writeModel(model))
const hosts = honestGraphs(10, 21).map(({ model }) => model)

test('a model does not differ from itself', () => {
  for (const model of [
    ...hosts,
    ...backdooredGraphs(2)
      .map((one) => one.model)
      .slice(0, 50),
  ])
    assert.equal(diffGraphs(read(model), read(model)).verdict, 'identical')
})

test('the difference is the same both ways, added for removed', () => {
  for (const [at, one] of hosts.entries())
    for (const other of hosts.slice(at + 1)) {
      const there = diffGraphs(read(one), read(other))
      const back = diffGraphs(read(other), read(one))
      assert.equal(there.verdict, back.verdict)
      assert.deepEqual(there.nodes.added, back.nodes.removed)
      assert.deepEqual(there.nodes.removed, back.nodes.added)
      assert.equal(there.nodes.changed.total, back.nodes.changed.total)
      assert.equal(there.tensors.changed.total, back.tensors.changed.total)
      assert.deepEqual(there.outputsReached, back.outputsReached)
    }
})

test('new names and another order are metadata, not architecture', () => {
  for (const model of hosts) {
    const rename = (name: string): string => (name.startsWith('v') ? `renamed_${name}` : name)
    const graph = {
      ...model.graph,
      nodes: model.graph.nodes.map((node) => ({
        ...node,
        name: `n_${node.name}`,
        inputs: node.inputs.map(rename),
        outputs: node.outputs.map(rename),
      })),
      initializers: model.graph.initializers
        .map((tensor) => ({ ...tensor, name: rename(tensor.name) }))
        .toReversed(),
      outputs: model.graph.outputs.map((port) => ({ ...port, name: rename(port.name) })),
    }
    const { verdict, nodes, tensors } = diffGraphs(read(model), read({ ...model, graph }))
    assert.deepEqual(
      [nodes.added.total, nodes.removed.total, nodes.changed.total, tensors.changed.total],
      [0, 0, 0, 0],
    )
    // The output's name belongs to the interface.
    assert.equal(verdict, 'architecture')
  }
})

test('changed weights are measured, and reach the output', () => {
  const [model] = hosts
  assert.ok(model !== undefined)
  const [first, ...rest] = model.graph.initializers
  assert.ok(first?.payload.kind === 'inline')
  const values = [...new Float32Array(first.payload.rawData.slice().buffer)]
  const changed = tensorOf(
    first.name,
    first.dims,
    values.map((value, at) => (at === 0 ? value + 3 : at === 1 ? value + 4 : value)),
  )
  const other = { ...model, graph: { ...model.graph, initializers: [changed, ...rest] } }
  const diff = diffGraphs(read(model), read(other))
  assert.equal(diff.verdict, 'weights')
  const [one] = diff.tensors.changed.items
  assert.ok(
    Math.abs((one?.difference?.l2 ?? 0) - 5) < 1e-5 && Math.abs((one?.difference?.maxAbs ?? 0) - 4) < 1e-5,
  )
  assert.equal(one?.difference?.fractionChanged, 2 / values.length)
  assert.deepEqual(
    diff.outputsReached,
    model.graph.outputs.map(({ name }) => name),
  )
})

test('a trigger that was built in is what was added, on the way to the output', () => {
  const [honest] = honestGraphs(1, 9)
  assert.ok(honest !== undefined)
  const { graph } = honest.model
  const last = graph.nodes.at(-1)
  assert.ok(last !== undefined)
  const where = {
    ...last,
    name: 'gate',
    operator: 'Where',
    attributes: [],
    inputs: ['flag', 'target', last.inputs[0] ?? ''],
    outputs: ['gated'],
  }
  const nodes = [
    ...graph.nodes.slice(0, -1),
    { ...last, name: 'flag', operator: 'Cast', attributes: [], inputs: ['x'], outputs: ['flag'] },
    where,
    { ...last, inputs: ['gated', ...last.inputs.slice(1)] },
  ]
  const initializers = [...graph.initializers, tensorOf('target', [1], [9])]
  const diff = diffGraphs(
    read(honest.model),
    read({ ...honest.model, graph: { ...graph, nodes, initializers } }),
  )
  assert.equal(diff.verdict, 'architecture')
  assert.deepEqual(
    diff.nodes.added.items.map(({ name }) => name),
    ['flag', 'gate'],
  )
  assert.deepEqual(
    diff.nodes.added.items[1]?.reaches,
    graph.outputs.map(({ name }) => name),
  )
  assert.deepEqual(
    diff.nodes.changed.items.map(({ what }) => what),
    [['inputs']],
  )
  assert.deepEqual(
    diff.tensors.added.items.map(({ name }) => name),
    ['target'],
  )
})
