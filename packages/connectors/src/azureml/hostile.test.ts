import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createOutboundHttp } from '../outbound/index.ts'
import { type AzureMlStandIn, STAND_IN, startAzureMlStandIn } from '../testing/azureml-stand-in.ts'
import { hostileContract } from '../testing/hostile-contract.ts'
import { loopbackTls } from '../testing/loopback-tls.ts'
import { type AzureMlOptions, createAzureMlRegistry } from './index.ts'

type Scope = { after(fn: () => Promise<void>): void }

const call = () => ({ signal: AbortSignal.timeout(30_000) })
const URI = 'azureml://datastores/workspaceblobstore/paths/fraud'

const rig = async (
  t: Scope,
  kind: 'workspaceUrl' | 'registryUrl' = 'workspaceUrl',
  options: Partial<AzureMlOptions> = {},
) => {
  const standIn = await startAzureMlStandIn()
  const registry = createAzureMlRegistry({
    url: standIn[kind],
    http: createOutboundHttp({
      addresses: { allowLoopback: false, allowed: [new URL(standIn.origin).host] },
      tls: { ca: loopbackTls.cert },
    }),
    login: { kind: 'bearer', token: async () => STAND_IN.token },
    parameters: { blobEndpoint: `${standIn.origin}/storage/{account}` },
    ...options,
  })
  t.after(async () => {
    await registry.close()
    await standIn.stop()
  })
  return { standIn, registry }
}

const answerAt = (
  standIn: AzureMlStandIn,
  part: string,
  answer: (response: ServerResponse) => unknown,
): void => {
  standIn.intercept = (request, response) => {
    if (!(request.url ?? '').includes(part)) return false
    answer(response)
    return true
  }
}
const answerJson = (standIn: AzureMlStandIn, part: string, value: unknown): void =>
  answerAt(standIn, part, (response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(value)),
  )

for (const kind of ['workspaceUrl', 'registryUrl'] as const)
  test(`pages that lead elsewhere or repeat are refused, and no token goes there: ${kind}`, async (t) => {
    const elsewhere = await startAzureMlStandIn()
    t.after(elsewhere.stop)
    const { standIn, registry } = await rig(t, kind)
    const own = new URL(`${standIn[kind]}/models?api-version=x&$skip=2`)
    for (const nextLink of [
      `${elsewhere[kind]}/models?$skip=2`,
      'http://169.254.169.254/metadata/identity',
      `${standIn.origin}/subscriptions/other/models?$skip=2`,
      'not a URL',
      `${standIn[kind]}/models`,
    ]) {
      answerJson(standIn, '/models', { value: [{ name: 'fraud', properties: {} }], nextLink })
      await assert.rejects(registry.list(undefined, call()), { code: 'AZUREML_ANSWER_INVALID' }, nextLink)
    }
    assert.deepEqual(elsewhere.asked, [])
    answerJson(standIn, '/models', { value: [], nextLink: own.href })
    const first = await registry.list(undefined, call())
    await assert.rejects(registry.list(first.next, call()), { code: 'AZUREML_ANSWER_INVALID' })
    const endless = Buffer.from(JSON.stringify({ pages: 100_001 })).toString('base64url')
    await assert.rejects(registry.list(endless, call()), { code: 'AZUREML_ANSWER_INVALID' })
    answerAt(standIn, '/models', (response) =>
      response.writeHead(307, { location: `${elsewhere.origin}/steal` }).end(),
    )
    await assert.rejects(registry.list(undefined, call()), { code: 'OUTBOUND_REFUSED' })
    assert.deepEqual(elsewhere.asked, [])
  })

for (const kind of ['workspaceUrl', 'registryUrl'] as const)
  test(`answers that are too large, compressed, slow or no JSON are refused: ${kind}`, async (t) => {
    const { standIn, registry } = await rig(t, kind)
    for (const [codes, answer] of [
      [
        ['AZUREML_ANSWER_INVALID', 'OUTBOUND_ANSWER_INVALID'],
        (response: ServerResponse) => response.end(Buffer.alloc(9 * 1024 * 1024, 0x20)),
      ],
      [
        ['OUTBOUND_ANSWER_INVALID'],
        (response: ServerResponse) => response.setHeader('content-encoding', 'gzip').end(gzipSync('{}')),
      ],
      [
        ['AZUREML_ANSWER_INVALID', 'OUTBOUND_ANSWER_INVALID'],
        (response: ServerResponse) => response.setHeader('content-type', 'application/json').end('{"value":'),
      ],
      [
        ['AZUREML_ANSWER_INVALID'],
        (response: ServerResponse) =>
          response.setHeader('content-type', 'application/json').end('{"value":[7]}'),
      ],
      [['OUTBOUND_FAILED'], (response: ServerResponse) => response.writeHead(500).end('boom')],
    ] as const) {
      answerAt(standIn, '/models', answer)
      const code = await registry.list(undefined, call()).then(
        (page) => `accepted ${JSON.stringify(page)}`,
        (error: { code?: string }) => String(error.code),
      )
      assert.ok((codes as readonly string[]).includes(code), `${code} is none of ${codes.join(', ')}`)
    }
    answerAt(standIn, '/models', (response) => {
      response.write('{')
      const drip = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(drip))
    })
    await assert.rejects(registry.list(undefined, { signal: AbortSignal.timeout(300) }), {
      code: 'OUTBOUND_DEADLINE',
    })
  })

