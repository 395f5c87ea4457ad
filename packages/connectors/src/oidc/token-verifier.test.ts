import assert from 'node:assert/strict'
import { createHmac, createPublicKey } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { createFakeClock, type FakeClock, silentLogger } from '@rampart/kit/testing'
import { type EmbeddedIssuer, startEmbeddedIssuer } from '../testing/embedded-issuer.ts'
import { createOidcVerifier, type OidcVerifier, type OidcVerifierOptions } from './token-verifier.ts'

let issuer: EmbeddedIssuer
let clock: FakeClock

before(async () => {
  issuer = await startEmbeddedIssuer(['operator', 'stranger'])
})
after(() => issuer.stop())
beforeEach(() => {
  clock = createFakeClock(Date.now())
  issuer.intercept(undefined)
})

const create = (over: Partial<OidcVerifierOptions> = {}): OidcVerifier =>
  createOidcVerifier({
    issuer: issuer.issuer,
    audience: issuer.audience,
    clock,
    logger: silentLogger,
    allowLoopbackHttp: true,
    ...over,
  })

const INVALID = { code: 'OIDC_TOKEN_INVALID', kind: 'Unauthenticated' }
const AWAY = { code: 'OIDC_ISSUER_UNAVAILABLE', retryable: true }
const seconds = (offset = 0): number => Math.floor(clock.now() / 1000) + offset
const claims = (over: Record<string, unknown> = {}) => ({
  iss: issuer.issuer,
  aud: issuer.audience,
  sub: 'alice',
  iat: seconds(),
  exp: seconds(300),
  roles: ['viewer'],
  ...over,
})
const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

test('a token of the issuer tells subject, roles and expiry', async () => {
  const identity = await create().verify(await issuer.token())
  assert.equal(identity.subject, 'robot')
  assert.deepEqual(identity.roles, ['operator', 'stranger'])
  assert.ok(identity.expiresAt > clock.now() + 500_000)
})

test('roles come from the configured claim and are mapped; unknown ones are gone', async () => {
  const token = await issuer.token()
  const mapped = create({ rolesClaim: 'realm_access.roles', roleMap: { mlops: 'approver' } })
  assert.deepEqual((await mapped.verify(token)).roles, ['approver'])
  assert.deepEqual((await create({ roleMap: { operator: 'viewer' } }).verify(token)).roles, ['viewer'])
  const odd = [undefined, 7, null, {}, [1, null, ''], { length: 3 }]
  for (const roles of odd)
    assert.deepEqual((await create().verify(await issuer.forge(claims({ roles })))).roles, [])
  const scope = await issuer.forge(claims({ scope: 'viewer operator' }))
  assert.deepEqual((await create({ rolesClaim: 'scope' }).verify(scope)).roles, ['viewer', 'operator'])
  const trap = create({ rolesClaim: '__proto__.x', roleMap: { viewer: 'viewer' } })
  assert.deepEqual(
    (await trap.verify(await issuer.forge(claims({ roles: ['toString', 'constructor'] })))).roles,
    [],
  )
  const proto = create({ roleMap: {} })
  assert.deepEqual(
    (await proto.verify(await issuer.forge(claims({ roles: ['toString', 'constructor'] })))).roles,
    [],
  )
})

test('audience, issuer, times and subject are checked', async () => {
  const verifier = create()
  const bad = [
    { aud: 'urn:someone-else' },
    { aud: [] },
    { aud: undefined },
    { iss: 'https://evil.example' },
    { iss: `${issuer.issuer}/` },
    { iss: undefined },
    { exp: seconds(-31) },
    { exp: undefined },
    { exp: 'tomorrow' },
    { nbf: seconds(60) },
    { sub: undefined },
    { sub: '' },
    { sub: 'a\nb' },
    { sub: 'x'.repeat(256) },
  ]
  for (const over of bad) {
    await assert.rejects(verifier.verify(await issuer.forge(claims(over))), INVALID, JSON.stringify(over))
  }
  for (const over of [{ exp: seconds(-20) }, { nbf: seconds(20) }, { aud: ['urn:other', issuer.audience] }]) {
    assert.equal((await verifier.verify(await issuer.forge(claims(over)))).subject, 'alice')
  }
})

test('a token stops being good when its time is over', async () => {
  const verifier = create()
  const token = await issuer.token()
  await verifier.verify(token)
  clock.advance(601_000 + 30_000)
  await assert.rejects(verifier.verify(token), INVALID)
})

