import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader'
import type { Datatype, ModelSignature } from '@rampart/domain'
import { AppError, assetPath } from '@rampart/kit'
import fc from 'fast-check'
import { createInferAnswerWriter } from './infer-answer.ts'
import { decodeInferMessage, readInferTarget } from './infer-message.ts'
import { createInferRequestReader, readTensors } from './oip-request.ts'
import { decodeTexts, encodeFlag, encodeModelMetadata, encodeServerMetadata } from './service-messages.ts'
import { allocateTensor, type TensorArray } from './tensor.ts'
import { copyTensor } from './tensor-values.ts'

/** The reference: protobufjs behind the loader that gRPC clients in Node use. */
const definitions = loadSync(assetPath('contracts/proto/inference/open_inference.proto'), {
  keepCase: true,
  longs: String,
  bytes: Buffer,
  defaults: true,
  arrays: true,
  objects: true,
  oneofs: false,
})
const reference = (name: string) => definitions[`inference.${name}`] as MessageTypeDefinition<object, object>

const encode = (name: string, value: object): Buffer => Buffer.from(reference(name).serialize(value))
const decode = (name: string, bytes: Buffer) => reference(name).deserialize(bytes) as Record<string, unknown>

const CONTENTS: Readonly<Record<string, readonly [string, fc.Arbitrary<unknown>]>> = {
  BOOL: ['bool_contents', fc.boolean()],
  INT8: ['int_contents', fc.integer({ min: -128, max: 127 })],
  INT32: ['int_contents', fc.integer()],
  INT64: ['int64_contents', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)],
  UINT16: ['uint_contents', fc.nat(65535)],
  UINT32: ['uint_contents', fc.nat(4294967295)],
  UINT64: ['uint64_contents', fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String)],
  FP32: ['fp32_contents', fc.float({ noNaN: true, noDefaultInfinity: true })],
  FP64: ['fp64_contents', fc.double({ noNaN: true, noDefaultInfinity: true })],
  BYTES: ['bytes_contents', fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))],
}
const toWire = (datatype: string, values: readonly unknown[]): unknown[] =>
  datatype === 'BYTES' ? values.map((text) => Buffer.from(text as string)) : [...values]
const signature = (datatype: Datatype, width: number): ModelSignature => ({
  inputs: [{ name: 'x', datatype, shape: [-1, width] }],
  outputs: [{ name: 'y', datatype, shape: [-1, width] }],
})
const expectedData = (datatype: Datatype, values: readonly unknown[]): TensorArray => {
  const data = allocateTensor(datatype, values.length)
  copyTensor(values, { name: 'x', datatype, shape: [1, values.length], count: values.length }, data, 0)
  return data
}
const LIMITS = { maxElements: 1000 }

for (const [name, [field, element]] of Object.entries(CONTENTS)) {
  const datatype = name as Datatype
  test(`${datatype}: what the reference encodes is read, and what is written the reference reads`, () => {
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 9 }), fc.string(), (values, id) => {
        const width = values.length
        const bytes = encode('ModelInferRequest', {
          model_name: 'm',
          model_version: '2',
          id,
          inputs: [
            { name: 'x', datatype, shape: [1, width], contents: { [field]: toWire(datatype, values) } },
          ],
          outputs: [{ name: 'y' }],
        })
        assert.deepEqual(readInferTarget(bytes), { name: 'm', version: '2' })
        const { body, raw } = decodeInferMessage(bytes, LIMITS)
        const head = createInferRequestReader(signature(datatype, width), LIMITS)(body)
        const data = expectedData(datatype, values)
        assert.deepEqual([raw, head.id ?? '', head.outputs], [false, id, [0]])
        assert.deepEqual(readTensors(head)[0]?.data, data)

        const write = createInferAnswerWriter({ name: 'm', version: '2' }, signature(datatype, width))
        const slice = { index: 0, shape: [1, width], datatype, data, from: 0, to: width }
        const typed = decode('ModelInferResponse', write(id === '' ? undefined : id, [slice], false))
        const answer = (typed['outputs'] as { shape: string[]; contents: Record<string, unknown[]> }[])[0]
        assert.deepEqual([typed['model_name'], typed['id'], answer?.shape], ['m', id, ['1', String(width)]])
        assert.deepEqual(
          expectedData(
            datatype,
            (answer?.contents[field] ?? []).map((value) => (datatype === 'BYTES' ? String(value) : value)),
          ),
          data,
        )
        const again = decode('ModelInferResponse', write(undefined, [slice], true))
        const [bytesOut] = again['raw_output_contents'] as Buffer[]
        const back = decodeInferMessage(
          encode('ModelInferRequest', {
            inputs: [{ name: 'x', datatype, shape: [1, width] }],
            raw_input_contents: [bytesOut],
          }),
          LIMITS,
        )
        const rawHead = createInferRequestReader(signature(datatype, width), LIMITS)(back.body)
        assert.deepEqual([back.raw, readTensors(rawHead)[0]?.data], [true, data])
      }),
      { numRuns: 60 },
    )
  })
}

