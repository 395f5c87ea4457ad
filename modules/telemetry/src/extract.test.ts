import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readRecord } from '@rampart/codecs'
import { createExtractor, createSketches, profilesOf } from './extract.ts'
import { planLayout, type ReferenceTensor } from './layout.ts'
import { buildReference, restoreReference } from './reference.ts'
import { summariseRow, summariseText } from './summaries.ts'
import { sampleBatch, sampleReference } from './testing.ts'

const seed = (() => {
  let next = 0
  return () => next++
})()

const columns = (): Float64Array[] => Array.from({ length: 5 }, () => new Float64Array(1))
const spec = { features: [], classes: [], prediction: '' }

describe('feature extraction', () => {
  test('text: length, tokens, shares', () => {
    const into = columns()
    summariseText('AB 12\tcé ', into, 0)
    assert.deepEqual(
      into.map(([value]) => value),
      [9, 3, 2 / 9, 1 / 9, 2 / 9],
    )
    summariseText('', into, 0)
    assert.deepEqual(
      into.map(([value]) => value),
      [0, 0, 0, 0, 0],
    )
    summariseText('a '.repeat(1_000_000), into, 0)
    assert.deepEqual(
      into.slice(0, 2).map(([value]) => value),
      [2_000_000, 1_000_000],
    )
  })

  test('wide rows: mean, std, extremes, zeros; no cancellation around a large mean', () => {
    const into = columns()
    summariseRow([9, 1e9 + 1, 1e9 + 3, 9], 1, 2, into, 0)
    assert.deepEqual(
      into.map(([value]) => value),
      [1e9 + 2, 1, 1e9 + 1, 1e9 + 3, 0],
    )
    summariseRow([0, Number.NaN], 0, 2, into, 0)
    assert.deepEqual(
      into.map(([value]) => value),
      [Number.NaN, Number.NaN, Number.NaN, Number.NaN, 0.5],
    )
  })

  test('images are summarised, strings become text or categories, integers columns', () => {
    const tensor = (
      name: string,
      datatype: 'FP32' | 'BYTES' | 'INT32',
      shape: number[],
      data: ReferenceTensor['data'],
    ): ReferenceTensor => ({
      name,
      datatype,
      shape,
      data,
      rows: shape[0] ?? 0,
      side: 'input',
    })
    const image = tensor('image', 'FP32', [2, 1, 4, 4], new Float32Array(32))
    const counts = tensor('counts', 'INT32', [2, 2], Int32Array.of(1, 2, 3, 4))
    const text = tensor('text', 'BYTES', [2, 1], ['hello', 'world'])
    const country = tensor('country', 'BYTES', [100], Array(100).fill('DE'))
    const modes = planLayout([image, counts, text, country], spec).plans.map(({ mode, features }) => [
      mode,
      features[0],
    ])
    assert.deepEqual(modes, [
      ['summary', 'image.mean'],
      ['columns', 'counts[0]'],
      ['text', 'text.chars'],
      ['categories', 'country'],
    ])
  })

  test('a class is an index, a name or the largest of the scores; names never collide', () => {
    const output = (name: string, datatype: 'FP32' | 'INT64', width: number): ReferenceTensor => ({
      name,
      datatype,
      rows: 1,
      side: 'output',
      shape: [1, width],
      data: datatype === 'FP32' ? new Float32Array(width) : new BigInt64Array(width),
    })
    const declared = planLayout([output('p', 'FP32', 3)], {
      ...spec,
      classes: ['a', 'b', 'c'],
      prediction: 'p',
    })
    assert.deepEqual(
      declared.plans.map(({ mode }) => mode),
      ['class'],
    )
    const layout = planLayout([output('label', 'INT64', 1), output('p', 'FP32', 3)], {
      ...spec,
      classes: ['a', 'b'],
    })
    assert.deepEqual(
      layout.plans.map(({ mode, features }) => [mode, features[0]]),
      [
        ['class', 'prediction'],
        ['score', 'p.score'],
      ],
    )
    const sketches = createSketches(layout, seed)
    createExtractor(layout).extract(
      {
        route: 'r',
        model: 'm',
        version: '1',
        tenant: 'default',
        rows: 2,
        inputs: [],
        outputs: [
          { name: 'label', datatype: 'INT64', shape: [2], data: BigInt64Array.of(1n, 7n) },
          { name: 'p', datatype: 'FP32', shape: [2, 3], data: Float32Array.of(0.25, 0.5, 0.125, 1, 0, 0) },
        ],
      },
      sketches,
    )
    const [prediction, score] = profilesOf(layout, sketches)
    assert.deepEqual(prediction?.kind === 'categorical' && prediction.frequencies.entries, [
      ['7', 1],
      ['b', 1],
    ])
    assert.deepEqual(score?.kind === 'numeric' && [...score.sample.values], [0.5, 1])
  })

  test('reference rows and served batches of the same data give the same profile', async () => {
    const input = sampleReference({ seed: 5, rows: 600 })
    const reference = restoreReference(await buildReference(input, seed))
    const sketches = createSketches(reference.layout, seed)
    createExtractor(reference.layout).extract(sampleBatch({ rows: 600, seed: 5 }), sketches)
    const served = profilesOf(reference.layout, sketches)
    assert.deepEqual(served, reference.profiles)
    assert.equal(readRecord(input.rows[0], input.signature).tensors.length, 1)
  })
})
