import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { componentPrincipal, type ModelVersion, PREDICATE } from '@rampart/domain'
import { cryptoRandom, systemClock } from '@rampart/kit'
import { type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { createEd25519Signer, generateEd25519Pem } from '@rampart/signing'
import { readModelPrivateKey, signModel } from '@rampart/signing/model'
import { trustMigrations } from '../index.ts'
import { createTrust } from '../trust.ts'
import { createSignatures } from './signatures.ts'
import { isInScope, type SignerSpec } from './signer-spec.ts'
import { createSigners } from './signers.ts'

let db: TestDatabase
let folder: string
let bundle: Buffer
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = (key: KeyObject): string => String(key.export({ type: 'spki', format: 'pem' }))
const sha = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}` as const
const WEIGHTS = sha('weights')

before(async () => {
  db = await testDatabase({ sources: [trustMigrations()] })
  folder = await mkdtemp(join(tmpdir(), 'rampart-signers-'))
  await writeFile(join(folder, 'w.onnx'), 'weights')
  const signer = readModelPrivateKey(String(ec.privateKey.export({ type: 'pkcs8', format: 'pem' })))
  await signModel({ path: join(folder, 'w.onnx'), signaturePath: join(folder, 'm.sig'), signer })
  bundle = await readFile(join(folder, 'm.sig'))
})
after(async () => {
  await db.stop()
  await rm(folder, { recursive: true, force: true })
})

const admin = componentPrincipal('test', ['admin'])
const versionOf = (name: string): ModelVersion => ({
  tenant: 'default',
  name,
  version: '1.0.0',
  digest: WEIGHTS,
  stage: 'deployed',
  artifacts: [
    { path: 'w.onnx', role: 'model', digest: name === 'other-bytes' ? sha('x') : WEIGHTS, sizeBytes: 7 },
  ],
  spec: {},
  createdBy: 'user:ann',
  createdAt: '2026-11-23T00:00:00.000Z',
  updatedAt: '2026-11-23T00:00:00.000Z',
  revision: 1,
})

const open = (nowMs = Date.now()) => {
  const clock = { ...systemClock, now: () => nowMs, iso: () => new Date(nowMs).toISOString() }
  const audit = { record: async () => undefined }
  const trust = createTrust({
    database: db.database,
    eventLog: db.eventLog,
    clock,
    random: cryptoRandom,
    signer: evidenceKey,
    audit,
  })
  const signers = createSigners({ database: db.database, eventLog: db.eventLog, clock, audit })
  const signatures = createSignatures({
    database: db.database,
    clock,
    trust,
    versions: { get: async (_tenant, ref) => versionOf(ref.name) },
  })
  return { trust, signers, signatures }
}
const evidenceKey = createEd25519Signer(generateEd25519Pem())
const accept = (name: string, document = bundle, rooms = open()) =>
  rooms.signatures.accept(admin, { name, version: '1.0.0' }, document)
const put = (name: string, spec: SignerSpec, rooms = open()) => rooms.signers.put(admin, { name, spec })
const mine = async (evidenceId: string, rooms = open()) => rooms.trust.evidence('default', evidenceId)

test('a signature of a trusted signer becomes evidence once; of nobody, or out of scope, it is refused', async () => {
  await assert.rejects(accept('alpha'), { code: 'TRUST_SIGNATURE_UNTRUSTED' })
  await put('release', { identities: [{ key: pem(ec.publicKey) }], models: ['al*a', 'other-bytes'] })
  const accepted = await accept('alpha')
  assert.deepEqual([accepted.signer, accepted.isNew], ['release', true])
  assert.deepEqual(await accept('alpha'), { ...accepted, isNew: false })
  const record = await mine(accepted.evidenceId)
  assert.deepEqual(
    [record.predicateType, record.verified, record.predicate.signer],
    [PREDICATE.signature, true, 'release'],
  )
  await assert.rejects(accept('beta'), { code: 'TRUST_SIGNATURE_UNTRUSTED' })
  await assert.rejects(accept('other-bytes'), { code: 'TRUST_SIGNATURE_MISMATCH' })
  const changed = Buffer.from(bundle.toString().replace(/"sig":"M(.)/, '"sig":"M$1A'))
  await assert.rejects(accept('alpha', changed), { code: /TRUST_SIGNATURE_(INVALID|UNTRUSTED)/ })
  for (const text of ['', '{}', '[1]', '{"a":1,"a":2}'])
    await assert.rejects(accept('alpha', Buffer.from(text)), { code: 'TRUST_SIGNATURE_INVALID' })
})

test('revocation takes effect at once, finds what rests on the signer, and is for good', async () => {
  await put('revoked-one', { identities: [{ key: pem(ec.publicKey) }], models: ['gamma', 'delta'] })
  const first = await accept('gamma')
  await accept('delta')
  const { signers } = open()
  await assert.rejects(signers.remove(admin, 'revoked-one'), { code: 'TRUST_SIGNER_USED' })
  const { dependents, signer } = await signers.revoke(admin, 'revoked-one', { reason: 'the key was lost' })
  assert.deepEqual(dependents, ['delta:1.0.0', 'gamma:1.0.0'])
  assert.equal(signer.state, 'revoked')
  const record = await mine(first.evidenceId)
  assert.equal(record.verified, false)
  assert.match(record.reasons.join(), /revoked-one is revoked: the key was lost/)
  await assert.rejects(accept('gamma'), { code: 'TRUST_SIGNATURE_UNTRUSTED' })
  await assert.rejects(put('revoked-one', { identities: [{ key: pem(ec.publicKey) }] }), {
    code: 'TRUST_SIGNER_REVOKED',
  })
  // On a shared server, transactions of others hold back what can be read in order.
  await until(async () => {
    const query = { tenant: 'default', limit: 200, types: ['rampart.signer.changed.v1'] }
    const { events } = await db.eventLog.read(query)
    return events.some(({ data }) => data.name === 'revoked-one' && data.action === 'revoked')
  })
})

test('a revocation may spare what was received before', async () => {
  await put('spared', { identities: [{ key: pem(ec.publicKey) }], models: ['epsilon'] })
  const { evidenceId } = await accept('epsilon')
  await open().signers.revoke(admin, 'spared', {
    reason: 'left',
    since: new Date(Date.now() + 1000).toISOString(),
  })
  assert.equal((await mine(evidenceId)).verified, true)
})

test('rotation: the old identity counts for what came in its time, and for nothing once it is dropped', async () => {
  const next = generateKeyPairSync('ed25519')
  const until = new Date(Date.now() + 60_000).toISOString()
  const old = { key: pem(ec.publicKey) }
  await put('rotated', { identities: [old], models: ['zeta'] })
  const { evidenceId } = await accept('zeta')
  await put('rotated', {
    identities: [{ ...old, validUntil: until }, { key: pem(next.publicKey) }],
    models: ['zeta'],
  })
  assert.equal((await mine(evidenceId)).verified, true)
  await assert.rejects(accept('zeta', bundle, open(Date.now() + 120_000)), {
    code: 'TRUST_SIGNATURE_UNTRUSTED',
  })
  const statement = Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'zeta', digest: { sha256: WEIGHTS.slice(7) } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: { runDetails: { builder: { id: 'https://builder.test' } } },
    }),
  )
  const type = 'application/vnd.in-toto+json'
  const message = Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} ${type} ${statement.length} `),
    statement,
  ])
  const envelope = {
    payloadType: type,
    payload: statement.toString('base64'),
    signatures: [{ sig: sign(null, message, next.privateKey).toString('base64') }],
  }
  const provenance = await accept('zeta', Buffer.from(JSON.stringify(envelope)))
  assert.equal((await mine(provenance.evidenceId)).verified, true)
  await put('rotated', { identities: [{ key: pem(next.publicKey) }], models: ['zeta'] })
  assert.match((await mine(evidenceId)).reasons.join(), /does not use this identity any more/)
  assert.equal((await mine(provenance.evidenceId)).verified, true)
})

