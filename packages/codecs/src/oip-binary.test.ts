import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Datatype, ModelSignature } from '@rampart/domain'
import { AppError } from '@rampart/kit'
import fc from 'fast-check'
import { fromBfloat16Bits, toBfloat16Bits } from './float16.ts'
import { decodeBinaryBody } from './oip-binary.ts'
import { createInferRequestReader, readTensors } from './oip-request.ts'
import { encodeRaw, rawToJson } from './raw-elements.ts'
import { allocateTensor, type Tensor } from './tensor.ts'
import { copyTensor } from './tensor-values.ts'

const signature = (datatype: Datatype, width = 2): ModelSignature => ({
  inputs: [{ name: 'x', datatype, shape: [-1, width] }],
  outputs: [
    { name: 'y', datatype, shape: [-1, width] },
    { name: 'z', datatype, shape: [-1, width] },
  ],
})
const head = (datatype: string, sizeBytes: unknown, more: object = {}) => ({
  inputs: [{ name: 'x', datatype, shape: [1, 2], parameters: { binary_data_size: sizeBytes } }],
  ...more,
})
const send = (json: unknown, ...raw: Uint8Array[]): { body: Buffer; header: string } => {
  const text = Buffer.from(JSON.stringify(json))
  return { body: Buffer.concat([text, ...raw]), header: String(text.length) }
}
const read = (datatype: Datatype, request: { body: Buffer; header: string }) =>
  createInferRequestReader(signature(datatype), { maxElements: 1000 })(
    decodeBinaryBody(request.body, request.header),
  )
const refused = (work: () => unknown, code: string): void =>
  assert.throws(work, (error) => error instanceof AppError && error.code === code)

const VALUES: Readonly<Record<Datatype, readonly [unknown, unknown]>> = {
  BOOL: [true, false],
  UINT8: [0, 255],
  UINT16: [1, 65535],
  UINT32: [1, 4294967295],
  UINT64: [1, '18446744073709551615'],
  INT8: [-128, 127],
  INT16: [-32768, 32767],
  INT32: [-2147483648, 2147483647],
  INT64: [-1, '9223372036854775807'],
  FP16: [0.5, -65504],
  BF16: [1.5, -3.3895313892515355e38],
  FP32: [1.5, -0.25],
  FP64: [0.1, -1e300],
  BYTES: ['', 'ü€"'],
}
const tensorOf = (datatype: Datatype, values: readonly unknown[]): Tensor => {
  const spec = { name: 'x', datatype, shape: [1, values.length], count: values.length }
  const data = allocateTensor(datatype, values.length)
  copyTensor(values, spec, data, 0)
  return { name: 'x', datatype, shape: spec.shape, data }
}

for (const [name, values] of Object.entries(VALUES)) {
  const datatype = name as Datatype
  test(`${datatype}: raw bytes give the tensor that JSON gives, in a batch and alone, and come back`, () => {
    const expected = tensorOf(datatype, values)
    const raw = encodeRaw(datatype, expected.data, 0, 2)
    const request = read(datatype, send(head(datatype, raw.length), raw))
    assert.deepEqual(readTensors(request)[0]?.data, expected.data)
    const batch = allocateTensor(datatype, 6)
    copyTensor(request.inputs[0]?.data as Uint8Array, request.inputs[0] as never, batch, 3)
    assert.deepEqual(batch.slice(3, 5), expected.data.slice(0))
    assert.deepEqual(rawToJson(raw, request.inputs[0] as never), values)
  })
}

test('which outputs come back raw', () => {
  const raw = encodeRaw('FP32', Float32Array.of(1, 2), 0, 2)
  const wanted = (more: object) => {
    const { outputs, binary } = read('FP32', send(head('FP32', 8, more), raw))
    return [outputs, binary]
  }
  const named = (...wishes: (boolean | undefined)[]) =>
    wishes.map((wish, i) => ({
      name: 'zy'[i],
      ...(wish === undefined ? {} : { parameters: { binary_data: wish } }),
    }))
  const all = { parameters: { binary_data_output: true } }
  assert.deepEqual(wanted({}), [[0, 1], undefined])
  assert.deepEqual(wanted(all), [
    [0, 1],
    [0, 1],
  ])
  assert.deepEqual(wanted({ outputs: named(undefined) }), [[1], undefined])
  assert.deepEqual(wanted({ outputs: named(true, undefined) }), [[1, 0], [1]])
  assert.deepEqual(wanted({ ...all, outputs: named(false, undefined) }), [[1, 0], [0]])
  refused(
    () => wanted({ outputs: [{ name: 'y', parameters: { classification: 3 } }] }),
    'CODECS_REQUEST_INVALID',
  )
})

