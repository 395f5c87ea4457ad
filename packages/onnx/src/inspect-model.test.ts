import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '@rampart/kit'
import fc from 'fast-check'
import { inspectModelBytes } from './inspect-model.ts'
import { bytesField, intField, textField, tinyClassifier, tinyIdentity, writeTinyModel } from './testing.ts'

const codeOf = (bytes: Uint8Array): string => {
  try {
    inspectModelBytes(bytes)
    return 'fine'
  } catch (error) {
    assert.ok(error instanceof AppError, String(error))
    return error.code
  }
}

test('reads signature, opset, producer and operators', () => {
  const found = inspectModelBytes(tinyClassifier(3))
  assert.deepEqual(found.signature.inputs, [{ name: 'features', datatype: 'FP32', shape: [-1, 3] }])
  assert.deepEqual(found.opsets, [{ domain: '', version: 13 }])
  assert.deepEqual(found.operators, { ArgMax: 1, MatMul: 1, Softmax: 1 })
  assert.deepEqual([found.producer.name, found.nodeCount, found.initializerCount], ['tiny-writer', 3, 1])
})

test('refuses what is not a model, with the reason', () => {
  assert.equal(codeOf(Buffer.from('hello, this is text and no model')), 'ONNX_NOT_A_MODEL')
  assert.equal(codeOf(new Uint8Array(0)), 'ONNX_NOT_A_MODEL')
  assert.equal(
    codeOf(Buffer.concat([intField(1, 8), Buffer.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f])])),
    'ONNX_NOT_A_MODEL',
  )
  assert.equal(codeOf(tinyIdentity('FP32', [-1, 2 ** 31 - 1, 2 ** 31 - 1])), 'ONNX_SHAPE_INVALID')
  const external = bytesField(5, Buffer.concat([textField(8, 'w'), intField(14, 1)]))
  const graph = Buffer.concat([external])
  assert.equal(codeOf(Buffer.concat([intField(1, 8), bytesField(7, graph)])), 'ONNX_EXTERNAL_DATA')
})

test('a model cut off anywhere is refused', () => {
  const whole = tinyClassifier(4)
  for (let length = 0; length < whole.length; length++)
    assert.notEqual(codeOf(whole.subarray(0, length)), 'fine')
})

test('changed bytes never end in anything but an AppError', () => {
  const whole = writeTinyModel({
    inputs: [{ name: 'x', datatype: 'BYTES', shape: [-1, 1] }],
    outputs: [{ name: 'y', datatype: 'BYTES', shape: [-1, 1] }],
    nodes: [{ operator: 'Identity', inputs: ['x'], outputs: ['y'] }],
  })
  const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }))
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
      const bytes = Uint8Array.from(whole)
      for (const [at, value] of changes) bytes[at] = value
      codeOf(bytes)
    }),
    { numRuns: 2000 },
  )
})
