import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Digest, DSSE_PAYLOAD_TYPE, PREDICATE } from '@rampart/domain'
import fc from 'fast-check'
import { canonicalJson } from './canonical-json.ts'
import { signEnvelope } from './dsse.ts'
import { createEd25519Signer, generateEd25519Pem } from './ed25519-key.ts'
import { createStatement } from './statement.ts'
import { checkVerdict } from './verdict-check.ts'

const signer = createEd25519Signer(generateEd25519Pem())
const other = createEd25519Signer(generateEd25519Pem())
const keys = [signer.publicKey]
const digest = `sha256:${'a'.repeat(64)}` as Digest
const NOW = Date.parse('2026-11-23T12:00:00.000Z')
const good = {
  schema: 'verdict/1',
  tenant: 'default',
  digest,
  decision: 'allow',
  reasons: [],
  issuedAt: '2026-11-23T00:00:00.000Z',
  expiresAt: '2026-11-24T00:00:00.000Z',
}

const seal = (
  predicate: Record<string, unknown>,
  about: string = digest,
  type: string = PREDICATE.verdict,
  by = signer,
) =>
  signEnvelope(
    DSSE_PAYLOAD_TYPE,
    Buffer.from(
      canonicalJson(
        createStatement({
          subject: [{ name: 'm:1', digest: { sha256: about.slice(7) } }],
          predicateType: type,
          predicate,
        }),
      ),
    ),
    [by],
  )
const faultOf = (envelope: unknown, now = NOW, tenant = 'default') => {
  const check = checkVerdict(envelope, { digest, tenant }, keys, now)
  return check.valid ? undefined : check.fault
}

test('a verdict counts when it is signed, about these bytes, allows, and has not expired', () => {
  const check = checkVerdict(seal(good), { digest, tenant: 'default' }, keys, NOW)
  assert.ok(check.valid)
  assert.equal(check.expiresAtMs, Date.parse(good.expiresAt))
})

test('each way in which it does not count has its name', () => {
  assert.equal(faultOf(undefined), 'missing')
  assert.equal(faultOf(seal({ ...good, decision: 'deny', reasons: ['it was blocked'] })), 'denied')
  assert.equal(faultOf(seal(good), Date.parse(good.expiresAt)), 'expired')
  assert.equal(faultOf(seal(good, digest, PREDICATE.verdict, other)), 'signature')
  assert.equal(faultOf(seal(good), NOW, 'acme'), 'subject')
  const elsewhere = `sha256:${'b'.repeat(64)}`
  assert.equal(faultOf(seal(good, elsewhere)), 'subject')
  assert.equal(faultOf(seal({ ...good, digest: elsewhere }, elsewhere)), 'subject')
  assert.equal(faultOf(seal(good, digest, PREDICATE.approval)), 'unreadable')
  for (const broken of [
    { ...good, schema: 'verdict/2' },
    { ...good, decision: 'ALLOW' },
    { ...good, expiresAt: 'never' },
    { ...good, expiresAt: undefined },
  ])
    assert.equal(faultOf(seal(JSON.parse(JSON.stringify(broken)) as Record<string, unknown>)), 'unreadable')
})

test('property: no changed byte of the payload and no other value is ever valid', () => {
  const sealed = seal(good)
  const payload = Buffer.from(sealed.payload, 'base64')
  fc.assert(
    fc.property(fc.nat(payload.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const changed = Buffer.from(payload)
      changed[at] = (changed[at] as number) ^ by
      assert.notEqual(faultOf({ ...sealed, payload: changed.toString('base64') }), undefined)
    }),
    { numRuns: 200 },
  )
  fc.assert(fc.property(fc.jsonValue(), (value) => assert.notEqual(faultOf(value), undefined)))
})
