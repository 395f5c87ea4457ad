import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RequestPrincipal, sendProblem, systemClock } from '@rampart/kit'
import type { LocalAnswer, LocalCall } from '@rampart/serving'
import fastify from 'fastify'
import { compareAnswers } from './replay.ts'
import { registerInferenceLogRoutes } from './routes.ts'
import { auditOf, inHome, openTestLog, writeSegment } from './testing.ts'

const output = [{ name: 'p', datatype: 'FP32', shape: [1, 2], data: [0.25, 0.75] }]
const input = [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [1] }]
const records = [
  { request: 'whole', input, output },
  { request: 'digest', input_digest: 'sha256:aa' },
  { request: 'redacted', input: [{ ...input[0], data: null }], redacted: true },
  { request: 'cut', input_digest: 'sha256:aa', input_cut: true },
]

type Asked = { readonly caller: unknown; readonly call: LocalCall }

/** The routes over a log with four records of `default`; what is replayed is answered by `answer`. */
const inApi = (
  work: (api: {
    readonly ask: (
      method: 'GET' | 'POST',
      url: string,
      body?: unknown,
    ) => Promise<{ status: number; body: Record<string, unknown> }>
    readonly be: (tenant: string) => void
    readonly answer: (next: LocalAnswer) => void
    readonly asked: Asked[]
    readonly ids: readonly string[]
  }) => Promise<void>,
): Promise<void> =>
  inHome(async (home) => {
    const segment = await writeSegment(`${home}/inference`, records)
    const { log } = await openTestLog(home, {}, { auditLink: auditOf([segment]) })
    const asked: Asked[] = []
    let tenant = 'default'
    let next: LocalAnswer = {
      status: 200,
      body: JSON.stringify({ outputs: output }),
      model: 'm',
      version: '2.0.0',
    }
    const app = fastify()
    app.decorateRequest('principal', {
      getter: (): RequestPrincipal => ({
        kind: 'user',
        id: 'ana',
        tenant,
        roles: ['operator'],
        via: 'token',
      }),
    })
    app.setErrorHandler((error, request, reply) =>
      error instanceof Error && 'validation' in error
        ? reply.code(400).send({})
        : sendProblem(request, reply, error),
    )
    registerInferenceLogRoutes(app, {
      log,
      clock: systemClock,
      call: async (caller, call) => {
        asked.push({ caller, call })
        return next
      },
    })
    await app.ready()
    const ask = async (method: 'GET' | 'POST', url: string, body?: unknown) => {
      const answer = await app.inject({
        method,
        url,
        ...(body === undefined ? {} : { payload: body as object }),
      })
      return { status: answer.statusCode, body: answer.json() as Record<string, unknown> }
    }
    await work({
      ask,
      be: (other) => {
        tenant = other
      },
      answer: (other) => {
        next = other
      },
      asked,
      ids: segment.ids,
    })
    await app.close()
    await log.stop()
  })

const itemsOf = ({ body }: { readonly body: Record<string, unknown> }) =>
  body['items'] as readonly { id: string }[]

test('pages follow their cursor, and a cursor or a filter that is none is refused', () =>
  inApi(async ({ ask, ids }) => {
    const first = await ask('GET', '/inference-log?limit=3')
    const items = itemsOf(first)
    assert.deepEqual(
      items.map(({ id }) => id),
      ids.toReversed().slice(0, 3),
    )
    const second = await ask('GET', `/inference-log?limit=3&cursor=${String(first.body['nextCursor'])}`)
    assert.deepEqual(
      itemsOf(second).map(({ id }) => id),
      [ids[0]],
    )
    assert.equal((await ask('GET', '/inference-log?cursor=%7B%7D')).status, 400)
    assert.equal((await ask('GET', "/inference-log?from=2026-01-01'%20OR%201=1")).status, 400)
    assert.equal(itemsOf(await ask('GET', "/inference-log?route=x'%20OR%20'1'='1")).length, 0)
    assert.equal((await ask('GET', '/inference-log/state')).body['waitingSegments'], 1)
  }))

test('a replay goes by the caller’s own principal and says what differs; without the payload it is refused', () =>
  inApi(async ({ ask, asked, answer, ids }) => {
    const same = await ask('POST', `/inference-log/${ids[0]}/replay`, { version: '2.0.0' })
    assert.equal(same.status, 200)
    assert.deepEqual(same.body['outputs'], [{ name: 'p', same: true, largest: 0, different: 0 }])
    assert.deepEqual(asked[0]?.call, {
      route: 'fraud',
      version: '2.0.0',
      body: { id: `replay-${ids[0]}`, inputs: input },
    })
    assert.equal((asked[0]?.caller as { id?: string } | undefined)?.id, 'ana')
    answer({ status: 403, body: JSON.stringify({ error: 'denied', code: 'SERVING_DENIED' }) })
    const denied = await ask('POST', `/inference-log/${ids[0]}/replay`, {})
    assert.deepEqual([denied.status, denied.body['status'], denied.body['outputs']], [200, 403, undefined])
    for (const [at, why] of [
      [1, /only the digest/],
      [2, /left out/],
      [3, /longer than/],
    ] as const) {
      const { status, body } = await ask('POST', `/inference-log/${ids[at]}/replay`, {})
      assert.deepEqual([status, body['code']], [409, 'INFERENCE_LOG_NOT_CAPTURED'])
      assert.match(String(body['detail']), why)
    }
    assert.equal(asked.length, 2)
  }))

test('another tenant’s records do not exist for a caller, in no way', () =>
  inApi(async ({ ask, be, ids }) => {
    assert.equal((await ask('GET', `/inference-log/${ids[0]}/proof`)).status, 200)
    be('red')
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/proof'],
      ['POST', '/replay'],
    ] as const)
      assert.equal(
        (await ask(method, `/inference-log/${ids[0]}${path}`, method === 'POST' ? {} : undefined)).status,
        404,
      )
    assert.equal(itemsOf(await ask('GET', '/inference-log')).length, 0)
    const { body } = await ask('POST', '/inference-log/query', { sql: 'select count(*) from inference_log' })
    assert.deepEqual(body['rows'], [[0]])
    await ask('POST', '/inference-log/erasures', { caller: 'user:ann' })
    be('default')
    assert.equal(itemsOf(await ask('GET', '/inference-log')).length, 4)
    assert.equal((await ask('POST', '/inference-log/erasures', { caller: 'nobody' })).status, 400)
  }))

test('answers are compared by the names of their outputs', () => {
  const other = [
    { name: 'p', data: [0.25, 0.5] },
    { name: 'q', data: [1] },
  ]
  assert.deepEqual(compareAnswers(output, other), [
    { name: 'p', same: false, different: 1, largest: 0.25 },
    { name: 'q', same: false, detail: 'not answered then' },
  ])
  assert.deepEqual(compareAnswers(output, [{ name: 'p', data: [1] }])?.[0]?.detail, 'another shape')
  assert.deepEqual(compareAnswers(output, [])?.[0]?.detail, 'not answered any more')
  assert.equal(compareAnswers(undefined, other), undefined)
})
