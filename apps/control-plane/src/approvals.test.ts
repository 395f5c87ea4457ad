/** Production mode, real issuer, real policy: nobody approves his own, and what an approval rests on holds the route. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import tls from 'node:tls'
import { type EmbeddedIssuer, loopbackTls, startEmbeddedIssuer } from '@rampart/connectors/testing'
import { until } from '@rampart/kit/testing'
import { tinyClassifier } from '@rampart/onnx/testing'
import { assertProblem, stageOf, startTestPlane, type TestPlane, uploadArtifact } from './testing.ts'

const PATIENCE_MS = 60_000
let issuer: EmbeddedIssuer
let plane: TestPlane
const tokens: Record<string, string> = {}

const tokenFor = (sub: string, roles: readonly string[]): Promise<string> => {
  const now = Math.floor(Date.now() / 1000)
  return issuer.forge({ iss: issuer.issuer, aud: issuer.audience, sub, roles, iat: now, exp: now + 600 })
}
const as = (who: string) => {
  const token = tokens[who] ?? null
  return (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    plane.call(method, path, { token, headers, ...(body === undefined ? {} : { body }) })
}
const admin = () => ({ call: (m: string, p: string) => plane.call(m, p, { token: tokens.ada ?? null }) })
const PATH = '/api/v1/models/loans/versions'
const approve = (who: string, over: object = {}) =>
  as(who)('POST', `${PATH}/1.0.0/approvals`, { reason: `${who} agrees`, ...over })
const infer = () =>
  as('olga')('POST', '/v2/models/loans/infer', {
    inputs: [{ name: 'features', shape: [1, 4], datatype: 'FP32', data: [1, 2, 3, 4] }],
  })
const requests = async (query = '') =>
  ((await as('ann')('GET', `/api/v1/approvals?model=loans${query}`)).json?.items ?? []) as {
    id: string
    state: string
    revision: number
    missing: string[]
    reason: string
    mayApprove: { allow: boolean; reasons: string[] }
  }[]

before(async () => {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), loopbackTls.cert])
  issuer = await startEmbeddedIssuer(['operator'], { tls: loopbackTls })
  plane = await startTestPlane({ flags: { 'oidc-issuer': issuer.issuer, 'oidc-audience': issuer.audience } })
  const people = {
    ada: ['admin'],
    olga: ['operator', 'approver'],
    ann: ['approver'],
    ben: ['approver'],
    otto: ['viewer'],
  }
  for (const [who, roles] of Object.entries(people)) tokens[who] = await tokenFor(who, roles)
})
after(async () => {
  await plane.stop()
  await issuer.stop()
})

const editQuorums = async (config: (now: Record<string, unknown>) => void): Promise<void> => {
  const pack = await as('ada')('GET', '/api/v1/policies/approval')
  const files = pack.json?.files as Record<string, string>
  const data = JSON.parse(files['data.json'] ?? '') as {
    rampart: { approval_config: Record<string, unknown> }
  }
  config(data.rampart.approval_config)
  const body = { files: { ...files, 'data.json': JSON.stringify(data) }, message: 'test' }
  const put = await as('ada')('PUT', '/api/v1/policies/approval', body, {
    'if-match': pack.headers.get('etag') ?? '',
  })
  assert.equal(put.status, 200, put.text)
}

test('a version needs the persons that policy names; its uploader is none of them, one person is one', async () => {
  await editQuorums((config) => {
    config.quorums = { default: { needs: { approver: 2, owner: 1 }, valid_days: 30 } }
    config.members = { owner: { 'loan*': ['user:otto'] } }
  })
  const digest = await uploadArtifact(plane, tinyClassifier(4), tokens.olga)
  const artifacts = [{ path: 'model.onnx', role: 'model', digest }]
  assert.equal((await as('olga')('POST', PATH, { version: '1.0.0', artifacts, spec: {} })).status, 201)
  await until(async () => (await stageOf(admin(), 'loans', '1.0.0')) === 'assessed', PATIENCE_MS)
  await until(async () => (await requests('&state=open')).length === 1, PATIENCE_MS)
  const own = assertProblem(await approve('olga'), 403)
  assert.match(String(own.json?.detail), /user:olga registered this version and may not approve it/)
  const [asked] = await requests('&waitingForMe=true')
  assert.deepEqual(asked?.missing, ['needs 1 more approval by owner', 'needs 2 more approvals by approver'])
  assert.deepEqual((await approve('ann')).json?.missing, [
    'needs 1 more approval by approver',
    'needs 1 more approval by owner',
  ])
  assertProblem(await approve('ann'), 403)
  assert.equal(
    (await as('otto')('POST', `/api/v1/approvals/${asked?.id}/comments`, { text: 'mine' })).status,
    201,
  )
  const stale = { 'if-match': '"1"' }
  assertProblem(
    await as('otto')('POST', `/api/v1/approvals/${asked?.id}/approve`, { reason: 'x' }, stale),
    412,
  )
  assert.equal(
    (await as('otto')('POST', `/api/v1/approvals/${asked?.id}/approve`, { reason: 'owner' })).status,
    200,
  )
  const early = await as('olga')('POST', `${PATH}/1.0.0/transitions`, { to: 'deployed', reason: 'now' })
  assertProblem(early, 409)
  assert.equal((await approve('ben')).json?.state, 'approved')
  assert.equal(await stageOf(admin(), 'loans', '1.0.0'), 'approved')
  assertProblem(await approve('ada'), 409)
})

test('a rule that changes takes the version off its route until it is approved again', async () => {
  const deployed = await as('olga')('POST', `${PATH}/1.0.0/transitions`, { to: 'deployed', reason: 'go' })
  assert.equal(deployed.status, 200, deployed.text)
  await until(async () => (await infer()).status === 200, PATIENCE_MS)
  await editQuorums((config) => {
    config.quorums = { default: { needs: { approver: 1 }, valid_days: 30 } }
  })
  await until(async () => (await infer()).status !== 200, PATIENCE_MS)
  await until(async () => (await requests('&state=open')).length === 1, PATIENCE_MS)
  const [again] = await requests('&state=open')
  assert.match(again?.reason ?? '', /has to be approved again: .*the policy has changed since/)
  const verdicts = (await as('ann')('GET', '/api/v1/verdicts')).json?.items as { reasons: string[] }[]
  assert.match(verdicts[0]?.reasons.join() ?? '', /loans:1\.0\.0: needs 1 more approval by approver/)
  assert.equal((await approve('ann')).json?.met, true)
  assert.equal(await stageOf(admin(), 'loans', '1.0.0'), 'deployed')
  await until(async () => (await infer()).status === 200, PATIENCE_MS)
})

test('a right is handed over through the API, and what was approved stands in the log', async () => {
  const until_ = new Date(Date.now() + 3_600_000).toISOString()
  const body = { to: 'user:otto', until: until_, reason: 'away' }
  const made = await as('ben')('POST', '/api/v1/approvals/delegations', body)
  assert.equal(made.status, 201, made.text)
  assertProblem(await as('ben')('POST', '/api/v1/approvals/delegations', { ...body, to: 'user:ben' }), 400)
  await editQuorums((config) => {
    config.quorums = { default: { needs: { approver: 1 }, valid_days: 31 } }
    config.members = {}
  })
  await until(async () => (await requests('&state=open')).length === 1, PATIENCE_MS)
  const refused = assertProblem(await approve('otto'), 403)
  assert.match(String(refused.json?.detail), /needs approver; user:otto has viewer/)
  assert.equal((await approve('otto', { onBehalfOf: 'user:ben' })).json?.met, true)
  await until(async () => (await infer()).status === 200, PATIENCE_MS)
  const { id } = made.json as { id: string }
  assertProblem(await as('ann')('DELETE', `/api/v1/approvals/delegations/${id}`), 404)
  assert.equal((await as('ben')('DELETE', `/api/v1/approvals/delegations/${id}`)).status, 204)
  // The log is written behind the changes.
  const logged = async (action: string): Promise<boolean> => {
    const page = (await as('ada')('GET', '/api/v1/audit/entries?limit=500')).json?.items as {
      action: string
    }[]
    return page.some((entry) => entry.action === `approval.${action}`)
  }
  for (const action of ['opened', 'given', 'approved', 'commented', 'delegated', 'delegation-revoked'])
    await until(() => logged(action), PATIENCE_MS)
  assert.deepEqual(plane.errors(), [])
})
