import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DEFAULT_TENANT, type Principal } from '@rampart/domain'
import { assetPath, cryptoRandom, sendProblem, systemClock } from '@rampart/kit'
import { silentLogger, type TestDatabase, testDatabase } from '@rampart/kit/testing'
import Fastify, { type FastifyInstance } from 'fastify'
import { createPolicy, type Policy, registerPolicyRoutes } from './index.ts'

const admin: Principal = { kind: 'user', id: 'ada', tenant: DEFAULT_TENANT, roles: ['admin'], via: 'token' }

let db: TestDatabase
let policy: Policy
let app: FastifyInstance
const actions = new Set<string>()

before(async () => {
  db = await testDatabase({ sources: [{ module: 'policy', dir: assetPath('modules/policy/migrations') }] })
  const { database, eventLog } = db
  const audit = { record: async () => undefined }
  const deps = { database, eventLog, audit, clock: systemClock, random: cryptoRandom, logger: silentLogger }
  policy = await createPolicy(deps)
  await policy.start()
  app = Fastify()
  app.addHook('onRoute', (route) => void actions.add(route.config?.action ?? `none: ${route.url}`))
  app.addHook('onRequest', async (request) => {
    request.principal = admin
  })
  app.setErrorHandler((error, request, reply) =>
    (error as { validation?: unknown }).validation
      ? reply.code(400).send({ code: 'INVALID' })
      : sendProblem(request, reply, error),
  )
  registerPolicyRoutes(app, { policy })
  await app.ready()
})
after(async () => {
  await app.close()
  await policy.stop()
  await db.stop()
})

type Answer = { status: number; body: Record<string, unknown>; etag: string | undefined }
async function call(
  method: 'GET' | 'PUT' | 'POST',
  url: string,
  body?: object,
  ifMatch?: string,
): Promise<Answer> {
  const headers = ifMatch === undefined ? {} : { 'if-match': ifMatch }
  const reply = await app.inject({ method, url, headers, ...(body && { payload: body }) })
  const { etag } = reply.headers
  return { status: reply.statusCode, body: reply.json(), etag: typeof etag === 'string' ? etag : undefined }
}
const files = async (pack: string) =>
  (await call('GET', `/policies/${pack}`)).body.files as Record<string, string>

test('every route names an action, and the shipped authz pack rules it', () => {
  policy.requireActions([...actions])
  assert.deepEqual([...actions].sort(), ['decision:read', 'policy:read', 'policy:write'])
})

test('packs are listed and read with their files and what they read', async () => {
  const { body } = await call('GET', '/policies')
  const items = body.items as { pack: string; version: number; differsFromShipped: boolean }[]
  assert.deepEqual(
    items.map(({ pack, version, differsFromShipped }) => [pack, version, differsFromShipped]),
    [
      ['authz', 1, false],
      ['promotion', 1, false],
      ['inference', 1, false],
      ['verdict', 1, false],
      ['approval', 1, false],
      ['response', 1, false],
    ],
  )
  const pack = await call('GET', '/policies/inference')
  assert.equal(pack.etag, '"1"')
  assert.ok((pack.body.files as Record<string, string>)['inference.rego']?.startsWith('#'))
  assert.ok((pack.body.inputPaths as string[]).includes('route.stage'))
  assert.equal((await call('GET', '/policies/nope')).status, 400)
})

test('a draft is checked: faults with line and column', async () => {
  const draft = { files: { 'inference.rego': 'package rampart.inference\n\ndecision := nope(1)\n' } }
  const { status, body } = await call('POST', '/policies/inference/check', draft)
  assert.equal(status, 200)
  assert.equal(body.ok, false)
  const [fault] = body.faults as Record<string, unknown>[]
  assert.equal(fault?.line, 3)
  assert.equal(fault?.column, 13)
  assert.match(String(fault?.message), /unknown function nope/)
  const good = await call('POST', '/policies/inference/check', { files: await files('inference') })
  assert.equal(good.body.ok, true)
  assert.ok((good.body.tests as unknown[]).length >= 8)
})

