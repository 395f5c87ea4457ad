/** Hostile requests through the real listener: each is a clear 4xx, and the server still answers. */
import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type Answer,
  assertOipError,
  assertProblem,
  type CallOptions,
  deployClassifier,
  exchange,
  startTestPlane,
  type TestPlane,
} from './testing.ts'

let plane: TestPlane
const INFER = '/v2/models/tiny/infer'
const input = { name: 'features', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }

before(async () => {
  plane = await startTestPlane()
  await deployClassifier(plane, 'tiny', '1.0.0')
})
after(() => plane.stop())
beforeEach(async () => {
  assert.equal((await infer({ inputs: [input] })).status, 200, 'the server answers')
  assert.deepEqual(plane.errors(), [], 'nothing asked for a human')
})

const infer = (body: unknown, options: CallOptions = {}, path = INFER): Promise<Answer> =>
  plane.call('POST', path, { token: null, ...options, body })

const oip = async (body: unknown, status = 400, options: CallOptions = {}, path = INFER): Promise<void> => {
  assertOipError(await infer(body, options, path), status)
}

const problem = async (
  method: string,
  path: string,
  status: number,
  options?: CallOptions,
): Promise<Answer> => assertProblem(await plane.call(method, path, options), status)

test('inference bodies that are not the protocol', async () => {
  const text = JSON.stringify({ inputs: [input] })
  for (const cut of [0, 1, 10, text.length - 1]) await oip(text.slice(0, cut))
  for (const body of [
    'null',
    '1',
    '[]',
    '"x"',
    '{}',
    '{"inputs":null}',
    '{"inputs":[null]}',
    '{"inputs":[]}',
  ])
    await oip(body)
  await oip('{"__proto__":{"inputs":1},"constructor":{"prototype":1}}')
  await oip({ inputs: [input, input] })
  await oip({ inputs: [{ ...input, name: 'other' }] })
})

test('wrong datatypes, values and shapes, however they are written', async () => {
  const hostile = [{ toString: null, valueOf: null }, [[[1]]], null, 7, 'FP64', '\u0000']
  for (const datatype of hostile) await oip({ inputs: [{ ...input, datatype }] })
  for (const name of hostile) await oip({ inputs: [input], outputs: [{ name }] })
  for (const size of [...hostile, -1, 0, 1.5, 1e300, 2 ** 53]) {
    await oip({ inputs: [{ ...input, shape: [size, 4] }] })
    await oip({ inputs: [{ ...input, shape: size }] })
  }
  for (const value of ['NaN', 'Infinity', '-Infinity', '1e999', '"1"', 'null', 'true', '[]', '3.5e38'])
    await oip(`{"inputs":[{"name":"features","datatype":"FP32","shape":[1,4],"data":[${value},2,3,4]}]}`)
  for (const id of [7, {}, 'x'.repeat(257)]) await oip({ id, inputs: [input] })
})

test('an element count of 1e9 takes no memory for its elements', async () => {
  const before = process.memoryUsage()
  for (const shape of [[1e9, 4], [1e9], [4_000_000, 4], [1_000_000, 4]])
    await oip({ inputs: [{ ...input, shape }] })
  const { heapTotal, arrayBuffers } = process.memoryUsage()
  assert.ok(heapTotal + arrayBuffers - before.heapTotal - before.arrayBuffers < 64 * 1024 ** 2)
})

test('nesting of a million levels overflows no stack', async () => {
  const deep = `${'['.repeat(1e6)}${']'.repeat(1e6)}`
  await oip(deep)
  await oip(`{"id":${deep}}`)
  for (const field of [
    '"datatype":',
    '"datatype":"FP32","shape":',
    '"datatype":"FP32","shape":[1,4],"data":',
  ])
    await oip(`{"inputs":[{"name":"features",${field}${deep}}]}`)
  await oip(`{"inputs":[${JSON.stringify(input)}],"outputs":[{"name":${deep}}]}`)
  await problem('POST', '/api/v1/signals', 400, { body: `{"evidence":${'['.repeat(4e5)}${']'.repeat(4e5)}}` })
})

