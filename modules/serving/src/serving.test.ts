import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { tinyClassifier, tinyIdentity, tinySlow } from '@rampart/onnx/testing'
import { type ServingFixture, startServing } from './testing.ts'

const WIDTH = 4
const features = (rows: number, data: unknown = Array.from({ length: rows * WIDTH }, (_, i) => i / 10)) => ({
  inputs: [{ name: 'features', datatype: 'FP32', shape: [rows, WIDTH], data }],
})

type Answer = {
  id?: string
  error: string
  code: string
  violations?: unknown
  outputs: { name: string; shape: number[]; data: unknown[] }[]
}
const json = async (response: Response): Promise<Answer> => (await response.json()) as Answer

const until = async (condition: () => boolean, ms = 5000): Promise<void> => {
  const end = Date.now() + ms
  while (!condition()) {
    assert.ok(Date.now() < end, 'condition not met in time')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

let up: ServingFixture
before(async () => {
  up = await startServing()
  const slow = tinySlow(256, 40)
  const report = await up.serving.setSnapshot({
    routes: [
      await up.route('tiny', tinyClassifier(WIDTH), { classes: ['no', 'yes'] }),
      await up.route('text', tinyIdentity('BYTES', [-1, 1])),
      await up.route('double', tinyIdentity('FP64', [-1, 2])),
      await up.route('wide', tinyIdentity('INT64', [-1, 2])),
      await up.route('flags', tinyIdentity('BOOL', [1, 2])),
      await up.route('slow', slow),
      await up.route('approved', tinyClassifier(WIDTH), { stage: 'approved' }),
      await up.route('strict', tinyClassifier(WIDTH), {
        payloadSchema: {
          type: 'object',
          properties: {
            inputs: {
              type: 'array',
              items: { type: 'object', properties: { data: { type: 'array', items: { maximum: 5 } } } },
            },
          },
        },
      }),
    ],
  })
  assert.deepEqual(report.failed, [])
})
after(() => up.stop())

test('answers a call with id, digest, decision and trace', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const response = await up.infer('tiny', { id: 'a-1', ...features(2) }, { traceparent })
  assert.equal(response.status, 200)
  const body = await json(response)
  assert.equal(body.id, 'a-1')
  assert.deepEqual(
    body.outputs.map((output) => [output.name, output.shape]),
    [
      ['label', [2]],
      ['probabilities', [2, 2]],
    ],
  )
  const [p, q] = (body.outputs[1]?.data ?? []) as [number, number]
  assert.ok(Math.abs(p + q - 1) < 1e-6)
  assert.equal(response.headers.get('traceparent'), traceparent)
  assert.match(response.headers.get('x-rampart-decision') ?? '', /^[0-9a-f-]{36}$/)
  assert.match(response.headers.get('x-rampart-model-digest') ?? '', /^sha256:/)
})

test('a row gets the same answer alone, in a batch of calls and in a call of many rows', async () => {
  const rows = Array.from({ length: 50 }, (_, i) => [i / 7, -i / 3, i % 5, 1])
  const alone: unknown[] = []
  for (const row of rows) alone.push((await json(await up.infer('tiny', features(1, row)))).outputs[1]?.data)
  const together = await Promise.all(
    rows.map(async (row) => (await json(await up.infer('tiny', features(1, [row])))).outputs[1]?.data),
  )
  assert.deepEqual(together, alone)
  const many = (await json(await up.infer('tiny', features(50, rows.flat())))).outputs[1]
  assert.deepEqual(many?.shape, [50, 2])
  assert.deepEqual(many?.data, alone.flat())
})

test('strings, doubles, wide integers and booleans go through unchanged', async () => {
  const echo = async (name: string, datatype: string, shape: number[], data: unknown[]) =>
    (await json(await up.infer(name, { inputs: [{ name: 'x', datatype, shape, data }] }))).outputs[0]?.data
  assert.deepEqual(await echo('text', 'BYTES', [2, 1], ['ü"', '']), ['ü"', ''])
  assert.deepEqual(await echo('double', 'FP64', [1, 2], [1.5, -0.1]), [1.5, -0.1])
  assert.deepEqual(await echo('wide', 'INT64', [1, 2], ['42', -7]), [42, -7])
  assert.deepEqual(await echo('flags', 'BOOL', [1, 2], [true, false]), [true, false])
})

test('bad input is a clear 4xx', async () => {
  const cases: [unknown, number, string][] = [
    ['{"inputs":[', 400, 'CODECS_JSON_INVALID'],
    [features(1, ['NaN', 1, 2, 3]), 400, 'CODECS_VALUE_INVALID'],
    [
      '{"inputs":[{"name":"features","datatype":"FP32","shape":[1,4],"data":[1e999,1,2,3]}]}',
      400,
      'CODECS_VALUE_INVALID',
    ],
    [
      { inputs: [{ name: 'features', datatype: 'FP64', shape: [1, 4], data: [1, 2, 3, 4] }] },
      400,
      'CODECS_DATATYPE_MISMATCH',
    ],
    [
      { inputs: [{ name: 'features', datatype: 'FP32', shape: [1e9, 4], data: [] }] },
      400,
      'CODECS_TOO_MANY_ELEMENTS',
    ],
    [features(2, [1, 2]), 400, 'CODECS_SHAPE_MISMATCH'],
    [{ inputs: [] }, 400, 'CODECS_TENSOR_MISSING'],
    [[], 400, 'CODECS_REQUEST_INVALID'],
  ]
  const nul = await up.infer('text', {
    inputs: [{ name: 'x', datatype: 'BYTES', shape: [1, 1], data: ['a\u0000b'] }],
  })
  assert.deepEqual([nul.status, (await json(nul)).code], [400, 'CODECS_VALUE_INVALID'])
  for (const [body, status, code] of cases) {
    const response = await up.infer('tiny', body)
    assert.deepEqual([response.status, (await json(response)).code], [status, code])
  }
  assert.equal((await up.infer('nobody', features(1))).status, 404)
  assert.equal((await up.infer('approved', features(1))).status, 409)
  assert.equal((await up.infer('tiny', features(1), { 'content-type': 'text/plain' })).status, 415)
  assert.equal((await up.infer('tiny', features(1), { 'content-encoding': 'gzip' })).status, 415)
  assert.equal((await up.infer('tiny', features(1), { 'x-request-timeout-ms': '-1' })).status, 400)
  for (const path of [
    '/v2/models/..%2f..%2fetc/infer',
    '/v2/models/tiny/versions/..%2f1/infer',
    '/v2/models/%00/infer',
    '/v2/nothing',
  ])
    assert.equal((await fetch(up.url + path, { method: 'POST' })).status, 404)
})

test('a huge body is refused by its announcement, and a streamed one at the limit', async () => {
  const before = process.memoryUsage().rss
  const send = (announced: boolean): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        ...(announced ? { 'content-length': 104_857_600 } : {}),
      }
      const call = request(`${up.url}/v2/models/tiny/infer`, { method: 'POST', headers }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
        call.destroy()
      })
      call.on('error', reject)
      const chunk = Buffer.alloc(65_536, 32)
      const more = (): void => {
        while (!call.destroyed && call.write(chunk));
      }
      call.on('drain', more)
      more()
    })
  assert.equal(await send(true), 413)
  assert.equal(await send(false), 413)
  assert.ok(process.memoryUsage().rss - before < 120 * 1024 * 1024)
})

