import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '@rampart/kit'
import { createFakeClock } from '@rampart/kit/testing'
import { newApiKeyText, newSecret } from './credentials.ts'
import { type CallerKey, createOfflineAuthenticator } from './offline-authenticator.ts'

const random = createSeededRandom(7)
const REFUSED = { code: 'IDENTITY_CREDENTIALS_INVALID' }

const makeKey = (changes: Partial<CallerKey> = {}) => {
  const { id, text, hash } = newApiKeyText(random)
  const key: CallerKey = {
    id,
    hash: hash.toString('hex'),
    kind: 'service',
    owner: 'ci',
    roles: ['operator'],
    expiresAt: new Date(1_000_000).toISOString(),
    ...changes,
  }
  return { key, header: `Bearer ${text}` }
}

const start = () => {
  const clock = createFakeClock(1_000)
  return { clock, callers: createOfflineAuthenticator({ clock }) }
}

test('an API key is its owner at once, the same object each time, until it is revoked or expires', () => {
  const { clock, callers } = start()
  const [ci, other] = [makeKey(), makeKey({ owner: 'other' })]
  callers.use('acme', { keys: [ci.key, other.key] }, undefined)
  const first = callers.authenticate(ci.header)
  assert.deepEqual(first, { kind: 'service', id: 'ci', tenant: 'acme', roles: ['operator'], via: 'api-key' })
  assert.equal(callers.authenticate(ci.header), first)
  callers.use('acme', { keys: [other.key] }, undefined)
  assert.throws(() => callers.authenticate(ci.header), REFUSED)
  clock.advance(1_000_000)
  assert.throws(() => callers.authenticate(other.header), REFUSED)
})

test('a wrong secret, another scheme, nonsense and a token without an issuer are refused alike', async () => {
  const { callers } = start()
  const { key, header } = makeKey()
  callers.use('acme', { keys: [key] }, undefined)
  const wrong = `Bearer rk_${key.id}_${newSecret(random, '').text}`
  for (const one of [wrong, 'Basic YTpi', 'Bearer', header.slice(0, -1), `Bearer rt_${'x'.repeat(43)}`])
    assert.throws(() => callers.authenticate(one), REFUSED, one)
  await assert.rejects(async () => callers.authenticate('Bearer a.b.c'), REFUSED)
})

test('the administrator of development mode is known by the hash alone', () => {
  const { callers } = start()
  const { text, hash } = newSecret(random, 'rt_')
  callers.use('default', { keys: [], adminHash: hash.toString('hex') }, undefined)
  assert.deepEqual(callers.authenticate(`Bearer ${text}`), {
    kind: 'user',
    id: 'admin',
    tenant: 'default',
    roles: ['admin'],
    via: 'token',
  })
})

test('a token of the issuer brings only roles that exist, and none into another tenant', async () => {
  const { callers } = start()
  const tokens = { verify: async () => ({ subject: 'eve', roles: ['viewer', 'root'], expiresAt: 9_000 }) }
  callers.use('default', { keys: [] }, tokens)
  const found = await callers.authenticate('Bearer a.b.c')
  assert.deepEqual([found.id, found.roles], ['eve', ['viewer']])
  assert.ok(!(callers.authenticate('Bearer a.b.c') instanceof Promise), 'proven once, known at once')
  callers.use('acme', { keys: [] }, tokens)
  await assert.rejects(async () => callers.authenticate('Bearer a.b.c'), REFUSED)
})

test('rules of containments hold for keys, tokens and who has neither, for each call', async () => {
  const { clock, callers } = start()
  const { key, header } = makeKey()
  const tokens = { verify: async () => ({ subject: 'bob', roles: ['viewer'], expiresAt: 1_000_000 }) }
  const use = (rules: readonly { caller: string; perMinute?: number }[]) =>
    callers.use('default', { keys: [key], rules }, tokens)
  const token = 'Bearer a.b.c'
  use([{ caller: 'user:bob' }, { caller: 'service:ci', perMinute: 60 }])
  const denied = { code: 'IDENTITY_CALLER_DENIED' }
  await assert.rejects(async () => callers.authenticate(token), denied)
  await assert.rejects(async () => callers.authenticate(token), denied)
  assert.equal((callers.authenticate(header) as { id: string }).id, 'ci')
  assert.throws(() => callers.authenticate(header), { code: 'IDENTITY_CALLER_THROTTLED' })
  clock.advance(1_000)
  callers.authenticate(header)
  // What was used up stays used up when the same rules come again.
  use([{ caller: 'service:ci', perMinute: 60 }])
  assert.throws(() => callers.authenticate(header), { code: 'IDENTITY_CALLER_THROTTLED' })
  assert.equal((await callers.authenticate(token)).id, 'bob')
  use([{ caller: 'anonymous:loopback' }])
  callers.authenticate(header)
  const nobody = { kind: 'anonymous', id: 'loopback', tenant: 'default', roles: [], via: 'none' } as const
  assert.throws(() => callers.admit(nobody), denied)
})