test('lengths that lie are refused', () => {
  const raw = new Uint8Array(8)
  const bad = (json: object, header?: string, code = 'CODECS_BINARY_INVALID') => {
    const request = send(json, raw)
    refused(() => readTensors(read('FP32', { ...request, header: header ?? request.header })), code)
  }
  for (const size of [9, -1, 1.5, '8', null, Number.MAX_SAFE_INTEGER, 4]) bad(head('FP32', size))
  for (const header of ['-1', '1e2', ' 5', '0x10', '99999999999999999999', '500', ''])
    bad(head('FP32', 8), header)
  bad(head('FP32', 8), '10', 'CODECS_JSON_INVALID')
  bad({ inputs: [{ ...head('FP32', 8).inputs[0], data: [1, 2] }] })
  bad({ inputs: [{ ...head('FP32', 8).inputs[0], shape: [2, 2] }] }, undefined, 'CODECS_SHAPE_MISMATCH')
  bad({ inputs: [{ ...head('FP32', 8).inputs[0], shape: [1e9, 2] }] }, undefined, 'CODECS_TOO_MANY_ELEMENTS')
})

test('values that JSON refuses are refused in raw bytes', () => {
  const tensors: [Datatype, Uint8Array][] = [
    ['FP32', encodeRaw('FP32', Float32Array.of(1, Number.NaN), 0, 2)],
    ['FP64', encodeRaw('FP64', Float64Array.of(1, Number.POSITIVE_INFINITY), 0, 2)],
    ['FP16', encodeRaw('FP16', Uint16Array.of(0, 0xfc00), 0, 2)],
    ['BF16', encodeRaw('BF16', Uint16Array.of(0, 0x7fc0), 0, 2)],
    ['BOOL', Uint8Array.of(0, 2)],
    ['BYTES', Uint8Array.of(1, 0, 0, 0, 65, 0xff, 0xff, 0xff, 0xff)],
    ['BYTES', Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['BYTES', Uint8Array.of(1, 0, 0, 0, 0x80, 0, 0, 0, 0)],
    ['BYTES', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 7)],
    ['BYTES', Uint8Array.of(4, 0, 0, 0, 65, 66, 67, 68)],
  ]
  for (const [datatype, raw] of tensors)
    refused(() => readTensors(read(datatype, send(head(datatype, raw.length), raw))), 'CODECS_VALUE_INVALID')
})

test('large aligned tensors are views of the body, others copies', () => {
  const data = Float32Array.from({ length: 1024 }, (_, i) => i)
  const spec = { name: 'x', datatype: 'FP32' as const, shape: [512, 2], count: 1024 }
  const aligned = new Uint8Array(data.buffer.slice(0))
  const shifted = new Uint8Array(aligned.length + 1)
  shifted.set(aligned, 1)
  const tensor = (raw: Uint8Array) =>
    readTensors({ id: undefined, outputs: [], inputs: [{ ...spec, data: raw }] })[0]?.data as Float32Array
  assert.equal(tensor(aligned).buffer, aligned.buffer)
  assert.notEqual(tensor(shifted.subarray(1)).buffer, shifted.buffer)
  assert.deepEqual(tensor(shifted.subarray(1)), data)
})

test('bfloat16: every finite bit pattern survives the way to a number and back; ties go to even', () => {
  for (let bits = 0; bits < 65536; bits++) {
    const value = fromBfloat16Bits(bits)
    if (!Number.isNaN(value)) assert.equal(toBfloat16Bits(value), bits)
  }
  assert.deepEqual([1.00390625, 1.01171875].map(toBfloat16Bits), [0x3f80, 0x3f82])
})

test('random changes to a binary request end in an AppError or in a tensor', () => {
  const texts = ['a', 'bc']
  const raw = encodeRaw('BYTES', texts, 0, 2)
  const valid = send(head('BYTES', raw.length), raw)
  const edit = fc.tuple(fc.nat(valid.body.length - 1), fc.nat(255))
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 4 }), fc.nat(valid.body.length + 4), (edits, length) => {
      const body = Buffer.from(valid.body)
      for (const [at, value] of edits) body[at] = value
      for (const header of [valid.header, String(length)])
        try {
          readTensors(read('BYTES', { body, header }))
        } catch (error) {
          assert.ok(error instanceof AppError && error.kind === 'InvalidInput', String(error))
        }
    }),
    { numRuns: 3000 },
  )
})
