/** Who may call, through the real listener: credentials, roles, rate limit, and event streams that follow them. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { until } from '@rampart/kit/testing'
import {
  type Answer,
  assertOipError,
  assertProblem,
  issueKey,
  startTestPlane,
  type TestPlane,
} from './testing.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

let plane: TestPlane

before(async () => {
  plane = await startTestPlane({ flags: { 'limits-requests-per-minute': '200' } })
})
after(() => plane.stop())

const itemsOf = (answer: Answer): unknown[] => (answer.json?.['items'] as unknown[] | undefined) ?? []

const raise = (title: string, token?: string) =>
  plane.call('POST', '/api/v1/signals', {
    body: {
      ...{ time: new Date().toISOString(), detector: 'test', severity: 'low', title, key: title },
      entity: { kind: 'model', id: 'm' },
      evidence: { text: 'x'.repeat(20_000) },
    },
    ...(token === undefined ? {} : { token }),
  })

test('missing, malformed, unknown and revoked credentials are 401 and say how to authenticate', async () => {
  const forged = [
    `rk_${'0'.repeat(16)}_${'a'.repeat(43)}`,
    'a.b.c',
    'x',
    'é',
    `${plane.adminToken}x`,
    'a'.repeat(9000),
  ]
  for (const token of [null, '', ...forged.filter((one) => one !== 'é')]) {
    const answer = assertProblem(await plane.call('GET', '/api/v1/models', { token }), 401)
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/)
  }
  for (const authorization of ['Basic YWRtaW46YWRtaW4=', 'Bearer', `bearer  ${plane.adminToken} x`])
    assertProblem(await plane.call('GET', '/api/v1/models', { token: null, headers: { authorization } }), 401)
  const wrong = { token: forged[0] as string, body: {} }
  const inference = assertOipError(await plane.call('POST', '/v2/models/x/infer', wrong), 401)
  assert.equal(inference.headers.get('www-authenticate'), 'Bearer')

  const token = await issueKey(plane, 'soon-gone', ['viewer'])
  assert.equal((await plane.call('GET', '/api/v1/models', { token })).status, 200)
  const keys = (await plane.call('GET', '/api/v1/api-keys')).json?.['items'] as { id: string; name: string }[]
  const id = keys.find(({ name }) => name === 'soon-gone')?.id
  assert.equal((await plane.call('DELETE', `/api/v1/api-keys/${id}`)).status, 200)
  assertProblem(await plane.call('GET', '/api/v1/models', { token }), 401)
})

test('a role that may not is told why, and each denial is in the decision log', async () => {
  const token = await issueKey(plane, 'watcher', ['viewer'])
  const writes: [string, string, unknown?][] = [
    [
      'POST',
      '/api/v1/signals',
      {
        time: new Date().toISOString(),
        detector: 'd',
        title: 't',
        severity: 'low',
        entity: { kind: 'model', id: 'm' },
        evidence: {},
      },
    ],
    ['PUT', '/api/v1/routes/r', { model: 'm' }],
    ['DELETE', '/api/v1/routes/r'],
    ['POST', '/api/v1/service-accounts', { id: 'x', roles: ['viewer'] }],
    ['GET', '/api/v1/api-keys'],
    ['POST', '/api/v1/policies/authz/rollback', { version: 1 }],
    ['POST', '/api/v1/models/m/versions/1/transitions', { to: 'deployed', reason: 'x' }],
    [
      'POST',
      '/api/v1/models/m/versions',
      {
        version: '1',
        artifacts: [{ path: 'm', role: 'model', digest: `sha256:${'0'.repeat(64)}` }],
        spec: {},
      },
    ],
  ]
  for (const [method, path, body] of writes) {
    const answer = assertProblem(
      await plane.call(method, path, { token, ...(body === undefined ? {} : { body }) }),
      403,
    )
    const details = answer.json?.['details'] as { reasons: string[]; decisionId: string }
    assert.match(details.reasons.join(), /needs one of the roles .*service:watcher has viewer/, path)
  }
  // What a page learns beforehand is what it would be answered.
  const foretold = async (as: string | undefined) => {
    const session = await plane.call('GET', '/api/v1/session', as === undefined ? {} : { token: as })
    return session.json?.['denied'] as { action: string; reasons: string[] }[]
  }
  const told = await foretold(token)
  for (const action of ['signal:write', 'route:write', 'api-key:read', 'response:write', 'registry:sync'])
    assert.match(
      told.find((one) => one.action === action)?.reasons.join() ?? '',
      /service:watcher has viewer/,
    )
  assert.ok(!told.some(({ action }) => action.endsWith(':read') && /^(model|incident)/.test(action)))
  assert.deepEqual(await foretold(undefined), [])
  const denied = '/api/v1/decisions?pack=authz&allow=false&principal=service:watcher'
  // PUT and DELETE of a route are one question: asked again before it is written, it is one row with a count.
  const answered = async (): Promise<number> =>
    (itemsOf(await plane.call('GET', denied)) as { times: number }[]).reduce(
      (sum, { times }) => sum + times,
      0,
    )
  // Asking is held to the rate limit too.
  await until(async () => (await answered()) >= writes.length, 30_000, 500)
})

/** Reads a stream until `enough` says so; gives the ids and titles of the events seen. */
const follow = async (
  headers: Record<string, string>,
  enough: (titles: readonly string[]) => boolean,
  token = plane.adminToken,
) => {
  const response = await fetch(`${plane.url}/api/v1/events?types=rampart.signal.v1`, {
    headers: { accept: 'text/event-stream', authorization: `Bearer ${token}`, ...headers },
  })
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  const seen: { id: string; title: string }[] = []
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true })
    const frames = rest.split('\n\n')
    rest = frames.pop() ?? ''
    for (const frame of frames) {
      const id = /^id: (.*)$/m.exec(frame)?.[1] ?? ''
      const data = /^data: (.*)$/m.exec(frame)?.[1] ?? '{}'
      const title = (JSON.parse(data) as { data?: { signal?: { title: string } } }).data?.signal?.title
      if (title !== undefined) seen.push({ id, title })
    }
    if (enough(seen.map((one) => one.title))) break
  }
  return seen
}

