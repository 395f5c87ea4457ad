import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelSignature } from '@rampart/domain'
import fc from 'fast-check'
import { createInferAnswerWriter } from './infer-answer.ts'
import {
  decodeInferAnswer,
  decodeReadyAnswer,
  encodeInferMessage,
  encodeReadyMessage,
} from './infer-exchange.ts'
import { decodeInferMessage, readInferTarget } from './infer-message.ts'
import { createInferRequestReader, readTensors } from './oip-request.ts'
import { encodeFlag } from './service-messages.ts'
import type { Tensor } from './tensor.ts'

const signature: ModelSignature = {
  inputs: [
    { name: 'x', datatype: 'FP32', shape: [-1, 3] },
    { name: 't', datatype: 'BYTES', shape: [-1] },
  ],
  outputs: [
    { name: 'y', datatype: 'INT64', shape: [-1] },
    { name: 'p', datatype: 'FP32', shape: [-1, 2] },
  ],
}
const target = { name: 'm', version: '7' }

test('what the client writes, the server reads', () => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 }),
      fc.string(),
      (xs, text) => {
        const inputs: Tensor[] = [
          { name: 'x', datatype: 'FP32', shape: [1, 3], data: Float32Array.from(xs) },
          { name: 't', datatype: 'BYTES', shape: [1], data: [text.replaceAll('\u0000', '')] },
        ]
        const bytes = encodeInferMessage(
          target,
          inputs.map((tensor) => ({ name: tensor.name, tensor })),
          ['p'],
        )
        assert.deepEqual(readInferTarget(bytes), target)
        const { body } = decodeInferMessage(bytes, { maxElements: 100 })
        const head = createInferRequestReader(signature, { maxElements: 100 })(body)
        assert.deepEqual(head.outputs, [1])
        assert.deepEqual(
          readTensors(head).map(({ data }) => [...data]),
          inputs.map(({ data }) => [...data]),
        )
      },
    ),
  )
})

test('what the server writes, the client reads, raw or typed', () => {
  const write = createInferAnswerWriter(target, signature)
  const slices = [
    { index: 0, shape: [2], datatype: 'INT64' as const, data: BigInt64Array.of(1n, -2n), from: 0, to: 2 },
    {
      index: 1,
      shape: [2, 2],
      datatype: 'FP32' as const,
      data: Float32Array.of(0.5, 0.5, 1, 0),
      from: 0,
      to: 4,
    },
  ]
  for (const raw of [true, false]) {
    const outputs = decodeInferAnswer(write('id', slices, raw), { maxElements: 100 })
    assert.deepEqual(
      outputs.map(({ name, datatype, shape }) => [name, datatype, shape.map(Number)]),
      [
        ['y', 'INT64', [2]],
        ['p', 'FP32', [2, 2]],
      ],
    )
    assert.ok(outputs.every(({ data }) => data !== undefined))
  }
  assert.equal(decodeReadyAnswer(encodeFlag(1)), true)
  assert.equal(decodeReadyAnswer(new Uint8Array(0)), false)
  assert.deepEqual(readInferTarget(encodeReadyMessage(target)), target)
})

test('any bytes are an answer or an error with a name', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodeInferAnswer(bytes, { maxElements: 1000 })
      } catch (error) {
        assert.match(String((error as { code?: unknown }).code), /^CODECS_/)
      }
    }),
  )
})
