/** A workspace or registry of Azure Machine Learning behind the Registry port. */
import type { Registry, RegistryWriter } from '@rampart/domain'
import type { OutboundHttp } from '../outbound/index.ts'
import { type BlobLocation, listBlobs, openBlob } from './blobs.ts'
import type { ModelCatalog } from './catalog.ts'
import { azuremlErrors } from './errors.ts'
import { type AzureLogin, createTokenSource } from './login.ts'
import { createRegistryCatalog } from './registry-catalog.ts'
import { parseResourceUrl } from './resource-url.ts'
import { createDatastores, createSignedStorage, type Storage } from './storage.ts'
import { createVersions } from './versions.ts'
import { createWorkspaceCatalog, openWorkspaceClient } from './workspace-catalog.ts'

export type AzureMlOptions = {
  /** Of the workspace or registry at Azure Resource Manager. */
  readonly url: string
  /** The registry's own: closed with it, and its requests are counted. */
  readonly http: OutboundHttp
  readonly login: AzureLogin
  /** `blobEndpoint`: address of a storage account where it is not the public cloud's, with `{account}` for its name. */
  readonly parameters?: Readonly<Record<string, string>> | undefined
  readonly now?: () => number
}

const show = (value: string | undefined): string =>
  value === undefined ? 'absent' : JSON.stringify(value.slice(0, 100))

/** Reads, compares and writes: Azure ML has no compare-and-set for versions. */
const createWriter = (catalog: ModelCatalog): Pick<Registry, 'writer'> => {
  const { setTags } = catalog
  if (setTags === undefined) return {}
  const setTag: RegistryWriter['setTag'] = async ({ model, version }, key, value, expected, call) => {
    const what = `tag ${key} of ${model} ${version}`
    const changed = (found: string | undefined, wanted: string | undefined) =>
      azuremlErrors.AZUREML_CHANGED(`${what} is ${show(found)}, expected ${show(wanted)}`, {
        details: { found: found ?? null, expected: wanted ?? null },
      })
    const before = (await catalog.version(model, version, call))?.tags[key]
    if (before === value) return
    const change = (tags: Readonly<Record<string, string>>) => {
      if (tags[key] !== expected) throw changed(tags[key], expected)
      const { [key]: _old, ...others } = tags
      return value === undefined ? others : { ...others, [key]: value }
    }
    await setTags(model, version, change, call)
    const after = (await catalog.version(model, version, call))?.tags[key]
    if (after !== value) throw changed(after, value)
  }
  return {
    writer: {
      setTag,
      setAlias: async (model, alias) => {
        throw azuremlErrors.AZUREML_NO_ALIASES(`${model} cannot have the alias ${show(alias)}`)
      },
    },
  }
}

const open = (options: AzureMlOptions): { readonly catalog: ModelCatalog; readonly storage: Storage } => {
  const resource = parseResourceUrl(options.url)
  const { http, login, parameters = {} } = options
  const tokens = createTokenSource(login, http)
  const storageOptions = {
    http,
    tokens,
    blobEndpoint: parameters['blobEndpoint'],
    now: options.now ?? Date.now,
  }
  if (resource.kind === 'registry') {
    const catalog = createRegistryCatalog(resource, tokens, http)
    return { catalog, storage: createSignedStorage(catalog, storageOptions) }
  }
  let client: ReturnType<typeof openWorkspaceClient> | undefined
  const openClient = () => (client ??= openWorkspaceClient(resource, tokens, http))
  return {
    catalog: createWorkspaceCatalog(resource, openClient),
    storage: createDatastores(resource, openClient, storageOptions),
  }
}

/** Throws AZUREML_URL_INVALID or OUTBOUND_URL_REFUSED; asks nobody and loads no SDK yet. */
export const createAzureMlRegistry = (options: AzureMlOptions): Registry => {
  const { http } = options
  const { catalog, storage } = open(options)
  return {
    type: 'azureml',
    ...createVersions(catalog),
    files: async ({ model, version, source }, call) =>
      listBlobs(await storage.place(model, version, source, call), call),
    open: async (file, offset, call) => {
      const location = JSON.parse(file.location) as BlobLocation
      return openBlob(await storage.container(location.key, call), location, offset, call)
    },
    lineage: async ({ model, version }, call) => {
      const runId = (await catalog.version(model, version, call))?.jobName
      return runId === undefined ? {} : { runId }
    },
    ...createWriter(catalog),
    requests: () => http.requests(),
    close: () => http.close(),
  }
}
