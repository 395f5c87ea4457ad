/** Retraction and containments through the real listener: what stops, what is proven, and what comes back. */
import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startMailServer } from '@rampart/connectors/testing'
import { until } from '@rampart/kit/testing'
import {
  assertProblem,
  deployClassifier,
  issueKey,
  stageOf,
  startTestPlane,
  type TestPlane,
} from './testing.ts'

let plane: TestPlane
let operator: string
let approver: string
let other: string

before(async () => {
  plane = await startTestPlane()
  operator = await issueKey(plane, 'operator', ['operator'])
  approver = await issueKey(plane, 'approver', ['approver'])
  other = await issueKey(plane, 'other', ['approver'])
  await deployClassifier(plane, 'tiny', '1.0.0', 3)
  await deployClassifier(plane, 'tiny', '2.0.0', 4)
})
after(() => plane.stop())

type RunJson = {
  readonly id: string
  readonly state: string
  readonly planDigest: string
  readonly steps: readonly { readonly action: string; readonly state: string; readonly detail?: string }[]
  readonly blastRadius: readonly { readonly summary: string }[]
}

const withToken = (token: string | undefined) => (token === undefined ? {} : { token })
const post = (path: string, body: unknown, token?: string) =>
  plane.call('POST', path, { body, ...withToken(token) })
const get = async (path: string) => (await plane.call('GET', path)).json ?? {}
const infer = (route: string, width: number, token: string | null = null) =>
  plane.call('POST', `/v2/models/${route}/infer`, {
    token,
    body: {
      inputs: [
        {
          name: 'features',
          datatype: 'FP32',
          shape: [1, width],
          data: Array.from({ length: width }, () => 1),
        },
      ],
    },
  })
const start = async (
  action: string,
  parameters: Record<string, unknown>,
  over: Record<string, unknown> = {},
  token?: string,
): Promise<RunJson> => {
  const answer = await post(
    '/api/v1/response/runs',
    {
      name: action,
      reason: 'test',
      subject: { kind: 'system', id: 'test' },
      steps: [{ action, parameters }],
      waitSeconds: 20,
      ...over,
    },
    token,
  )
  assert.equal(answer.status, 201, answer.text)
  return answer.json as unknown as RunJson
}
const revert = async (id: string, token?: string): Promise<RunJson> => {
  const answer = await post(`/api/v1/response/runs/${id}/revert`, { reason: 'undo' }, token)
  assert.equal(answer.status, 200, answer.text)
  return answer.json as unknown as RunJson
}
const told = (run: RunJson): string =>
  JSON.stringify(run.steps.map(({ action, state, detail }) => [action, state, detail]))

test('a retraction proves every step, the route goes to the version before, and the undoing gives it back', async () => {
  assert.equal((await infer('tiny', 4)).json?.['model_version'], '2.0.0')
  assertProblem(await post('/api/v1/models/tiny/versions/2.0.0/retraction', { reason: 'bad' }, operator), 403)
  assert.equal(await stageOf(plane, 'tiny', '2.0.0'), 'deployed')
  const answer = await post('/api/v1/models/tiny/versions/2.0.0/retraction', { reason: 'poisoned' }, approver)
  assert.equal(answer.status, 200, answer.text)
  const { run, proven } = answer.json as unknown as { run: RunJson; proven: boolean }
  assert.ok(proven, told(run))
  assert.equal(run.state, 'contained')
  assert.equal(await stageOf(plane, 'tiny', '2.0.0'), 'retracted')
  assert.equal((await infer('tiny', 3)).json?.['model_version'], '1.0.0')
  const refused = await plane.call('POST', '/v2/models/tiny/versions/2.0.0/infer', {
    token: null,
    body: { inputs: [{ name: 'features', datatype: 'FP32', shape: [1, 4], data: [1, 1, 1, 1] }] },
  })
  assert.ok(refused.status >= 400, refused.text)
  assertProblem(
    await post('/api/v1/models/tiny/versions/2.0.0/retraction', { reason: 'again' }, approver),
    403,
  )
  assert.equal(((await get('/api/v1/containments')).items as unknown[]).length, 1)
  assertProblem(await post(`/api/v1/response/runs/${run.id}/revert`, { reason: 'undo' }, operator), 403)
  const undone = await revert(run.id, other)
  assert.equal(undone.state, 'reverted', told(undone))
  assert.equal(await stageOf(plane, 'tiny', '2.0.0'), 'deployed')
  await until(async () => (await infer('tiny', 4)).json?.['model_version'] === '2.0.0')
  assert.deepEqual((await get('/api/v1/containments')).items, [])
})

