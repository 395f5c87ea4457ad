/** Containers that hold the bytes of versions: of a workspace's datastores, and behind signed addresses of a registry. */
import type { ContainerClient, StoragePipelineOptions } from '@azure/storage-blob'
import type { RegistryCall } from '@rampart/domain'
import { type OutboundHttp, parseServerUrl } from '../outbound/index.ts'
import { parseAssetUri, plainPrefix } from './asset-uri.ts'
import type { BlobPlace } from './blobs.ts'
import { azuremlErrors } from './errors.ts'
import { createStorageTransport } from './guarded-transport.ts'
import type { TokenSource } from './login.ts'
import type { RegistryCatalog } from './registry-catalog.ts'
import type { AzureMlResource } from './resource-url.ts'
import { viaSdk } from './sdk-errors.ts'
import type { WorkspaceClient } from './workspace-catalog.ts'

export interface Storage {
  place(model: string, version: string, modelUri: string, call: RegistryCall): Promise<BlobPlace>
  /** The container that `place` named by its key. */
  container(key: string, call: RegistryCall): Promise<ContainerClient>
}

// Signed addresses live for an hour or more; keys may be rotated at any time.
const KEPT_MS = 5 * 60_000
const MAX_KEPT = 256
const ACCOUNT = /^[a-z0-9]{3,24}$/
const CONTAINER = /^[a-z0-9$][a-z0-9-]{1,62}$/
const DOMAIN = /^[a-z0-9][a-z0-9.-]{1,200}$/

const unsupported = (why: string) => azuremlErrors.AZUREML_SOURCE_UNSUPPORTED(why)

/** Opened containers by key, forgotten after a few minutes. */
const createMemory = (now: () => number) => {
  const kept = new Map<string, { readonly container: ContainerClient; readonly until: number }>()
  return async (key: string, open: () => Promise<ContainerClient>): Promise<ContainerClient> => {
    const known = kept.get(key)
    if (known !== undefined && known.until > now()) return known.container
    const container = await open()
    if (kept.size >= MAX_KEPT) kept.clear()
    kept.set(key, { container, until: now() + KEPT_MS })
    return container
  }
}

const pipelineOptions = (http: OutboundHttp, url: URL): StoragePipelineOptions => ({
  httpClient: createStorageTransport(http, url.origin),
  // Repeating is the engine's, which knows when.
  retryOptions: { maxTries: 1 },
})

type Credentials = { readonly sas?: string; readonly key?: string }

export type StorageOptions = {
  readonly http: OutboundHttp
  readonly tokens: TokenSource
  /** In place of the public cloud's address of an account: `{account}` stands for its name. */
  readonly blobEndpoint?: string | undefined
  readonly now: () => number
}

const openContainer = async (
  { http, tokens }: StorageOptions,
  url: URL,
  account: string,
  { sas, key }: Credentials,
): Promise<ContainerClient> => {
  const { ContainerClient, StorageSharedKeyCredential } = await import('@azure/storage-blob')
  const options = pipelineOptions(http, url)
  if (sas !== undefined)
    return new ContainerClient(`${url.href}?${sas.replace(/^\?/, '')}`, undefined, options)
  const credential = key === undefined ? tokens : new StorageSharedKeyCredential(account, key)
  return new ContainerClient(url.href, credential, options)
}