test('unknown models and versions, and names that want to be paths', async () => {
  for (const path of ['/v2/models/nope/infer', '/v2/models/tiny/versions/9/infer', '/v2/nope'])
    await oip({ inputs: [input] }, 404, {}, path)
  const names = [
    '..%2f..%2fetc%2fpasswd',
    '%2e%2e%2fx',
    '%252e%252e%252f',
    '%zz',
    '%00',
    '__proto__',
    'constructor',
  ]
  for (const name of [...names, 'a'.repeat(5000), '%ff', '..;', '%5c..%5c']) {
    await oip({ inputs: [input] }, 404, {}, `/v2/models/${name}/infer`)
    await oip({ inputs: [input] }, 404, {}, `/v2/models/tiny/versions/${name}/infer`)
    const answers = await Promise.all([
      plane.call('GET', `/api/v1/models/${name}`),
      plane.call('GET', `/api/v1/models/tiny/versions/${name}`),
      plane.call('GET', `/api/v1/artifacts/${name}`),
      plane.call('GET', `/api/v1/policies/${name}`),
      plane.call('GET', `/api/v1/routes/${name}`),
      plane.call('GET', `/api/v1/signals/${name}`),
      plane.call('GET', `/assets/${name}`),
    ])
    for (const answer of answers) assertProblem(answer)
  }
  for (const raw of [
    '/../../etc/passwd',
    '/assets/../../package.json',
    '/api/v1/../../token',
    '//',
    '/v2/models/tiny/versions/%2e%2e/infer',
  ])
    assert.match(
      (await exchange(plane.port, get(raw))).text,
      /^HTTP\/1\.1 (200|4\d\d) (?![\s\S]*"workspaces")/,
      raw,
    )
})

const get = (path: string, headers = 'host: localhost\r\n'): string =>
  `GET ${path} HTTP/1.1\r\n${headers}connection: close\r\n\r\n`

test('text that the database cannot hold, numbers it cannot count, cursors it never gave', async () => {
  const cursor = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const paths = ['/signals/%00', '/signals?entity=%00', '/events?types=%00', '/decisions?principal=%00']
  for (const list of ['models', 'signals', 'api-keys', 'service-accounts'])
    for (const seq of ['x', '9'.repeat(30), '\u0000', '-1e9'])
      paths.push(
        ...[
          { seq },
          { name: 'a', seq },
          { name: seq, seq: '1' },
          { createdAt: seq, id: seq },
          { id: seq },
        ].map((value) => `/${list}?cursor=${cursor(value)}`),
      )
  for (const after of ['abc', '%00', `${'9'.repeat(26)}-1`, `1-${'9'.repeat(26)}`])
    paths.push(`/events?after=${after}`)
  paths.push(
    `/audit/entries?after=${'9'.repeat(25)}`,
    `/audit/entries/${'9'.repeat(25)}`,
    '/audit/entries/-1',
  )
  for (const path of paths) {
    const answer = await plane.call('GET', `/api/v1${path}`)
    if (answer.status !== 200) assertProblem(answer)
  }
  const artifacts = [{ path: 'm.onnx', role: 'model', digest: `sha256:${'0'.repeat(64)}` }]
  for (const text of ['\u0000', '\ud800']) {
    const body = { version: '1', artifacts, spec: { description: text } }
    await problem('POST', '/api/v1/models/x/versions', 400, { body })
    const step = { to: 'retired', reason: `because ${text}` }
    assertProblem(await plane.call('POST', '/api/v1/models/tiny/versions/1.0.0/transitions', { body: step }))
    const signal = { time: new Date().toISOString(), detector: 'd', title: text, severity: 'low' }
    const entity = { kind: 'model', id: 'm' }
    await problem('POST', '/api/v1/signals', 400, { body: { ...signal, entity, evidence: { text } } })
  }
})

test('a content type that is not JSON, and compressed bodies', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'x']) {
    await oip('{}', 415, { headers: { 'content-type': type } })
    await problem('POST', '/api/v1/signals', 415, { body: '{}', headers: { 'content-type': type } })
  }
  await oip('{}', 415, { headers: { 'content-encoding': 'gzip' } })
  await problem('POST', '/api/v1/signals', 400, { body: '{"title":' })
})