test('a route that names the version loses it; with a fallback the version before stands in', async () => {
  const put = async (name: string, spec: unknown) => {
    const answer = await plane.call('PUT', `/api/v1/routes/${name}`, { body: spec })
    assert.ok(answer.status < 300, answer.text)
  }
  await put('named', { backends: [{ model: 'tiny', version: '2.0.0' }], fallback: {} })
  await put('alone', { backends: [{ model: 'tiny', version: '2.0.0' }] })
  assert.equal((await infer('named', 4)).json?.['model_version'], '2.0.0')
  const { run } = (await post('/api/v1/models/tiny/versions/2.0.0/retraction', { reason: 'x' }, approver))
    .json as unknown as { run: RunJson }
  assert.equal(run.state, 'contained', told(run))
  assert.equal((await infer('named', 3)).json?.['model_version'], '1.0.0')
  assert.ok((await infer('alone', 4)).status >= 400)
  assert.equal((await revert(run.id)).state, 'reverted')
  await until(async () => (await infer('named', 4)).json?.['model_version'] === '2.0.0')
  await until(async () => (await infer('alone', 4)).status === 200)
  for (const name of ['named', 'alone']) await plane.call('DELETE', `/api/v1/routes/${name}`)
})

test('route actions lead elsewhere and back, with an estimate of whom they touch', async () => {
  const before = await start('route.previous-version', { route: 'tiny' })
  assert.equal(before.state, 'contained', told(before))
  assert.match(before.blastRadius[0]?.summary ?? '', /every caller of route tiny/)
  assert.equal((await infer('tiny', 3)).json?.['model_version'], '1.0.0')
  const back = await start('route.to', { route: 'tiny', model: 'tiny', version: '2.0.0' })
  assert.equal(back.state, 'contained', told(back))
  assert.equal((await infer('tiny', 4)).json?.['model_version'], '2.0.0')
  const changed = await revert(before.id)
  assert.equal(changed.state, 'revert-incomplete')
  assert.match(told(changed), /was changed since/)
  assert.equal((await revert(back.id)).state, 'reverted')
  assert.equal((await revert(before.id)).state, 'reverted')
  assert.equal((await infer('tiny', 4)).json?.['model_version'], '2.0.0')
  const nothing = await start('route.previous-version', { route: 'nothing-there' })
  assert.equal(nothing.state, 'failed')
  const elsewhere = await start('route.to', { route: 'nothing-there', model: 'tiny', version: '2.0.0' })
  assert.equal(elsewhere.state, 'failed', told(elsewhere))
  assert.equal((await infer('nothing-there', 4)).status, 404)
})

test('a canary is stopped and goes on; a version is quarantined and comes back at its time', async () => {
  const spec = {
    backends: [{ model: 'tiny', version: '1.0.0' }],
    canary: { model: 'tiny', version: '2.0.0', steps: [10, 50], minRequests: 1_000_000 },
  }
  await plane.call('PUT', '/api/v1/routes/careful', { body: spec })
  const run = await start('canary.stop', { route: 'careful' })
  assert.equal(run.state, 'contained', told(run))
  const phase = async () => ((await get('/api/v1/routes/careful')).canary as { phase: string }).phase
  assert.equal(await phase(), 'rolled-back')
  assert.equal((await revert(run.id)).state, 'reverted')
  assert.equal(await phase(), 'running')
  await plane.call('DELETE', '/api/v1/routes/careful')
  const held = await start('version.quarantine', { model: 'tiny', version: '2.0.0' }, { ttlSeconds: 3 })
  assert.equal(held.state, 'contained', told(held))
  assert.equal(await stageOf(plane, 'tiny', '2.0.0'), 'quarantined')
  await until(async () => (await stageOf(plane, 'tiny', '2.0.0')) === 'deployed')
  await until(async () => (await get(`/api/v1/response/runs/${held.id}`)).state === 'reverted')
})