test('parameters of every kind are read, and a key cannot reach a prototype', () => {
  const { body } = decodeInferMessage(
    encode('ModelInferRequest', {
      parameters: {
        a: { bool_param: true },
        b: { int64_param: -5 },
        c: { string_param: 'text' },
        d: { double_param: 1.5 },
        e: { uint64_param: '18446744073709551615' },
        __proto__x: { string_param: 'y' },
      },
      inputs: [{ name: 'x', parameters: { k: { int64_param: 1 } } }],
    }),
    LIMITS,
  )
  assert.deepEqual(
    { ...(body['parameters'] as object) },
    {
      a: true,
      b: -5,
      c: 'text',
      d: 1.5,
      e: '18446744073709551615',
      __proto__x: 'y',
    },
  )
  assert.equal(({} as { y?: unknown }).y, undefined)
})

test('half floats are raw only, in both directions', () => {
  const write = createInferAnswerWriter({ name: 'm', version: '1' }, signature('FP16', 2))
  const slice = {
    index: 0,
    shape: [1, 2],
    datatype: 'FP16' as const,
    data: Uint16Array.of(1, 2, 3, 4),
    from: 2,
    to: 4,
  }
  const answer = decode('ModelInferResponse', write(undefined, [slice], false))
  assert.deepEqual(answer['raw_output_contents'], [Buffer.from([3, 0, 4, 0])])
})

const refused = (value: object, code: string): void =>
  assert.throws(
    () => {
      const { body } = decodeInferMessage(encode('ModelInferRequest', value), { maxElements: 4 })
      readTensors(createInferRequestReader(signature('FP32', 2), { maxElements: 4 })(body))
    },
    (error) => error instanceof AppError && error.code === code,
  )

test('messages that contradict themselves are refused with a reason', () => {
  const input = { name: 'x', datatype: 'FP32', shape: [1, 2] }
  const contents = { fp32_contents: [1, 2] }
  refused(
    { inputs: [{ ...input, contents }], raw_input_contents: [Buffer.alloc(8)] },
    'CODECS_REQUEST_INVALID',
  )
  refused(
    { inputs: [input], raw_input_contents: [Buffer.alloc(8), Buffer.alloc(1)] },
    'CODECS_REQUEST_INVALID',
  )
  refused({ inputs: [{ ...input, contents: { int_contents: [1, 2] } }] }, 'CODECS_DATATYPE_MISMATCH')
  refused({ inputs: [{ ...input, contents: { fp32_contents: [1] } }] }, 'CODECS_SHAPE_MISMATCH')
  refused({ inputs: [{ ...input, shape: [-1, 2], contents }] }, 'CODECS_SHAPE_MISMATCH')
  refused({ inputs: [{ ...input, shape: ['9223372036854775807', 2], contents }] }, 'CODECS_SHAPE_MISMATCH')
  refused(
    { inputs: [{ ...input, contents: { fp32_contents: [1, 2, 3, 4, 5] } }] },
    'CODECS_TOO_MANY_ELEMENTS',
  )
  refused({ inputs: [{ ...input, contents: { fp32_contents: [Number.NaN, 1] } }] }, 'CODECS_VALUE_INVALID')
  refused({ inputs: Array.from({ length: 300 }, () => input) }, 'CODECS_MESSAGE_INVALID')
  refused({ inputs: [input] }, 'CODECS_REQUEST_INVALID')
})

test('random bytes and random changes end in InvalidInput or in a value', () => {
  const valid = encode('ModelInferRequest', {
    model_name: 'm',
    id: 'i',
    parameters: { a: { double_param: 1 } },
    inputs: [
      { name: 'x', datatype: 'INT64', shape: [1, 2], contents: { int64_contents: [1, -1] } },
      { name: 'z', datatype: 'BYTES', shape: [1], contents: { bytes_contents: [Buffer.from('ab')] } },
    ],
    outputs: [{ name: 'y' }],
  })
  const attempt = (bytes: Uint8Array): void => {
    try {
      readInferTarget(bytes)
      const { body } = decodeInferMessage(bytes, LIMITS)
      readTensors(createInferRequestReader(signature('INT64', 2), LIMITS)(body))
    } catch (error) {
      assert.ok(error instanceof AppError && error.kind === 'InvalidInput', String(error))
    }
  }
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 5 }),
      fc.nat(),
      (edits, cut) => {
        const bytes = Buffer.from(valid)
        for (const [at, value] of edits) bytes[at] = value
        attempt(bytes)
        attempt(bytes.subarray(0, cut % valid.length))
      },
    ),
    { numRuns: 5000 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => attempt(bytes)),
    { numRuns: 2000 },
  )
})

test('the small messages are what the reference reads and writes', () => {
  assert.deepEqual(decodeTexts(encode('ModelReadyRequest', { name: 'm', version: '1' })), ['m', '1'])
  assert.deepEqual(
    [encodeFlag(1), encodeFlag(0)].map((bytes) => decode('ModelReadyResponse', bytes)['ready']),
    [true, false],
  )
  const server = { name: 'rampart', version: '0.1.0', extensions: ['binary_tensor_data'] }
  assert.deepEqual({ ...decode('ServerMetadataResponse', encodeServerMetadata(server)) }, server)
  const model = {
    name: 'm',
    versions: ['1', '2'],
    platform: 'onnx_onnxv1',
    inputs: [{ name: 'x', datatype: 'FP32' as const, shape: [-1, 300] }],
    outputs: [],
  }
  assert.deepEqual(decode('ModelMetadataResponse', encodeModelMetadata(model)), {
    ...model,
    inputs: [{ name: 'x', datatype: 'FP32', shape: ['-1', '300'] }],
  })
})
