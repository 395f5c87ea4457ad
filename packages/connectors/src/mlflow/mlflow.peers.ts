/** The adapter on real MLflow servers: without accounts, with MLflow's own accounts, and behind a proxy that asks for a token. */
import assert from 'node:assert/strict'
import { request as ask, createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { after, before, test } from 'node:test'
import type { Registry, RegistryCall } from '@rampart/domain'
import { createOutboundHttp } from '../outbound/index.ts'
import { createMlflowAuthor, type MlflowAuthor } from '../testing/mlflow-author.ts'
import { type MlflowServer, startMlflowServer } from '../testing/mlflow-server.ts'
import { registryContract } from '../testing/registry-contract.ts'
import { basicAuthorization, bearerAuthorization, createMlflowRegistry } from './registry.ts'

const python = process.env['RAMPART_MLFLOW_SERVER']
if (python === undefined) throw new Error('run this by `npm run test:peers -- mlflow`')

const admin = { username: 'admin', password: 'correct horse battery 1' }
const call = (): RegistryCall => ({ signal: AbortSignal.timeout(60_000) })
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const connect = (url: string, authorization?: string): Registry =>
  createMlflowRegistry({
    url,
    http: createOutboundHttp({ addresses: { allowLoopback: true, allowed: [] } }),
    ...(authorization === undefined ? {} : { authorization: async () => authorization }),
  })

let plain: Promise<MlflowServer>
let closed: Promise<MlflowServer>
before(() => {
  plain = startMlflowServer({ python })
  closed = startMlflowServer({ python, admin })
})
after(async () => {
  for (const server of await Promise.allSettled([plain, closed]))
    if (server.status === 'fulfilled') await server.value.stop()
})

const rigOf = (url: string, author: MlflowAuthor) => ({
  open: async () => connect(url),
  put: author.put,
  setAlias: author.setAlias,
  remove: author.remove,
  stop: async () => undefined,
})

registryContract({
  name: 'mlflow',
  start: async () => {
    const { url } = await plain
    return rigOf(url, createMlflowAuthor(url))
  },
})

// MLflow hashes the password anew for every request: one way through everything, not the whole contract.
test('with an account everything is read and written', async () => {
  const authorization = basicAuthorization(admin.username, admin.password)
  const { url } = await closed
  const author = createMlflowAuthor(url, { authorization })
  const version = await author.put('guarded', '', { 'model.onnx': bytes('guarded') })
  const registry = connect(url, authorization)
  try {
    const { versions } = await registry.list(undefined, call())
    const [found] = versions
    assert.ok(found !== undefined && versions.length === 1)
    const [file] = await registry.files(found, call())
    assert.ok(file !== undefined)
    const chunks: Uint8Array[] = []
    for await (const chunk of (await registry.open(file, 3, call())).stream) chunks.push(chunk)
    assert.equal(Buffer.concat(chunks).toString(), 'rded')
    await registry.writer?.setTag({ model: 'guarded', version }, 'a', 'b', undefined, call())
    assert.deepEqual((await registry.version('guarded', version, call()))?.tags, { a: 'b' })
  } finally {
    await registry.close()
  }
})

test('without an account, or with a wrong password, nothing is read', async () => {
  const { url } = await closed
  for (const authorization of [undefined, basicAuthorization('admin', 'wrong')]) {
    const registry = connect(url, authorization)
    await assert.rejects(registry.list(undefined, call()), { code: 'OUTBOUND_DENIED' })
    await registry.close()
  }
})

test('a token is sent with every request through a proxy that asks for one', async () => {
  const { url } = await plain
  const proxy = createServer((request, response) => {
    if (request.headers.authorization !== 'Bearer t0ken') return response.writeHead(401).end()
    const { method, headers, url: path } = request
    const onward = ask(`${url}${path}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    return request.pipe(onward)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const at = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const version = await createMlflowAuthor(url).put('by-token', '', { 'model.onnx': bytes('token') })
  const registry = connect(at, bearerAuthorization('t0ken'))
  const refused = connect(at)
  try {
    const found = await registry.version('by-token', version, call())
    assert.ok(found !== undefined)
    const [file] = await registry.files(found, call())
    assert.ok(file !== undefined)
    const chunks: Uint8Array[] = []
    for await (const chunk of (await registry.open(file, 0, call())).stream) chunks.push(chunk)
    assert.equal(Buffer.concat(chunks).toString(), 'token')
    await assert.rejects(refused.version('by-token', version, call()), { code: 'OUTBOUND_DENIED' })
  } finally {
    await Promise.all([registry.close(), refused.close()])
    proxy.closeAllConnections()
    await new Promise((resolve) => proxy.close(resolve))
  }
})

test('sources of every kind end in the same files, or are refused by name', async () => {
  const { url } = await plain
  const author = createMlflowAuthor(url)
  const { run } = (await author.send('POST', 'mlflow/runs/create', { experiment_id: '0' })) as {
    run: { info: { run_id: string } }
  }
  const runId = run.info.run_id
  const { id } = await author.logModel({ 'model.onnx': bytes('m'), 'sub dir/100%.txt': bytes('x') }, runId)
  await author.send('POST', `mlflow/runs/outputs`, { run_id: runId, models: [{ model_id: id, step: 0 }] })
  const logged = await author.createVersion('sources', { source: `models:/${id}`, model_id: id })
  const byRun = await author.createVersion('sources', { source: `runs:/${runId}/model`, run_id: runId })
  const copied = await author.createVersion('sources', { source: `models:/sources/${logged}` })
  const elsewhere = await author.createVersion('sources', { source: 's3://bucket/model' })
  const registry = connect(url)
  try {
    const paths = async (version: string) => {
      const found = await registry.version('sources', version, call())
      assert.ok(found !== undefined)
      return (await registry.files(found, call())).map(({ path }) => path).sort()
    }
    for (const version of [logged, byRun, copied])
      assert.deepEqual(await paths(version), ['model.onnx', 'sub dir/100%.txt'], version)
    await assert.rejects(paths(elsewhere), { code: 'MLFLOW_SOURCE_UNSUPPORTED' })
    const copy = await registry.version('sources', copied, call())
    assert.ok(copy !== undefined)
    assert.deepEqual((await registry.lineage?.(copy, call()))?.parents, [
      { model: 'sources', version: logged },
    ])
  } finally {
    await registry.close()
  }
})

test('lineage tells run, code, parameters, metrics, datasets with digests and parents', async () => {
  const { url } = await plain
  const author = createMlflowAuthor(url)
  const parent = await author.put('base', '', { 'model.onnx': bytes('base') })
  const { model_version: base } = (await author.send(
    'GET',
    `mlflow/model-versions/get?name=base&version=${parent}`,
  )) as { model_version: { source: string } }
  const { run } = (await author.send('POST', 'mlflow/runs/create', { experiment_id: '0' })) as {
    run: { info: { run_id: string } }
  }
  const { run_id } = run.info
  await author.send('POST', 'mlflow/runs/log-metric', { run_id, key: 'acc', value: 0.97, timestamp: 1 })
  await author.send('POST', 'mlflow/runs/log-parameter', { run_id, key: 'lr', value: '0.1' })
  await author.send('POST', 'mlflow/runs/set-tag', {
    run_id,
    key: 'mlflow.source.git.commit',
    value: 'abc123',
  })
  await author.send('POST', 'mlflow/runs/log-inputs', {
    run_id,
    datasets: [
      { dataset: { name: 'iris', digest: 'deadbeef', source_type: 'local', source: '{"uri":"x"}' } },
    ],
    models: [{ model_id: base.source.replace('models:/', '') }],
  })
  const version = await author.put('derived', '', { 'model.onnx': bytes('derived') }, run_id)
  const registry = connect(url)
  try {
    const found = await registry.version('derived', version, call())
    assert.ok(found !== undefined)
    assert.deepEqual(await registry.lineage?.(found, call()), {
      runId: run_id,
      experiment: '0',
      codeRevision: 'abc123',
      datasets: [{ name: 'iris', digest: 'deadbeef', source: '{"uri":"x"}' }],
      parents: [{ model: 'base', version: parent }],
      metrics: { acc: 0.97 },
      parameters: { lr: '0.1' },
    })
  } finally {
    await registry.close()
  }
})

test('other bytes behind a version have another identity, and a stale listing is not downloaded', async () => {
  const { url } = await plain
  const author = createMlflowAuthor(url)
  const version = await author.put('swapped', '', { 'model.onnx': bytes('good bytes') })
  const registry = connect(url)
  try {
    const found = await registry.version('swapped', version, call())
    assert.ok(found !== undefined)
    const [before] = await registry.files(found, call())
    await author.replace('swapped', version, 'model.onnx', bytes('evil bytes'))
    const [after] = await registry.files(found, call())
    assert.ok(before !== undefined && after !== undefined)
    assert.notEqual(after.identity, before.identity)
    await assert.rejects(registry.open(before, 0, call()), { code: 'MLFLOW_FILE_CHANGED' })
    // MLflow itself tells nobody: the version is as it was.
    assert.equal((await registry.version('swapped', version, call()))?.revision, found.revision)
  } finally {
    await registry.close()
  }
})

test('notices that MLflow sends are verified, and only with their secret', async () => {
  const { url } = await plain
  const author = createMlflowAuthor(url)
  const registry = connect(url)
  const version = await author.put('noticed', '', { 'model.onnx': bytes('n') })
  const received: { headers: Record<string, string>; body: Buffer }[] = []
  let arrived = (): void => undefined
  const first = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(chunks) })
      response.end()
      arrived()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  try {
    await author.webhook(
      'w',
      `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/x`,
      'shared secret',
    )
    const sentAt = Date.now()
    await author.setAlias('noticed', 'champion', version)
    await first
    const [notice] = received
    assert.ok(notice !== undefined && registry.readNotice !== undefined)
    const read = registry.readNotice(notice.headers, notice.body, 'shared secret')
    assert.deepEqual([read?.model, read?.version], ['noticed', version])
    assert.ok(Math.abs((read?.at ?? 0) - sentAt) < 60_000)
    assert.equal(registry.readNotice(notice.headers, notice.body, 'another secret'), undefined)
    const forged = Buffer.from(notice.body.toString().replace('noticed', 'another'))
    assert.equal(registry.readNotice(notice.headers, forged, 'shared secret'), undefined)
  } finally {
    await registry.close()
    receiver.closeAllConnections()
    await new Promise((resolve) => receiver.close(resolve))
  }
})

test('a server that is not there is unavailable, not empty', async () => {
  const probe = createTcpServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  const registry = connect(`http://127.0.0.1:${port}`)
  await assert.rejects(registry.version('m', '1', call()), { code: 'OUTBOUND_UNREACHABLE' })
  await registry.close()
})
