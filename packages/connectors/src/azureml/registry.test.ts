import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Registry } from '@rampart/domain'
import { createOutboundHttp } from '../outbound/index.ts'
import { type AzureMlStandIn, STAND_IN, startAzureMlStandIn } from '../testing/azureml-stand-in.ts'
import { loopbackTls } from '../testing/loopback-tls.ts'
import { registryContract } from '../testing/registry-contract.ts'
import { type AzureLogin, type AzureMlOptions, createAzureMlRegistry } from './index.ts'
import { mlflowEndpoint } from './resource-url.ts'

const call = () => ({ signal: AbortSignal.timeout(30_000) })
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const bearer: AzureLogin = { kind: 'bearer', token: async () => STAND_IN.token }

const openAt = (standIn: AzureMlStandIn, url: string, options: Partial<AzureMlOptions> = {}): Registry =>
  createAzureMlRegistry({
    url,
    http: createOutboundHttp({
      addresses: { allowLoopback: false, allowed: [new URL(standIn.origin).host] },
      tls: { ca: loopbackTls.cert },
    }),
    login: bearer,
    parameters: { blobEndpoint: `${standIn.origin}/storage/{account}` },
    ...options,
  })

const uris = {
  workspace: (path: string) =>
    `azureml://subscriptions/${STAND_IN.subscription}/resourcegroups/ml-group/workspaces/ml-workspace/datastores/workspaceblobstore/paths/${path}`,
  registry: (path: string, { origin }: AzureMlStandIn) =>
    `${origin}/storage/${STAND_IN.account}/${STAND_IN.container}/${path}`,
}

const contractOf = (kind: 'workspace' | 'registry') =>
  registryContract({
    name: `azureml ${kind}`,
    writesAliases: false,
    start: async () => {
      const standIn = await startAzureMlStandIn()
      const url = kind === 'workspace' ? standIn.workspaceUrl : standIn.registryUrl
      return {
        open: async () => openAt(standIn, url),
        put: async (model, version, files) => {
          const folder = `models/${model}/${version}`
          for (const [path, bytes] of Object.entries(files))
            await standIn.blobs.put(`${folder}/${path}`, bytes)
          standIn.put(
            model,
            version,
            kind === 'workspace' ? uris.workspace(folder) : uris.registry(folder, standIn),
          )
          return version
        },
        remove: async (model, version) => {
          standIn.models.get(model)?.delete(version)
        },
        stop: async () => {
          await standIn.stop()
          assert.deepEqual(standIn.faults, [])
        },
      }
    },
  })

contractOf('workspace')
contractOf('registry')

const rig = async (t: { after(fn: () => Promise<void>): void }, options: Partial<AzureMlOptions> = {}) => {
  const standIn = await startAzureMlStandIn()
  const registry = openAt(standIn, standIn.workspaceUrl, options)
  t.after(async () => {
    await registry.close()
    await standIn.stop()
    assert.deepEqual(standIn.faults, [])
  })
  const filesOf = async (model: string, version: string) => {
    const found = await registry.version(model, version, call())
    assert.ok(found !== undefined)
    return registry.files(found, call())
  }
  return { standIn, registry, filesOf }
}

test('a version says what the workspace says of it, and archived ones are gone', async (t) => {
  const { standIn, registry } = await rig(t)
  standIn.put('fraud', '3', uris.workspace('fraud'), {
    description: 'finds fraud',
    jobName: 'brave_root_1',
    tags: { stage: 'gold', none: null },
  })
  standIn.put('fraud', '2', uris.workspace('old'), { isArchived: true })
  const { revision, ...found } = (await registry.version('fraud', '3', call())) ?? { revision: '' }
  assert.deepEqual(found, {
    model: 'fraud',
    version: '3',
    source: uris.workspace('fraud'),
    aliases: [],
    tags: { stage: 'gold' },
    description: 'finds fraud',
    createdBy: 'A Data Scientist',
    createdAt: '2026-11-01T10:00:00.000Z',
  })
  assert.match(revision, /^[0-9a-f]{32}$/)
  assert.equal(await registry.version('fraud', '2', call()), undefined)
  assert.deepEqual(await registry.lineage?.(found as never, call()), { runId: 'brave_root_1' })
  await assert.rejects(async () => registry.writer?.setAlias('fraud', 'a', '3', undefined, call()), {
    code: 'AZUREML_NO_ALIASES',
  })
})