test('health, readiness and metadata', async () => {
  const get = async (path: string) => {
    const response = await fetch(up.url + path)
    return [response.status, await response.json()]
  }
  assert.deepEqual(await get('/v2/health/live'), [200, { live: true }])
  assert.deepEqual(await get('/v2/health/ready'), [200, { ready: true }])
  assert.deepEqual(await get('/v2/models/tiny/ready'), [200, { name: 'tiny', ready: true }])
  assert.deepEqual(await get('/v2/models/tiny/versions/1.0.0'), [
    200,
    {
      name: 'tiny',
      versions: ['1.0.0'],
      platform: 'onnx_onnxv1',
      inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, 4] }],
      outputs: [
        { name: 'label', datatype: 'INT64', shape: [-1] },
        { name: 'probabilities', datatype: 'FP32', shape: [-1, 2] },
      ],
    },
  ])
})

test("a payload against the route's schema names the place and raises one signal", async () => {
  const response = await up.infer('strict', features(1, [1, 2, 3, 99]))
  assert.equal(response.status, 400)
  const body = await json(response)
  assert.deepEqual(body.violations, [{ pointer: '/inputs/0/data/3', message: 'must be <= 5' }])
  await up.infer('strict', features(1, [1, 2, 3, 99]))
  assert.equal(up.signals.filter((signal) => signal.detector === 'serving.payload-schema').length, 1)
})

