import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
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