test('a digest is denied for every version of it', async () => {
  const { digest } = (await get('/api/v1/models/tiny/versions/2.0.0')) as { digest: string }
  assertProblem(
    await post(
      '/api/v1/response/runs',
      {
        name: 'deny',
        reason: 'x',
        subject: { kind: 'artifact', id: digest },
        steps: [{ action: 'digest.deny', parameters: { digest } }],
      },
      operator,
    ),
    403,
  )
  const run = await start('digest.deny', { digest }, {}, approver)
  assert.equal(run.state, 'contained', told(run))
  assert.equal((await infer('tiny', 3)).json?.['model_version'], '1.0.0')
  const { verdict } = (await get(`/api/v1/verdicts/${digest}`)) as { verdict: { denials: unknown[] } }
  assert.equal(verdict.denials.length, 1)
  assert.equal((await revert(run.id, approver)).state, 'reverted')
  await until(async () => (await infer('tiny', 4)).json?.['model_version'] === '2.0.0')
})

/** Whether the snapshot that gateways follow has a key of the caller. */
const isKnownToGateways = async (owner: string): Promise<boolean> => {
  const { payload } = (await get('/api/v1/gateways/snapshot')) as { payload: string }
  const { callers } = JSON.parse(Buffer.from(payload, 'base64').toString()) as {
    callers: { keys: { owner: string }[] }
  }
  return callers.keys.some((key) => key.owner === owner)
}

test('a caller is throttled, then denied, on inference and API, and let in again', async () => {
  const key = await issueKey(plane, 'noisy', ['operator'])
  const calls = async () => (await infer('tiny', 4, key)).status
  assert.equal(await calls(), 200)
  const slow = await start('caller.throttle', { caller: 'service:noisy', perMinute: 1 })
  assert.equal(slow.state, 'contained', told(slow))
  assert.deepEqual([await calls(), await calls()], [200, 429])
  const shut = await start('caller.deny', { caller: 'service:noisy' })
  assert.equal(shut.state, 'contained', told(shut))
  assert.equal(await calls(), 403)
  assert.equal(await isKnownToGateways('noisy'), false)
  assert.equal((await plane.call('GET', '/api/v1/models', { token: key })).status, 403)
  await revert(shut.id)
  await revert(slow.id)
  assert.equal(await isKnownToGateways('noisy'), true)
  assert.equal(await calls(), 200)
  assert.equal((await plane.call('GET', '/api/v1/models', { token: key })).status, 200)
})

test('a policy pack goes back one version and forth again', async () => {
  const pack = async () =>
    (await get('/api/v1/policies/inference')) as { version: number; digest: string; files: unknown[] }
  const before = await pack()
  const run = await start('policy.rollback', { pack: 'inference' })
  assert.equal(run.state, 'failed')
  assert.match(told(run), /no such earlier version/)
  const files = { ...(before.files as unknown as Record<string, string>) }
  const name = Object.keys(files).find((one) => one.endsWith('inference.rego')) ?? ''
  const edited = await plane.call('PUT', '/api/v1/policies/inference', {
    body: { files: { ...files, [name]: `# edited\n${files[name]}` }, message: 'edited' },
    headers: { 'if-match': `"${before.version}"` },
  })
  assert.equal(edited.status, 200, edited.text)
  const after_ = await pack()
  const back = await start('policy.rollback', { pack: 'inference' })
  assert.equal(back.state, 'contained', told(back))
  assert.equal((await pack()).digest, before.digest)
  assert.equal((await revert(back.id)).state, 'reverted')
  assert.equal((await pack()).digest, after_.digest)
})

test('what a signer signed counts no more while it is suspended, and counts again afterwards', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = String(publicKey.export({ type: 'spki', format: 'pem' }))
  const put = await plane.call('PUT', '/api/v1/signers/release', { body: { identities: [{ key }] } })
  assert.ok(put.status < 300, put.text)
  const identities = async () =>
    ((await get('/api/v1/signers/release')) as { spec: { identities: Record<string, string>[] } }).spec
      .identities
  const run = await start('signer.suspend', { signer: 'release' })
  assert.equal(run.state, 'contained', told(run))
  assert.match(run.blastRadius[0]?.summary ?? '', /0 versions rest on it/)
  assert.match((await identities())[0]?.['validFrom'] ?? '', /^9999/)
  assert.equal((await revert(run.id)).state, 'reverted')
  assert.deepEqual(await identities(), [{ key }])
})