test('names of blobs that lead out or cannot be shown are refused', async (t) => {
  const { standIn, registry } = await rig(t)
  standIn.put('fraud', '1', URI)
  const version = await registry.version('fraud', '1', call())
  assert.ok(version !== undefined)
  for (const name of [
    'fraud/../up',
    'fraud//etc',
    'fraud/a\\b',
    'fraud/\u202egnp',
    `fraud/${'x'.repeat(300)}`,
  ]) {
    standIn.blobs.blobs.clear()
    standIn.blobs.blobs.set(name, Buffer.from('x'))
    await assert.rejects(
      registry.files(version, call()),
      { code: 'AZUREML_ANSWER_INVALID' },
      JSON.stringify(name),
    )
  }
})

test('a signed address elsewhere, an account that is no name and listings without end are refused', async (t) => {
  const { standIn, registry } = await rig(t, 'registryUrl')
  const place = `${standIn.origin}/storage/${STAND_IN.account}/${STAND_IN.container}`
  standIn.put('fraud', '1', `${place}/fraud`)
  const version = await registry.version('fraud', '1', call())
  assert.ok(version !== undefined)
  for (const sasUri of [
    `https://169.254.169.254/storage/${STAND_IN.account}/${STAND_IN.container}/fraud?sig=x`,
    `${standIn.origin}/storage/${STAND_IN.account}/other-container/fraud?sig=x`,
  ]) {
    const credential = { credentialType: 'SAS', sasUri }
    answerJson(standIn, '/datareferences/', { blobReferenceForConsumption: { blobUri: sasUri, credential } })
    await assert.rejects(registry.files(version, call()), { code: 'AZUREML_ANSWER_INVALID' }, sasUri)
  }
  answerJson(standIn, '/datareferences/', {
    blobReferenceForConsumption: { credential: { credentialType: 'NoCredentials' } },
  })
  await assert.rejects(registry.files(version, call()), { code: 'AZUREML_SOURCE_UNSUPPORTED' })
  standIn.intercept = undefined
  for (let at = 0; at < 5_010; at++) standIn.blobs.blobs.set(`fraud/${at}`, Buffer.from('x'))
  let pages = 0
  answerAt(standIn, 'comp=list', (response) => {
    pages++
    response
      .setHeader('content-type', 'application/xml')
      .end(
        `<?xml version="1.0"?><EnumerationResults><Blobs/><NextMarker>${pages}</NextMarker></EnumerationResults>`,
      )
  })
  await assert.rejects(registry.files(version, call()), { code: 'AZUREML_ANSWER_INVALID' })
  assert.ok(pages <= 502, `${pages} pages`)
})

test('an account whose name would change the host is refused', async (t) => {
  const { standIn, registry } = await rig(t, 'workspaceUrl', { parameters: {} })
  standIn.put('fraud', '1', URI)
  const version = await registry.version('fraud', '1', call())
  assert.ok(version !== undefined)
  for (const facts of [
    { accountName: 'evil.example/x?' },
    { endpoint: 'a/../b' },
    { containerName: '../x' },
  ]) {
    const own = standIn.datastore
    standIn.datastore = { ...own, ...facts }
    await assert.rejects(registry.files(version, call()), { code: 'AZUREML_SOURCE_UNSUPPORTED' })
    standIn.datastore = own
  }
})

for (const kind of ['workspaceUrl', 'registryUrl'] as const)
  hostileContract({
    name: `azureml, ${kind}`,
    start: async () => {
      const ends: (() => Promise<void>)[] = []
      const { standIn, registry } = await rig({ after: (end) => void ends.push(end) }, kind)
      const place = `${standIn.origin}/storage/${STAND_IN.account}/${STAND_IN.container}`
      standIn.put('fraud', '1', kind === 'registryUrl' ? `${place}/fraud` : URI)
      standIn.blobs.blobs.set('fraud/model.onnx', Buffer.from('weights'))
      return {
        registry,
        attack: (answer) => {
          standIn.intercept =
            answer &&
            ((request, response) => {
              answer(request, response)
              return true
            })
        },
        stop: async () => {
          for (const end of ends) await end()
        },
      }
    },
  })
