/**
 * Azure Resource Manager, Microsoft Entra ID and (unless another is given) blob storage over TLS, for tests. What the
 * SDK describes is judged by the SDK's own specs; registries and tokens by schemas after the published interface.
 */
import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type BlobStandIn, createBlobStandIn } from './azure-blob-stand-in.ts'
import { checkValue, judgeRequest, operationSpecs } from './azureml-specs.ts'
import { loopbackTls } from './loopback-tls.ts'

type VersionBody = {
  name: string
  properties: Record<string, unknown> & { tags?: Record<string, string | null> }
  systemData: Record<string, string>
}

export type AzureMlStandIn = {
  readonly origin: string
  readonly workspaceUrl: string
  readonly registryUrl: string
  readonly asked: string[]
  /** What judged requests found wrong; tests expect none. */
  readonly faults: string[]
  readonly models: Map<string, Map<string, VersionBody>>
  readonly blobs: BlobStandIn
  readonly put: (model: string, version: string, modelUri: string, more?: Record<string, unknown>) => void
  /** Answers instead when it returns true. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined
  /** Facts of the one datastore, `workspaceblobstore`. */
  datastore: Record<string, unknown>
  secrets: Record<string, unknown>
  readonly stop: () => Promise<void>
}

export const STAND_IN = {
  subscription: '11111111-2222-3333-4444-555555555555',
  tenant: '99999999-8888-7777-6666-555555555555',
  client: '12345678-1234-1234-1234-123456789012',
  secret: 'a client secret',
  token: 'stand-in-token',
  account: 'rampartmodels',
  container: 'azureml-blobstore',
} as const

const PROVIDER = `/subscriptions/${STAND_IN.subscription}/resourceGroups/ml-group/providers/Microsoft.MachineLearningServices`
const PAGE = 2
const REGISTRY_API = '2025-12-01'

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

const json = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

const missing = (response: ServerResponse): void =>
  json(response, 404, { error: { code: 'NotFound', message: 'not here' } })

/** The form of a client's request for a token (OAuth 2.0, section 4.4), as Entra ID documents it. */
const answerToken = (form: URLSearchParams, response: ServerResponse): void => {
  const right =
    form.get('grant_type') === 'client_credentials' &&
    form.get('client_id') === STAND_IN.client &&
    form.get('client_secret') === STAND_IN.secret &&
    /^https:\/\/[^ ]+\/\.default/.test(form.get('scope') ?? '')
  if (!right)
    return json(response, 401, { error: 'invalid_client', error_description: 'AADSTS7000215: wrong secret' })
  return json(response, 200, {
    token_type: 'Bearer',
    expires_in: 3600,
    ext_expires_in: 3600,
    access_token: STAND_IN.token,
  })
}

