import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { AppError } from '@rampart/kit'
import fc from 'fast-check'
import {
  backdooredGraphs,
  brokenGraphs,
  bytesField,
  honestGraphs,
  intField,
  textField,
  tinyClassifier,
} from '../testing.ts'
import {
  diffGraphs,
  lintGraph,
  openModelGraph,
  readModelGraphBytes,
  smallValues,
  validateGraph,
  writeModel,
} from './index.ts'

const models = () => [...honestGraphs(10, 3), ...backdooredGraphs(3).slice(0, 40)]

test('what was read and not touched is written byte for byte', () => {
  for (const bytes of [tinyClassifier(3), ...models().map(({ model }) => writeModel(model))]) {
    const source = readModelGraphBytes(bytes)
    assert.deepEqual(Buffer.from(writeModel(source.model, source)), Buffer.from(bytes))
  }
})

test('an edited graph is written the same each time, and only the edit is new', () => {
  for (const { model, name } of models()) {
    const source = readModelGraphBytes(writeModel(model))
    const edited = {
      ...source.model,
      graph: {
        ...source.model.graph,
        nodes: source.model.graph.nodes.map((node) => ({ ...node, name: `${node.name}x` })),
      },
    }
    const once = writeModel(edited, source)
    assert.deepEqual(writeModel(edited, source), once, name)
    const again = readModelGraphBytes(once)
    const { verdict, tensors, nodes } = diffGraphs(source, again)
    assert.deepEqual([verdict, tensors.changed.total, nodes.changed.total], ['metadata', 0, 0], name)
  }
})

test('tensors stay in the file and are read on demand', () => {
  const source = readModelGraphBytes(tinyClassifier(2))
  const [weights] = source.model.graph.initializers
  assert.ok(weights !== undefined)
  assert.equal(weights.payload.kind, 'stored')
  assert.deepEqual(
    smallValues(source, weights, 4)?.map((value) => value.toFixed(1)),
    ['-0.6', '-0.4', '-0.2', '0.0'],
  )
  assert.equal(smallValues(source, weights, 3), undefined)
})

test('a file of two gigabytes costs its structure, not its weights', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-graph-'))
  try {
    const path = join(folder, 'large.onnx')
    const size = 2 ** 31
    // raw_data comes last in its tensor, the tensor last in its graph, the graph last in the model: the file is sparse.
    const varint = (value: number) => Buffer.from(intField(1, value)).subarray(1)
    const tensor = Buffer.concat([
      intField(1, size / 4),
      intField(2, 1),
      textField(8, 'w'),
      Buffer.from([0x4a]),
      varint(size),
    ])
    const port = Buffer.concat([textField(1, 'w'), bytesField(2, bytesField(1, intField(1, 1)))])
    const head = Buffer.concat([
      bytesField(12, port),
      Buffer.from([0x2a]),
      varint(tensor.length + size),
      tensor,
    ])
    const opset = bytesField(8, Buffer.concat([textField(1, ''), intField(2, 17)]))
    const start = Buffer.concat([
      intField(1, 8),
      opset,
      Buffer.from([0x3a]),
      varint(head.length + size),
      head,
    ])
    writeFileSync(path, start)
    truncateSync(path, start.length + size)
    const before = process.memoryUsage().rss
    const file = openModelGraph(path)
    assert.deepEqual(file.model.graph.initializers[0]?.dims, [size / 4])
    file.close()
    assert.ok(process.memoryUsage().rss - before < 64 * 2 ** 20)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('tensors in other files are refused, or read without values when asked for', () => {
  const tensor = Buffer.concat([textField(8, 'w'), intField(14, 1), bytesField(13, textField(1, 'location'))])
  const opset = bytesField(8, Buffer.concat([textField(1, ''), intField(2, 17)]))
  const bytes = Buffer.concat([intField(1, 8), opset, bytesField(7, bytesField(5, tensor))])
  assert.throws(() => readModelGraphBytes(bytes), { code: 'ONNX_EXTERNAL_DATA' })
  assert.equal(readModelGraphBytes(bytes, { externalData: 'ignore' }).model.graph.initializers[0]?.name, 'w')
})

test('every broken model is invalid, every honest one is valid', () => {
  for (const { name, model } of brokenGraphs(2)) {
    const bytes = writeModel(model)
    assert.equal(validateGraph(readModelGraphBytes(bytes)).valid, false, name)
  }
  for (const { name, model } of models())
    assert.deepEqual(validateGraph(readModelGraphBytes(writeModel(model))).findings, [], name)
})

test('changed bytes end in an AppError or in an answer, whatever is done with the graph', () => {
  const seeds = models().map(({ model }) => writeModel(model))
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(fc.nat(seeds.length - 1), changes, fc.boolean(), (at, list, cut) => {
      const bytes = Uint8Array.from(seeds[at] as Uint8Array)
      for (const [place, value] of list) bytes[place % bytes.length] = value
      const used = cut ? bytes.subarray(0, (list[0]?.[0] ?? 0) % bytes.length) : bytes
      try {
        const source = readModelGraphBytes(used)
        lintGraph(source)
        validateGraph(source)
        writeModel({ ...source.model }, source)
        diffGraphs(readModelGraphBytes(seeds[at] as Uint8Array), source)
      } catch (error) {
        assert.ok(error instanceof AppError, String(error instanceof Error ? error.stack : error))
      }
    }),
    { numRuns: 300 },
  )
})
