/** Where the bytes of a version are: MLflow's source URIs down to a folder of the server's own artifact proxy. */
import type { RegistryCall, RegistryVersion } from '@rampart/domain'
import type { MlflowApi } from './api.ts'
import { mlflowErrors } from './errors.ts'
import { DownloadUri, expect, LoggedModelAnswer, type Run, RunAnswer } from './wire.ts'

const MAX_HOPS = 4
const MAX_OUTPUTS = 16

const unsupported = (uri: string, why: string) =>
  mlflowErrors.MLFLOW_SOURCE_UNSUPPORTED(`${JSON.stringify(uri.slice(0, 200))}: ${why}`)

/** One segment of a path as a server or a person gave it. */
export const isSafeSegment = (segment: string): boolean =>
  segment !== '' &&
  segment !== '.' &&
  segment !== '..' &&
  !/[\\/\p{C}]/u.test(segment) &&
  segment.length <= 255

const safeFolder = (uri: string, path: string): string => {
  const segments = path.split('/').filter((segment) => segment !== '')
  if (segments.length > 64 || !segments.every(isSafeSegment)) throw unsupported(uri, 'is no plain path')
  return segments.join('/')
}

export const readRun = async (api: MlflowApi, id: string, call: RegistryCall): Promise<Run> =>
  expect(RunAnswer, await api.get('mlflow/runs/get', [['run_id', id]], call), 'a run').run

export const readLoggedModel = async (api: MlflowApi, id: string, call: RegistryCall) => {
  const answer = await api.get(`mlflow/logged-models/${encodeURIComponent(id)}`, [], call)
  return expect(LoggedModelAnswer, answer, 'a logged model').model.info
}

const downloadUri = async (api: MlflowApi, name: string, version: string, call: RegistryCall) => {
  const query = [
    ['name', name],
    ['version', version],
  ] as const
  const answer = await api.get('mlflow/model-versions/get-download-uri', query, call)
  return expect(DownloadUri, answer, 'the place of a version').artifact_uri
}

/** `models:/NAME/VERSION`, `models:/m-ID`, `runs:/ID/PATH`. */
const partsOf = (uri: string, scheme: string): [string, string] | undefined => {
  if (!uri.startsWith(`${scheme}:/`)) return undefined
  const rest = uri.slice(scheme.length + 2).replace(/^\/+/, '')
  const slash = rest.indexOf('/')
  return slash < 0 ? [rest, ''] : [rest.slice(0, slash), rest.slice(slash + 1)]
}

/** Since MLflow 3 a model that a run logged lies beside the run, under an id of its own. */
const loggedBy = async (api: MlflowApi, run: Run, path: string, call: RegistryCall) => {
  for (const { model_id: id } of (run.outputs?.model_outputs ?? []).slice(0, MAX_OUTPUTS)) {
    const info = await readLoggedModel(api, id, call)
    if (info.name === path) return info.artifact_uri
  }
  return undefined
}

const step = async (api: MlflowApi, uri: string, call: RegistryCall): Promise<string | undefined> => {
  const model = partsOf(uri, 'models')
  if (model !== undefined)
    return model[1] === ''
      ? (await readLoggedModel(api, model[0], call)).artifact_uri
      : downloadUri(api, decodeURIComponent(model[0]), model[1], call)
  const run = partsOf(uri, 'runs')
  if (run === undefined) return undefined
  const found = await readRun(api, run[0], call)
  const logged = await loggedBy(api, found, run[1], call)
  return logged ?? `${found.info.artifact_uri}/${run[1]}`
}

const proxied = (api: MlflowApi, uri: string): string | undefined => {
  const parts = /^mlflow-artifacts:(?:\/\/([^/]*))?\/(.*)$/s.exec(uri)
  if (parts === null) return undefined
  const [, host = '', path = ''] = parts
  // Another host would be asked with our credentials, or from our place in the network.
  if (host !== '' && host !== api.host) throw unsupported(uri, `names another server than ${api.host}`)
  return safeFolder(uri, path)
}

/** Path of the folder within the artifact proxy; throws MLFLOW_SOURCE_UNSUPPORTED for every other store. */
export const artifactFolder = async (
  api: MlflowApi,
  { model, version }: Pick<RegistryVersion, 'model' | 'version'>,
  call: RegistryCall,
): Promise<string> => {
  let uri = await downloadUri(api, model, version, call)
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const folder = proxied(api, uri)
    if (folder !== undefined) return folder
    const next = await step(api, uri, call)
    if (next === undefined) throw unsupported(uri, 'lies in a store that the server does not proxy')
    uri = next
  }
  throw unsupported(uri, 'leads from one source to the next')
}