test('a client with its secret gets a token from Entra ID; a wrong secret is told without the secret', async (t) => {
  const login = (standIn: AzureMlStandIn, secret: string): AzureLogin => ({
    kind: 'azure',
    tenantId: STAND_IN.tenant,
    clientId: STAND_IN.client,
    authorityHost: standIn.origin,
    secret: async () => secret,
  })
  const { standIn } = await rig(t)
  standIn.put('fraud', '1', uris.workspace('fraud'))
  for (const url of [standIn.workspaceUrl, standIn.registryUrl]) {
    const right = openAt(standIn, url, { login: login(standIn, STAND_IN.secret) })
    assert.equal((await right.list(undefined, call())).versions.length, 1)
    await right.close()
    const wrong = openAt(standIn, url, { login: login(standIn, 'not the secret') })
    await assert.rejects(wrong.list(undefined, call()), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'AZUREML_LOGIN_FAILED')
      assert.ok(!error.message.includes('not the secret'))
      return true
    })
    await wrong.close()
  }
})

test('URIs of datastores, jobs and single blobs are read; other places are refused', async (t) => {
  const { standIn, registry, filesOf } = await rig(t)
  await standIn.blobs.put('one/model.onnx', text('weights'))
  await standIn.blobs.put('one/model.onnx2/other', text('not of it'))
  await standIn.blobs.put('ExperimentRun/dcid.job1/model/MLmodel', text('yaml'))
  standIn.put('short', '1', 'azureml://datastores/workspaceblobstore/paths/one/model.onnx')
  standIn.put('job', '1', 'azureml://jobs/job1/outputs/artifacts/paths/model/')
  assert.deepEqual(
    (await filesOf('short', '1')).map(({ path }) => path),
    ['model.onnx'],
  )
  assert.deepEqual(
    (await filesOf('job', '1')).map(({ path }) => path),
    ['MLmodel'],
  )
  for (const [at, uri] of [
    uris.workspace('x').replace('ml-workspace', 'their-workspace'),
    uris.workspace('../secrets'),
    uris.workspace('a%2f..%2f..'),
    uris.workspace(''),
    'https://elsewhere.blob.core.windows.net/c/model',
    'file:///etc/passwd',
    '',
  ].entries()) {
    standIn.put('bad', String(at), uri)
    await assert.rejects(filesOf('bad', String(at)), { code: 'AZUREML_SOURCE_UNSUPPORTED' }, uri)
  }
  standIn.datastore = {
    datastoreType: 'AzureFile',
    accountName: 'a',
    fileShareName: 'b',
    credentials: { credentialsType: 'None' },
  }
  const again = openAt(standIn, standIn.workspaceUrl)
  t.after(again.close)
  const version = await registry.version('short', '1', call())
  assert.ok(version !== undefined)
  await assert.rejects(again.files(version, call()), { code: 'AZUREML_SOURCE_UNSUPPORTED' })
})

test('a datastore without credentials is read with our own token; a replaced blob is not taken for the listed one', async (t) => {
  const { standIn, registry, filesOf } = await rig(t)
  standIn.datastore = { ...standIn.datastore, credentials: { credentialsType: 'None' } }
  await standIn.blobs.put('fraud/model.onnx', text('weights'))
  standIn.put('fraud', '1', uris.workspace('fraud'))
  const [file] = await filesOf('fraud', '1')
  assert.ok(file !== undefined)
  assert.ok(!standIn.asked.some((one) => one.includes('listSecrets')))
  const chunks = []
  for await (const chunk of (await registry.open(file, 2, call())).stream) chunks.push(chunk)
  assert.equal(Buffer.concat(chunks).toString(), 'ights')
  await standIn.blobs.put('fraud/model.onnx', text('others'))
  await assert.rejects(registry.open(file, 0, call()), { code: 'AZUREML_FILE_CHANGED' })
})

test('a second walk asks for pages only, and the SDK repeats nothing by itself', async (t) => {
  const { standIn, registry } = await rig(t)
  for (let at = 1; at <= 5; at++) standIn.put('fraud', String(at), uris.workspace(`fraud/${at}`))
  const walk = async () => {
    standIn.asked.length = 0
    let next: string | undefined
    do next = (await registry.list(next, call())).next
    while (next !== undefined)
    return standIn.asked.length
  }
  assert.equal(await walk(), 4)
  assert.equal(await walk(), 4)
  standIn.intercept = (_request, response) => {
    response.writeHead(429, { 'retry-after': '7' }).end('{}')
    return true
  }
  standIn.asked.length = 0
  await assert.rejects(
    registry.list(undefined, call()),
    (error: Error & { code?: string; details?: unknown }) => {
      assert.equal(error.code, 'OUTBOUND_BUSY')
      assert.deepEqual(error.details, { status: 429, answer: '{}', retryAfterMs: 7_000 })
      return true
    },
  )
  assert.equal(standIn.asked.length, 1)
})

test('the URL of the MLflow interface is an https one', () => {
  const path =
    '/mlflow/v1.0/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w'
  assert.equal(
    mlflowEndpoint(`azureml://westeurope.api.azureml.ms${path}`),
    `https://westeurope.api.azureml.ms${path}`,
  )
  assert.equal(mlflowEndpoint('https://management.azure.com/subscriptions/s'), undefined)
  assert.equal(mlflowEndpoint('azureml://host/other'), undefined)
})
