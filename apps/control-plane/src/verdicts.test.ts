/** Scans, waivers and verdicts through the real listener: what is refused, who may, and what serving does about it. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Digest, SignedVerdict } from '@rampart/domain'
import { until } from '@rampart/kit/testing'
import { tinyClassifier } from '@rampart/onnx/testing'
import { canonicalDigest, checkVerdict, readVerificationKey } from '@rampart/signing'
import { readModelPrivateKey, signModel } from '@rampart/signing/model'
import {
  assertProblem,
  deployClassifier,
  issueKey,
  stageOf,
  startTestPlane,
  type TestPlane,
  uploadArtifact,
} from './testing.ts'

let plane: TestPlane
let digest: Digest
let viewer: string
let operator: string
let approver: string

before(async () => {
  plane = await startTestPlane()
  await deployClassifier(plane, 'tiny', '1.0.0')
  digest = await digestOf('tiny', '1.0.0')
  viewer = await issueKey(plane, 'viewer', ['viewer'])
  operator = await issueKey(plane, 'operator', ['operator'])
  approver = await issueKey(plane, 'approver', ['approver'])
})
after(() => plane.stop())

const get = (path: string, token?: string) => plane.call('GET', path, token === undefined ? {} : { token })
const post = (path: string, body: unknown, token?: string) =>
  plane.call('POST', path, { body, ...(token === undefined ? {} : { token }) })
const digestOf = async (name: string, version: string) =>
  (await get(`/api/v1/models/${name}/versions/${version}`)).json?.['digest'] as Digest
const items = async (path: string) => (await get(path)).json?.['items'] as Record<string, unknown>[]
const infer = (route = 'tiny') =>
  plane.call('POST', `/v2/models/${route}/infer`, {
    token: null,
    body: { inputs: [{ name: 'features', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }] },
  })

/** The same shape with one weight changed: other bytes do not share the fate of these. */
const otherClassifier = (): Uint8Array => {
  const bytes = Buffer.from(tinyClassifier(4))
  const weight = Buffer.alloc(4)
  weight.writeFloatLE(0.2)
  bytes.writeFloatLE(0.25, bytes.indexOf(weight))
  return bytes
}

/** A version with one file more beside the model. */
const register = async (name: string, path: string, bytes: Uint8Array): Promise<string> => {
  const model = await uploadArtifact(plane, tinyClassifier(4))
  const other = await uploadArtifact(plane, bytes)
  const artifacts = [
    { path: 'model.onnx', role: 'model', digest: model },
    { path, role: 'other', digest: other },
  ]
  const answer = await post(`/api/v1/models/${name}/versions`, { version: '1', artifacts, spec: {} })
  assert.equal(answer.status, 201, answer.text)
  return other
}

test('a verdict is fetched with its envelope, which the published key verifies', async () => {
  const answer = await get(`/api/v1/verdicts/${digest}`, viewer)
  assert.equal(answer.status, 200)
  const signed = answer.json as unknown as SignedVerdict
  const tag = answer.headers.get('etag') ?? ''
  assert.equal(tag, `"${canonicalDigest(signed.envelope)}"`)
  const keys = (await items('/api/v1/keys'))
    .filter(({ use }) => use === 'evidence')
    .map(({ pem }) => readVerificationKey(String(pem)))
  const check = checkVerdict(signed.envelope, { digest, tenant: 'default' }, keys, Date.now())
  assert.ok(check.valid)
  assert.deepEqual(check.verdict, signed.verdict)
  assert.equal(signed.verdict.graphLint.result, 'clean')
  const same = await plane.call('GET', `/api/v1/verdicts/${digest}`, { headers: { 'if-none-match': tag } })
  assert.deepEqual([same.status, same.text], [304, ''])
})

test('lists and history say what counts and what counted', async () => {
  const allowed = await items('/api/v1/verdicts?decision=allow&model=tiny')
  assert.deepEqual(
    allowed.map((one) => [one.digest, one.decision]),
    [[digest, 'allow']],
  )
  assert.deepEqual(await items('/api/v1/verdicts?decision=deny&model=tiny'), [])
  assert.deepEqual(await items('/api/v1/verdicts?model=absent'), [])
  const history = await items(`/api/v1/verdicts/${digest}/history`)
  assert.equal(history[0]?.decision, 'allow')
  assert.equal(history.at(-1)?.decision, 'deny')
  const paged = await get(`/api/v1/verdicts/${digest}/history?limit=1`)
  const next = encodeURIComponent(String(paged.json?.['nextCursor']))
  const [second] = await items(`/api/v1/verdicts/${digest}/history?limit=1&cursor=${next}`)
  assert.deepEqual(second, history[1])
})

