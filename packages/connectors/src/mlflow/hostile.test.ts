import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { RegistryCall, RegistryVersion } from '@rampart/domain'
import { createOutboundHttp } from '../outbound/index.ts'
import { hostileContract } from '../testing/hostile-contract.ts'
import { createMlflowRegistry } from './registry.ts'

type Answers = (path: string, query: URLSearchParams, request: IncomingMessage) => unknown

const call = (): RegistryCall => ({ signal: AbortSignal.timeout(20_000) })

/** A server that answers what a test wants; a function as answer writes the response itself. */
const open = async (
  t: { after(end: () => Promise<void>): void },
  answers: Answers,
  { prefix = '', allowLoopback = true }: { readonly prefix?: string; readonly allowLoopback?: boolean } = {},
) => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
    const path = pathname.replace(`${prefix}/api/2.0/`, '')
    asked.push(path)
    const answer = answers(path, searchParams, request)
    if (typeof answer === 'function') return answer(response)
    if (answer === undefined) {
      const missing = { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'no\u0000ne' }
      return response.writeHead(404).end(JSON.stringify(missing))
    }
    return response.end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const allowed = allowLoopback ? [] : [`127.0.0.1:${port}`]
  const http = createOutboundHttp({ addresses: { allowLoopback, allowed }, idleMs: 5_000 })
  t.after(async () => {
    await http.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const url = `http://127.0.0.1:${port}${prefix}`
  return { registry: createMlflowRegistry({ url, http }), asked, url, http }
}

const version = (over: object = {}) => ({
  name: 'm',
  version: '1',
  source: 'runs:/r/m',
  status: 'READY',
  ...over,
})
const target: RegistryVersion = { model: 'm', version: '1', source: '', revision: '', aliases: [], tags: {} }

test('pages that never end are refused, whether they repeat themselves or not', async (t) => {
  const same = await open(t, (path) =>
    path.startsWith('mlflow/registered') ? {} : { model_versions: [], next_page_token: 'again' },
  )
  const { next } = await same.registry.list(undefined, call())
  await assert.rejects(same.registry.list(next, call()), { code: 'MLFLOW_TOO_MUCH' })
  await assert.rejects(same.registry.list('4000:x', call()), { code: 'MLFLOW_TOO_MUCH' })
  let page = 0
  const models = await open(t, () => ({ next_page_token: String(page++) }))
  await assert.rejects(models.registry.list(undefined, call()), { code: 'MLFLOW_TOO_MUCH' })
})

test('what is not MLflow’s JSON is refused with a reason, and nothing else breaks', async (t) => {
  let body: unknown = {}
  const { registry } = await open(t, () => body)
  const refused = async (value: unknown, code = 'MLFLOW_ANSWER_INVALID') => {
    body = value
    await assert.rejects(registry.version('m', '1', call()), { code }, JSON.stringify(value))
  }
  const raw =
    (bytes: Uint8Array | string, status = 200) =>
    (response: ServerResponse) =>
      response.writeHead(status).end(bytes)
  for (const value of [
    [],
    {},
    null,
    7,
    { model_version: { name: 'm' } },
    { model_version: version({ tags: {} }) },
  ])
    await refused(value)
  await refused({ model_version: version({ name: 'other' }) })
  await refused(raw('{"model_version":'))
  await refused(raw(Buffer.from([0x22, 0xff, 0x22])))
  await refused(raw('<html>', 404), 'OUTBOUND_NOT_FOUND')
  await refused(raw('', 302), 'OUTBOUND_REFUSED')
  await refused(raw('no', 403), 'OUTBOUND_DENIED')
  await refused(raw('x'.repeat(17 * 1024 * 1024)), 'OUTBOUND_ANSWER_INVALID')
  body = { model_version: version({ aliases: ['champion'], tags: [{ key: 'a', value: 'b' }] }) }
  const found = await registry.version('m', '1', call())
  assert.deepEqual([found?.aliases, found?.tags], [['champion'], { a: 'b' }])
  body = undefined
  assert.equal(await registry.version('m', '1', call()), undefined)
})

test('a version without bytes yet is not there', async (t) => {
  const { registry } = await open(t, (path) =>
    path === 'mlflow/model-versions/get'
      ? { model_version: version({ status: 'PENDING_REGISTRATION' }) }
      : { model_versions: [version(), version({ version: '2', status: 'FAILED_REGISTRATION' })] },
  )
  assert.equal(await registry.version('m', '1', call()), undefined)
  const { versions } = await registry.list(undefined, call())
  assert.deepEqual(
    versions.map((one) => one.version),
    ['1'],
  )
})

test('sources outside the server’s own artifact proxy are refused by name', async (t) => {
  let uri = ''
  const { registry, url } = await open(t, (path, query) => {
    if (path === 'mlflow/model-versions/get-download-uri') return { artifact_uri: uri }
    if (path === 'mlflow/runs/get')
      return { run: { info: { artifact_uri: query.get('run_id') === 's' ? 's3://b/r' : uri } } }
    return {}
  })
  for (const bad of [
    's3://bucket/key',
    'file:///etc',
    'dbfs:/models/x',
    '/etc/passwd',
    'http://169.254.169.254/latest',
    'mlflow-artifacts://elsewhere:5000/1/a',
    'mlflow-artifacts:/1/../../etc',
    'mlflow-artifacts:/1/%2e\u0001/a',
    'runs:/s/model',
    'runs:/loop/model',
    'models:/m/1',
  ]) {
    uri = bad
    await assert.rejects(registry.files(target, call()), { code: 'MLFLOW_SOURCE_UNSUPPORTED' }, bad)
  }
  for (const good of ['mlflow-artifacts:/1/a', `mlflow-artifacts://${new URL(url).host}/1/a`]) {
    uri = good
    assert.deepEqual(await registry.files(target, call()), [])
  }
})

test('file names that lead elsewhere and folders without end are refused', async (t) => {
  let files: object[] = []
  const { registry } = await open(t, (path) =>
    path === 'mlflow/model-versions/get-download-uri'
      ? { artifact_uri: 'mlflow-artifacts:/1/a' }
      : path === 'mlflow-artifacts/artifacts'
        ? { files }
        : (response: ServerResponse) => response.end('x'),
  )
  for (const path of ['..', '.', '', 'a/b', '/etc', 'a\\b', 'a\u0000b', 'a\u202eb', 'x'.repeat(300)]) {
    files = [{ path, is_dir: false, file_size: 1 }]
    await assert.rejects(registry.files(target, call()), { code: 'MLFLOW_ANSWER_INVALID' }, path)
  }
  files = [{ path: 'sub', is_dir: true }]
  await assert.rejects(registry.files(target, call()), { code: 'MLFLOW_TOO_MUCH' })
  files = Array.from({ length: 5_001 }, (_, at) => ({ path: `f${at}`, file_size: 0 }))
  await assert.rejects(registry.files(target, call()), { code: 'MLFLOW_TOO_MUCH' })
})

test('a download goes on where it stopped, never with other bytes or another range', async (t) => {
  let etag = '"one"'
  let range = 'bytes 2-4/5'
  const { registry } = await open(t, (path, _query, { headers }) => {
    if (path === 'mlflow/model-versions/get-download-uri') return { artifact_uri: 'mlflow-artifacts:/1/a' }
    if (path === 'mlflow-artifacts/artifacts') return { files: [{ path: 'm %.onnx', file_size: 5 }] }
    assert.equal(path, 'mlflow-artifacts/artifacts/1/a/m%20%25.onnx')
    const part = headers.range === 'bytes=2-'
    if (part) assert.equal(headers['if-range'], '"one"')
    return (response: ServerResponse) =>
      part
        ? response.writeHead(206, { etag, 'content-range': range }).end('cde')
        : response.writeHead(200, { etag }).end('abcde')
  })
  const [file] = await registry.files(target, call())
  assert.ok(file !== undefined)
  const read = async (offset: number) => {
    const { stream, ...about } = await registry.open(file, offset, call())
    const chunks: Uint8Array[] = []
    for await (const chunk of stream) chunks.push(chunk)
    return [about.offset, about.sizeBytes, Buffer.concat(chunks).toString()]
  }
  assert.deepEqual(await read(0), [0, undefined, 'abcde'])
  assert.deepEqual(await read(2), [2, 5, 'cde'])
  range = 'bytes 1-4/5'
  await assert.rejects(read(2), { code: 'MLFLOW_ANSWER_INVALID' })
  etag = '"two"'
  await assert.rejects(read(0), { code: 'MLFLOW_FILE_CHANGED' })
})

test('a prefix and credentials go with every request', async (t) => {
  const seen = new Set<string | undefined>()
  const server = await open(
    t,
    (_path, _query, { headers }) => {
      seen.add(headers.authorization)
      return {}
    },
    { prefix: '/mlflow/v1.0/workspaces/w' },
  )
  const registry = createMlflowRegistry({
    ...server,
    url: `${server.url}/`,
    authorization: async () => 'Bearer t',
  })
  await registry.list(undefined, call())
  await assert.rejects(registry.files(target, call()))
  assert.deepEqual([...seen], ['Bearer t'])
  assert.ok(server.asked.includes('mlflow/model-versions/search'))
})

hostileContract({
  name: 'mlflow',
  start: async () => {
    const ends: (() => Promise<void>)[] = []
    let attack: ((request: IncomingMessage, response: ServerResponse) => void) | undefined
    const honest: Record<string, object> = {
      'mlflow/model-versions/search': { model_versions: [version({ source: 'mlflow-artifacts:/1/a' })] },
      'mlflow/registered-models/search': { registered_models: [{ name: 'm' }] },
      'mlflow/model-versions/get-download-uri': { artifact_uri: 'mlflow-artifacts:/1/a' },
      'mlflow-artifacts/artifacts': { files: [{ path: 'model.onnx', file_size: 1 }] },
    }
    const { registry } = await open(
      { after: (end) => void ends.push(end) },
      (path, _query, request) =>
        attack === undefined
          ? (honest[path] ??
            ((response: ServerResponse) => response.writeHead(200, { etag: '"a"' }).end('x')))
          : (response: ServerResponse) => attack?.(request, response),
      { allowLoopback: false },
    )
    return {
      registry,
      attack: (answer) => {
        attack = answer
      },
      stop: async () => {
        for (const end of ends) await end()
      },
    }
  },
})