test('an event stream that is resumed by its last id misses nothing and repeats nothing', async () => {
  const titles = Array.from({ length: 24 }, (_, i) => `resume-${i}`)
  for (const title of titles.slice(0, 8)) assert.equal((await raise(title)).status, 201)
  const first = await follow({ 'last-event-id': '0-0' }, (seen) => seen.length >= 5)
  const live = follow({ 'last-event-id': first[4]?.id ?? '' }, (seen) => seen.includes('resume-23'))
  for (const title of titles.slice(8)) assert.equal((await raise(title)).status, 201)
  const all = [...first.slice(0, 5), ...(await live)].map((one) => one.title)
  assert.deepEqual(
    all.filter((title) => title.startsWith('resume-')),
    titles,
  )
  const garbage = { accept: 'text/event-stream', 'last-event-id': 'nonsense' }
  assertProblem(await plane.call('GET', '/api/v1/events', { headers: garbage }), 400)
})

test('a reader that does not read costs no memory, and the server stops without waiting for it', async () => {
  const readers = Array.from({ length: 10 }, () => {
    const socket = connect(plane.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.pause()
    const auth = `host: localhost\r\nauthorization: Bearer ${plane.adminToken}\r\n`
    socket.write(
      `GET /api/v1/events HTTP/1.1\r\n${auth}accept: text/event-stream\r\nlast-event-id: 0-0\r\n\r\n`,
    )
    return socket
  })
  collect()
  const before = process.memoryUsage()
  for (let i = 0; i < 40; i += 1) assert.equal((await raise(`stalled-${i}`)).status, 201)
  collect()
  const { heapUsed, external } = process.memoryUsage()
  assert.ok(heapUsed + external - before.heapUsed - before.external < 48 * 1024 ** 2)
  assert.equal((await plane.call('GET', '/healthz')).status, 200)
  for (const socket of readers) socket.destroy()
})

test('one caller is held to its rate, whatever tokens it makes up; another is not affected', async () => {
  const token = await issueKey(plane, 'hasty', ['viewer'])
  const other = await issueKey(plane, 'calm', ['viewer'])
  let limited = 0
  for (let i = 0; i < 210 && limited === 0; i += 1) {
    const answer = await plane.call('GET', '/api/v1/session', { token })
    if (answer.status !== 429) continue
    limited = i
    assertProblem(answer, 429)
    assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/)
  }
  assert.equal(limited, 200)
  assert.equal((await plane.call('GET', '/api/v1/session', { token: other })).status, 200)
  assert.deepEqual(plane.errors(), [])
})
