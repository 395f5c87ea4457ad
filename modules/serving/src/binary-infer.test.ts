import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { encodeRaw } from '@rampart/codecs'
import type { Datatype } from '@rampart/domain'
import { tinyClassifier, tinyIdentity } from '@rampart/onnx/testing'
import { type ServingFixture, startServing } from './testing.ts'

let up: ServingFixture
before(async () => {
  up = await startServing()
  const { failed } = await up.serving.setSnapshot({
    routes: [
      await up.route('tiny', tinyClassifier(4)),
      await up.route('text', tinyIdentity('BYTES', [-1, 1])),
      await up.route('wide', tinyIdentity('FP32', [-1, 2])),
      await up.route('strict', tinyIdentity('FP32', [-1, 2]), {
        payloadSchema: {
          properties: {
            inputs: {
              items: { properties: { data: { type: 'array', items: { maximum: 5 } } }, required: ['data'] },
            },
          },
        },
      }),
    ],
  })
  assert.deepEqual(failed, [])
})
after(() => up.stop())

type Json = {
  id?: string
  code?: string
  violations?: unknown
  outputs: { name: string; shape: number[]; data?: unknown; parameters?: { binary_data_size: number } }[]
}

const send = async (
  model: string,
  json: object,
  raw: readonly Uint8Array[],
  headers: Record<string, string> = {},
): Promise<{ status: number; json: Json; raw: Buffer; type: string | null }> => {
  const text = Buffer.from(JSON.stringify(json))
  const response = await fetch(`${up.url}/v2/models/${model}/infer`, {
    method: 'POST',
    body: Buffer.concat([text, ...raw]),
    headers: { 'inference-header-content-length': String(text.length), ...headers },
  })
  const body = Buffer.from(await response.arrayBuffer())
  const length = response.headers.get('inference-header-content-length')
  const end = length === null ? body.length : Number(length)
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    json: JSON.parse(body.subarray(0, end).toString('utf8')) as Json,
    raw: body.subarray(end),
  }
}
const input = (name: string, datatype: Datatype, shape: number[], sizeBytes: number) => ({
  name,
  datatype,
  shape,
  parameters: { binary_data_size: sizeBytes },
})
const floats = (...values: number[]) => encodeRaw('FP32', Float32Array.from(values), 0, values.length)

test('raw in and raw out equals JSON in and JSON out', async () => {
  const values = [0.25, -1, 3, 0.5]
  const asked = { inputs: [input('features', 'FP32', [1, 4], 16)], parameters: { binary_data_output: true } }
  const binary = await send('tiny', { id: 'b', ...asked }, [floats(...values)])
  assert.deepEqual([binary.status, binary.json.id, binary.type], [200, 'b', 'application/octet-stream'])
  assert.deepEqual(
    binary.json.outputs.map(({ name, parameters, data }) => [name, parameters?.binary_data_size, data]),
    [
      ['label', 8, undefined],
      ['probabilities', 8, undefined],
    ],
  )
  const plain = await up.infer('tiny', {
    inputs: [{ name: 'features', datatype: 'FP32', shape: [1, 4], data: values }],
  })
  const expected = ((await plain.json()) as Json).outputs
  assert.deepEqual([Number(binary.raw.readBigInt64LE(0))], expected[0]?.data)
  assert.deepEqual(
    [binary.raw.readFloatLE(8), binary.raw.readFloatLE(12)],
    ((expected[1]?.data ?? []) as number[]).map(Math.fround),
  )
})

test("one output raw and one as JSON; order and selection are the request's", async () => {
  const outputs = [{ name: 'probabilities', parameters: { binary_data: true } }, { name: 'label' }]
  const answer = await send('tiny', { inputs: [input('features', 'FP32', [2, 4], 32)], outputs }, [
    floats(1, 2, 3, 4, 5, 6, 7, 8),
  ])
  assert.deepEqual(
    answer.json.outputs.map(({ name, shape, data, parameters }) => [
      name,
      shape,
      Array.isArray(data),
      parameters?.binary_data_size,
    ]),
    [
      ['probabilities', [2, 2], false, 16],
      ['label', [2], true, undefined],
    ],
  )
  assert.equal(answer.raw.length, 16)
})

test('strings go through raw', async () => {
  const texts = ['ü"', '', 'longer text']
  const raw = encodeRaw('BYTES', texts, 0, 3)
  const answer = await send(
    'text',
    { inputs: [input('x', 'BYTES', [3, 1], raw.length)], parameters: { binary_data_output: true } },
    [raw],
  )
  assert.deepEqual(answer.raw, Buffer.from(raw))
})

test('a call of more rows than a batch holds, in raw bytes', async () => {
  const values = Float32Array.from({ length: 2 * 5000 }, (_, i) => i)
  const answer = await send(
    'wide',
    { inputs: [input('x', 'FP32', [5000, 2], 40_000)], parameters: { binary_data_output: true } },
    [encodeRaw('FP32', values, 0, values.length)],
  )
  assert.deepEqual(answer.json.outputs[0]?.shape, [5000, 2])
  assert.deepEqual(new Float32Array(new Uint8Array(answer.raw).buffer), values)
})

test("the route's schema sees raw tensors as the numbers they are", async () => {
  const ask = (value: number) =>
    send('strict', { inputs: [input('x', 'FP32', [1, 2], 8)] }, [floats(1, value)])
  assert.equal((await ask(4)).status, 200)
  const refused = await ask(99)
  assert.deepEqual([refused.status, refused.json.code], [400, 'SERVING_PAYLOAD_INVALID'])
  assert.deepEqual(refused.json.violations, [{ pointer: '/inputs/0/data/1', message: 'must be <= 5' }])
})

test('lies about lengths, NaN, wrong types and binary data without the header are refused', async () => {
  const inputs = [input('x', 'FP32', [1, 2], 8)]
  const code = async (...args: Parameters<typeof send>) => {
    const { status, json } = await send(...args)
    return [status, json.code]
  }
  assert.deepEqual(await code('wide', { inputs }, [floats(1)]), [400, 'CODECS_BINARY_INVALID'])
  assert.deepEqual(await code('wide', { inputs }, [floats(1, 2, 3)]), [400, 'CODECS_BINARY_INVALID'])
  assert.deepEqual(await code('wide', { inputs }, [floats(1, Number.NaN)]), [400, 'CODECS_VALUE_INVALID'])
  const lie = { 'inference-header-content-length': '999999' }
  assert.deepEqual(await code('wide', { inputs }, [floats(1, 2)], lie), [400, 'CODECS_BINARY_INVALID'])
  const text = { 'content-type': 'text/plain' }
  assert.deepEqual(await code('wide', { inputs }, [floats(1, 2)], text), [415, 'SERVING_CONTENT_TYPE'])
  const plain = await up.infer('wide', { inputs })
  assert.deepEqual([plain.status, ((await plain.json()) as Json).code], [400, 'CODECS_REQUEST_INVALID'])
})
