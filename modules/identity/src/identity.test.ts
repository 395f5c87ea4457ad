import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createOidcVerifier } from '@rampart/connectors/oidc'
import { startEmbeddedIssuer } from '@rampart/connectors/testing'
import type { Principal, Role } from '@rampart/domain'
import { assetPath, cryptoRandom } from '@rampart/kit'
import { createFakeClock, silentLogger, type TestDatabase, testDatabase } from '@rampart/kit/testing'
import { createLocalCa } from '@rampart/signing'
import { createIdentity, type Identity, type IdentityDeps } from './index.ts'
import { createRecordingAudit } from './testing.ts'

let db: TestDatabase
let home: string
const audit = createRecordingAudit()

before(async () => {
  home = mkdtempSync(join(tmpdir(), 'identity-'))
  db = await testDatabase({
    sources: [{ module: 'identity', dir: assetPath('modules/identity/migrations') }],
  })
})
after(async () => {
  await db.stop()
  rmSync(home, { recursive: true, force: true })
})

const create = (over: Partial<IdentityDeps> = {}) => {
  const clock = createFakeClock(Date.now())
  const identity = createIdentity({
    database: db.database,
    eventLog: db.eventLog,
    audit,
    clock,
    random: cryptoRandom,
    logger: silentLogger,
    home,
    mode: 'development',
    ...over,
  })
  return { identity, clock }
}

const user = (id: string, roles: readonly Role[], tenant = 'default'): Principal => ({
  kind: 'user',
  id,
  tenant,
  roles,
  via: 'token',
})
const admin = user('alice', ['admin', 'operator', 'viewer'])
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
const code = (expected: string) => (error: unknown) => (error as { code?: string }).code === expected
const INVALID = code('IDENTITY_CREDENTIALS_INVALID')

test('an API key authenticates as its owner with its own roles, until it expires', async () => {
  const { identity, clock } = create()
  const { apiKey, secret } = await identity.issueApiKey(admin, {
    name: 'laptop',
    roles: ['viewer'],
    ttlMs: 60_000,
  })
  const expected = { kind: 'user', id: 'alice', tenant: 'default', roles: ['viewer'], via: 'api-key' }
  assert.equal(identity.authenticateCached(`Bearer ${secret}`), undefined)
  assert.deepEqual(await identity.authenticate(bearer(secret)), expected)
  assert.deepEqual(identity.authenticateCached(`Bearer ${secret}`), expected)
  clock.advance(60_001)
  assert.equal(identity.authenticateCached(`Bearer ${secret}`), undefined)
  await assert.rejects(identity.authenticate(bearer(secret)), INVALID)
  const listed = (await identity.listApiKeys('default', { limit: 10 })).find((key) => key.id === apiKey.id)
  assert.equal(listed?.name, 'laptop')
  assert.equal(JSON.stringify(listed).includes(secret.slice(20)), false)
})

test('revocation holds at once, although the key was cached, and is audited', async () => {
  const { identity } = create()
  const { apiKey, secret } = await identity.issueApiKey(admin, { name: 'short' })
  await identity.authenticate(bearer(secret))
  await identity.revokeApiKey(admin, apiKey.id)
  assert.equal(identity.authenticateCached(`Bearer ${secret}`), undefined)
  await assert.rejects(identity.authenticate(bearer(secret)), INVALID)
  const actions = audit.entries.filter((entry) => entry.entity.id === apiKey.id).map((entry) => entry.action)
  assert.deepEqual(actions, ['api-key.issued', 'api-key.revoked'])
  await assert.rejects(identity.revokeApiKey(admin, '0000000000000000'), code('IDENTITY_API_KEY_NOT_FOUND'))
  await assert.rejects(
    identity.revokeApiKey(user('eve', ['admin'], 'other'), apiKey.id),
    code('IDENTITY_API_KEY_NOT_FOUND'),
  )
})

