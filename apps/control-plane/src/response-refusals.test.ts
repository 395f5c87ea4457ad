/** What response must refuse, asked over HTTP: nothing is done, and each refusal is in the audit log. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Playbook, signPlaybook } from '@rampart/cacao'
import { until } from '@rampart/kit/testing'
import { createEd25519Signer, generateEd25519Pem } from '@rampart/signing'
import { assertProblem, issueKey, startTestPlane, type TestPlane } from './testing.ts'

const WITHIN_MS = 60_000
let plane: TestPlane
let operator: string
let owner: string
let approver: string
let other: string

before(async () => {
  plane = await startTestPlane()
  operator = await issueKey(plane, 'operator', ['operator'])
  owner = await issueKey(plane, 'owner', ['admin'])
  approver = await issueKey(plane, 'approver', ['approver'])
  other = await issueKey(plane, 'other', ['approver'])
})
after(() => plane.stop())

type Run = {
  readonly id: string
  readonly state: string
  readonly planDigest: string
  readonly isProtected: boolean
}
type Entry = {
  readonly action: string
  readonly principal: string
  readonly outcome: string
  readonly entity: { readonly id: string }
  readonly details: Readonly<Record<string, unknown>>
}

const run = async (id: string): Promise<Run> =>
  (await plane.call('GET', `/api/v1/response/runs/${id}`)).json as unknown as Run

const deny = async (caller: string, over: Record<string, unknown> = {}, token = owner): Promise<Run> => {
  const answer = await plane.call('POST', '/api/v1/response/runs', {
    token,
    body: {
      name: 'deny',
      reason: 'test',
      subject: { kind: 'caller', id: caller },
      steps: [{ action: 'caller.deny', parameters: { caller } }],
      ...over,
    },
  })
  assert.equal(answer.status, 201, answer.text)
  return answer.json as unknown as Run
}
const approve = (id: string, planDigest: string, token: string) =>
  plane.call('POST', `/api/v1/response/runs/${id}/approvals`, { token, body: { planDigest, reason: 'yes' } })

const denials = async (): Promise<readonly Entry[]> => {
  const all: Entry[] = []
  for (let next = ''; ; ) {
    const { json } = await plane.call('GET', `/api/v1/audit/entries?limit=500${next}`)
    const { items, nextCursor } = json as unknown as { items: Entry[]; nextCursor?: string }
    all.push(...items)
    if (nextCursor === undefined) return all.filter(({ outcome }) => outcome === 'denied')
    next = `&after=${nextCursor}`
  }
}
/** The sequencer appends a moment later. */
const isAudited = (fits: (entry: Entry) => boolean): Promise<void> =>
  until(async () => (await denials()).some(fits), WITHIN_MS, 50)
const ofRun =
  (id: string, why: RegExp) =>
  ({ action, entity, details }: Entry): boolean =>
    action === 'response.approve' && entity.id === id && why.test(String(details['why']))

test('an approval that is forged, of another run, repeated or late counts for nothing', async () => {
  const one = await deny('service:one', { approvals: 2 })
  const two = await deny('service:one', { approvals: 2, name: 'deny' })
  assert.notEqual(one.planDigest, two.planDigest, 'the same plan in another run is another plan')
  assertProblem(await approve(one.id, `sha256:${'0'.repeat(64)}`, approver), 403)
  await isAudited(ofRun(one.id, /about the plan sha256:0/))
  assertProblem(await approve(one.id, two.planDigest, approver), 403)
  await isAudited(ofRun(one.id, new RegExp(two.planDigest)))
  assert.equal((await approve(one.id, one.planDigest, approver)).status, 200)
  assertProblem(await approve(one.id, one.planDigest, approver), 403)
  await isAudited(ofRun(one.id, /approved it before/))
  assert.equal((await run(one.id)).state, 'waiting')
  assert.equal((await approve(one.id, one.planDigest, other)).status, 200)
  await until(async () => (await run(one.id)).state === 'contained', WITHIN_MS, 50)
  assertProblem(await approve(one.id, one.planDigest, other), 403)
  await isAudited(ofRun(one.id, /the run is contained/))
  const late = await deny('service:late', { approvals: 1, approvalSeconds: 1 })
  await until(async () => (await run(late.id)).state === 'refused', WITHIN_MS, 50)
  assertProblem(await approve(late.id, late.planDigest, approver), 403)
  await isAudited(ofRun(late.id, /the run is refused/))
})

test('credentials that prove nothing and roles that do not suffice are audited too', async () => {
  const waiting = await deny('service:two', { approvals: 1 })
  const path = `/api/v1/response/runs/${waiting.id}/approvals`
  assertProblem(await approve(waiting.id, waiting.planDigest, `${approver.slice(0, -4)}AAAA`), 401)
  await isAudited(({ principal, details }) => principal === 'anonymous:unknown' && details['path'] === path)
  assertProblem(await approve(waiting.id, waiting.planDigest, operator), 403)
  await isAudited(({ principal, details }) => principal === 'service:operator' && details['path'] === path)
  assert.equal((await run(waiting.id)).state, 'waiting')
})

