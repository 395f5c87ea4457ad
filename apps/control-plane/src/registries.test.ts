import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createS3StandIn } from '@rampart/connectors/testing'
import { assetPath } from '@rampart/kit'
import { until } from '@rampart/kit/testing'
import { assertProblem, issueKey, stageOf, startTestPlane, type TestPlane } from './testing.ts'

let plane: TestPlane
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rampart-models-'))
  await mkdir(join(folder, 'Card Fraud'), { recursive: true })
  await cp(assetPath('examples/card-fraud/model.onnx'), join(folder, 'Card Fraud', '1', 'model.onnx'))
  await mkdir(join(folder, 'pickled', '1'), { recursive: true })
  // Protocol 2, an empty list.
  await writeFile(join(folder, 'pickled', '1', 'model.pkl'), Buffer.from('80025d2e', 'hex'))
  await mkdir(join(folder, 'empty', '1'), { recursive: true })
  plane = await startTestPlane()
})
after(async () => {
  await plane.stop()
  await rm(folder, { recursive: true, force: true })
})

const PATH = '/api/v1/registries/models'
const slowly = (condition: () => Promise<boolean>) => until(condition, 60_000, 100)
const spec = () => ({ type: 'folder', url: `file://${folder}`, poll: '1h' })

test('a folder is registered, scanned and kept in step; what is no model does not stop it', async () => {
  const created = await plane.call('PUT', PATH, { body: spec(), headers: { 'if-match': '"0"' } })
  assert.equal(created.status, 200, created.text)
  const status = async () => (await plane.call('GET', PATH)).json?.['status'] as Record<string, unknown>
  await slowly(async () => (await status())['state'] === 'ok')
  assert.deepEqual((await status())['versions'], {
    seen: 3,
    registered: 2,
    pending: 0,
    refused: 1,
    deleted: 0,
  })
  const listed = await plane.call('GET', `${PATH}/versions?limit=2`)
  const page = listed.json as { items: { ref?: string; state: string }[]; nextCursor?: string }
  assert.equal(page.items.length, 2)
  const rest = await plane.call('GET', `${PATH}/versions?limit=2&cursor=${page.nextCursor}`)
  const items = [...page.items, ...(rest.json as typeof page).items]
  assert.deepEqual(items.map(({ ref }) => ref).sort(), ['card-fraud:1', 'pickled:1', undefined])
  const version = await plane.call('GET', '/api/v1/models/card-fraud/versions/1')
  assert.equal(version.json?.['createdBy'], 'registry:models')
  await slowly(async () => (await stageOf(plane, 'card-fraud', '1')) === 'assessed')
  const asked = await plane.call('POST', `${PATH}/sync`)
  assert.equal(asked.status, 202, asked.text)
  assert.equal(await stageOf(plane, 'pickled', '1'), 'registered')
})

test('writing needs an administrator, the right revision, and a place that is allowed', async () => {
  const operator = await issueKey(plane, 'registries-operator', ['operator'])
  assertProblem(await plane.call('PUT', PATH, { body: spec(), token: operator }), 403)
  assertProblem(await plane.call('PUT', PATH, { body: spec(), headers: { 'if-match': '"9"' } }), 412)
  for (const body of [
    { ...spec(), url: plane.home },
    { ...spec(), url: 'models' },
    { ...spec(), writeBack: true },
    { ...spec(), auth: { kind: 'basic', username: 'a', secretRef: 'b' } },
    { type: 's3', url: 'https://bucket' },
    { type: 'mlflow', url: 'http://user:secret@127.0.0.1' },
  ]) {
    const answer = await plane.call('PUT', PATH, { body })
    assertProblem(answer, 400)
    assert.doesNotMatch(answer.text, /user:secret/)
  }
  assertProblem(await plane.call('GET', '/api/v1/registries/nobody'), 404)
  const gone = await plane.call('DELETE', PATH)
  assert.equal(gone.status, 204, gone.text)
  assert.equal((await plane.call('GET', '/api/v1/models/card-fraud/versions/1')).status, 200)
})