test('a pack is tried without effect', async () => {
  const input = {
    principal: { kind: 'user', id: 'v', roles: ['viewer'], tenant: 'default' },
    action: 'policy:write',
  }
  const { body } = await call('POST', '/policies/authz/try', { input })
  assert.equal(body.allow, false)
  assert.deepEqual(body.reasons, ['policy:write needs one of the roles admin; user:v has viewer'])
  const any = await call('POST', '/policies/authz/try', { input: [1, 'x', null] })
  assert.equal(any.body.allow, false)
  const { items } = (await call('GET', '/decisions?limit=5')).body as { items: unknown[] }
  assert.deepEqual(items, [])
})

test('edit, history, rollback, and the revision that guards them', async () => {
  const draft = {
    files: { ...(await files('inference')), 'note.rego': 'package note\n\nx := 1\n' },
    message: 'a note',
  }
  assert.equal((await call('PUT', '/policies/inference', draft)).status, 412)
  assert.equal((await call('PUT', '/policies/inference', draft, '"9"')).status, 412)
  const edited = await call('PUT', '/policies/inference', draft, '"1"')
  assert.deepEqual([edited.status, edited.etag, edited.body.author], [200, '"2"', 'user:ada'])
  assert.equal((await call('PUT', '/policies/inference', draft, '"1"')).body.code, 'POLICY_REVISION_CHANGED')
  const refused = await call(
    'PUT',
    '/policies/inference',
    { files: { 'a.rego': 'package a\nx := {' } },
    '"2"',
  )
  assert.equal(refused.status, 400)
  assert.equal(refused.body.code, 'REGO_COMPILE_FAILED')
  assert.ok(Array.isArray(refused.body.details))

  const back = await call('POST', '/policies/inference/rollback', { version: 1 }, '"2"')
  assert.deepEqual([back.status, back.etag], [200, '"3"'])
  const page = await call('GET', '/policies/inference/history?limit=2')
  assert.deepEqual(
    (page.body.items as { version: number }[]).map((one) => one.version),
    [3, 2],
  )
  const rest = await call('GET', `/policies/inference/history?limit=2&cursor=${String(page.body.nextCursor)}`)
  assert.deepEqual(
    (rest.body.items as { version: number }[]).map((one) => one.version),
    [1],
  )
  const old = await call('GET', '/policies/inference/history/2')
  assert.ok('note.rego' in (old.body.files as object))
  assert.equal((await call('GET', '/policies/inference/history/99')).status, 404)
  assert.equal((await call('POST', '/policies/inference/rollback', { version: 99 }, '"3"')).status, 404)
})

test('decisions are paged and filtered', async () => {
  for (const id of ['a', 'b', 'c']) {
    const principal: Principal = { ...admin, id, roles: id === 'b' ? [] : ['admin'] }
    const input = { principal: { ...principal }, action: 'model:read', mode: 'production', via: 'token' }
    const entity = { kind: 'model', id: `m:${id}` } as const
    await db.database.tx(DEFAULT_TENANT, (tx) =>
      policy.decide({ pack: 'authz', principal, entity, input, tx }),
    )
  }
  const first = await call('GET', '/decisions?limit=2&pack=authz')
  const names = (answer: Answer) => (answer.body.items as { principal: string }[]).map((one) => one.principal)
  assert.deepEqual(names(first), ['user:c', 'user:b'])
  assert.deepEqual(
    names(await call('GET', `/decisions?limit=2&pack=authz&cursor=${String(first.body.nextCursor)}`)),
    ['user:a'],
  )
  assert.deepEqual(names(await call('GET', '/decisions?allow=false')), ['user:b'])
  assert.deepEqual(names(await call('GET', '/decisions?entity=model%3Am%3Ac')), ['user:c'])
  assert.deepEqual(names(await call('GET', '/decisions?principal=user%3Aa')), ['user:a'])
  assert.deepEqual(names(await call('GET', '/decisions?pack=authz&routine=false')), ['user:b'])
  assert.equal((await call('GET', '/decisions?cursor=AAAA')).status, 400)
})
