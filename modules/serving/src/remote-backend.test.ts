import assert from 'node:assert/strict'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { until } from '@rampart/kit/testing'
import { tinyClassifier, tinyIdentity } from '@rampart/onnx/testing'
import type { BackendSpec } from './backend-spec.ts'
import type { SnapshotPlan, SnapshotRoute } from './snapshot.ts'
import { type ServingFixture, startServing } from './testing.ts'

const WIDTH = 4
const body = {
  inputs: [{ name: 'features', datatype: 'FP32', shape: [2, WIDTH], data: [1, 2, 3, 4, 4, 3, 2, 1] }],
}
type Answer = { outputs: { name: string; shape: number[]; data: unknown[] }[]; code?: string }

let up: ServingFixture
let far: ServingFixture
const servers: Server[] = []

const listen = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A scoring server that is ready and answers what `predict` makes of the body. */
const scoring = (predict: (body: Record<string, unknown>, path: string) => unknown): Promise<string> =>
  listen((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      const answer = request.method === 'GET' ? {} : predict(JSON.parse(text), request.url ?? '')
      response.end(JSON.stringify(answer))
    })
  })

before(async () => {
  up = await startServing()
  far = await startServing()
  const { failed } = await far.serving.setSnapshot({
    routes: [
      await far.route('tiny', tinyClassifier(WIDTH)),
      await far.route('other', tinyIdentity('FP32', [-1, WIDTH])),
    ],
  })
  assert.deepEqual(failed, [])
})
after(async () => {
  await up.stop()
  await far.stop()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

const V2 = (urls: string[], more: Partial<BackendSpec> = {}): BackendSpec => ({
  protocol: 'v2-rest',
  urls,
  model: 'tiny',
  healthIntervalMs: 100,
  ...more,
})

const remote = async (name: string, spec: BackendSpec, changes: Partial<SnapshotRoute> = {}) =>
  up.route(name, tinyClassifier(WIDTH), { model: 'tiny', backend: 'far', remote: spec, ...changes })

const answerOf = async (name: string, expected = 200): Promise<Answer> => {
  const response = await up.infer(name, body)
  const answer = (await response.json()) as Answer
  assert.equal(response.status, expected, JSON.stringify(answer))
  return answer
}

test('a version that runs elsewhere answers as it does here, and the record says where', async () => {
  const here = await up.route('here', tinyClassifier(WIDTH), { model: 'tiny' })
  await up.serving.setSnapshot({ routes: [here, await remote('there', V2([far.url]))] })
  const { outputs } = await answerOf('there')
  assert.deepEqual(outputs, (await answerOf('here')).outputs)
  assert.deepEqual(up.serving.plan('default', 'there')?.backends[0]?.endpoints, [
    { url: far.url, state: 'up' },
  ])
  assert.equal(up.serving.served('default').find(({ name }) => name === 'there')?.placement, 'remote')
})

test('a backend that runs another model gets no call and raises a critical signal', async () => {
  await up.serving.setSnapshot({ routes: [await remote('wrong', V2([far.url], { model: 'other' }))] })
  // Same signature is not enough: this one is asked for `label`, which it does not have.
  assert.equal((await answerOf('wrong', 503)).code, 'SERVING_BACKEND_DOWN')
  const impostor = await scoring((given) => ({
    outputs: [
      {
        name: 'label',
        datatype: 'INT64',
        shape: [(given['inputs'] as { shape: number[] }[])[0]?.shape[0]],
        data: new Array((given['inputs'] as { shape: number[] }[])[0]?.shape[0]).fill(1),
      },
      {
        name: 'probabilities',
        datatype: 'FP32',
        shape: [(given['inputs'] as { shape: number[] }[])[0]?.shape[0], 2],
        data: new Array(2 * ((given['inputs'] as { shape: number[] }[])[0]?.shape[0] ?? 0)).fill(0.5),
      },
    ],
  }))
  await up.serving.setSnapshot({ routes: [await remote('wrong', V2([impostor]))] })
  assert.equal((await answerOf('wrong', 503)).code, 'SERVING_BACKEND_DOWN')
  const signal = up.signals.find(({ detector }) => detector === 'serving.backend')
  assert.equal(signal?.severity, 'critical')
})

test('when the backend dies, calls fall back to the embedded version and none fails', async () => {
  const dying = await startServing()
  await dying.serving.setSnapshot({ routes: [await dying.route('tiny', tinyClassifier(WIDTH))] })
  const plan: SnapshotPlan = {
    tenant: 'default',
    name: 'safe',
    backends: [
      { model: 'tiny', version: '1.0.0', backend: 'far', weight: 1 },
      { model: 'tiny', version: '1.0.0', weight: 0 },
    ],
    fallback: { timeoutMs: 500 },
  }
  const local = await up.route('safe', tinyClassifier(WIDTH), { model: 'tiny', isDefault: false })
  await up.serving.setSnapshot({ routes: [await remote('safe', V2([dying.url])), local], plans: [plan] })
  const statuses = new Map<number, number>()
  let going = true
  const caller = async (): Promise<void> => {
    while (going) {
      const response = await up.infer('safe', body)
      await response.arrayBuffer()
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
    }
  }
  const callers = [caller(), caller(), caller(), caller()]
  await until(() => (statuses.get(200) ?? 0) > 50)
  await dying.stop()
  const before = statuses.get(200) ?? 0
  await until(() => (statuses.get(200) ?? 0) > before + 200)
  going = false
  await Promise.all(callers)
  assert.deepEqual([...statuses.keys()], [200])
  assert.notEqual(up.serving.plan('default', 'safe')?.backends[0]?.endpoints?.[0]?.state, 'up')
  const series = (await up.metricsText()).split('\n').filter((line) => line.includes('route="safe"'))
  const names = series.map((line) => line.slice(0, line.lastIndexOf(' ')))
  assert.equal(new Set(names).size, names.length, 'each series once')
})

test('MLflow and KServe V1 scoring servers', async () => {
  const rowsOf = (value: unknown): number[][] => value as number[][]
  const label = (row: number[]): number => Number((row[0] ?? 0) > 2)
  const mlflow = await scoring((given, path) => {
    assert.equal(path, '/invocations')
    return {
      predictions: rowsOf((given['inputs'] as Record<string, unknown>)['features']).map((row) => ({
        label: label(row),
        probabilities: [0.25, 0.75],
      })),
    }
  })
  const kserve = await scoring((given, path) => {
    assert.equal(path, '/v1/models/tiny:predict')
    const rows = rowsOf(given['instances'])
    return { predictions: { label: rows.map(label), probabilities: rows.map(() => [0.25, 0.75]) } }
  })
  for (const [protocol, url] of [
    ['mlflow', mlflow],
    ['kserve-v1', kserve],
  ] as const) {
    await up.serving.setSnapshot({
      routes: [await remote('scored', { protocol, urls: [url], model: 'tiny', verify: false })],
    })
    const { outputs } = await answerOf('scored')
    assert.deepEqual(
      outputs.map(({ name, shape, data }) => [name, shape, data]),
      [
        ['label', [2], [0, 1]],
        ['probabilities', [2, 2], [0.25, 0.75, 0.25, 0.75]],
      ],
      protocol,
    )
  }
})

test('a hanging, redirecting, too large or nonsensical answer is an error with a name, in time', async () => {
  let closed = 0
  const hanging = await listen((request, response) => {
    response.on('close', () => {
      closed += 1
    })
    if (request.method === 'GET') response.end('{}')
  })
  const answering = (status: number, text: string, headers: Record<string, string> = {}) =>
    listen((request, response) => {
      if (request.method === 'GET') return response.end('{}')
      response.writeHead(status, headers)
      return response.end(text)
    })
  const cases: [BackendSpec, number, string][] = [
    [V2([hanging], { timeoutMs: 100 }), 504, 'INFERENCE_DEADLINE'],
    [V2([await answering(302, '', { location: far.url })]), 500, 'INFERENCE_REFUSED'],
    [
      V2([await answering(200, 'x'.repeat(5000))], { maxResponseBytes: 2048 }),
      500,
      'INFERENCE_ANSWER_INVALID',
    ],
    [V2([await answering(200, '{"outputs":[]}')]), 500, 'INFERENCE_ANSWER_INVALID'],
    [V2([await answering(200, '[')]), 500, 'INFERENCE_ANSWER_INVALID'],
    [V2([await answering(500, 'no')]), 503, 'INFERENCE_FAILED'],
    [V2([await answering(429, 'no')]), 503, 'INFERENCE_OVERLOADED'],
  ]
  for (const [spec, status, code] of cases) {
    await up.serving.setSnapshot({ routes: [await remote('bad', { ...spec, verify: false })] })
    assert.equal((await answerOf('bad', status)).code, code)
  }
  await until(() => closed >= 1)
})

test('an endpoint that fails is left alone and its neighbour does the work', async () => {
  let hits = 0
  const broken = await listen((request, response) => {
    if (request.method === 'POST') {
      hits += 1
      response.writeHead(500)
    }
    response.end('{}')
  })
  await up.serving.setSnapshot({ routes: [await remote('pair', V2([broken, far.url], { verify: false }))] })
  for (let i = 0; i < 60; i++) await answerOf('pair')
  assert.ok(hits <= 6, `${hits} calls to the broken endpoint`)
  assert.equal(up.serving.plan('default', 'pair')?.backends[0]?.endpoints?.[0]?.state, 'ejected')
})

test('addresses that were not allowed are not reached', async () => {
  const strict = await startServing({ addresses: { allowLoopback: false, allowed: [] } })
  try {
    const route = await strict.route('x', tinyClassifier(WIDTH), { backend: 'far', remote: V2([far.url]) })
    const { failed } = await strict.serving.setSnapshot({ routes: [route] })
    assert.deepEqual(
      failed.map(({ code }) => code),
      ['INFERENCE_URL_REFUSED'],
    )
    const byName = { ...route, remote: V2([far.url.replace('127.0.0.1', 'localhost')], { verify: false }) }
    await strict.serving.setSnapshot({ routes: [byName] })
    assert.equal((await strict.infer('x', body)).status, 503)
  } finally {
    await strict.stop()
  }
})