test('a registry in bad faith is refused version by version with reasons, others are in step meanwhile', async (t) => {
  const liar = createS3StandIn({ checksums: true })
  await liar.start()
  t.after(liar.kill)
  const key = (model: string) => `team/${model}/1/model.onnx`
  const odd = ['bad\u001b[2Jname', '\u202egnp', 'not\ufffdutf8', 'x'.repeat(300)]
  const lying = ['redirected', 'bomb', 'longer', 'other', 'elsewhere']
  for (const model of ['fine', ...lying, ...odd]) liar.put(key(model), Buffer.from(`bytes of ${model}`))
  liar.put('team/up/1/../../etc/passwd', Buffer.from('x'))
  liar.put('team/ctl/1/a\nb', Buffer.from('x'))
  const answers: Readonly<Record<string, readonly [number, Record<string, string>, string | Uint8Array]>> = {
    redirected: [302, { location: 'http://169.254.169.254/latest/meta-data/' }, ''],
    elsewhere: [307, { location: `${plane.url}/healthz` }, ''],
    bomb: [200, { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(1_000_000))],
    longer: [200, {}, 'x'.repeat(100_000)],
    other: [200, {}, 'bytes of OTHER'],
  }
  liar.intercept = ({ method, url = '' }, response) => {
    const [model] = lying.filter((one) => method === 'GET' && url.includes(`/${one}/1/`))
    const [status, headers, body] = answers[model ?? ''] ?? []
    if (status === undefined) return false
    response.writeHead(status, headers).end(body)
    return true
  }
  const s3 = (url: string) => ({
    type: 's3',
    url: 's3://models/team',
    poll: '1h',
    parameters: { endpoint: url, namePrefix: 'liar-' },
  })
  const rotten = createS3StandIn()
  await rotten.start()
  t.after(rotten.kill)
  rotten.intercept = (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(1_000_000)))
    return true
  }
  for (const [name, body] of [
    ['liar', s3(liar.url())],
    ['rotten', s3(rotten.url())],
    ['calm', { ...spec(), parameters: { namePrefix: 'calm-' } }],
  ] as const)
    assert.equal((await plane.call('PUT', `/api/v1/registries/${name}`, { body })).status, 200)
  type Status = {
    state: string
    versions: { pending: number; registered: number }
    lastError?: { code: string }
  }
  const status = async (name: string) =>
    (await plane.call('GET', `/api/v1/registries/${name}`)).json?.['status'] as Status
  await slowly(async () => (await status('calm')).state === 'ok')
  await slowly(async () => (await status('rotten')).lastError !== undefined)
  assert.equal((await status('rotten')).lastError?.code, 'OUTBOUND_ANSWER_INVALID')
  type Row = { model: string; state: string; reason?: { code: string } }
  const rows = async () =>
    (await plane.call('GET', '/api/v1/registries/liar/versions?limit=100')).json?.['items'] as Row[]
  await slowly(async () => (await status('liar')).state === 'ok')
  const found = (await rows()).map(({ model, state, reason }) => {
    assert.doesNotMatch(model, /[\p{C}\ufffd]/u)
    return [model.replace(/ ?\(.*/, '').slice(0, 20), reason?.code ?? state]
  })
  assert.deepEqual(Object.fromEntries(found), {
    fine: 'registered',
    redirected: 'OUTBOUND_REFUSED',
    elsewhere: 'OUTBOUND_REFUSED',
    bomb: 'OUTBOUND_ANSWER_INVALID',
    longer: 'REGISTRIES_SIZE_MISMATCH',
    other: 'REGISTRIES_DIGEST_MISMATCH',
    up: 'S3_KEY_REFUSED',
    ctl: 'REGISTRIES_FILES_REFUSED',
    'bad\\u{1b}[2Jname': 'REGISTRIES_NAME_REFUSED',
    '\\u{202e}gnp': 'REGISTRIES_NAME_REFUSED',
    'not\\u{fffd}utf8': 'REGISTRIES_NAME_REFUSED',
    [`${'x'.repeat(20)}`]: 'REGISTRIES_NAME_REFUSED',
  })
})
