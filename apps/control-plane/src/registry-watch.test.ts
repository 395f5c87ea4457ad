/** A registry of a whole control plane says one thing, people approved another: what is told, and what keeps being served. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { until } from '@rampart/kit/testing'
import { tinyClassifier } from '@rampart/onnx/testing'
import { type Answer, issueKey, stageOf, startTestPlane, type TestPlane } from './testing.ts'

type Row = {
  readonly model: string
  readonly alias?: string
  readonly version: string
  readonly state: string
  readonly served: readonly { readonly version: string }[]
  readonly signals: readonly string[]
}
type Signal = { readonly key: string; readonly state: string; readonly severity: string }

const WAIT_MS = 60_000
const SECRET = 'a secret of webhooks'

let plane: TestPlane
let folder: string

const put = async (path: string, bytes: string | Uint8Array): Promise<void> => {
  const to = join(folder, path)
  await mkdir(dirname(to), { recursive: true })
  await writeFile(`${to}.part`, bytes)
  await rename(`${to}.part`, to)
}

const good = async (method: string, path: string, body?: unknown, token?: string): Promise<Answer> => {
  const answer = await plane.call(method, path, {
    ...(body === undefined ? {} : { body }),
    ...(token === undefined ? {} : { token }),
  })
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`)
  return answer
}

const rows = async (): Promise<readonly Row[]> =>
  (await good('GET', '/api/v1/registry-watch')).json?.['items'] as Row[]
const champion = async (): Promise<Row | undefined> =>
  (await rows()).find(({ alias }) => alias === 'champion')
const openSignals = async (): Promise<readonly Signal[]> => {
  const { json } = await good('GET', '/api/v1/signals?open=true&limit=500')
  return ((json?.['items'] ?? []) as Signal[]).filter(({ key }) => key.startsWith('registry-watch:'))
}
const keys = async () => (await openSignals()).map(({ key }) => key).sort()
const infer = async (): Promise<Answer> =>
  good('POST', '/v2/models/iris/infer', {
    inputs: [{ name: 'features', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }],
  })

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rampart-watch-'))
  plane = await startTestPlane()
  await put('iris/1/model.onnx', tinyClassifier(4))
  await put('iris/aliases.json', '{"champion":"1"}')
  const spec = { type: 'folder', url: `file://${folder}`, poll: '2s' }
  await good('PUT', '/api/v1/registries/models', spec)
  await until(async () => (await stageOf(plane, 'iris', '1')) === 'assessed', WAIT_MS)
  const approver = await issueKey(plane, 'watch-approver', ['approver'])
  const path = '/api/v1/models/iris/versions/1/transitions'
  await good('POST', path, { to: 'approved', reason: 'test' }, approver)
  await good('POST', path, { to: 'deployed', reason: 'test' })
})
after(async () => {
  await plane.stop()
  await rm(folder, { recursive: true, force: true })
})

test('approved, named by the registry and served: one row that matches, and no signal', async () => {
  await until(async () => (await champion())?.state === 'match', WAIT_MS)
  assert.deepEqual([(await champion())?.served.map(({ version }) => version), await keys()], [['1'], []])
})

test('an alias moved to bytes nobody approved is a signal; the route stays; moved back it is cleared', async () => {
  await put('iris/2/model.onnx', tinyClassifier(5))
  await put('iris/aliases.json', '{"champion":"2"}')
  await until(async () => (await keys()).includes('registry-watch:alias:models/iris/champion'), WAIT_MS)
  await until(async () => (await champion())?.state === 'unapproved', WAIT_MS)
  const row = await champion()
  assert.deepEqual([row?.version, row?.served.map(({ version }) => version)], ['2', ['1']])
  assert.equal((await openSignals())[0]?.severity, 'high')
  assert.equal((await infer()).json?.['model_version'], '1')
  const metrics = (await plane.call('GET', '/metrics')).text
  assert.match(metrics, /rampart_registry_watch_pointers\{[^}]*model="iris"[^}]*state="unapproved"[^}]*\} 1/)
  await put('iris/aliases.json', '{"champion":"1"}')
  await until(async () => (await keys()).length === 0, WAIT_MS)
  assert.equal((await champion())?.state, 'match')
  const { json } = await good('GET', '/api/v1/signals?limit=500')
  const all = (json?.['items'] ?? []) as Signal[]
  const cleared = all.find(({ key }) => key === 'registry-watch:alias:models/iris/champion')
  assert.deepEqual([cleared?.state, cleared?.severity], ['cleared', 'high'], 'the same condition, closed')
})

test('other bytes behind the served version are critical, and never served', async () => {
  await put('iris/1/model.onnx', tinyClassifier(6))
  await until(async () => (await keys()).includes('registry-watch:bytes:models/iris/1'), WAIT_MS)
  const found = (await openSignals()).find(({ key }) => key.startsWith('registry-watch:bytes:'))
  assert.equal(found?.severity, 'critical')
  assert.equal((await infer()).json?.['model_version'], '1')
  await put('iris/1/model.onnx', tinyClassifier(4))
  await until(async () => (await keys()).length === 0, WAIT_MS)
})

test('a deleted version that is served is told until it is back', async () => {
  await rename(join(folder, 'iris', '1'), join(folder, '.away'))
  await until(async () => (await keys()).includes('registry-watch:deleted:models/iris/1'), WAIT_MS)
  assert.equal((await infer()).json?.['model_version'], '1')
  await rename(join(folder, '.away'), join(folder, 'iris', '1'))
  await until(async () => (await keys()).length === 0, WAIT_MS)
})

test('a webhook counts only when it is signed, fresh and new, and says nothing to strangers', async () => {
  const at = '/api/v1/registries/hooked/notices'
  process.env['RAMPART_SECRET_WATCH_HOOK'] = SECRET
  try {
    const spec = { type: 'mlflow', url: 'http://127.0.0.1:9', poll: '1h', webhookSecretRef: 'watch-hook' }
    await good('PUT', '/api/v1/registries/hooked', spec)
    const body = JSON.stringify({ entity: 'model_version_alias', action: 'created', data: { name: 'iris' } })
    const send = (
      over: { id?: string; ageMs?: number; secret?: string; to?: string; sent?: string } = {},
    ) => {
      const time = String(Math.floor((Date.now() - (over.ageMs ?? 0)) / 1000))
      const id = over.id ?? 'delivery-1'
      const hmac = createHmac('sha256', over.secret ?? SECRET).update(`${id}.${time}.${body}`)
      return plane.call('POST', over.to ?? at, {
        body: over.sent ?? body,
        token: null,
        headers: {
          'x-mlflow-delivery-id': id,
          'x-mlflow-timestamp': time,
          'x-mlflow-signature': `v1,${hmac.digest('base64')}`,
        },
      })
    }
    const first = await send()
    assert.deepEqual([first.status, first.json], [202, { accepted: true }])
    const again = await send()
    assert.deepEqual([again.status, again.json], [202, { accepted: false }])
    const refusals = [
      await send({ id: 'd-2', secret: 'another' }),
      await send({ id: 'd-3', ageMs: 3_600_000 }),
      await send({ id: 'd-4', ageMs: -3_600_000 }),
      await send({ id: 'd-5', sent: body.replace('iris', 'other') }),
      await send({ id: 'd-6', to: '/api/v1/registries/nobody/notices' }),
      await send({ id: 'd-7', to: '/api/v1/registries/models/notices' }),
      await send({ id: 'd-8', to: `${at}?tenant=elsewhere` }),
    ]
    for (const { status, json } of refusals)
      assert.deepEqual([status, json?.['code']], [401, 'REGISTRIES_NOTICE_REFUSED'])
    assert.equal((await send({ sent: 'x'.repeat(70_000) })).status, 413)
    delete process.env['RAMPART_SECRET_WATCH_HOOK']
    const without = await send({ id: 'd-9' })
    assert.deepEqual([without.status, without.json?.['code']], [401, 'REGISTRIES_NOTICE_REFUSED'])
  } finally {
    delete process.env['RAMPART_SECRET_WATCH_HOOK']
  }
})