test('algorithm tricks: none, HMAC with the public key, a key inside the token', async () => {
  const verifier = create()
  const jwk = issuer.publicJwk()
  const payload = b64(claims())
  const none = `${b64({ alg: 'none', kid: jwk.kid })}.${payload}.`
  const pem = createPublicKey({ key: jwk as never, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  const signed = (header: object, secret: string | Buffer): string => {
    const text = `${b64(header)}.${payload}`
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }
  const confused = signed({ alg: 'HS256', kid: jwk.kid }, pem)
  const other = await startEmbeddedIssuer()
  try {
    const embedded = await other.forge(claims(), { jwk: other.publicJwk(), kid: 'x' })
    const pointing = await other.forge(claims(), { jku: `${other.issuer}/jwks` })
    const sameKid = await other.forge(claims(), { kid: jwk.kid })
    for (const token of [none, `${none}x`, confused, embedded, pointing, sameKid]) {
      await assert.rejects(verifier.verify(token), INVALID)
    }
  } finally {
    await other.stop()
  }
})

test('altered and malformed tokens are refused, whatever they are', async () => {
  const verifier = create()
  const token = await issuer.forge(claims())
  const [header = '', , signature = ''] = token.split('.')
  const forged = `${header}.${b64(claims({ roles: ['admin'] }))}.${signature}`
  for (const text of [
    '',
    '.',
    '..',
    'a.b.c',
    forged,
    `${token}x`,
    token.slice(0, -9),
    `${token}.x`,
    '\u0000.\u0000.\u0000',
  ]) {
    await assert.rejects(verifier.verify(text), INVALID)
  }
})

test('after a key rotation new tokens are good at once, old ones when the keys have been renewed not any more', async () => {
  const verifier = create({ cooldownMs: 30_000 })
  const old = await issuer.token()
  await verifier.verify(old)
  clock.advance(31_000)
  await issuer.rotate()
  const fresh = await issuer.token()
  assert.equal((await verifier.verify(fresh)).subject, 'robot')
  await assert.rejects(verifier.verify(old), INVALID)
})

test('strangers with made-up key ids cannot make us hammer the issuer', async () => {
  const verifier = create({ cooldownMs: 30_000 })
  await verifier.verify(await issuer.token())
  const before = issuer.keyRequests()
  const strange = await Promise.all(
    Array.from({ length: 50 }, (_, i) => issuer.forge(claims(), { kid: `made-up-${i}` })),
  )
  for (const token of strange) await assert.rejects(verifier.verify(token), INVALID)
  assert.equal(issuer.keyRequests(), before)
  clock.advance(30_001)
  await Promise.all(strange.map((token) => assert.rejects(verifier.verify(token), INVALID)))
  assert.equal(issuer.keyRequests(), before + 1)
})

test('callers that come together cause one fetch', async () => {
  const verifier = create()
  const token = await issuer.token()
  const before = issuer.keyRequests()
  await Promise.all(Array.from({ length: 20 }, () => verifier.verify(token)))
  assert.equal(issuer.keyRequests(), before + 1)
})

test('keys outlive an outage of the issuer, but not for ever', async () => {
  const verifier = create({ maxAgeMs: 60_000, maxStaleMs: 3_600_000 })
  await verifier.verify(await issuer.token())
  issuer.intercept((_request, response) => void response.writeHead(503).end())
  for (let i = 0; i < 3; i += 1) {
    clock.advance(61_000)
    assert.equal((await verifier.verify(await issuer.forge(claims()))).subject, 'alice')
  }
  clock.advance(3_600_000)
  await assert.rejects(verifier.verify(await issuer.forge(claims())), AWAY)
  issuer.intercept(undefined)
  clock.advance(31_000)
  assert.equal((await verifier.verify(await issuer.forge(claims()))).subject, 'alice')
})

const answer = (body: string, status = 200, headers: Record<string, string> = {}) => {
  issuer.intercept((_request, response) => void response.writeHead(status, headers).end(body))
}

test('an issuer that answers nonsense is unavailable, quickly and in bounded memory', async () => {
  const token = await issuer.forge(claims())
  const expectAway = () => assert.rejects(create({ timeoutMs: 200 }).verify(token), AWAY)
  for (const body of [
    '',
    'null',
    '[]',
    '{',
    '{"issuer":"https://evil.example","jwks_uri":"https://evil.example/"}',
  ]) {
    answer(body)
    await expectAway()
  }
  answer('', 302, { location: `${issuer.issuer}/elsewhere` })
  await expectAway()
  answer(`"${'x'.repeat(300_000)}"`)
  await expectAway()
  issuer.intercept(() => undefined)
  await expectAway()
  issuer.intercept((_request, response) => void response.writeHead(200).write('{"issuer":'))
  await expectAway()
  await assert.rejects(create({ issuer: 'http://127.0.0.1:1' }).verify(token), AWAY)
})

test('a key set elsewhere must be on a public host, and over HTTPS', async () => {
  const token = await issuer.forge(claims())
  const withKeysAt = (jwks_uri: unknown) => answer(JSON.stringify({ issuer: issuer.issuer, jwks_uri }))
  for (const url of [
    'http://keys.example/',
    'file:///etc/passwd',
    'https://u:p@keys.example/',
    'https://x/#y',
    'nonsense',
  ]) {
    withKeysAt(url)
    await assert.rejects(create().verify(token), { code: 'OIDC_URL_REFUSED' }, url)
  }
  for (const url of [
    'https://10.0.0.1/',
    'https://[::1]/',
    'https://169.254.169.254/latest',
    'https://[::ffff:127.0.0.1]/',
  ]) {
    withKeysAt(url)
    await assert.rejects(create().verify(token), { code: 'OIDC_URL_REFUSED' }, url)
  }
  // A name is judged by what it resolves to, in the connection itself.
  withKeysAt('https://localhost:1/')
  await assert.rejects(create().verify(token), (error: { code: string; cause?: { code?: string } }) => {
    return error.code === 'OIDC_ISSUER_UNAVAILABLE' && error.cause?.code === 'ENOTPUBLIC'
  })
  withKeysAt(undefined)
  await assert.rejects(create().verify(token), AWAY)
})

test('an issuer without HTTPS is refused when it is created, unless it is this machine in development', () => {
  for (const bad of ['http://issuer.example', 'http://127.0.0.1.evil.example', 'ftp://x', '', 'issuer']) {
    assert.throws(() => create({ issuer: bad }), { code: 'OIDC_URL_REFUSED' })
  }
  assert.throws(() => create({ allowLoopbackHttp: false }), { code: 'OIDC_URL_REFUSED' })
  create({ issuer: 'https://issuer.example/realms/a', allowLoopbackHttp: false })
})