const sendLarge = (path: string, announced: boolean, bytes: number): Promise<number> =>
  new Promise((resolve) => {
    const chunk = Buffer.alloc(64 * 1024, ' ')
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${plane.adminToken}` }
    const request = httpRequest({
      ...{ port: plane.port, host: '127.0.0.1', path, method: 'POST' },
      headers: { ...headers, ...(announced ? { 'content-length': bytes } : {}) },
    })
    let sent = 0
    const pump = (): void => {
      while (sent < bytes && !request.destroyed) {
        sent += chunk.length
        if (!request.write(chunk)) return void request.once('drain', pump)
      }
      if (!request.destroyed) request.end()
    }
    request.on('response', (response) => {
      resolve(response.statusCode ?? 0)
      request.destroy()
    })
    request.on('error', () => undefined)
    pump()
  })

test('a body of 100 MB is refused early, announced or not, without a memory jump', async () => {
  const before = process.memoryUsage().rss
  for (const path of [INFER, '/api/v1/signals'])
    for (const announced of [true, false])
      assert.equal(await sendLarge(path, announced, 100 * 1024 ** 2), 413, path)
  assert.ok(process.memoryUsage().rss - before < 96 * 1024 ** 2)
})

test('headers: too large, too many, missing, not HTTP', async () => {
  const status = async (bytes: string) => (await exchange(plane.port, bytes)).text.split('\r\n\r\n')
  for (const [bytes, expected] of [
    [get('/healthz', `host: localhost\r\nx: ${'a'.repeat(20_000)}\r\n`), 431],
    [get('/healthz', `host: localhost\r\n${'a: b\r\n'.repeat(1000)}`), 431],
    [get(`/v2/${'a'.repeat(20_000)}`), 431],
    [get('/healthz', ''), 403],
    ['hello\r\n\r\n', 400],
    [get('/healthz', 'host: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n'), 400],
    [get('/healthz', 'host: localhost\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n'), 400],
    ['CONNECT evil:443 HTTP/1.1\r\nhost: evil\r\n\r\n', 501],
  ] as const) {
    const [head = '', body = ''] = await status(bytes)
    assert.match(head, new RegExp(`^HTTP/1\\.1 ${expected} `), bytes.slice(0, 60))
    assert.match(head, /content-type: application\/(problem\+)?json/i)
    assert.equal(
      (JSON.parse(body.replace(/^[0-9a-f]+\r\n/, '').split('\r\n', 1)[0] ?? '') as { status: number }).status,
      expected,
    )
  }
})

test('web pages are refused: foreign Origin, foreign Host, cross-site requests', async () => {
  for (const origin of [
    'http://evil.example',
    'null',
    'http://127.0.0.1:1',
    `https://evil#127.0.0.1:${plane.port}`,
  ]) {
    await problem('GET', '/api/v1/models', 403, { headers: { origin } })
    await oip({ inputs: [input] }, 403, { headers: { origin } })
  }
  await problem('GET', '/api/v1/models', 403, { headers: { 'sec-fetch-site': 'cross-site' } })
  for (const host of [
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.',
    '0.0.0.0',
    '[::2]',
    'localhost:x',
    'a@localhost',
  ])
    assert.match(
      (await exchange(plane.port, get('/v2/health/live', `host: ${host}\r\n`))).text,
      /^HTTP\/1\.1 403 /,
      host,
    )
})

test('a client that hangs up in the middle of a body leaves nothing behind', async () => {
  for (let i = 0; i < 20; i += 1) {
    const request = httpRequest({
      ...{ port: plane.port, path: i % 2 === 0 ? INFER : '/api/v1/artifacts', method: 'POST' },
      headers: {
        'content-type': i % 2 === 0 ? 'application/json' : 'application/octet-stream',
        'content-length': 100_000,
        authorization: `Bearer ${plane.adminToken}`,
      },
    })
    request.on('error', () => undefined)
    await new Promise((done) => request.write('{"inputs":[', done))
    await delay(1)
    request.destroy()
  }
})

test('after a retraction nothing is answered by that digest any more', async () => {
  const step = { body: { to: 'retracted', reason: 'found to be poisoned' } }
  const path = '/api/v1/models/tiny/versions/1.0.0/transitions'
  assert.equal((await plane.call('POST', path, step)).status, 200)
  for (let i = 0; i < 5; i += 1) assertOipError(await infer({ inputs: [input] }))
  assertOipError(await infer({ inputs: [input] }, {}, '/v2/models/tiny/versions/1.0.0/infer'))
})
