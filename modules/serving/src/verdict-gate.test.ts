import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Digest, DSSE_PAYLOAD_TYPE, type Envelope, PREDICATE } from '@rampart/domain'
import { systemClock } from '@rampart/kit'
import { until } from '@rampart/kit/testing'
import { tinyClassifier } from '@rampart/onnx/testing'
import {
  canonicalJson,
  createEd25519Signer,
  createStatement,
  generateEd25519Pem,
  signEnvelope,
} from '@rampart/signing'
import type { Snapshot, SnapshotRoute } from './snapshot.ts'
import { type ServingFixture, startServing } from './testing.ts'

const WIDTH = 4
const body = { inputs: [{ name: 'features', datatype: 'FP32', shape: [1, WIDTH], data: [1, 2, 3, 4] }] }
const signer = createEd25519Signer(generateEd25519Pem())
const stranger = createEd25519Signer(generateEd25519Pem())

type Parts = { decision?: string; tenant?: string; forMs?: number; by?: typeof signer }
const verdictAbout = (
  digest: Digest,
  { decision = 'allow', tenant = 'default', forMs = 60_000, by = signer }: Parts = {},
) =>
  signEnvelope(
    DSSE_PAYLOAD_TYPE,
    Buffer.from(
      canonicalJson(
        createStatement({
          subject: [{ name: 'm:1', digest: { sha256: digest.slice(7) } }],
          predicateType: PREDICATE.verdict,
          predicate: {
            schema: 'verdict/1',
            tenant,
            digest,
            decision,
            reasons: decision === 'allow' ? [] : ['the scan blocked it'],
            issuedAt: systemClock.iso(),
            expiresAt: new Date(Date.now() + forMs).toISOString(),
          },
        }),
      ),
    ),
    [by],
  )

let up: ServingFixture
let file: SnapshotRoute
before(async () => {
  up = await startServing({}, { verdictKeys: () => [signer.publicKey] })
  file = await up.route('tiny', tinyClassifier(WIDTH))
})
after(() => up.stop())

const set = (verdict: Envelope | undefined, more: Partial<Snapshot> = {}) =>
  up.serving.setSnapshot({ routes: [{ ...file, ...(verdict === undefined ? {} : { verdict }) }], ...more })
const answer = async () => {
  const response = await up.infer('tiny', body)
  return [response.status, ((await response.json()) as { code?: string }).code]
}
const REFUSED = [503, 'SERVING_NO_VALID_VERDICT']

test('a version is served with a valid verdict only, whatever else is wrong with the one it has', async () => {
  const elsewhere = `sha256:${'b'.repeat(64)}` as Digest
  for (const verdict of [
    undefined,
    verdictAbout(file.digest, { decision: 'deny' }),
    verdictAbout(file.digest, { forMs: -1 }),
    verdictAbout(file.digest, { by: stranger }),
    verdictAbout(file.digest, { tenant: 'acme' }),
    verdictAbout(elsewhere),
    { payloadType: 'x', payload: '', signatures: [] },
  ]) {
    const report = await set(verdict)
    assert.deepEqual(
      report.failed.map(({ code }) => code),
      ['SERVING_NO_VALID_VERDICT'],
    )
    assert.deepEqual(await answer(), REFUSED)
  }
  assert.deepEqual((await set(verdictAbout(file.digest))).failed, [])
  assert.deepEqual(await answer(), [200, undefined])
})

test('what is served stops with the snapshot that says so, is told as a signal, and comes back', async () => {
  await set(verdictAbout(file.digest))
  up.signals.length = 0
  await set(verdictAbout(file.digest, { decision: 'deny' }))
  assert.deepEqual(await answer(), REFUSED)
  // The same verdict again is no news.
  await set(verdictAbout(file.digest, { decision: 'deny' }))
  await set(verdictAbout(file.digest))
  assert.deepEqual(await answer(), [200, undefined])
  assert.deepEqual(
    up.signals.map(({ key, state, severity }) => [key, state, severity]),
    [
      ['serving.verdict:tiny:1.0.0', 'raised', 'high'],
      ['serving.verdict:tiny:1.0.0', 'cleared', 'high'],
    ],
  )
})

test('a verdict that expires stops its version without a new snapshot; the server stays ready', async () => {
  await set(verdictAbout(file.digest, { forMs: 700 }))
  assert.deepEqual(await answer(), [200, undefined])
  await until(async () => (await answer())[0] === 503)
  assert.equal((await fetch(`${up.url}/v2/health/ready`)).status, 200)
})

test('a stand-in answers for a version whose verdict is taken away', async () => {
  const second = {
    ...file,
    version: '2',
    digest: `sha256:${'2'.repeat(64)}` as Digest,
    artifactDigest: file.digest,
  }
  const backends = ['1.0.0', '2'].map((version, at) => ({ model: 'tiny', version, weight: at === 0 ? 1 : 0 }))
  const plans = [{ tenant: 'default', name: 'tiny', backends, fallback: {} }]
  const routes = (first: Envelope): SnapshotRoute[] => [
    { ...file, verdict: first },
    { ...second, isDefault: false, verdict: verdictAbout(second.digest) },
  ]
  const versionOf = async () =>
    ((await (await up.infer('tiny', body)).json()) as { model_version?: string }).model_version
  await up.serving.setSnapshot({ routes: routes(verdictAbout(file.digest)), plans })
  assert.equal(await versionOf(), '1.0.0')
  await up.serving.setSnapshot({ routes: routes(verdictAbout(file.digest, { decision: 'deny' })), plans })
  assert.equal(await versionOf(), '2')
})