test('a protected entity is left alone until two people agree, neither of them who asked', async () => {
  const spec = { kind: 'caller', id: 'service:core-*' }
  assertProblem(
    await plane.call('PUT', '/api/v1/protected-entities/core', { body: spec, token: operator }),
    403,
  )
  const put = await plane.call('PUT', '/api/v1/protected-entities/core', { body: spec })
  assert.equal(put.status, 200, put.text)
  const asked = await deny('service:core-1')
  assert.deepEqual([asked.state, asked.isProtected], ['waiting', true])
  assertProblem(await approve(asked.id, asked.planDigest, owner), 403)
  await isAudited(ofRun(asked.id, /who asked may not approve/))
  assert.equal((await approve(asked.id, asked.planDigest, other)).status, 200)
  assert.equal((await run(asked.id)).state, 'waiting')
  assert.equal((await approve(asked.id, asked.planDigest, approver)).status, 200)
  await until(async () => (await run(asked.id)).state === 'contained', WITHIN_MS, 50)
})

const id = (type: string) => `${type}--11111111-0000-4000-8000-000000000000`
const playbook = (extra: Record<string, unknown> = {}): Playbook =>
  ({
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: id('playbook'),
    name: 'ask',
    created_by: id('identity'),
    created: '2026-11-23T10:00:00.000Z',
    modified: '2026-11-23T10:00:00.000Z',
    workflow_start: id('start'),
    workflow: {
      [id('start')]: { type: 'start', on_completion: id('action') },
      [id('action')]: {
        type: 'action',
        agent: id('http-api'),
        commands: [{ type: 'manual', command: 'Ask.' }],
        on_success: id('end'),
      },
      [id('end')]: { type: 'end' },
    },
    agent_definitions: { [id('http-api')]: { type: 'http-api', name: 'rampart' } },
    ...extra,
  }) as unknown as Playbook

test('a playbook whose signature is bad, missing, of nobody known or of other content is refused', async () => {
  const signer = createEd25519Signer(generateEd25519Pem())
  const signed = signPlaybook(playbook(), signer, {
    id: id('jss'),
    signee: 'x',
    at: '2026-11-23T10:00:00.000Z',
  })
  const put = (name: string, body: unknown) => plane.call('PUT', `/api/v1/playbooks/${name}`, { body })
  const ours = (await put('good', playbook())).json?.['spec'] as Playbook
  const [signature] = ours.signatures ?? []
  assert.ok(signature)
  const cases: Readonly<Record<string, unknown>> = {
    unknown: signed,
    tampered: { ...ours, description: 'does more' },
    bad: { ...ours, signatures: [{ ...signature, value: 'AAAA' }] },
    missing: { ...playbook(), signatures: [] },
  }
  for (const [name, body] of Object.entries(cases)) {
    assertProblem(await put(name, body))
    await isAudited(({ action, entity }) => action === 'playbook.put' && entity.id === name)
    assert.equal((await plane.call('GET', `/api/v1/playbooks/${name}`)).status, 404)
  }
  const gone = await put('gone', { ...playbook(), revoked: true })
  assert.equal(gone.status, 200, gone.text)
  const body = { reason: 'test', subject: { kind: 'host', id: 'h' } }
  assertProblem(await plane.call('POST', '/api/v1/playbooks/gone/runs', { body }), 412)
  await isAudited(({ action, entity }) => action === 'playbook.start' && entity.id === 'gone')
})

test('a response bundle past its time is not activated; one whose time ends only observes', async () => {
  const read = async () =>
    (await plane.call('GET', '/api/v1/policies/response')).json as unknown as {
      files: Record<string, string>
      version: number
    }
  const write = async (until: string) => {
    const { files, version } = await read()
    const data = JSON.parse(files['data.json'] ?? '{}')
    const settings = { ...data.rampart.response_config, default_mode: 'act', valid_until: until }
    return plane.call('PUT', '/api/v1/policies/response', {
      headers: { 'if-match': `"${version}"` },
      body: {
        message: 'test',
        files: { ...files, 'data.json': JSON.stringify({ rampart: { response_config: settings } }) },
      },
    })
  }
  assertProblem(await write('2020-01-01T00:00:00Z'), 412)
  await isAudited(
    ({ action, details }) => action === 'policy.activate' && /valid until 2020/.test(String(details['why'])),
  )
  // On a busy machine the writing alone may take longer than the bundle lives.
  let ends = 0
  for (const seconds of [3, 15, 60]) {
    ends = Date.now() + seconds * 1000
    if ((await write(new Date(ends).toISOString())).status === 200) break
  }
  await until(() => Date.now() > ends, 70_000, 100)
  for (const detector of ['ids.one', 'edr.two', 'dns.three'])
    await plane.call('POST', '/api/v1/signals', {
      body: {
        schema: 'signal/1',
        id: detector,
        key: detector,
        state: 'raised',
        time: new Date().toISOString(),
        detector,
        title: 'a host attacks',
        severity: 'critical',
        entity: { kind: 'caller', id: 'service:attacker' },
        evidence: {},
        source: { name: 'test', tenant: 'default' },
      },
    })
  await isAudited(
    ({ action, details }) => action === 'policy.decide' && /was valid until/.test(String(details['why'])),
  )
  const { items } = (await plane.call('GET', '/api/v1/response/runs?limit=100')).json as unknown as {
    items: { name: string }[]
  }
  assert.deepEqual(
    items.filter(({ name }) => name !== 'deny'),
    [],
  )
})
