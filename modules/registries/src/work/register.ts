/** A version whose files have all arrived becomes a model version here, once, whatever was cut off before. */
import type {
  Digest,
  ModelSpec,
  ModelVersion,
  ModelVersionRef,
  RegistryLineage,
  RegistryVersion,
} from '@rampart/domain'
import type { Clock, Database, EventLog } from '@rampart/kit'
import { registriesErrors } from '../errors.ts'
import type { RoledFile } from '../file-roles.ts'
import type { InventoryPort } from '../ports.ts'
import { publishObserved } from '../versions/observe.ts'
import * as store from './store.ts'

type Key = { readonly registry: string; readonly model: string; readonly version: string }

export type RegisterDeps = {
  readonly database: Pick<Database, 'tx'>
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly clock: Clock
  readonly inventory: InventoryPort
  readonly tenant: string
}

export type Registration = {
  readonly key: Key
  readonly version: RegistryVersion
  readonly ref: ModelVersionRef
  readonly files: readonly RoledFile<store.ArrivedFile>[]
  readonly spec: ModelSpec
  readonly lineage: RegistryLineage | undefined
}

const MAX_LABEL = 256

/** Who keeps it where, and who made it there: approval asks both, maker and uploader. */
const labelsOf = ({ key, version }: Registration): Record<string, string> => ({
  registry: key.registry,
  'registry-model': key.model.slice(0, MAX_LABEL),
  'registry-version': key.version.slice(0, MAX_LABEL),
  ...(version.createdBy === undefined ? {} : { 'registry-author': version.createdBy.slice(0, MAX_LABEL) }),
})

const specOf = (registration: Registration): ModelSpec => {
  const { spec, version } = registration
  const description = spec.description ?? version.description
  return {
    ...spec,
    ...(description === undefined ? {} : { description: description.slice(0, 4096) }),
    labels: { ...spec.labels, ...labelsOf(registration) },
  }
}

const taken = (name: string, by: string) =>
  registriesErrors.REGISTRIES_NAME_TAKEN(`The name ${name} belongs to ${by}.`)

const claim = async (deps: RegisterDeps, { key, ref }: Registration): Promise<void> => {
  const known = await deps.database.tx(deps.tenant, (tx) => store.hasName(tx, ref.name, key))
  const creator = known ? undefined : await deps.inventory.creatorOf(deps.tenant, ref.name)
  if (creator !== undefined && creator !== `registry:${key.registry}`) throw taken(ref.name, creator)
  const other = await deps.database.tx(deps.tenant, async (tx) => {
    const owner = await store.claimName(tx, ref.name, key)
    if (owner !== undefined) return `model "${owner.model}" of registry ${owner.registry}`
    const version = await store.claimRef(tx, key, ref)
    return version === undefined ? undefined : `version "${version}" already (as ${ref.name}:${ref.version})`
  })
  if (other !== undefined) throw taken(ref.name, other)
}

/** Registered in a life before this one, and only our row does not know it yet. */
const isOurs = (existing: ModelVersion, { key }: Registration): boolean =>
  existing.createdBy === `registry:${key.registry}` &&
  existing.spec.labels?.['registry-model'] === key.model.slice(0, MAX_LABEL) &&
  existing.spec.labels?.['registry-version'] === key.version.slice(0, MAX_LABEL)

const obtain = async (deps: RegisterDeps, registration: Registration): Promise<ModelVersion> => {
  const { ref, key, files } = registration
  const existing = await deps.inventory.find(deps.tenant, ref)
  if (existing === undefined) {
    const artifacts = files.map(({ path, role, digest }) => ({ path, role, digest }))
    const request = { ...ref, artifacts, spec: specOf(registration), createdBy: `registry:${key.registry}` }
    return (await deps.inventory.register(deps.tenant, request)).version
  }
  if (!isOurs(existing, registration)) throw taken(`${ref.name}:${ref.version}`, existing.createdBy)
  return existing
}

/** Files of `after` that are not, or not so, in `before`, and those that are gone; at most 20 paths. */
export const describeChange = (
  before: readonly { readonly path: string; readonly digest: Digest }[],
  after: readonly { readonly path: string; readonly digest: Digest }[],
): readonly string[] => {
  const known = new Map(before.map(({ path, digest }) => [path, digest]))
  const now = new Set(after.map(({ path }) => path))
  return [
    ...after.filter(({ path, digest }) => known.get(path) !== digest).map(({ path }) => path),
    ...before.filter(({ path }) => !now.has(path)).map(({ path }) => path),
  ].slice(0, 20)
}

/** Throws REGISTRIES_NAME_TAKEN. Bytes that differ from an earlier registration are recorded, not registered. */
export const registerVersion = async (deps: RegisterDeps, registration: Registration): Promise<void> => {
  const { key, version, ref, files, lineage } = registration
  await claim(deps, registration)
  const { digest, artifacts } = await obtain(deps, registration)
  const observed = deps.inventory.digestOf(files)
  const changed = describeChange(artifacts, files)
  const now = deps.clock.iso()
  const { revision } = version
  await deps.database.tx(deps.tenant, async (tx) => {
    const done = { revision, ref, digest, lineage, files: artifacts, now }
    if (!(await store.finishRegistered(tx, key, done))) return
    const base = { ...key, ref: `${ref.name}:${ref.version}`, digest }
    await publishObserved(deps, tx, deps.tenant, {
      ...base,
      change: 'version-registered',
      to: version.source,
    })
    if (changed.length === 0) return
    const { code } = registriesErrors.REGISTRIES_BYTES_CHANGED
    const fault = { code, reason: `changed since registration: ${changed.join(', ')}` }
    await store.finishObserved(tx, key, { revision, observed, fault, now })
    const data = { ...base, change: 'bytes-changed' as const, observed_digest: observed, paths: changed }
    await publishObserved(deps, tx, deps.tenant, data)
  })
}
