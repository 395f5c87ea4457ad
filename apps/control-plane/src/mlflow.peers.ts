/** A whole control plane beside a real MLflow server: sync, write-back, webhooks, hijacked aliases and swapped bytes. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  createMlflowAuthor,
  type MlflowAuthor,
  type MlflowServer,
  startMlflowServer,
} from '@rampart/connectors/testing'
import { until } from '@rampart/kit/testing'
import { tinyClassifier } from '@rampart/onnx/testing'
import { type Answer, issueKey, stageOf, startTestPlane, type TestPlane } from './testing.ts'

const python = process.env['RAMPART_MLFLOW_SERVER']
if (python === undefined) throw new Error('run this by `npm run test:peers -- mlflow`')

const WAIT_MS = 120_000
const SECRET = 'between mlflow and rampart'
const MODEL = 'Iris Model'

let server: MlflowServer
let author: MlflowAuthor
let plane: TestPlane
let approver: string
let first: string

const good = async (method: string, path: string, body?: unknown, token?: string): Promise<Answer> => {
  const answer = await plane.call(method, path, {
    ...(body === undefined ? {} : { body }),
    ...(token === undefined ? {} : { token }),
  })
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`)
  return answer
}
const items = async <T>(path: string): Promise<readonly T[]> =>
  ((await good('GET', path)).json?.['items'] ?? []) as T[]
const keys = async (): Promise<string[]> =>
  (await items<{ key: string }>('/api/v1/signals?open=true&limit=500'))
    .map(({ key }) => key)
    .filter((key) => key.startsWith('registry-watch:'))
    .sort()
const champion = async () =>
  (await items<{ alias?: string; state: string; version: string }>('/api/v1/registry-watch')).find(
    ({ alias }) => alias === 'champion',
  )
const modelVersion = async (): Promise<unknown> => {
  const inputs = [{ name: 'features', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }]
  return (await good('POST', '/v2/models/iris-model/infer', { inputs })).json?.['model_version']
}
const putRegistry = (over: object) =>
  good('PUT', '/api/v1/registries/mlflow', { type: 'mlflow', url: server.url, writeBack: true, ...over })
const tagsOf = async (version: string) => (await author.look(MODEL, version)).tags

const release = async (version: string): Promise<void> => {
  await until(async () => (await stageOf(plane, 'iris-model', version)) === 'assessed', WAIT_MS)
  const path = `/api/v1/models/iris-model/versions/${version}/transitions`
  await good('POST', path, { to: 'approved', reason: 'test' }, approver)
  await good('POST', path, { to: 'deployed', reason: 'test' })
}

before(async () => {
  process.env['RAMPART_SECRET_MLFLOW_HOOK'] = SECRET
  ;[server, plane] = await Promise.all([
    startMlflowServer({ python }),
    startTestPlane({ flags: { 'limits-requests-per-minute': '1000000' } }),
  ])
  author = createMlflowAuthor(server.url)
  approver = await issueKey(plane, 'mlflow-approver', ['approver'])
  first = await author.put(MODEL, '', {
    'model.onnx': tinyClassifier(4),
    MLmodel: Buffer.from('flavors: {}\n'),
  })
  await author.setAlias(MODEL, 'champion', first)
  await putRegistry({ poll: '1h', webhookSecretRef: 'mlflow-hook' })
  await author.webhook('rampart', `${plane.url}/api/v1/registries/mlflow/notices`, SECRET)
  await release(first)
})
after(async () => {
  await plane?.stop()
  await server?.stop()
  delete process.env['RAMPART_SECRET_MLFLOW_HOOK']
})

test('a version comes in with its files, is released, and MLflow is told', async () => {
  await until(async () => (await champion())?.state === 'match', WAIT_MS)
  await until(async () => (await tagsOf(first))['rampart.verdict'] === 'allow', WAIT_MS)
  const tags = await tagsOf(first)
  assert.match(tags['rampart.digest'] ?? '', /^sha256:[0-9a-f]{64}$/)
  assert.match(tags['rampart.approval'] ?? '', /mlflow-approver/)
  await until(async () => (await author.look(MODEL, first)).aliases.includes('rampart-approved'), WAIT_MS)
  assert.deepEqual([await keys(), await modelVersion()], [[], first])
})

test('a hijacked alias is a signal within two seconds of its webhook, and the route stays', async (t) => {
  const second = await author.put(MODEL, '', { 'model.onnx': tinyClassifier(5) })
  const wanted = 'registry-watch:alias:mlflow/Iris Model/champion'
  const movedAt = performance.now()
  await author.setAlias(MODEL, 'champion', second)
  await until(async () => (await keys()).includes(wanted), WAIT_MS)
  const ms = performance.now() - movedAt
  t.diagnostic(`signal ${Math.round(ms)} ms after the alias moved`)
  assert.ok(ms < 2_000, `${ms} ms`)
  assert.equal(await modelVersion(), first)
  await author.setAlias(MODEL, 'champion', first)
  await until(async () => !(await keys()).includes(wanted), WAIT_MS)
})

test('a verdict that somebody writes in our name stays theirs and becomes a signal until it is taken back', async () => {
  await until(async () => (await tagsOf('2'))['rampart.verdict'] === 'deny', WAIT_MS)
  await author.setTag(MODEL, first, 'rampart.verdict', 'allow, trust me')
  const wanted = `registry-watch:write-back:mlflow/Iris Model/${first}/rampart.verdict`
  await until(async () => (await keys()).includes(wanted), WAIT_MS)
  assert.equal((await tagsOf(first))['rampart.verdict'], 'allow, trust me')
  await author.setTag(MODEL, first, 'rampart.verdict', 'allow')
  await until(async () => !(await keys()).includes(wanted), WAIT_MS)
})

test('the alias of what was approved stays where a person put it, until it is free', async () => {
  const alias = 'rampart-approved'
  const wanted = `registry-watch:write-back:mlflow/Iris Model//alias:${alias}`
  const conflicts = async (): Promise<unknown> => {
    const { json } = await good('GET', '/api/v1/registries/mlflow')
    return (json as { status: { writeBackConflicts: number } }).status.writeBackConflicts
  }
  await author.setAlias(MODEL, alias, '2')
  await until(async () => (await keys()).includes(wanted), WAIT_MS)
  assert.deepEqual([(await author.look(MODEL, '2')).aliases, await conflicts()], [[alias], 1])
  // MLflow tells of it; a person who gives it back has it set again.
  await author.setAlias(MODEL, alias, first)
  await until(async () => !(await keys()).some((key) => key.endsWith(alias)), WAIT_MS)
  assert.equal(await conflicts(), 0)
})

test('without webhooks the poll finds a hijacked alias, and bytes swapped behind a version', async (t) => {
  await putRegistry({ poll: '3s' })
  const alias = 'registry-watch:alias:mlflow/Iris Model/champion'
  const movedAt = performance.now()
  await author.setAlias(MODEL, 'champion', '2')
  await until(async () => (await keys()).includes(alias), WAIT_MS)
  t.diagnostic(`alias: signal ${Math.round(performance.now() - movedAt)} ms after, polling every 3 s`)
  await author.setAlias(MODEL, 'champion', first)
  await until(async () => !(await keys()).includes(alias), WAIT_MS)
  const bytes = `registry-watch:bytes:mlflow/Iris Model/${first}`
  const swappedAt = performance.now()
  await author.replace(MODEL, first, 'model.onnx', tinyClassifier(6))
  await until(async () => (await keys()).includes(bytes), WAIT_MS)
  t.diagnostic(`bytes: signal ${Math.round(performance.now() - swappedAt)} ms after`)
  assert.equal(await modelVersion(), first)
  await until(async () => (await tagsOf(first))['rampart.verdict']?.startsWith('deny') === true, WAIT_MS)
  await author.replace(MODEL, first, 'model.onnx', tinyClassifier(4))
  await until(async () => !(await keys()).includes(bytes), WAIT_MS)
})

test('a retraction takes the alias away and says so in MLflow', async () => {
  await good('POST', `/api/v1/models/iris-model/versions/${first}/retraction`, { reason: 'test' })
  await until(async () => (await author.look(MODEL, first)).aliases.length === 0, WAIT_MS)
  await until(async () => (await tagsOf(first))['rampart.retracted'] === 'true', WAIT_MS)
})