export const startAzureMlStandIn = async (
  options: { readonly blobEndpoint?: string; readonly secrets?: Record<string, unknown> } = {},
): Promise<AzureMlStandIn> => {
  const specs = operationSpecs()
  const models: AzureMlStandIn['models'] = new Map()
  const blobs = createBlobStandIn(`/storage/${STAND_IN.account}`, STAND_IN.container)

  const page = (url: URL, items: readonly unknown[]) => {
    const from = Number(url.searchParams.get('$skip') ?? 0)
    const next = new URL(url)
    next.searchParams.set('$skip', String(from + PAGE))
    const isLast = from + PAGE >= items.length
    return { value: items.slice(from, from + PAGE), ...(isLast ? {} : { nextLink: next.href }) }
  }
  const activeModels = () => [...models.keys()].filter((model) => (models.get(model)?.size ?? 0) > 0)
  const container = (name: string) => ({ name, properties: { isArchived: false } })

  const resource = (url: URL, values: Readonly<Record<string, string>>): unknown => {
    const { name = '', version } = values
    if (!url.pathname.includes('/models')) return { name, properties: standIn.datastore }
    if (values['name'] === undefined) return page(url, activeModels().map(container))
    const versions = models.get(name)
    if (versions === undefined) return undefined
    return version === undefined ? page(url, [...versions.values()]) : versions.get(version)
  }

  const workspace = (request: IncomingMessage, response: ServerResponse, url: URL, body: string): void => {
    const parsed = body === '' ? undefined : (JSON.parse(body) as VersionBody)
    const { spec, values } = judgeRequest(specs, { method: request.method ?? '', url, body: parsed })
    const { name = '', version = '' } = values
    if (request.method === 'PUT') {
      const kept = models.get(name)?.get(version)
      assert.ok(kept !== undefined && parsed !== undefined)
      models.get(name)?.set(version, { ...kept, properties: { ...kept.properties, ...parsed.properties } })
    }
    const answer = request.method === 'POST' ? standIn.secrets : resource(url, values)
    if (answer === undefined) return missing(response)
    const mapper = spec.responses['200']?.bodyMapper
    assert.ok(mapper !== undefined)
    checkValue(mapper, answer, spec, 'answer')
    return json(response, 200, answer)
  }

  const registry = (request: IncomingMessage, response: ServerResponse, url: URL, body: string): void => {
    assert.equal(url.searchParams.get('api-version'), REGISTRY_API)
    const parts = url.pathname
      .slice(`${PROVIDER}/registries/shared/`.length)
      .split('/')
      .map(decodeURIComponent)
    const [kind, name, , version] = parts
    if (kind === 'datareferences') {
      const asked = JSON.parse(body) as Record<string, string>
      assert.equal(request.method, 'POST')
      assert.deepEqual(Object.keys(asked).toSorted(), ['assetId', 'blobUri'])
      assert.equal(asked['assetId'], `azureml://registries/shared/models/${name}/versions/${version}`)
      const blobUri = asked['blobUri'] ?? ''
      const credential = { credentialType: 'SAS', sasUri: `${blobUri}?${standIn.secrets['sasToken']}` }
      return json(response, 200, {
        blobReferenceForConsumption: { blobUri, storageAccountArmId: null, credential },
      })
    }
    assert.equal(request.method, 'GET')
    if (name === undefined) return json(response, 200, page(url, activeModels().map(container)))
    const versions = models.get(name)
    if (versions === undefined) return missing(response)
    const found = version === undefined ? page(url, [...versions.values()]) : versions.get(version)
    return found === undefined ? missing(response) : json(response, 200, found)
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const url = new URL(request.url ?? '/', standIn.origin)
    if (blobs.answer(request, response, url)) return
    const body = await bodyOf(request)
    if (url.pathname === `/${STAND_IN.tenant}/v2.0/.well-known/openid-configuration`)
      return json(response, 200, {
        issuer: `${standIn.origin}/${STAND_IN.tenant}/v2.0`,
        authorization_endpoint: `${standIn.origin}/${STAND_IN.tenant}/oauth2/v2.0/authorize`,
        token_endpoint: `${standIn.origin}/${STAND_IN.tenant}/oauth2/v2.0/token`,
        jwks_uri: `${standIn.origin}/${STAND_IN.tenant}/discovery/v2.0/keys`,
      })
    if (url.pathname === `/${STAND_IN.tenant}/oauth2/v2.0/token`)
      return answerToken(new URLSearchParams(body), response)
    if (request.headers.authorization !== `Bearer ${STAND_IN.token}`)
      return json(response, 401, { error: { code: 'InvalidAuthenticationToken', message: 'no' } })
    if (url.pathname.startsWith(`${PROVIDER}/registries/shared/`))
      return registry(request, response, url, body)
    return workspace(request, response, url, body)
  }

  const server = createServer(loopbackTls, (request, response) => {
    standIn.asked.push(`${request.method} ${request.url}`)
    if (standIn.intercept?.(request, response) === true) return
    answer(request, response).catch((error: unknown) => {
      standIn.faults.push(
        `${request.method} ${request.url}: ${error instanceof Error ? error.message : error}`,
      )
      json(response, 500, { error: { code: 'Fault', message: 'the stand-in refuses' } })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const standIn: AzureMlStandIn = {
    origin,
    workspaceUrl: `${origin}${PROVIDER}/workspaces/ml-workspace`,
    registryUrl: `${origin}${PROVIDER}/registries/shared`,
    asked: [],
    faults: [],
    models,
    blobs,
    put: (model, version, modelUri, more = {}) => {
      const versions = models.get(model) ?? new Map<string, VersionBody>()
      models.set(model, versions)
      const systemData = {
        createdBy: 'A Data Scientist',
        createdByType: 'User',
        createdAt: '2026-11-01T10:00:00Z',
        lastModifiedAt: '2026-11-02T10:00:00Z',
      }
      const properties = {
        modelUri,
        modelType: 'custom_model',
        isArchived: false,
        isAnonymous: false,
        tags: {},
        ...more,
      }
      versions.set(version, { name: version, properties, systemData })
    },
    intercept: undefined,
    datastore: {
      datastoreType: 'AzureBlob',
      accountName: STAND_IN.account,
      containerName: STAND_IN.container,
      endpoint: 'core.windows.net',
      protocol: 'https',
      credentials: { credentialsType: 'Sas', secrets: { secretsType: 'Sas' } },
      isDefault: true,
    },
    secrets: options.secrets ?? { secretsType: 'Sas', sasToken: blobs.sas },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return standIn
}
