import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { assetPath, cryptoRandom, sendProblem, systemClock } from '@rampart/kit'
import { silentLogger, type TestDatabase, testDatabase } from '@rampart/kit/testing'
import { createLocalCa, type LocalCa } from '@rampart/signing'
import fastify, { type FastifyInstance } from 'fastify'
import {
  createIdentity,
  type Identity,
  registerIdentityRoutes,
  registerLoginRoute,
  registerSessionRoutes,
} from './index.ts'
import { createRecordingAudit } from './testing.ts'

let db: TestDatabase
let home: string
let identity: Identity
let app: FastifyInstance
let ca: LocalCa

before(async () => {
  home = mkdtempSync(join(tmpdir(), 'identity-routes-'))
  db = await testDatabase({
    sources: [{ module: 'identity', dir: assetPath('modules/identity/migrations') }],
  })
  ca = await createLocalCa({ folder: home, clock: systemClock })
  const deps = {
    database: db.database,
    eventLog: db.eventLog,
    clock: systemClock,
    random: cryptoRandom,
    logger: silentLogger,
  }
  identity = createIdentity({ ...deps, audit: createRecordingAudit(), home, mode: 'development' })
  app = fastify()
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error))
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.public === true) return
    const { authorization, cookie } = request.headers
    request.principal = await identity.authenticate({ authorization, cookie })
  })
  const sessions = { identity, mode: 'development' as const, product: { name: 'Rampart', version: '0' } }
  const denied = () => [{ action: 'api-key:write', reasons: ['only for administrators'] }]
  registerIdentityRoutes(app, { identity, ca })
  registerSessionRoutes(app, { ...sessions, denied })
  registerLoginRoute(app, sessions)
})
after(async () => {
  await app.close()
  await db.stop()
  rmSync(home, { recursive: true, force: true })
})

const asAdmin = () => ({ authorization: `Bearer ${identity.adminToken?.token}` })

test('a key is issued, listed without its secret, used and revoked over HTTP', async () => {
  const headers = asAdmin()
  const payload = { name: 'ci', expiresInSeconds: 3600 }
  const issued = await app.inject({ method: 'POST', url: '/api-keys', headers, payload })
  assert.equal(issued.statusCode, 201)
  assert.equal(issued.headers['cache-control'], 'no-store')
  const { secret, apiKey } = issued.json()
  const session = await app.inject({ url: '/session', headers: { authorization: `Bearer ${secret}` } })
  assert.deepEqual(session.json().denied, [{ action: 'api-key:write', reasons: ['only for administrators'] }])
  assert.deepEqual(session.json().principal, {
    kind: 'user',
    id: 'admin',
    roles: ['admin'],
    tenant: 'default',
  })
  const list = await app.inject({ url: '/api-keys?limit=1', headers })
  assert.equal(list.json().items[0].id, apiKey.id)
  assert.equal(list.body.includes(secret), false)
  const revoked = await app.inject({ method: 'DELETE', url: `/api-keys/${apiKey.id}`, headers })
  assert.ok(revoked.json().revokedAt)
  const again = await app.inject({ url: '/session', headers: { authorization: `Bearer ${secret}` } })
  assert.equal(again.statusCode, 401)
  assert.equal(again.json().code, 'IDENTITY_CREDENTIALS_INVALID')
})

test('service accounts are created, listed and deleted over HTTP', async () => {
  const headers = asAdmin()
  const create = (id: string) =>
    app.inject({ method: 'POST', url: '/service-accounts', headers, payload: { id, roles: ['admin'] } })
  assert.equal((await create('b-two')).statusCode, 201)
  assert.equal((await create('a-one')).statusCode, 201)
  assert.equal((await create('a-one')).statusCode, 409)
  assert.equal((await create('../etc')).statusCode >= 400, true)
  const first = (await app.inject({ url: '/service-accounts?limit=1', headers })).json()
  assert.deepEqual(
    first.items.map((item: { id: string }) => item.id),
    ['a-one'],
  )
  const next = (
    await app.inject({ url: `/service-accounts?limit=1&cursor=${first.nextCursor}`, headers })
  ).json()
  assert.deepEqual(
    next.items.map((item: { id: string }) => item.id),
    ['b-two'],
  )
  assert.equal(
    (await app.inject({ method: 'DELETE', url: '/service-accounts/a-one', headers })).statusCode,
    204,
  )
  assert.equal(
    (await app.inject({ method: 'DELETE', url: '/service-accounts/a-one', headers })).statusCode,
    404,
  )
})

test('the login link sets an HttpOnly strict cookie and goes home; it works once, and a HEAD does not use it up', async () => {
  const code = await identity.loginCode()
  await app.inject({ method: 'HEAD', url: `/login?code=${code}` })
  const login = await app.inject({ url: `/login?code=${code}` })
  assert.equal(login.statusCode, 302)
  assert.equal(login.headers.location, '/')
  const cookie = String(login.headers['set-cookie'])
  assert.match(cookie, /^rampart_session=rs_[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/)
  const headers = { cookie: cookie.split(';')[0] ?? '' }
  assert.equal((await app.inject({ url: '/session', headers })).json().mode, 'development')
  assert.equal((await app.inject({ url: `/login?code=${code}` })).statusCode, 401)
  const ended = await app.inject({ method: 'DELETE', url: '/session', headers })
  assert.match(String(ended.headers['set-cookie']), /Max-Age=0/)
  assert.equal((await app.inject({ url: '/session', headers })).statusCode, 401)
})

test('a component certificate is issued and verifies', async () => {
  const payload = { component: 'gateway', expiresInSeconds: 600 }
  const answer = await app.inject({ method: 'POST', url: '/certificates', headers: asAdmin(), payload })
  assert.equal(answer.statusCode, 201)
  assert.equal(ca.verifyComponentCertificate(answer.json().certificate).verdict, 'trusted')
  const bad = await app.inject({
    method: 'POST',
    url: '/certificates',
    headers: asAdmin(),
    payload: { component: '../x' },
  })
  assert.equal(bad.statusCode, 400)
})