test('a revocation by another process reaches the cache through the event log', async () => {
  const { identity: here } = create()
  const { identity: there } = create()
  await here.start()
  try {
    const { apiKey, secret } = await there.issueApiKey(admin, { name: 'remote' })
    await here.authenticate(bearer(secret))
    await there.revokeApiKey(admin, apiKey.id)
    for (const end = Date.now() + 5_000; here.authenticateCached(`Bearer ${secret}`) !== undefined; ) {
      assert.ok(Date.now() < end, 'still cached')
      await new Promise((resolve) => setImmediate(resolve))
    }
    await assert.rejects(here.authenticate(bearer(secret)), INVALID)
  } finally {
    await here.stop()
  }
})

test('a key never exceeds its owner or its issuer', async () => {
  const { identity } = create()
  const exceeds = code('IDENTITY_ROLES_EXCEED_OWNER')
  await assert.rejects(
    identity.issueApiKey(user('bob', ['viewer']), { name: 'x', roles: ['admin'] }),
    exceeds,
  )
  const root = user('root', ['admin'])
  const { apiKey } = await identity.issueApiKey(root, { name: 'nightly', roles: ['operator'] })
  assert.deepEqual(apiKey.roles, ['operator'])
  await identity.createServiceAccount(root, { id: 'ci', roles: ['operator'] })
  await assert.rejects(
    identity.issueApiKey(admin, { name: 'x', serviceAccount: 'ci', roles: ['admin'] }),
    exceeds,
  )
  await assert.rejects(
    identity.issueApiKey(user('bob', ['viewer']), { name: 'x', serviceAccount: 'ci' }),
    exceeds,
  )
  await assert.rejects(
    identity.createServiceAccount(user('bob', ['viewer']), { id: 'up', roles: ['admin'] }),
    exceeds,
  )
  for (const ttlMs of [0, -1, Number.NaN, 1e15]) {
    await assert.rejects(identity.issueApiKey(admin, { name: 'x', ttlMs }), code('IDENTITY_LIFETIME_INVALID'))
  }
})

test('deleting a service account ends its keys; its name is not used again', async () => {
  const { identity } = create()
  await identity.createServiceAccount(admin, { id: 'robot', roles: ['operator', 'viewer'] })
  const { secret } = await identity.issueApiKey(admin, {
    name: 'k',
    serviceAccount: 'robot',
    roles: ['operator'],
  })
  const principal = await identity.authenticate(bearer(secret))
  assert.deepEqual(principal, {
    kind: 'service',
    id: 'robot',
    tenant: 'default',
    roles: ['operator'],
    via: 'api-key',
  })
  await identity.deleteServiceAccount(admin, 'robot')
  assert.equal(identity.authenticateCached(`Bearer ${secret}`), undefined)
  await assert.rejects(identity.authenticate(bearer(secret)), INVALID)
  await assert.rejects(
    identity.createServiceAccount(admin, { id: 'robot', roles: ['viewer'] }),
    code('IDENTITY_SERVICE_ACCOUNT_EXISTS'),
  )
  await assert.rejects(
    identity.issueApiKey(admin, { name: 'k', serviceAccount: 'robot' }),
    code('IDENTITY_SERVICE_ACCOUNT_NOT_FOUND'),
  )
})

test('another tenant sees and touches nothing', async () => {
  const { identity } = create()
  await identity.issueApiKey(user('zoe', ['admin'], 'other'), { name: 'theirs' })
  const ours = await identity.listApiKeys('default', { limit: 500 })
  assert.equal(
    ours.some((key) => key.name === 'theirs'),
    false,
  )
  assert.deepEqual(
    (await identity.listApiKeys('other', { limit: 500 })).map((key) => key.name),
    ['theirs'],
  )
})

test('keys are listed in pages without gaps', async () => {
  const { identity, clock } = create()
  const issuer = user('pager', ['admin'], 'pages')
  for (let i = 0; i < 5; i += 1) {
    clock.advance(i % 2)
    await identity.issueApiKey(issuer, { name: `k${i}` })
  }
  const seen: string[] = []
  for (let page = await identity.listApiKeys('pages', { limit: 2 }); page.length > 0; ) {
    seen.push(...page.map((key) => key.id))
    const last = page.at(-1)
    if (last === undefined) break
    page = await identity.listApiKeys('pages', { limit: 2, before: last })
  }
  assert.equal(new Set(seen).size, 5)
  assert.equal(seen.length, 5)
})