export const createDatastores = (
  resource: AzureMlResource,
  open: () => Promise<{ readonly client: WorkspaceClient }>,
  options: StorageOptions,
): Storage => {
  const { resourceGroup, name: workspace, endpoint } = resource
  const { host } = new URL(endpoint)
  const memory = createMemory(options.now)

  const addressOf = (account: string, container: string, domain: string): URL => {
    if (!ACCOUNT.test(account) || !CONTAINER.test(container) || !DOMAIN.test(domain))
      throw unsupported('a datastore names no container of a storage account')
    const base = options.blobEndpoint?.replaceAll('{account}', account) ?? `https://${account}.blob.${domain}`
    return parseServerUrl(`${base.replace(/\/+$/, '')}/${container}`, ['https:', 'http:'])
  }

  const secretsOf = async (
    name: string,
    isKeyless: boolean,
    { signal }: RegistryCall,
  ): Promise<Credentials> => {
    if (isKeyless) return {}
    const { client } = await open()
    const secrets = await viaSdk(host, () =>
      client.datastores.listSecrets(resourceGroup, workspace, name, { abortSignal: signal }),
    )
    const { secretsType, sasToken, key } = secrets as { secretsType: string; sasToken?: string; key?: string }
    if (secretsType === 'Sas' && sasToken !== undefined) return { sas: sasToken }
    if (secretsType === 'AccountKey' && key !== undefined) return { key }
    throw unsupported(
      `datastore ${name} gives credentials of the kind ${JSON.stringify(secretsType.slice(0, 60))}`,
    )
  }

  const openDatastore = async (name: string, call: RegistryCall): Promise<ContainerClient> => {
    const { client } = await open()
    const { properties } = await viaSdk(host, () =>
      client.datastores.get(resourceGroup, workspace, name, { abortSignal: call.signal }),
    )
    const facts = properties as {
      accountName?: string
      containerName?: string
      filesystem?: string
      endpoint?: string
      credentials?: { credentialsType?: string }
    }
    if (!['AzureBlob', 'AzureDataLakeGen2'].includes(properties.datastoreType))
      throw unsupported(
        `datastore ${name} is of the type ${JSON.stringify(properties.datastoreType.slice(0, 60))}`,
      )
    const account = facts.accountName ?? ''
    const url = addressOf(
      account,
      facts.containerName ?? facts.filesystem ?? '',
      facts.endpoint ?? 'core.windows.net',
    )
    const isKeyless = (facts.credentials?.credentialsType ?? 'None') === 'None'
    return openContainer(options, url, account, await secretsOf(name, isKeyless, call))
  }

  const container: Storage['container'] = (key, call) => memory(key, () => openDatastore(key, call))
  return {
    place: async (_model, _version, modelUri, call) => {
      const { datastore, path } = parseAssetUri(modelUri, resource)
      return { key: datastore, container: await container(datastore, call), prefix: path }
    },
    container,
  }
}

/** `https://HOST/CONTAINER/PREFIX`, behind as many segments as `blobEndpoint` has. Throws AZUREML_SOURCE_UNSUPPORTED. */
const splitBlobUri = (
  uri: string,
  blobEndpoint: string | undefined,
): { readonly container: URL; readonly prefix: string } => {
  const url = parseServerUrl(uri, ['https:', 'http:'], { query: true })
  const depth = (blobEndpoint ?? 'https://host').replace(/\/+$/, '').split('/').length - 3
  const segments = url.pathname.split('/').slice(1)
  const container = segments[depth] ?? ''
  if (!CONTAINER.test(container)) throw unsupported('the address of a blob names no container')
  return {
    container: new URL(`${url.origin}/${segments.slice(0, depth + 1).join('/')}`),
    prefix: plainPrefix('a blob', segments.slice(depth + 1).join('/')),
  }
}

export const createSignedStorage = (catalog: RegistryCatalog, options: StorageOptions): Storage => {
  const memory = createMemory(options.now)
  const openSigned = async (key: string, call: RegistryCall): Promise<ContainerClient> => {
    const [model, version, modelUri] = JSON.parse(key) as [string, string, string]
    const signed = await catalog.signedUri(model, version, modelUri, call)
    const wanted = splitBlobUri(modelUri, options.blobEndpoint)
    const given = splitBlobUri(signed, options.blobEndpoint)
    if (given.container.href !== wanted.container.href)
      throw azuremlErrors.AZUREML_ANSWER_INVALID(
        'a signed address is not of the container that holds the model',
      )
    return openContainer(options, given.container, '', { sas: new URL(signed).search })
  }
  const container: Storage['container'] = (key, call) => memory(key, () => openSigned(key, call))
  return {
    place: async (model, version, modelUri, call) => {
      const { prefix } = splitBlobUri(modelUri, options.blobEndpoint)
      const key = JSON.stringify([model, version, modelUri])
      return { key, container: await container(key, call), prefix }
    },
    container,
  }
}
