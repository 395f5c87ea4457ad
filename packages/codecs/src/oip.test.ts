import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Datatype, ModelSignature } from '@rampart/domain'
import { AppError } from '@rampart/kit'
import fc from 'fast-check'
import { fromFloat16Bits, toFloat16Bits } from './float16.ts'
import { createInferRequestReader, parseJson, readTensors } from './oip-request.ts'
import { encodeElements, encodeInferResponse } from './oip-response.ts'
import { decodeRecord } from './record.ts'
import { type Tensor, tensorValue } from './tensor.ts'

const one = (datatype: Datatype, shape: readonly number[] = [-1, 2]): ModelSignature => ({
  inputs: [{ name: 'x', datatype, shape }],
  outputs: [{ name: 'y', datatype, shape }],
})
const read = (datatype: Datatype, data: unknown, shape: readonly unknown[] = [1, 2]): Tensor => {
  const body = { inputs: [{ name: 'x', datatype, shape, data }] }
  const head = createInferRequestReader(one(datatype), { maxElements: 1000 })(body)
  return readTensors(head)[0] as Tensor
}
const refused = (work: () => unknown, code?: string): void =>
  assert.throws(
    work,
    (error) =>
      error instanceof AppError &&
      error.kind === 'InvalidInput' &&
      (code === undefined || error.code === code),
  )

test('flat and nested data are the same tensor', () => {
  assert.deepEqual(
    read('FP32', [1, 2, 3, 4], [2, 2]),
    read(
      'FP32',
      [
        [1, 2],
        [3, 4],
      ],
      [2, 2],
    ),
  )
  refused(() => read('FP32', [[1, 2], [3]], [2, 2]), 'CODECS_SHAPE_MISMATCH')
  refused(() => read('FP32', [[1, 2], 3, 4], [2, 2]))
})

test('values outside their datatype are refused', () => {
  const bad: [Datatype, unknown][] = [
    ['FP32', 1e39],
    ['FP32', '1'],
    ['FP32', null],
    ['FP64', Number.POSITIVE_INFINITY],
    ['FP16', 65520],
    ['INT8', 128],
    ['UINT8', -1],
    ['INT32', 1.5],
    ['INT64', 2 ** 53],
    ['INT64', '9223372036854775808'],
    ['UINT64', '-1'],
    ['BOOL', 1],
    ['BYTES', 7],
    ['BYTES', 'a\0b'],
  ]
  for (const [datatype, value] of bad) refused(() => read(datatype, [value, value]), 'CODECS_VALUE_INVALID')
  assert.deepEqual(
    read('INT64', ['9223372036854775807', -1]).data,
    BigInt64Array.of(9223372036854775807n, -1n),
  )
  assert.ok(Number.isFinite(read('FP32', [3.4028235677973362e38, 0]).data[0] as number))
})

test('an element count beyond the limit takes no memory', () => {
  const before = process.memoryUsage().arrayBuffers
  refused(() => read('FP32', [], [1e9, 2]), 'CODECS_TOO_MANY_ELEMENTS')
  refused(() => read('FP32', [[]], [Number.MAX_SAFE_INTEGER, 2]), 'CODECS_TOO_MANY_ELEMENTS')
  assert.ok(process.memoryUsage().arrayBuffers - before < 1e6)
})

test('what is written is what was read, for every datatype', () => {
  const values: Record<string, fc.Arbitrary<unknown>> = {
    FP32: fc.float({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
    FP64: fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
    INT64: fc.maxSafeInteger(),
    UINT8: fc.integer({ min: 0, max: 255 }),
    BOOL: fc.boolean(),
    BYTES: fc.string().filter((text) => !text.includes('\0')),
  }
  for (const [name, value] of Object.entries(values)) {
    const datatype = name as Datatype
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 2 }), (data) => {
        const tensor = read(datatype, data)
        const again = JSON.parse(`[${encodeElements(datatype, tensor.data, 0, 2)}]`)
        assert.deepEqual(read(datatype, again), tensor)
        const text = encodeInferResponse(
          { name: 'm', version: '1' },
          one(datatype),
          [{ ...tensor, name: 'y' }],
          'i',
        )
        assert.deepEqual(JSON.parse(text).outputs[0].shape, [1, 2])
      }),
    )
  }
})

test('NaN and infinities in outputs are null, as in JSON.stringify', () => {
  assert.equal(
    encodeElements('FP32', Float32Array.of(Number.NaN, Number.NEGATIVE_INFINITY, 1), 0, 3),
    'null,null,1',
  )
})

test('half floats: every bit pattern survives the way to a number and back', () => {
  for (let bits = 0; bits < 65536; bits++) {
    const value = fromFloat16Bits(bits)
    if (!Number.isNaN(value)) assert.equal(toFloat16Bits(value), bits)
  }
})

test('random changes to a request end in an AppError or in a tensor', () => {
  const valid = JSON.stringify({
    id: 'a',
    inputs: [
      {
        name: 'x',
        datatype: 'FP32',
        shape: [2, 2],
        data: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    outputs: [{ name: 'y' }],
  })
  const reader = createInferRequestReader(one('FP32'), { maxElements: 1000 })
  const attempt = (text: string): void => {
    try {
      readTensors(reader(parseJson(text)))
    } catch (error) {
      assert.ok(error instanceof AppError && error.kind === 'InvalidInput', String(error))
    }
  }
  const edit = fc.tuple(
    fc.nat(valid.length),
    fc.nat(6),
    fc.constantFrom('', '0', '-', '9e99', '[', ']', '{}', 'null', '"', ',', 'true', '1.5'),
  )
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      attempt(edits.reduce((text, [at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut), valid))
    }),
    { numRuns: 3000 },
  )
  fc.assert(
    fc.property(fc.jsonValue(), (value) => attempt(JSON.stringify({ inputs: value }))),
    { numRuns: 500 },
  )
})

test('records: plain rows and packed images', () => {
  const image = {
    base64: Buffer.from([0, 255, 51, 102]).toString('base64'),
    datatype: 'UINT8',
    scale: 1 / 255,
    shape: [1, 2, 2],
  }
  const record = decodeRecord(JSON.stringify({ inputs: { x: image }, label: 3 }), one('FP32', [-1, 1, 2, 2]))
  const [tensor] = record.tensors
  assert.deepEqual([tensor?.shape, record.label, tensorValue(tensor as Tensor, 1)], [[1, 1, 2, 2], 3, 1])
  refused(() => decodeRecord('{"inputs":{"x":[1]}}', one('FP32')), 'CODECS_SHAPE_MISMATCH')
  refused(() => decodeRecord('{"inputs":{"z":[1,2]}}', one('FP32')), 'CODECS_TENSOR_UNKNOWN')
  refused(() => decodeRecord('{', one('FP32')), 'CODECS_RECORD_INVALID')
})
