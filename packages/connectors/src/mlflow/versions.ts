/**
 * Versions and aliases. A search gives versions without their aliases, and moving an alias or setting a tag leaves
 * `last_updated_timestamp` as it was (MLflow 3.17): aliases are read from the models, and `revision` is a digest of all
 * that a version says about itself.
 */
import { createHash } from 'node:crypto'
import type { Registry, RegistryCall, RegistryPage, RegistryVersion } from '@rampart/domain'
import { isAppError } from '@rampart/kit'
import type { MlflowApi } from './api.ts'
import { mlflowErrors } from './errors.ts'
import {
  expect,
  ModelAnswer,
  ModelPage,
  type ModelVersion,
  textsOf,
  VersionAnswer,
  VersionPage,
} from './wire.ts'

const VERSIONS_PER_PAGE = 500
const MODELS_PER_PAGE = 500
const MAX_PAGES = 4_000
const MAX_ALIASES = 500_000

const timeOf = (millis: number | string | undefined): string | undefined => {
  const value = Number(millis)
  return millis !== undefined && value > 0 && value < 8.64e15 ? new Date(value).toISOString() : undefined
}

const orAbsent = <K extends string, V>(key: K, value: V | undefined | null) =>
  (value === undefined || value === null || value === '' ? {} : { [key]: value }) as { [P in K]?: V }

export const toVersion = (row: ModelVersion, aliases: readonly string[]): RegistryVersion => {
  const stage = row.current_stage === 'None' ? undefined : row.current_stage
  const said = {
    source: row.source ?? '',
    aliases: [...aliases].sort(),
    tags: textsOf(row.tags),
    ...orAbsent('stage', stage),
    ...orAbsent('description', row.description),
  }
  const tags = Object.entries(said.tags).sort(([a], [b]) => (a < b ? -1 : 1))
  const seen = [said.source, said.aliases, said.stage, said.description, tags, row.run_id, row.status]
  const revision = createHash('sha256')
    .update(JSON.stringify([...seen, row.last_updated_timestamp]))
    .digest('base64url')
  return {
    model: row.name,
    version: row.version,
    revision,
    ...said,
    ...orAbsent('createdBy', row.user_id),
    ...orAbsent('createdAt', timeOf(row.creation_timestamp)),
  }
}

/** A version that is still being written, or whose writing failed, has no bytes to be judged. */
const isReady = ({ status }: ModelVersion): boolean => status === undefined || status === 'READY'

const undefinedWhenMissing = async <T>(work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work
  } catch (error) {
    if (isAppError(error) && error.code === 'MLFLOW_NOT_FOUND') return undefined
    throw error
  }
}

type Aliases = ReadonlyMap<string, ReadonlyMap<string, string[]>>

const nextToken = (token: string | undefined, before: string, page: number): string | undefined => {
  if (token === undefined || token === '') return undefined
  if (token === before || page >= MAX_PAGES)
    throw mlflowErrors.MLFLOW_TOO_MUCH(`the list of versions or models does not end (page ${page})`)
  return token
}

/** Model → version → aliases, of all models. */
const readAliases = async (api: MlflowApi, call: RegistryCall): Promise<Aliases> => {
  const found = new Map<string, Map<string, string[]>>()
  let count = 0
  let token = ''
  for (let page = 1; ; page++) {
    const query = [
      ['max_results', String(MODELS_PER_PAGE)],
      ['order_by', 'name ASC'],
      ...(token === '' ? [] : [['page_token', token]]),
    ] as [string, string][]
    const answer = expect(ModelPage, await api.get('mlflow/registered-models/search', query, call), 'models')
    for (const { name, aliases = [] } of answer.registered_models ?? []) {
      count += aliases.length
      if (count > MAX_ALIASES) throw mlflowErrors.MLFLOW_TOO_MUCH(`more than ${MAX_ALIASES} aliases`)
      const versions = new Map<string, string[]>()
      for (const { alias, version } of aliases)
        versions.set(version, [...(versions.get(version) ?? []), alias])
      if (versions.size > 0) found.set(name, versions)
    }
    const next = nextToken(answer.next_page_token, token, page)
    if (next === undefined) return found
    token = next
  }
}

/** `PAGE:TOKEN`; anything else begins anew, as a cursor of an older release would. */
const readCursor = (cursor: string | undefined): { page: number; token: string } => {
  const parts = /^(\d{1,6}):(.+)$/s.exec(cursor ?? '')
  return parts === null ? { page: 1, token: '' } : { page: Number(parts[1]), token: parts[2] as string }
}

export const createVersions = (api: MlflowApi): Pick<Registry, 'list' | 'version' | 'aliases'> => {
  let aliases: Aliases | undefined
  const list = async (cursor: string | undefined, call: RegistryCall): Promise<RegistryPage> => {
    const { page, token } = readCursor(cursor)
    if (token === '' || aliases === undefined) aliases = await readAliases(api, call)
    const query = [
      ['max_results', String(VERSIONS_PER_PAGE)],
      ['order_by', 'name ASC'],
      ['order_by', 'version_number ASC'],
      ...(token === '' ? [] : [['page_token', token]]),
    ] as [string, string][]
    const answer = expect(VersionPage, await api.get('mlflow/model-versions/search', query, call), 'versions')
    const versions = (answer.model_versions ?? [])
      .filter(isReady)
      .map((row) => toVersion(row, aliases?.get(row.name)?.get(row.version) ?? []))
    const next = nextToken(answer.next_page_token, token, page)
    return next === undefined ? { versions } : { versions, next: `${page + 1}:${next}` }
  }
  return {
    list,
    version: async (model, version, call) => {
      const query = [
        ['name', model],
        ['version', version],
      ] as const
      const answer = await undefinedWhenMissing(api.get('mlflow/model-versions/get', query, call))
      if (answer === undefined) return undefined
      const row = expect(VersionAnswer, answer, 'a version').model_version
      if (row.name !== model || row.version !== version)
        throw mlflowErrors.MLFLOW_ANSWER_INVALID('MLflow answered about another version')
      return isReady(row) ? toVersion(row, row.aliases ?? []) : undefined
    },
    aliases: async (model, call) => {
      const answer = await undefinedWhenMissing(
        api.get('mlflow/registered-models/get', [['name', model]], call),
      )
      if (answer === undefined) return {}
      const { aliases: pairs = [] } = expect(ModelAnswer, answer, 'a model').registered_model
      return Object.fromEntries(pairs.map(({ alias, version }) => [alias, version]))
    },
  }
}