test('what is no digest, cursor or version is a clear 4xx', async () => {
  const unknown = `sha256:${'0'.repeat(64)}`
  for (const path of ['', '/history']) assertProblem(await get(`/api/v1/verdicts/${unknown}${path}`), 404)
  for (const bad of [
    'x',
    'sha256:',
    `sha256:${'g'.repeat(64)}`,
    `SHA256:${'0'.repeat(64)}`,
    '..%2F..%2Fkeys',
    '%00',
  ])
    for (const path of [`/verdicts/${bad}`, `/verdicts/${bad}/history`, `/artifacts/${bad}/scan`])
      assertProblem(await get(`/api/v1${path}`))
  for (const query of ['cursor=x', 'decision=maybe', 'model=A%20B', 'limit=0', 'limit=501', 'extra=1'])
    assertProblem(await get(`/api/v1/verdicts?${query}`), 400)
  assertProblem(await get(`/api/v1/verdicts/${digest}/history?cursor=${'a'.repeat(5000)}`))
  assertProblem(await post(`/api/v1/artifacts/${unknown}/scan`, {}), 404)
  for (const body of ['[]', '{"again":"yes"}', '{"path":"/etc/passwd"}', 'null,', '{"again":1}'])
    assertProblem(await post(`/api/v1/artifacts/${digest}/scan`, body), 400)
  const waivers = '/api/v1/models/tiny/versions/1.0.0/waivers'
  for (const body of [
    {},
    { reason: '' },
    { reason: ' ' },
    { reason: 'x'.repeat(2001) },
    { reason: 'x', expiresAt: 'soon' },
  ])
    assertProblem(await post(waivers, body, approver), 400)
  assertProblem(await post(waivers, { reason: 'nothing to waive' }, approver), 409)
  assertProblem(await post('/api/v1/models/absent/versions/1/waivers', { reason: 'x' }, approver), 404)
})

test('each action has its roles', async () => {
  for (const token of [viewer, operator, approver])
    assert.equal((await get(`/api/v1/verdicts/${digest}`, token)).status, 200)
  for (const path of ['/api/v1/verdicts', `/api/v1/verdicts/${digest}`, `/api/v1/artifacts/${digest}/scan`])
    assertProblem(await plane.call('GET', path, { token: null }), 401)
  const scan = `/api/v1/artifacts/${digest}/scan`
  for (const token of [viewer, approver]) assertProblem(await post(scan, {}, token), 403)
  assert.equal((await post(scan, {}, operator)).status, 202)
  const waivers = '/api/v1/models/tiny/versions/1.0.0/waivers'
  for (const token of [viewer, operator]) assertProblem(await post(waivers, { reason: 'x' }, token), 403)
})

test('what the scan blocks is never loaded, promoted or waived', async () => {
  const pickle = Buffer.from('cposix\nsystem\n(Vtrue\ntR.')
  const found = await register('blocked', 'extra.pkl', pickle)
  const version = '/api/v1/models/blocked/versions/1'
  const evidence = async () => await items(`/api/v1/evidence?digest=${await digestOf('blocked', '1')}`)
  const assessed = async () =>
    (await evidence()).find(
      (one) => String(one.subjectName) === 'blocked:1' && String(one.predicateType).includes('assessment'),
    )
  await until(async () => (await assessed()) !== undefined)
  const { result, reasons, runtime } = ((await assessed())?.predicate ?? {}) as Record<string, unknown>
  assert.deepEqual([result, runtime], ['failed', 'not loaded'])
  assert.match(String(reasons), /extra\.pkl says blocked: pickle-dangerous-global/)
  assert.equal(await stageOf(plane, 'blocked', '1'), 'registered')
  assertProblem(await post(`${version}/waivers`, { reason: 'please' }, approver), 409)
  const [scan] = await items(`/api/v1/artifacts/${found}/scan`)
  assert.deepEqual([scan?.path, scan?.state, scan?.result], ['extra.pkl', 'done', 'blocked'])
})