test('a long model runs in a worker and does not stop its neighbour', async () => {
  assert.equal(up.serving.served('default').find((one) => one.name === 'slow')?.placement, 'worker')
  assert.equal(up.serving.served('default').find((one) => one.name === 'tiny')?.placement, 'inline')
  const input = { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 256], data: new Array(256).fill(1) }] }
  let done = false
  const slow = up.infer('slow', input).then((response) => {
    done = true
    return response.status
  })
  let between = 0
  while (!done) {
    assert.equal((await up.infer('tiny', features(1))).status, 200)
    between += 1
  }
  assert.equal(await slow, 200)
  assert.ok(between >= 1)
  const late = await up.infer('slow', input, { 'x-request-timeout-ms': '1' })
  assert.ok(late.status === 504 || late.status === 200)
})

test('a denied call is 403 with its reasons and reaches the audit log at once; a new policy holds at once', async () => {
  up.setPolicy(() => ({ allow: false, reasons: ['not today'], obligations: {} }))
  const response = await up.infer('tiny', features(1))
  assert.equal(response.status, 403)
  assert.deepEqual(
    up.denied.map(({ reasons, principal, count }) => [reasons, principal, count]),
    [[['not today'], 'anonymous:loopback', 1]],
  )
  await up.infer('tiny', features(1))
  assert.equal(up.denied.length, 1)
  up.setPolicy(() => ({ allow: true, reasons: [], obligations: { log: 'full', redact: ['features'] } }))
  assert.equal((await up.infer('tiny', features(1))).status, 200)
})

test('a file that is not what was approved is not loaded and raises a critical signal; a retired version stops', async () => {
  const other = await startServing()
  try {
    const first = await other.route('m', tinyClassifier(WIDTH))
    const second = await other.route('m', tinyClassifier(5), { version: '2.0.0' })
    await other.serving.setSnapshot({ routes: [first] })
    await writeFile(second.modelPath, 'not the model')
    const both = await other.serving.setSnapshot({ routes: [{ ...first, isDefault: false }, second] })
    assert.deepEqual(
      both.failed.map(({ version, code }) => [version, code]),
      [['2.0.0', 'ONNX_DIGEST_MISMATCH']],
    )
    assert.deepEqual(
      other.signals.map(({ severity }) => severity),
      ['critical'],
    )
    assert.equal((await other.infer('m', features(1))).status, 200)
    await other.serving.setSnapshot({ routes: [{ ...first, stage: 'retired', epoch: 9 }] })
    assert.equal((await other.infer('m', features(1))).status, 409)
  } finally {
    await other.stop()
  }
})

test('statistics and metrics count what happened', async () => {
  await up.infer('tiny', features(1))
  const [summary] = up.serving.stats('default', 'tiny')
  assert.ok(
    summary !== undefined &&
      summary.outcomes.ok > 50 &&
      summary.outcomes.invalid >= 8 &&
      summary.outcomes.denied === 2,
  )
  assert.ok((summary.predictions['no'] ?? 0) + (summary.predictions['yes'] ?? 0) > 50)
  const text = await up.metricsText()
  assert.match(
    text,
    /rampart_inference_requests_total\{route="tiny",model="tiny",version="1\.0\.0",outcome="ok"\} \d+/,
  )
  assert.match(text, /rampart_inference_duration_seconds_bucket\{route="tiny",[^}]*le="\+Inf"\} \d+/)
  assert.ok(up.observedRows() > 100)
  await until(() => up.serving.records().written > 50)
})
