import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEd25519Signer, generateEd25519Pem } from '@rampart/signing'
import fc from 'fast-check'
import { hydrate } from './hydrate.ts'
import {
  artifactsOf,
  contentOf,
  openSnapshot,
  type SnapshotContent,
  signSnapshot,
} from './snapshot-document.ts'

const signer = createEd25519Signer(generateEd25519Pem())
const stranger = createEd25519Signer(generateEd25519Pem())
const keys = [signer.publicKey]
const digest = (digit: string) => `sha256:${digit.repeat(64)}` as const

const route = (tenant: string, version: string, stage: 'deployed' | 'approved', digit: string) => ({
  name: 'm',
  model: 'm',
  version,
  digest: digest(digit),
  stage,
  tenant,
  isDefault: true,
  modelPath: `/files/${digit}`,
  signature: { inputs: [], outputs: [] },
  labels: {},
  epoch: 7,
})

const content: SnapshotContent = {
  mode: 'production',
  ...contentOf(
    {
      routes: [
        route('one', '1.0.0', 'deployed', 'a'),
        route('one', '2.0.0', 'approved', 'b'),
        route('two', '1.0.0', 'deployed', 'c'),
      ],
      plans: [],
      deployed: new Set([`one/m/1.0.0@${digest('a')}`, `two/m/1.0.0@${digest('c')}`]),
    },
    'one',
  ),
  policy: { pack: 'inference', version: 1, digest: digest('d'), files: {} },
  callers: { keys: [] },
  layouts: [],
}

const about = (epoch: number, issued: number, tenant = 'one') => ({
  tenant,
  epoch,
  issuedAt: new Date(issued).toISOString(),
  expiresAt: new Date(issued + 3_600_000).toISOString(),
})
const signed = (epoch: number, issued = 1_000, tenant = 'one') =>
  signSnapshot(content, about(epoch, issued, tenant), signer)

test('a tenant’s snapshot has its routes alone, no paths, and the files that it loads itself', () => {
  const opened = openSnapshot(signed(1), { keys, tenant: 'one', current: undefined })
  assert.deepEqual(
    opened.routes.map(({ version }) => version),
    ['1.0.0', '2.0.0'],
  )
  assert.ok(!JSON.stringify(opened).includes('/files/'))
  assert.deepEqual([...artifactsOf(opened)], [digest('a')])
  assert.deepEqual(opened.deployed, [`one/m/1.0.0@${digest('a')}`])
  const [first] = hydrate(opened, (one) => `/cache/${one.slice(7, 9)}`).routes
  assert.equal(first?.modelPath, '/cache/aa')
  assert.equal(first?.epoch, hydrate(opened, () => '').routes[0]?.epoch, 'content alone decides the number')
})

test('forged, altered and retyped snapshots are refused', () => {
  const open = (envelope: unknown) => openSnapshot(envelope, { keys, tenant: 'one', current: undefined })
  const forged = signSnapshot(content, about(1, 1_000), stranger)
  assert.throws(() => open(forged), { code: 'GATEWAY_SNAPSHOT_FORGED' })
  const good = signed(1)
  assert.throws(() => open({ ...good, payloadType: 'application/json' }), { code: 'GATEWAY_SNAPSHOT_FORGED' })
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const bytes = Buffer.from(good.payload, 'base64')
      const index = at % bytes.length
      bytes[index] = (bytes[index] as number) ^ flip
      assert.throws(() => open({ ...good, payload: bytes.toString('base64') }), {
        code: 'GATEWAY_SNAPSHOT_FORGED',
      })
    }),
    { numRuns: 50 },
  )
})

test('another tenant’s, an older epoch and an earlier issue are refused; a prolonged one is taken', () => {
  const current = { epoch: 5, issuedAt: new Date(5_000).toISOString() }
  const open = (epoch: number, issued: number, tenant = 'one') =>
    openSnapshot(signed(epoch, issued, tenant), { keys, tenant: 'one', current })
  assert.throws(() => open(9, 9_000, 'two'), { code: 'GATEWAY_SNAPSHOT_OTHER_TENANT' })
  assert.throws(() => open(4, 9_000), { code: 'GATEWAY_SNAPSHOT_OLDER' })
  assert.throws(() => open(5, 4_999), { code: 'GATEWAY_SNAPSHOT_OLDER' })
  assert.equal(open(5, 6_000).epoch, 5)
  assert.equal(open(6, 1_000).epoch, 6, 'a new epoch counts whatever the clocks say')
})

test('what the signer signed but is no snapshot is refused with a code', () => {
  for (const broken of [
    { ...content, routes: 'x' },
    { ...content, policy: null },
    { ...content, callers: {} },
  ]) {
    const envelope = signSnapshot(broken as never, about(1, 1_000), signer)
    assert.throws(() => openSnapshot(envelope, { keys, tenant: undefined, current: undefined }), {
      code: 'GATEWAY_SNAPSHOT_INVALID',
    })
  }
})
