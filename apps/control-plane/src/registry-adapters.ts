/** The adapter of each type of registry, loaded when a registry of that type is first opened, and given its secrets. */
import { type AzureLogin, mlflowEndpoint, parseResourceUrl } from '@rampart/connectors/azureml'
import { folderOf } from '@rampart/connectors/folder'
import { createOutboundHttp, type OutboundHttp, parseServerUrl } from '@rampart/connectors/outbound'
import type { Registry, RegistrySpec } from '@rampart/domain'
import { type CheckRegistry, type OpenRegistry, registriesErrors } from '@rampart/registries'
import { hostList } from './app-config.ts'
import type { Ground } from './ground.ts'

type AdapterGround = Pick<Ground, 'config' | 'home' | 'mode' | 'secrets' | 'outbound'>
type Auth = NonNullable<RegistrySpec['auth']>

/** Kinds of credentials that a type of registry takes. */
const AUTH_KINDS: Readonly<Record<RegistrySpec['type'], readonly Auth['kind'][]>> = {
  folder: ['none'],
  s3: ['none', 'aws'],
  mlflow: ['none', 'basic', 'bearer'],
  oci: ['none', 'basic', 'bearer'],
  azureml: ['azure', 'bearer'],
}

const folderRules = ({ config, home, mode }: AdapterGround) => {
  const allowed = hostList(config.registries.folders)
  return {
    // Alone on loopback the person at the keyboard can read these files anyway; elsewhere folders are named.
    ...(mode === 'development' && allowed.length === 0 ? {} : { allowed }),
    forbidden: [home],
  }
}

/** Throws what makes a spec unusable; asks nobody. */
export const createCheckRegistry =
  (ground: AdapterGround): CheckRegistry =>
  (spec) => {
    const refuse = registriesErrors.REGISTRIES_INVALID
    const { type, url, auth = { kind: 'none' } } = spec
    if (!AUTH_KINDS[type].includes(auth.kind))
      throw refuse(`A registry of type ${type} takes auth.kind ${AUTH_KINDS[type].join(', ')}.`)
    if (
      (auth.kind === 'basic' || auth.kind === 'bearer' || auth.kind === 'aws') &&
      auth.secretRef === undefined
    )
      throw refuse(`auth.kind ${auth.kind} needs auth.secretRef.`)
    if (auth.kind === 'basic' && auth.username === undefined)
      throw refuse('auth.kind basic needs auth.username.')
    if (spec.writeBack === true && (type === 'folder' || type === 's3'))
      throw refuse(`A registry of type ${type} cannot be written to: leave writeBack out.`)
    if (type === 's3' && !/^s3:\/\/[a-z0-9]/.test(url))
      throw refuse('The URL of a bucket is s3://BUCKET/PREFIX.')
    if (auth.kind === 'aws' && auth.parameters?.['accessKeyId'] === undefined)
      throw refuse('auth.kind aws needs auth.parameters.accessKeyId.')
    const azureParameters = [auth.secretRef, auth.parameters?.['tenantId'], auth.parameters?.['clientId']]
    if (auth.kind === 'azure' && azureParameters.includes(undefined))
      throw refuse('auth.kind azure needs auth.secretRef and auth.parameters tenantId and clientId.')
    if (type === 'folder') folderOf({ url, ...folderRules(ground) })
    else if (type === 's3') parseServerUrl(spec.parameters?.['endpoint'] ?? 'https://s3', ['http:', 'https:'])
    else if (type === 'azureml') {
      if (mlflowEndpoint(url) === undefined) parseResourceUrl(url)
    } else parseServerUrl(url, ['http:', 'https:'])
  }

const openHttp = async ({ secrets, outbound }: AdapterGround, spec: RegistrySpec): Promise<OutboundHttp> => {
  const caRef = spec.parameters?.['caRef']
  const tls = caRef === undefined ? {} : { tls: { ca: await secrets.resolve(caRef) } }
  return createOutboundHttp({ addresses: outbound, ...tls })
}