test('the last use of a key is recorded', async () => {
  const { identity } = create()
  const { apiKey, secret } = await identity.issueApiKey(admin, { name: 'used' })
  await identity.authenticate(bearer(secret))
  await identity.stop()
  const listed = (await identity.listApiKeys('default', { limit: 500 })).find((key) => key.id === apiKey.id)
  assert.ok(listed?.lastUsedAt)
})

test('the administrator token of development mode is private and survives a restart', async () => {
  const { identity } = create()
  const token = identity.adminToken?.token ?? ''
  assert.equal(readFileSync(join(home, 'token'), 'utf8').trim(), token)
  assert.equal(statSync(join(home, 'token')).mode & 0o777, 0o600)
  assert.equal((await identity.authenticate(bearer(token))).id, 'admin')
  assert.equal(create().identity.adminToken?.token, token)
  const production = create({ mode: 'production' }).identity
  assert.equal(production.adminToken, undefined)
  await assert.rejects(production.authenticate(bearer(token)), INVALID)
  const other = mkdtempSync(join(tmpdir(), 'identity-'))
  try {
    writeFileSync(join(other, 'token'), 'short\n', { mode: 0o600 })
    assert.throws(() => create({ home: other }), code('IDENTITY_TOKEN_FILE_INVALID'))
    writeFileSync(join(other, 'token'), `${token}\n`)
    chmodSync(join(other, 'token'), 0o644)
    assert.throws(() => create({ home: other }), code('IDENTITY_TOKEN_FILE_INVALID'))
  } finally {
    rmSync(other, { recursive: true })
  }
})

test('a login code works once, for a while, and becomes a session that can be ended', async () => {
  const { identity, clock } = create()
  const login = await identity.loginCode()
  const attempts = await Promise.allSettled([
    identity.redeemLoginCode(login),
    identity.redeemLoginCode(login),
  ])
  assert.deepEqual(attempts.map((attempt) => attempt.status).sort(), ['fulfilled', 'rejected'])
  const won = attempts.find((attempt) => attempt.status === 'fulfilled')
  const cookie = won?.status === 'fulfilled' ? won.value.cookie : ''
  const header = { cookie: `theme=dark; rampart_session=${cookie}` }
  assert.equal((await identity.authenticate(header)).via, 'cookie')
  assert.equal(await identity.endSession(cookie), true)
  await assert.rejects(identity.authenticate(header), INVALID)
  const late = await identity.loginCode()
  clock.advance(10 * 60_000 + 1)
  await assert.rejects(identity.redeemLoginCode(late), code('IDENTITY_LOGIN_CODE_INVALID'))
  await assert.rejects(identity.redeemLoginCode('rl_x'), code('IDENTITY_LOGIN_CODE_INVALID'))
})

test('a session expires although it is in use', async () => {
  const { identity, clock } = create()
  const { cookie, maxAgeSeconds } = await identity.redeemLoginCode(await identity.loginCode())
  const header = { cookie: `rampart_session=${cookie}` }
  for (let passed = 0; passed < maxAgeSeconds; passed += 3600) {
    assert.equal((await identity.authenticate(header)).id, 'admin')
    clock.advance(3600_000)
  }
  await assert.rejects(identity.authenticate(header), INVALID)
})