test('a message is signed, sent once, and one that a receiver failed to take waits for a person', async () => {
  const got: { headers: Record<string, unknown>; body: string }[] = []
  const answers = [200, 503]
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
      response.writeHead(answers.shift() ?? 200, { 'content-type': 'application/json' })
      response.end('{"key":"OPS-7"}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tickets`
  await mkdir(join(plane.home, 'secrets'), { recursive: true, mode: 0o700 })
  await writeFile(join(plane.home, 'secrets', 'desk'), 'shared', { mode: 0o600 })
  try {
    const parameters = { url, secretRef: 'desk', title: 'Model under attack' }
    const opened = await start('ticket.open', parameters)
    assert.equal(opened.state, 'contained', told(opened))
    const [first] = got
    const {
      'webhook-id': id,
      'webhook-timestamp': time,
      'webhook-signature': signature,
    } = first?.headers ?? {}
    const expected = createHmac('sha256', 'shared').update(`${id}.${time}.${first?.body}`).digest('base64')
    assert.equal(signature, `v1,${expected}`)
    const failed = await start('webhook.post', { url, secretRef: 'desk' })
    assert.equal(failed.state, 'ambiguous', told(failed))
    assert.equal(got.length, 2)
    const resolved = await post(
      `/api/v1/response/runs/${failed.id}/resolution`,
      { tookEffect: true, note: 'it is there' },
      approver,
    )
    assert.equal(resolved.json?.['state'], 'contained')
    assert.equal(got.length, 2)
    assertProblem(
      await post('/api/v1/response/runs', {
        name: 'x',
        reason: 'x',
        subject: { kind: 'system', id: 'x' },
        steps: [{ action: 'webhook.post', parameters: {} }],
      }),
      400,
    )
  } finally {
    server.close()
  }
})

test('a ticket by e-mail is sent once; where the answer is lost a person is asked', async () => {
  const mail = await startMailServer()
  const parameters = {
    server: mail.url,
    ca: mail.ca,
    from: 'rampart@example.org',
    to: ['desk@example.org'],
    subject: 'Model under attack',
  }
  try {
    const opened = await start('ticket.mail', parameters)
    assert.equal(opened.state, 'contained', told(opened))
    assert.match(
      mail.messages[0] ?? '',
      new RegExp(`^Message-ID: <${opened.id}\\.0\\.do@example\\.org>`, 'im'),
    )
    mail.loseAnswers()
    const lost = await start('ticket.mail', parameters)
    assert.equal(lost.state, 'ambiguous', told(lost))
    assert.match(lost.steps[0]?.detail ?? '', /ambiguous after dispatch/)
    assert.equal(mail.messages.length, 2)
    const forged = { ...parameters, subject: 'x\r\nBcc: eve@example.org' }
    const steps = [{ action: 'ticket.mail', parameters: forged }]
    const body = { name: 'x', reason: 'x', subject: { kind: 'system', id: 'x' }, steps }
    assertProblem(await post('/api/v1/response/runs', body), 400)
  } finally {
    await mail.stop()
  }
})

test('approvals and the kill switch over the API', async () => {
  const waiting = await start(
    'route.previous-version',
    { route: 'tiny' },
    { isProtected: true, waitSeconds: 0 },
  )
  assert.equal(waiting.state, 'waiting')
  const approve = (token: string, planDigest = waiting.planDigest) =>
    post(`/api/v1/response/runs/${waiting.id}/approvals`, { planDigest, reason: 'yes' }, token)
  assertProblem(await approve(approver, 'sha256:forged'), 403)
  assertProblem(await approve(operator), 403)
  assert.equal((await approve(approver)).json?.['state'], 'waiting')
  assertProblem(await approve(approver), 403)
  const on = await plane.call('PUT', '/api/v1/response/kill-switch', { body: { on: true, reason: 'storm' } })
  assert.equal(on.json?.['on'], true)
  await approve(other)
  await until(async () => (await get(`/api/v1/response/runs/${waiting.id}`)).state === 'halted')
  await plane.call('PUT', '/api/v1/response/kill-switch', { body: { on: false, reason: 'over' } })
  assert.equal((await revert(waiting.id)).state, 'reverted')
  assert.equal((await infer('tiny', 4)).json?.['model_version'], '2.0.0')
})