test('a signer that cannot verify anything, a stale change and an unknown name are refused', async () => {
  const { signers } = open()
  for (const identities of [
    [],
    [{ key: 'no' }],
    [{ key: pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey) }],
    [{ certificateRoots: 'no' }],
    [{ keyless: { trustedRoot: '{}', identity: 'a', issuer: 'b' } }],
    [{ key: pem(ec.publicKey) }, { key: pem(ec.publicKey) }],
    [{ key: pem(ec.publicKey), validUntil: 'soon', extra: 1 }],
  ])
    await assert.rejects(put('bad', { identities } as unknown as SignerSpec), {
      code: 'TRUST_SIGNER_INVALID',
    })
  const spec = { identities: [{ key: pem(ec.publicKey) }], models: ['none'] }
  const { revision } = await put('stale', spec)
  await assert.rejects(signers.put(admin, { name: 'stale', spec, revision: revision + 1 }), {
    code: 'TRUST_SIGNER_CHANGED',
  })
  await signers.remove(admin, 'stale')
  await assert.rejects(signers.get('default', 'stale'), { code: 'TRUST_SIGNER_NOT_FOUND' })
  await assert.rejects(signers.revoke(admin, 'stale', { reason: 'x' }), { code: 'TRUST_SIGNER_NOT_FOUND' })
  assert.deepEqual(await signers.list('other-tenant'), [])
})

test('scopes are names with stars', () => {
  const matches = (pattern: string, name: string): boolean =>
    isInScope({ identities: [{ key: '' }], models: [pattern] }, name)
  for (const [pattern, name, expected] of [
    ['card-fraud', 'card-fraud', true],
    ['card-fraud', 'card-fraud-2', false],
    ['card-*', 'card-fraud', true],
    ['*', 'anything', true],
    ['*-eu', 'card-eu', true],
    ['a*a', 'a', false],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'aXcYb', false],
    [`${'a*'.repeat(30)}b`, 'a'.repeat(63), false],
  ] as const)
    assert.equal(matches(pattern, name), expected, `${pattern} ${name}`)
})
