/** Whatever is sent below /v2 and /api/v1, the answer is never a 5xx, and every error has the shape it promises. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import {
  assertOipError,
  assertProblem,
  deployClassifier,
  exchange,
  startTestPlane,
  type TestPlane,
} from './testing.ts'

let plane: TestPlane
let paths: string[]

before(async () => {
  plane = await startTestPlane({ flags: { 'limits-requests-per-minute': '1000000' } })
  await deployClassifier(plane, 'tiny', '1.0.0')
  const document = (await plane.call('GET', '/openapi.json')).json as { paths: Record<string, unknown> }
  paths = Object.keys(document.paths).filter((path) => !path.endsWith('/events'))
})
after(() => plane.stop())

const odd = fc.constantFrom(
  '\u0000',
  '\ud800',
  '../..',
  '__proto__',
  '-1',
  '9'.repeat(30),
  '%',
  '1e999',
  '🦄',
  '',
  ' ',
)
const text = fc.oneof(odd, fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 20 }))
const encoded = text.map((value) => encodeURIComponent(value.toWellFormed()).replaceAll('.', '%2E'))

const KEYS = [
  'name',
  'version',
  'artifacts',
  'spec',
  'to',
  'reason',
  'roles',
  'model',
  'files',
  'message',
  'input',
]
const OIP_KEYS = ['id', 'inputs', 'outputs', 'name', 'datatype', 'shape', 'data', 'parameters']
const { value: json } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    text,
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom(null, 'FP32', 'features', 'tiny', 'deployed', [1, 4], [1, 2, 3, 4]),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...KEYS, ...OIP_KEYS), text), tie('value'), { maxKeys: 6 }),
  ),
}))
const mutated = fc.tuple(fc.constantFrom(...OIP_KEYS.slice(3)), json).map(([key, value]) => ({
  inputs: [{ name: 'features', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4], [key]: value }],
}))
const body = fc.oneof(
  fc.oneof(json, mutated).map((value) => JSON.stringify(value) ?? 'null'),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  mutated.chain((value) => fc.nat(80).map((cut) => JSON.stringify(value).slice(0, cut))),
)
const headers = fc.record(
  {
    'content-type': fc.constantFrom(
      'application/json',
      'text/plain',
      'application/octet-stream',
      'application/json; charset=x',
    ),
    'x-request-timeout-ms': fc.constantFrom('0', '-1', '1e9', 'x', '100'),
    traceparent: fc.constantFrom('x', '00-00-00-00', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`),
    'if-match': fc.constantFrom('*', '"x"', '9'.repeat(30)),
    'inference-header-content-length': fc.constantFrom('0', '-1', '9'.repeat(30), 'x', '10'),
    'content-encoding': fc.constantFrom('gzip', 'identity'),
    accept: fc.constantFrom('*/*', 'text/html'),
  },
  { requiredKeys: [] },
)
const RUNS = { numRuns: 250, endOnFailure: true, interruptAfterTimeLimit: 8_000 }

test('any body and headers to inference', async () => {
  const path = fc.oneof(
    fc.constant('/v2/models/tiny/infer'),
    encoded.map((name) => `/v2/models/tiny/versions/${name}/infer`),
    encoded.map((name) => `/v2/${name}`),
  )
  await fc.assert(
    fc.asyncProperty(path, body, headers, async (to, content, extra) => {
      const answer = await plane.call('POST', to, { token: null, body: content, headers: extra })
      if (answer.status !== 200) assertOipError(answer)
    }),
    RUNS,
  )
})

test('any parameters, query, body and headers to every route of the API', async () => {
  const address = fc
    .tuple(
      fc.nat(),
      encoded,
      fc.dictionary(fc.constantFrom('limit', 'cursor', 'after', 'name', 'entity', 'x'), encoded, {
        maxKeys: 2,
      }),
    )
    .map(([at, part, query]) => {
      const filled = (paths[at % paths.length] as string).replaceAll(/\{\w+\}/g, part === '' ? 'x' : part)
      return `${filled}?${Object.entries(query)
        .map(([key, value]) => `${key}=${value}`)
        .join('&')}`
    })
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS')
  await fc.assert(
    fc.asyncProperty(method, address, body, headers, async (verb, to, content, extra) => {
      const carries = verb !== 'GET' && verb !== 'HEAD'
      const answer = await plane.call(verb, to, { ...(carries ? { body: content } : {}), headers: extra })
      if (verb === 'HEAD') assert.ok(answer.status < 500)
      else if (answer.status >= 400) assertProblem(answer)
    }),
    RUNS,
  )
})

test('any bytes on the connection', async () => {
  const line = fc.oneof(
    fc.constantFrom(
      'GET /v2 HTTP/1.1',
      'POST /v2/models/tiny/infer HTTP/1.1',
      'host: localhost',
      'content-length: 5',
      'transfer-encoding: chunked',
      '',
    ),
    fc.string({ unit: 'binary-ascii', maxLength: 30 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 6 }), async (lines) => {
      const { text: answer } = await exchange(plane.port, `${lines.join('\r\n')}\r\n\r\n`, 30)
      assert.ok(!/^HTTP\/1\.1 5(?!01)/.test(answer), answer.slice(0, 200))
    }),
    { ...RUNS, numRuns: 60 },
  )
})

test('after all of that nothing asked for a human, and the server answers', async () => {
  assert.deepEqual(plane.errors(), [])
  assert.equal((await plane.call('GET', '/readyz')).status, 200)
})