test('what the scan cannot verify waits for a waiver, which is evidence with a name on it', async () => {
  await register('unverified', 'run.py', Buffer.from('import os\nprint(os.getcwd())\n'))
  const version = '/api/v1/models/unverified/versions/1'
  const served = async () => (await items('/api/v1/verdicts?model=tiny'))[0]?.decision
  await until(
    async () => (await post(`${version}/waivers`, { reason: 'our own script' }, approver)).status === 201,
  )
  await until(async () => (await stageOf(plane, 'unverified', '1')) === 'assessed')
  assert.equal(await served(), 'allow', 'the same bytes beside a bad file stop nobody who serves them')
  const facts = (await get(version)).json?.['evidence'] as Record<string, unknown>[]
  const waiver = facts.find(({ predicateType }) => String(predicateType).includes('waiver'))
  assert.equal(waiver?.verified, true)
  assert.equal((waiver.predicate as { by: string }).by, 'service:approver')
})

test('another policy stops what it does not allow, and lets it go on again', async () => {
  const pack = (await get('/api/v1/policies/verdict')).json as {
    version: number
    files: Record<string, string>
  }
  const strict = String(pack.files['data.json']).replace(
    '"signature_required": false',
    '"signature_required": true',
  )
  assert.equal((await infer()).status, 200)
  const edited = await plane.call('PUT', '/api/v1/policies/verdict', {
    body: { files: { ...pack.files, 'data.json': strict }, message: 'signatures from now on' },
    headers: { 'if-match': `"${pack.version}"` },
  })
  assert.equal(edited.status, 200, edited.text)
  await until(async () => (await infer()).status === 503, 5000)
  const refused = await infer()
  assert.equal(
    refused.json?.['code'] ?? refused.headers.get('rampart-error-code'),
    'SERVING_NO_VALID_VERDICT',
  )
  const back = await plane.call('POST', '/api/v1/policies/verdict/rollback', {
    body: { version: pack.version },
    headers: { 'if-match': `"${pack.version + 1}"` },
  })
  assert.equal(back.status, 200, back.text)
  await until(async () => (await infer()).status === 200)
})

test('a revoked signer stops what rests on it at once, and a stand-in answers', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-revoked-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await deployClassifier(plane, 'signed', '1.0.0')
  const other = await uploadArtifact(plane, otherClassifier())
  const versions = '/api/v1/models/signed/versions'
  const artifacts = [{ path: 'model.onnx', role: 'model', digest: other }]
  assert.equal((await post(versions, { version: '2.0.0', artifacts, spec: {} })).status, 201)
  await until(async () => (await stageOf(plane, 'signed', '2.0.0')) === 'assessed')
  await writeFile(join(folder, 'model.onnx'), otherClassifier())
  const key = readModelPrivateKey(String(ec.privateKey.export({ type: 'pkcs8', format: 'pem' })))
  await signModel({ path: join(folder, 'model.onnx'), signaturePath: join(folder, 'm.sig'), signer: key })
  const pem = String(ec.publicKey.export({ type: 'spki', format: 'pem' }))
  const trusted = await plane.call('PUT', '/api/v1/signers/release', { body: { identities: [{ key: pem }] } })
  assert.equal(trusted.status, 200, trusted.text)
  const document = (await readFile(join(folder, 'm.sig'))).toString('base64')
  assert.equal((await post(`${versions}/2.0.0/signatures`, { document })).status, 201)
  for (const to of ['approved', 'deployed'])
    assert.equal((await post(`${versions}/2.0.0/transitions`, { to, reason: 'test' })).status, 200)
  const backends = [
    { model: 'signed', version: '2.0.0', weight: 1 },
    { model: 'signed', version: '1.0.0', weight: 0 },
  ]
  const route = await plane.call('PUT', '/api/v1/routes/guarded', { body: { backends, fallback: {} } })
  assert.equal(route.status, 200, route.text)
  await until(async () => (await infer('guarded')).json?.['model_version'] === '2.0.0')
  const started = performance.now()
  const revoked = await post('/api/v1/signers/release/revocation', { reason: 'the key was lost' })
  assert.equal(revoked.status, 200)
  await until(async () => (await infer('guarded')).json?.['model_version'] === '1.0.0', 5000)
  t.diagnostic(
    `the stand-in answered ${Math.round(performance.now() - started)} ms after the revocation was asked for`,
  )
  const verdict = (await get(`/api/v1/verdicts/${other}`)).json as unknown as SignedVerdict
  assert.equal(verdict.verdict.decision, 'deny')
  assert.ok(verdict.verdict.reasons.includes('no signature on it counts any more'))
})