const openMlflow = async (ground: AdapterGround, spec: RegistrySpec): Promise<Registry> => {
  const { basicAuthorization, bearerAuthorization, createMlflowRegistry } = await import(
    '@rampart/connectors/mlflow'
  )
  const { kind = 'none', username = '', secretRef = '' } = spec.auth ?? {}
  const secret = () => ground.secrets.resolve(secretRef)
  const authorization =
    kind === 'basic'
      ? async () => basicAuthorization(username, await secret())
      : kind === 'bearer'
        ? async () => bearerAuthorization(await secret())
        : undefined
  const http = await openHttp(ground, spec)
  return createMlflowRegistry({
    url: spec.url,
    http,
    ...(authorization === undefined ? {} : { authorization }),
  })
}

const openOci = async (ground: AdapterGround, spec: RegistrySpec): Promise<Registry> => {
  const { createOciRegistry } = await import('@rampart/connectors/oci')
  const { kind = 'none', username = '', secretRef = '' } = spec.auth ?? {}
  const secret = () => ground.secrets.resolve(secretRef)
  const login =
    kind === 'basic'
      ? ({ kind, username, password: secret } as const)
      : kind === 'bearer'
        ? ({ kind, token: secret } as const)
        : ({ kind: 'none' } as const)
  const http = await openHttp(ground, spec)
  return createOciRegistry({ url: spec.url, http, login, include: spec.include, parameters: spec.parameters })
}

const openS3 = async (ground: AdapterGround, spec: RegistrySpec): Promise<Registry> => {
  const { createS3Registry } = await import('@rampart/connectors/s3')
  const { kind = 'none', secretRef = '', parameters = {} } = spec.auth ?? {}
  const { accessKeyId = '' } = parameters
  const secretAccessKey = () => ground.secrets.resolve(secretRef)
  const login =
    kind === 'aws' ? ({ kind, accessKeyId, secretAccessKey } as const) : ({ kind: 'none' } as const)
  const http = await openHttp(ground, spec)
  return createS3Registry({ url: spec.url, parameters: spec.parameters, login, http })
}

const azureLogin = ({ secrets }: AdapterGround, { auth }: RegistrySpec): AzureLogin => {
  const { kind, secretRef = '', parameters = {} } = auth ?? { kind: 'bearer' }
  const secret = () => secrets.resolve(secretRef)
  if (kind !== 'azure') return { kind: 'bearer', token: secret }
  const { tenantId = '', clientId = '', authorityHost } = parameters
  return { kind, tenantId, clientId, authorityHost, secret }
}

/** The workspace itself, or its MLflow interface when the URL begins with azureml://. */
const openAzureMl = async (ground: AdapterGround, spec: RegistrySpec): Promise<Registry> => {
  const { createAzureMlRegistry, createTokenSource } = await import('@rampart/connectors/azureml')
  const http = await openHttp(ground, spec)
  const login = azureLogin(ground, spec)
  const mlflowUrl = mlflowEndpoint(spec.url)
  if (mlflowUrl === undefined)
    return createAzureMlRegistry({ url: spec.url, http, login, parameters: spec.parameters })
  const { bearerAuthorization, createMlflowRegistry } = await import('@rampart/connectors/mlflow')
  const { managementScope = 'https://management.azure.com/.default' } = spec.parameters ?? {}
  const tokens = createTokenSource(login, http)
  const authorization = async () => bearerAuthorization((await tokens.getToken(managementScope))?.token ?? '')
  return { ...createMlflowRegistry({ url: mlflowUrl, http, authorization }), type: 'azureml' }
}

const openFolder = async (ground: AdapterGround, spec: RegistrySpec): Promise<Registry> => {
  const { createFolderRegistry } = await import('@rampart/connectors/folder')
  return createFolderRegistry({ url: spec.url, ...folderRules(ground) })
}

export const createOpenRegistry =
  (ground: AdapterGround): OpenRegistry =>
  async (_tenant, { spec }) => {
    switch (spec.type) {
      case 'folder':
        return openFolder(ground, spec)
      case 'mlflow':
        return openMlflow(ground, spec)
      case 'oci':
        return openOci(ground, spec)
      case 's3':
        return openS3(ground, spec)
      case 'azureml':
        return openAzureMl(ground, spec)
    }
  }
