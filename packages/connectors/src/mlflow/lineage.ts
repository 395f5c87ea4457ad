/** Where a version comes from: its run with parameters, metrics, datasets and code, and the models that the run read. */
import type { LineageDataset, RegistryCall, RegistryLineage, RegistryVersion } from '@rampart/domain'
import { isAppError } from '@rampart/kit'
import type { MlflowApi } from './api.ts'
import { readLoggedModel, readRun } from './sources.ts'
import { expect, type Run, textsOf, VersionAnswer } from './wire.ts'

const MAX_PARENTS = 16
const MAX_DATASETS = 256
const MAX_VALUES = 500

type Parent = { readonly model: string; readonly version: string }

/** Metrics that are no number (NaN is sent as text) are left out. */
const metricsOf = (run: Run): Record<string, number> =>
  Object.fromEntries(
    (run.data?.metrics ?? [])
      .slice(0, MAX_VALUES)
      .flatMap(({ key, value }) =>
        typeof value === 'number' && Number.isFinite(value) ? [[key, value]] : [],
      ),
  )

const datasetsOf = (run: Run): LineageDataset[] =>
  (run.inputs?.dataset_inputs ?? []).slice(0, MAX_DATASETS).map(({ dataset: { name, digest, source } }) => ({
    name: name ?? 'dataset',
    ...(digest === undefined ? {} : { digest }),
    ...(source === undefined ? {} : { source: source.slice(0, 2048) }),
  }))

/** A logged model lists the versions made from it in a tag, as JSON whose numbers may be texts. */
const versionsIn = (tag: string | undefined): Parent[] => {
  try {
    const list: unknown = JSON.parse(tag ?? '[]')
    if (!Array.isArray(list)) return []
    return list
      .slice(0, MAX_PARENTS)
      .flatMap((one: { name?: unknown; version?: unknown }) =>
        typeof one?.name === 'string' && (typeof one.version === 'string' || typeof one.version === 'number')
          ? [{ model: one.name, version: String(one.version) }]
          : [],
      )
  } catch {
    return []
  }
}

/** `models:/NAME/VERSION` is a copy of that version. */
const copiedFrom = (source: string): Parent[] => {
  const parts = /^models:\/+([^/]+)\/(\d{1,10})$/.exec(source)
  return parts === null ? [] : [{ model: parts[1] as string, version: parts[2] as string }]
}

const orUndefined = async <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch((error: unknown) => {
    if (isAppError(error) && error.kind === 'NotFound') return undefined
    throw error
  })

const unique = (parents: readonly Parent[], own: Parent): Parent[] => {
  const seen = new Map(parents.map((one) => [`${one.model}\n${one.version}`, one]))
  seen.delete(`${own.model}\n${own.version}`)
  return [...seen.values()].slice(0, MAX_PARENTS)
}

const parentsOf = async (
  api: MlflowApi,
  run: Run | undefined,
  version: RegistryVersion,
  call: RegistryCall,
) => {
  const parents = copiedFrom(version.source)
  for (const { model_id: id } of (run?.inputs?.model_inputs ?? []).slice(0, MAX_PARENTS)) {
    const info = await orUndefined(readLoggedModel(api, id, call))
    parents.push(...versionsIn(textsOf(info?.tags)['mlflow.modelVersions']))
  }
  return unique(parents, version)
}

const runIdOf = async (api: MlflowApi, { model, version, source }: RegistryVersion, call: RegistryCall) => {
  const query = [
    ['name', model],
    ['version', version],
  ] as const
  const answer = await api.get('mlflow/model-versions/get', query, call)
  const own = expect(VersionAnswer, answer, 'a version').model_version.run_id
  if (own !== undefined && own !== null && own !== '') return own
  const logged = /^models:\/+(m-[^/]+)$/.exec(source)
  if (logged === null) return undefined
  return (await orUndefined(readLoggedModel(api, logged[1] as string, call)))?.source_run_id
}

/** A run that was deleted leaves what the version itself says. */
export const readLineage = async (
  api: MlflowApi,
  version: RegistryVersion,
  call: RegistryCall,
): Promise<RegistryLineage> => {
  const runId = await runIdOf(api, version, call)
  const run = runId === undefined || runId === '' ? undefined : await orUndefined(readRun(api, runId, call))
  const parents = await parentsOf(api, run, version, call)
  if (run === undefined) return { ...(runId === undefined ? {} : { runId }), parents }
  const tags = textsOf(run.data?.tags)
  const revision = tags['mlflow.source.git.commit']
  const repository = tags['mlflow.source.git.repoURL']
  return {
    ...(runId === undefined ? {} : { runId }),
    ...(run.info.experiment_id === undefined ? {} : { experiment: run.info.experiment_id }),
    ...(revision === undefined ? {} : { codeRevision: revision }),
    ...(repository === undefined ? {} : { codeRepository: repository }),
    datasets: datasetsOf(run),
    parents,
    metrics: metricsOf(run),
    parameters: textsOf(run.data?.params, MAX_VALUES),
  }
}
