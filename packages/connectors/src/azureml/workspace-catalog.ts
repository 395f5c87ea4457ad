/** Models of a workspace through Microsoft's management SDK (API version 2022-10-01). */
import type { AzureMachineLearningWorkspaces, ModelVersion } from '@azure/arm-machinelearning'
import type { RegistryCall } from '@rampart/domain'
import type { OutboundHttp } from '../outbound/index.ts'
import { type AzureVersion, described, type ModelCatalog, nextQuery, type Page, textTags } from './catalog.ts'
import { azuremlErrors } from './errors.ts'
import { createSdkTransport } from './guarded-transport.ts'
import type { TokenSource } from './login.ts'
import type { AzureMlResource } from './resource-url.ts'
import { orMissing, viaSdk } from './sdk-errors.ts'

export type WorkspaceClient = AzureMachineLearningWorkspaces

/** Loads the SDK; every request stays on the endpoint, none is repeated or redirected by the SDK itself. */
export const openWorkspaceClient = async (
  { endpoint, subscription }: AzureMlResource,
  tokens: TokenSource,
  http: OutboundHttp,
): Promise<{
  readonly client: WorkspaceClient
  readonly continuationOf: (page: unknown) => string | undefined
}> => {
  const sdk = await import('@azure/arm-machinelearning')
  const client = new sdk.AzureMachineLearningWorkspaces(tokens, subscription, {
    endpoint,
    $host: endpoint,
    httpClient: await createSdkTransport(http, endpoint),
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
  })
  return { client, continuationOf: sdk.getContinuationToken }
}

// The SDK reads what it knows and checks little: a name or the properties may be missing all the same.
const toVersion = ({ name, properties, systemData }: Partial<ModelVersion>): AzureVersion | undefined => {
  if (typeof name !== 'string' || typeof properties !== 'object' || properties === null)
    throw azuremlErrors.AZUREML_ANSWER_INVALID('a version of a model has no name or properties')
  if (properties.isArchived === true || properties.isAnonymous === true) return undefined
  return {
    version: name,
    modelUri: properties.modelUri ?? '',
    tags: textTags(properties.tags),
    ...described({
      description: properties.description,
      jobName: properties.jobName,
      createdBy: systemData?.createdBy,
      createdAt: systemData?.createdAt?.toISOString(),
      lastModifiedAt: systemData?.lastModifiedAt?.toISOString(),
    }),
  }
}

type Pages<T> = { byPage(settings: { continuationToken?: string }): AsyncIterableIterator<T[]> }

export const createWorkspaceCatalog = (
  resource: AzureMlResource,
  open: () => ReturnType<typeof openWorkspaceClient>,
): ModelCatalog => {
  const { endpoint, resourceGroup, name: workspace, path } = resource
  const { host } = new URL(endpoint)

  const page = async <T>(
    listPath: string,
    next: string | undefined,
    list: (client: WorkspaceClient) => Pages<T>,
  ): Promise<Page<T> | undefined> => {
    const { client, continuationOf } = await open()
    const settings = next === undefined ? {} : { continuationToken: `${endpoint}${listPath}${next}` }
    const first = await orMissing(host, () => list(client).byPage(settings).next())
    if (first === undefined || first.done === true) return first === undefined ? undefined : { items: [] }
    const following = nextQuery(continuationOf(first.value), { endpoint, path: listPath, current: next })
    return following === undefined ? { items: first.value } : { items: first.value, next: following }
  }

  const get = async (
    model: string,
    version: string,
    { signal }: RegistryCall,
  ): Promise<ModelVersion | undefined> => {
    const { client } = await open()
    return orMissing(host, () =>
      client.modelVersions.get(resourceGroup, workspace, model, version, { abortSignal: signal }),
    )
  }

  return {
    models: async (next, { signal: abortSignal }) => {
      const found = await page(`${path}/models`, next, (client) =>
        client.modelContainers.list(resourceGroup, workspace, { abortSignal, listViewType: 'ActiveOnly' }),
      )
      if (found === undefined)
        throw azuremlErrors.AZUREML_ANSWER_INVALID(`${workspace} does not exist at ${host}`)
      const items = found.items.map(({ name }) => {
        if (typeof name === 'string') return name
        throw azuremlErrors.AZUREML_ANSWER_INVALID('a model has no name')
      })
      return { ...found, items }
    },
    versions: async (model, next, { signal: abortSignal }) => {
      const found = await page(`${path}/models/${encodeURIComponent(model)}/versions`, next, (client) =>
        client.modelVersions.list(resourceGroup, workspace, model, {
          abortSignal,
          listViewType: 'ActiveOnly',
        }),
      )
      if (found === undefined) return { items: [] }
      return { ...found, items: found.items.map(toVersion).filter((one) => one !== undefined) }
    },
    version: async (model, version, call) => {
      const found = await get(model, version, call)
      return found === undefined ? undefined : toVersion(found)
    },
    setTags: async (model, version, change, call) => {
      const found = await get(model, version, call)
      if (found === undefined) throw azuremlErrors.AZUREML_CHANGED(`${model} ${version} is gone`)
      const { client } = await open()
      // Tags that are longer than what is kept here stay as they are.
      const present = textTags(found.properties.tags)
      const others = Object.entries(found.properties.tags ?? {}).filter(([key]) => !(key in present))
      const tags = { ...Object.fromEntries(others), ...change(present) }
      const body = { ...found, properties: { ...found.properties, tags } }
      const { signal: abortSignal } = call
      await viaSdk(host, () =>
        client.modelVersions.createOrUpdate(resourceGroup, workspace, model, version, body, { abortSignal }),
      )
    },
  }
}
