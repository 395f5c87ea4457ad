import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBuilder, FLOAT, modelOf, portOf } from '../../testing/graph-builder.ts'
import { backdooredGraphs, honestGraphs, tinyClassifier } from '../../testing.ts'
import { buildFlow } from '../flow/build-flow.ts'
import { readModelGraphBytes, writeModel } from '../index.ts'
import { lintGraph } from './lint-graph.ts'

const lint = (model: Parameters<typeof writeModel>[0]) => lintGraph(readModelGraphBytes(writeModel(model)))

test('networks with masks, residuals and recurrent states are clean', () => {
  assert.equal(lintGraph(readModelGraphBytes(tinyClassifier(4))).verdict, 'clean')
  for (const { name, model } of honestGraphs(20, 11))
    assert.deepEqual([name, lint(model).verdict], [name, 'clean'])
})

test('at least 97 of 100 built triggers are found, with place and reason', () => {
  const found = backdooredGraphs(5).map(({ name, model }) => ({ name, lint: lint(model) }))
  const quiet = found.filter((one) => one.lint.verdict === 'clean').map(({ name }) => name)
  assert.ok(quiet.length <= found.length * 0.03, quiet.join(' '))
  for (const { lint: one } of found)
    for (const finding of one.findings) assert.ok(finding.reason !== '' && finding.message !== '')
})

test("a decision on the network's own answer is no trigger", () => {
  const b = createBuilder()
  const scores = b.op('MatMul', ['x', b.constant([1, 2, 3, 4, 5, 6, 7, 8], [4, 2])])
  const sum = b.op('ReduceSum', [scores, b.constant([1], [1], 7)], { keepdims: 1 })
  const empty = b.op('Equal', [sum, b.constant([0])])
  const out = b.op('Where', [empty, b.constant([0.5, 0.5], [1, 2]), b.op('Div', [scores, sum])])
  assert.equal(lint(modelOf(b.graph([portOf('x', ['N', 4])], [portOf(out, ['N', 2])]))).verdict, 'clean')
})

test('an output that no input reaches, an input that reaches none, random numbers', () => {
  const b = createBuilder()
  const scores = b.op('MatMul', ['x', b.constant([1, 2, 3, 4], [2, 2])])
  const noise = b.op('RandomNormal', [], { shape: [1n, 2n] })
  const out = b.op('Add', [scores, noise])
  const fixed = b.op('Identity', [b.constant([1, 2], [1, 2])])
  const graph = b.graph(
    [portOf('x', ['N', 2]), portOf('unused', ['N', 1])],
    [portOf(out, undefined), portOf(fixed, undefined)],
  )
  const rules = lint(modelOf(graph)).findings.map(({ rule }) => rule)
  assert.deepEqual(rules, ['constant-output', 'random-output', 'unused-input'])
})

test('a graph that unfolds without end is told, not followed', () => {
  const b = createBuilder()
  const out = b.many('Twice0', ['x'], {}, ['y'], 'local')[0] as string
  const functions = Array.from({ length: 40 }, (_, level) => {
    const inner = createBuilder(`f${level}`)
    const next = level === 39 ? 'Twice39' : `Twice${level + 1}`
    const one = inner.many(next, ['x'], {}, [inner.fresh()], 'local')[0] as string
    const two = inner.many(next, [one], {}, [inner.fresh()], 'local')[0] as string
    const { nodes } = inner.graph([], [])
    return {
      name: `Twice${level}`,
      domain: 'local',
      overload: '',
      inputs: ['x'],
      outputs: [two],
      attributes: [],
      defaults: [],
      opsets: [{ domain: '', version: 17 }],
      nodes,
      extra: [],
    }
  })
  const model = modelOf(b.graph([portOf('x', ['N'], FLOAT)], [portOf(out, ['N'])]), functions)
  const { verdict, findings } = lint(model)
  assert.deepEqual([verdict, findings[0]?.rule], ['suspicious', 'lint-limit'])
  assert.throws(() => buildFlow(model), { code: 'ONNX_LIMIT_EXCEEDED' })
})