test('secrets are at rest as hashes only', async () => {
  const { identity } = create()
  const { secret } = await identity.issueApiKey(admin, { name: 'hash' })
  const login = await identity.loginCode()
  const { cookie } = await identity.redeemLoginCode(await identity.loginCode())
  const dump = await db.database.read('*', (tx) =>
    tx.query<{ text: string }>(
      `SELECT k::text FROM identity_api_key k UNION ALL SELECT s::text FROM identity_session s
       UNION ALL SELECT c::text FROM identity_login_code c UNION ALL SELECT e::text FROM kit_event e`,
    ),
  )
  const text = JSON.stringify([dump, audit.entries])
  for (const value of [secret.split('_')[2] ?? '', login, cookie]) {
    assert.equal(text.includes(value), false)
    assert.equal(text.includes(Buffer.from(value).toString('hex')), false)
  }
})

const refused = async (identity: Identity, credentials: Parameters<Identity['authenticate']>[0]) => {
  await assert.rejects(
    identity.authenticate(credentials),
    (error: { kind?: string }) => error.kind === 'Unauthenticated',
  )
}

test('bad credentials of every shape are refused alike', async () => {
  const { identity } = create()
  const { secret } = await identity.issueApiKey(admin, { name: 'victim' })
  const [, id] = secret.split('_')
  const wrong = [
    '',
    'Bearer',
    'Basic YTpi',
    'Bearer  ',
    `Bearer rk_${id}_${'A'.repeat(43)}`,
    `Bearer ${secret}x`,
    `bearer ${secret} x`,
  ]
  wrong.push(
    'Bearer a.b.c',
    `Bearer ${'x'.repeat(100_000)}`,
    `Bearer rk_${'0'.repeat(16)}_${'A'.repeat(43)}`,
    'Bearer \u0000',
  )
  for (const authorization of wrong) await refused(identity, { authorization })
  await refused(identity, {})
  await refused(identity, { cookie: 'rampart_session=' })
  await refused(identity, { cookie: `rampart_session=rs_${'A'.repeat(43)}` })
  // A wrong Authorization header is not rescued by a good cookie.
  const { cookie } = await identity.redeemLoginCode(await identity.loginCode())
  await refused(identity, { authorization: 'Bearer nope', cookie: `rampart_session=${cookie}` })
  await refused(identity, { cookie: `rampart_session=${cookie}; rampart_session=${cookie}` })
})

test('a component proves itself by a certificate of the local authority', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'identity-ca-'))
  try {
    const { identity, clock } = create()
    const certificates = await createLocalCa({ folder, clock })
    const { identity: withCa } = create({ certificates, clock })
    const issued = await certificates.issueComponentCertificate({
      tenant: 'default',
      id: 'gateway',
      ttlMs: 60_000,
    })
    const credentials = { peerCertificate: issued.certificatePem }
    const principal = await withCa.authenticate(credentials)
    assert.deepEqual(principal, {
      kind: 'component',
      id: 'gateway',
      tenant: 'default',
      roles: [],
      via: 'mtls',
    })
    await refused(identity, credentials)
    clock.advance(120_000)
    await refused(withCa, credentials)
    await refused(withCa, { peerCertificate: [new Uint8Array([1, 2, 3])] })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a bearer token of the configured issuer makes a user whose roles are those we know', async () => {
  const issuer = await startEmbeddedIssuer(['approver', 'root', 'viewer'])
  try {
    const clock = createFakeClock(Date.now())
    const { issuer: url, audience } = issuer
    const tokens = createOidcVerifier({
      issuer: url,
      audience,
      clock,
      logger: silentLogger,
      allowLoopbackHttp: true,
    })
    const { identity } = create({ mode: 'production', tokens, clock })
    const token = await issuer.token()
    const expected = {
      kind: 'user',
      id: 'robot',
      tenant: 'default',
      roles: ['viewer', 'approver'],
      via: 'oidc',
    }
    assert.deepEqual(await identity.authenticate(bearer(token)), expected)
    assert.deepEqual(identity.authenticateCached(`Bearer ${token}`), expected)
    clock.advance(700_000)
    assert.equal(identity.authenticateCached(`Bearer ${token}`), undefined)
    await refused(identity, bearer(token))
    await refused(create({ mode: 'production' }).identity, bearer(await issuer.token()))
  } finally {
    await issuer.stop()
  }
})
