import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cryptoRandom } from '@rampart/kit'
import { createFakeClock } from '@rampart/kit/testing'
import fc from 'fast-check'
import {
  looksLikeJwt,
  newApiKeyText,
  newSecret,
  readApiKeyText,
  readBearer,
  readSessionCookie,
  sameHash,
} from './credentials.ts'
import { createPrincipalCache } from './principal-cache.ts'

test('an API key reads back as the id and hash it was made with', () => {
  for (let i = 0; i < 200; i += 1) {
    const { id, text, hash } = newApiKeyText(cryptoRandom)
    const read = readApiKeyText(text)
    assert.equal(read?.id, id)
    assert.ok(read !== undefined && sameHash(read.hash, hash))
    assert.equal(readBearer(`Bearer ${text}`), text)
    assert.equal(looksLikeJwt(text), false)
  }
})

test('readers of hostile headers never throw', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^(Bearer |rk_|rampart_session=)[\w.;= -]{0,80}$/),
  )
  fc.assert(
    fc.property(text, (header) => {
      readBearer(header)
      readApiKeyText(header)
      readSessionCookie(header)
      looksLikeJwt(header)
    }),
    { numRuns: 2000 },
  )
})

test('one altered character makes another key', () => {
  const { text, hash } = newApiKeyText(cryptoRandom)
  fc.assert(
    fc.property(
      fc.integer({ min: 20, max: text.length - 1 }),
      fc.constantFrom('A', 'b', '0', '_'),
      (at, char) => {
        const altered = text.slice(0, at) + char + text.slice(at + 1)
        const read = readApiKeyText(altered)
        assert.equal(read !== undefined && sameHash(read.hash, hash), altered === text)
      },
    ),
  )
})

test('the session cookie is found among others, and only when it is unambiguous', () => {
  const { text } = newSecret(cryptoRandom, 'rs_')
  assert.equal(readSessionCookie(`a=1; rampart_session=${text}; b=2`), text)
  for (const header of [
    `xrampart_session=${text}`,
    `rampart_session=${text}; rampart_session=x`,
    `rampart_session="${text}"`,
  ]) {
    assert.equal(readSessionCookie(header), undefined)
  }
})

const entry = (source: string, expiresAt = Number.POSITIVE_INFINITY) => ({
  principal: { kind: 'user', id: source, tenant: 'default', roles: [], via: 'api-key' } as const,
  expiresAt,
  source,
})

test('the cache believes a credential for its time to live and no longer than the credential itself', () => {
  const clock = createFakeClock(0)
  const cache = createPrincipalCache({ clock, ttlMs: 100, maxEntries: 10 })
  cache.set('a', entry('a'), cache.epoch())
  cache.set('b', entry('b', 50), cache.epoch())
  clock.advance(49)
  assert.ok(cache.get('a') !== undefined && cache.get('b') !== undefined)
  clock.advance(1)
  assert.ok(cache.get('a') !== undefined && cache.get('b') === undefined)
  clock.advance(50)
  assert.equal(cache.get('a'), undefined)
})

test('what was read before an invalidation is not remembered after it', () => {
  const cache = createPrincipalCache({ clock: createFakeClock(0), ttlMs: 100, maxEntries: 10 })
  const epoch = cache.epoch()
  cache.invalidate('api-key:1')
  cache.set('credential', entry('api-key:1'), epoch)
  assert.equal(cache.get('credential'), undefined)
})

test('the cache is bounded, whatever strangers send', () => {
  const cache = createPrincipalCache({ clock: createFakeClock(0), ttlMs: 100, maxEntries: 10 })
  for (let i = 0; i < 1000; i += 1) cache.set(`c${i}`, entry(`s${i}`), cache.epoch())
  const kept = Array.from({ length: 1000 }, (_, i) => cache.get(`c${i}`)).filter(
    (found) => found !== undefined,
  )
  assert.equal(kept.length, 10)
  cache.invalidate()
  assert.equal(cache.get('c999'), undefined)
})
