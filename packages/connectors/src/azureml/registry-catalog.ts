/** Models of an Azure ML registry by plain REST (2025-12-01), since the SDK knows workspaces only. */

import type { RegistryCall } from '@rampart/domain'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { type OutboundHttp, outboundErrors } from '../outbound/index.ts'
import { type AzureVersion, described, type ModelCatalog, nextQuery, type Page, textTags } from './catalog.ts'
import { azuremlErrors } from './errors.ts'
import type { TokenSource } from './login.ts'
import type { AzureMlResource } from './resource-url.ts'

const API = 'api-version=2025-12-01'
const MAX_ANSWER = 8 * 1024 * 1024

const optionalText = Type.Optional(Type.Union([Type.String(), Type.Null()]))
const Named = Type.Object({ name: Type.String({ minLength: 1, maxLength: 256 }) })
const Listing = Type.Object({
  value: Type.Array(Type.Unknown(), { maxItems: 5000 }),
  nextLink: optionalText,
})
const VersionSchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 256 }),
  properties: Type.Object({
    modelUri: optionalText,
    description: optionalText,
    stage: optionalText,
    jobName: optionalText,
    isArchived: Type.Optional(Type.Boolean()),
    isAnonymous: Type.Optional(Type.Boolean()),
    tags: Type.Optional(
      Type.Union([Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()])), Type.Null()]),
    ),
  }),
  systemData: Type.Optional(
    Type.Object({
      createdBy: optionalText,
      createdAt: Type.Optional(Type.String()),
      lastModifiedAt: Type.Optional(Type.String()),
    }),
  ),
})
const SasAnswer = Type.Object({
  blobReferenceForConsumption: Type.Object({
    blobUri: Type.Optional(Type.String({ maxLength: 4096 })),
    credential: Type.Object({
      credentialType: Type.String({ maxLength: 64 }),
      sasUri: Type.Optional(Type.String({ maxLength: 8192 })),
    }),
  }),
})

const invalid = (what: string) =>
  azuremlErrors.AZUREML_ANSWER_INVALID(`${what} is not what the interface describes`)

const isoTime = (text: string | undefined): string | undefined => {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}

const toVersion = (value: unknown): AzureVersion | undefined => {
  if (!Value.Check(VersionSchema, value)) throw invalid('a version of a model')
  const { name, properties, systemData = {} }: Static<typeof VersionSchema> = value
  if (properties.isArchived === true || properties.isAnonymous === true) return undefined
  return {
    version: name,
    modelUri: properties.modelUri ?? '',
    tags: textTags(properties.tags),
    ...described({
      description: properties.description,
      stage: properties.stage,
      jobName: properties.jobName,
      createdBy: systemData.createdBy,
      createdAt: isoTime(systemData.createdAt),
      lastModifiedAt: isoTime(systemData.lastModifiedAt),
    }),
  }
}

export type RegistryCatalog = ModelCatalog & {
  /** An address with a signature under which the blobs of a version can be read for a while. */
  signedUri(model: string, version: string, modelUri: string, call: RegistryCall): Promise<string>
}

export const createRegistryCatalog = (
  resource: AzureMlResource,
  tokens: TokenSource,
  http: Pick<OutboundHttp, 'json'>,
): RegistryCatalog => {
  const { endpoint, path, name: registry } = resource

  const ask = async (at: string, { signal }: RegistryCall, body?: unknown): Promise<unknown> => {
    const token = await tokens.getToken(`${endpoint}/.default`, { abortSignal: signal })
    return http.json({
      url: new URL(`${endpoint}${at}`),
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token?.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { method: 'POST' as const, body: JSON.stringify(body) }),
      signal,
      maxBytes: MAX_ANSWER,
    })
  }

  const orMissing = async (work: Promise<unknown>): Promise<unknown> => {
    try {
      return await work
    } catch (error) {
      if ((error as { code?: unknown }).code === outboundErrors.OUTBOUND_NOT_FOUND.code) return undefined
      throw error
    }
  }

  const listing = async (
    listPath: string,
    next: string | undefined,
    call: RegistryCall,
  ): Promise<Page<unknown>> => {
    const answer = await orMissing(ask(`${listPath}${next ?? `?${API}&listViewType=ActiveOnly`}`, call))
    if (answer === undefined) return { items: [] }
    if (!Value.Check(Listing, answer)) throw invalid('a list')
    const following = nextQuery(answer.nextLink, { endpoint, path: listPath, current: next })
    return following === undefined ? { items: answer.value } : { items: answer.value, next: following }
  }

  const versionsPath = (model: string): string => `${path}/models/${encodeURIComponent(model)}/versions`

  return {
    models: async (next, call) => {
      const found = await listing(`${path}/models`, next, call)
      const names = found.items.map((item) => {
        if (!Value.Check(Named, item)) throw invalid('a model')
        return item.name
      })
      return { ...found, items: names }
    },
    versions: async (model, next, call) => {
      const found = await listing(versionsPath(model), next, call)
      return { ...found, items: found.items.map(toVersion).filter((one) => one !== undefined) }
    },
    version: async (model, version, call) => {
      const answer = await orMissing(
        ask(`${versionsPath(model)}/${encodeURIComponent(version)}?${API}`, call),
      )
      return answer === undefined ? undefined : toVersion(answer)
    },
    signedUri: async (model, version, modelUri, call) => {
      const at = `${path}/datareferences/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}?${API}`
      const assetId = `azureml://registries/${registry}/models/${model}/versions/${version}`
      const answer = await ask(at, call, { assetId, blobUri: modelUri })
      if (!Value.Check(SasAnswer, answer)) throw invalid('a data reference')
      const { credentialType, sasUri } = answer.blobReferenceForConsumption.credential
      if (credentialType !== 'SAS' || sasUri === undefined)
        throw azuremlErrors.AZUREML_SOURCE_UNSUPPORTED(
          `${registry} gives no signed address for ${model} ${version}`,
        )
      return sasUri
    },
  }
}
