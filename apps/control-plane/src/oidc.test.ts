/** Production mode with a real issuer over HTTPS: who has no token of it, for us, and in time, gets nothing. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import tls from 'node:tls'
import { type EmbeddedIssuer, loopbackTls, startEmbeddedIssuer } from '@rampart/connectors/testing'
import { configFields } from '@rampart/kit'
import { configSchema } from './app-config.ts'
import { assertOipError, assertProblem, startTestPlane, type TestPlane } from './testing.ts'

let issuer: EmbeddedIssuer
let plane: TestPlane
const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset
const claims = (over: Record<string, unknown> = {}) => ({
  iss: issuer.issuer,
  aud: issuer.audience,
  sub: 'alice',
  roles: ['viewer'],
  iat: seconds(0),
  exp: seconds(300),
  ...over,
})

before(async () => {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), loopbackTls.cert])
  issuer = await startEmbeddedIssuer(['operator'], { tls: loopbackTls })
  plane = await startTestPlane({ flags: { 'oidc-issuer': issuer.issuer, 'oidc-audience': issuer.audience } })
})
after(async () => {
  await plane.stop()
  await issuer.stop()
})

const models = (token: string | null) => plane.call('GET', '/api/v1/models', { token })
const infer = (token: string | null) =>
  plane.call('POST', '/v2/models/none/infer', { token, body: { inputs: [] } })

test('with OIDC configured there is no development mode: no open inference, no link, no token file, no open metrics', async () => {
  assert.equal(plane.mode, 'production')
  assert.equal(plane.loginUrl, undefined)
  assertOipError(await infer(null), 401)
  for (const path of ['/api/v1/models', '/metrics']) assertProblem(await plane.call('GET', path), 401)
  assert.equal((await plane.call('GET', '/v2/health/live')).status, 200)
})

test('a token of the issuer is who its subject is, with the roles it names and no more', async () => {
  const robot = await issuer.token()
  const session = await plane.call('GET', '/api/v1/session', { token: robot })
  assert.equal(session.json?.['mode'], 'production')
  const caller = session.json?.['principal'] as { roles: string[] } | undefined
  assert.deepEqual(caller?.roles, ['operator'])
  assertOipError(await infer(robot), 404)
  const viewer = await issuer.forge(claims({ roles: ['viewer', 'root', 'superuser'] }))
  assert.equal((await models(viewer)).status, 200)
  const write = { token: viewer, body: { model: 'none' } }
  assertProblem(await plane.call('PUT', '/api/v1/routes/r', write), 403)
})

test('a containment reaches a caller by its subject: denied and throttled for API and inference, then free again', async () => {
  const admin = await issuer.forge(claims({ sub: 'root', roles: ['admin'] }))
  const bob = await issuer.forge(claims({ sub: 'bob', roles: ['operator'] }))
  const contain = async (action: string, more: Record<string, unknown> = {}) => {
    const body = {
      name: action,
      reason: 'test',
      subject: { kind: 'caller', id: 'user:bob' },
      steps: [{ action, parameters: { caller: 'user:bob', ...more } }],
      waitSeconds: 20,
    }
    const { json, text } = await plane.call('POST', '/api/v1/response/runs', { token: admin, body })
    assert.equal(json?.['state'], 'contained', text)
    return String(json?.['id'])
  }
  const release = async (run: string) => {
    const body = { reason: 'over' }
    const { json } = await plane.call('POST', `/api/v1/response/runs/${run}/revert`, { token: admin, body })
    assert.equal(json?.['state'], 'reverted')
  }
  assertOipError(await infer(bob), 404)
  const denied = await contain('caller.deny')
  assertProblem(await models(bob), 403)
  assertOipError(await infer(bob), 403)
  // Another token of the same subject is the same caller.
  assertOipError(await infer(await issuer.forge(claims({ sub: 'bob', iat: seconds(-5) }))), 403)
  await release(denied)
  assertOipError(await infer(bob), 404)
  const throttled = await contain('caller.throttle', { perMinute: 1 })
  assertOipError(await infer(bob), 404)
  assertOipError(await infer(bob), 429)
  assertProblem(await models(bob), 429)
  await release(throttled)
  assert.equal((await models(bob)).status, 200)
})

test('another audience, another issuer, another time, another key, no signature: 401 for API and inference', async () => {
  const stranger = await startEmbeddedIssuer(['admin'])
  try {
    const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const unsigned = `${b64({ alg: 'none' })}.${b64(claims({ roles: ['admin'] }))}.`
    const bad = [
      await issuer.forge(claims({ aud: 'urn:other' })),
      await issuer.forge(claims({ iss: stranger.issuer })),
      await issuer.forge(claims({ exp: seconds(-60) })),
      await issuer.forge(claims({ nbf: seconds(120) })),
      await stranger.token(),
      await stranger.forge(claims({ roles: ['admin'] }), { kid: issuer.publicJwk().kid }),
      await stranger.forge(claims({ roles: ['admin'] }), { jwk: stranger.publicJwk() }),
      unsigned,
      `${unsigned}x`,
    ]
    for (const token of bad) {
      assertProblem(await models(token), 401)
      assertOipError(await infer(token), 401)
    }
  } finally {
    await stranger.stop()
  }
})

test('strangers with made-up key ids cannot make us ask the issuer on their behalf', async () => {
  await issuer.rotate()
  const before = issuer.keyRequests()
  await Promise.all(
    Array.from({ length: 10 }, async (_, i) => models(await issuer.forge(claims(), { kid: `k${i}` }))),
  )
  assert.ok(issuer.keyRequests() - before <= 1)
})

test('nothing in the configuration lets an issuer be asked without HTTPS', async () => {
  assert.deepEqual(
    configFields(configSchema).filter(({ path }) => /http|insecure|loopback/i.test(path.join('.'))),
    [],
  )
  const plain = { flags: { 'oidc-issuer': 'http://127.0.0.1:1' } }
  await assert.rejects(startTestPlane(plain), { code: 'OIDC_URL_REFUSED' })
})
