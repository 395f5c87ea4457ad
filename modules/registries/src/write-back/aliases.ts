/** Aliases of registries that may be written to, for whoever takes bytes out of service and may have to put them back. */
import type { Digest, Registry, RegistrySpec } from '@rampart/domain'
import type { Database } from '@rampart/kit'
import { registriesErrors } from '../errors.ts'
import { isIncluded } from '../name-pattern.ts'
import type { OpenRegistry } from '../ports.ts'
import { findResource } from '../store.ts'
import { type AliasRow, selectAliasesOf, selectVersionsOf } from './store.ts'

export type RegistryAliasesDeps = {
  readonly database: Pick<Database, 'read'>
  readonly open: OpenRegistry
}

export type RegistryAliases = ReturnType<typeof createRegistryAliases>

type AliasName = Omit<AliasRow, 'version'>

/** Where bytes are in one registry: its models, and the versions of each. */
type Place = {
  readonly registry: string
  readonly spec: RegistrySpec
  readonly models: Map<string, Set<string>>
}

const CALL_MS = 30_000
/** How long one registry may take to say where its aliases point, while bytes are taken out. */
const LOOK_MS = 5000

/** `parameters.managedAliases`: patterns, separated by commas; all aliases when absent. */
const isManaged = (spec: RegistrySpec, alias: string): boolean =>
  isIncluded(
    spec.parameters?.['managedAliases']
      ?.split(',')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
    alias,
  )

export const createRegistryAliases = ({ database, open }: RegistryAliasesDeps) => {
  const using = async <T>(
    tenant: string,
    name: string,
    work: (registry: Registry) => Promise<T>,
  ): Promise<T> => {
    const found = await database.read(tenant, (tx) => findResource(tx, name))
    if (found === undefined) throw registriesErrors.REGISTRIES_NOT_FOUND(`There is no registry ${name}.`)
    const registry = await open(tenant, { name, spec: found.spec })
    try {
      return await work(registry)
    } finally {
      await registry.close()
    }
  }
  const call = () => ({ signal: AbortSignal.timeout(CALL_MS) })
  /** Managed aliases of registries with `writeBack` that point at versions with these bytes, as last seen. */
  const pointingAt = (tenant: string, digest: Digest): Promise<readonly AliasRow[]> =>
    database.read(tenant, async (tx) => {
      const managed: AliasRow[] = []
      for (const row of await selectAliasesOf(tx, digest)) {
        const spec = (await findResource(tx, row.registry))?.spec
        if (spec?.writeBack === true && isManaged(spec, row.alias)) managed.push(row)
      }
      return managed
    })
  /** Versions with these bytes by registry with `writeBack`, and there by model. */
  const placesOf = (tenant: string, digest: Digest): Promise<readonly Place[]> =>
    database.read(tenant, async (tx) => {
      const places = new Map<string, Place>()
      for (const { registry, model, version } of await selectVersionsOf(tx, digest)) {
        const spec = places.get(registry)?.spec ?? (await findResource(tx, registry))?.spec
        if (spec?.writeBack !== true) continue
        const { models } = places.get(registry) ?? { models: new Map<string, Set<string>>() }
        places.set(registry, { registry, spec, models })
        models.set(model, (models.get(model) ?? new Set()).add(version))
      }
      return [...places.values()]
    })
  const readPlace = (tenant: string, { registry, spec, models }: Place): Promise<readonly AliasRow[]> =>
    using(tenant, registry, async (opened) => {
      const found: AliasRow[] = []
      const signal = AbortSignal.timeout(LOOK_MS)
      for (const [model, versions] of models)
        for (const [alias, version] of Object.entries(await opened.aliases(model, { signal })))
          if (versions.has(version) && isManaged(spec, alias)) found.push({ registry, model, alias, version })
      return found
    })
  return {
    pointingAt,
    /** The same as the registries say now; of those that do not answer, what was last seen. */
    pointingNow: async (
      tenant: string,
      digest: Digest,
    ): Promise<{ readonly aliases: readonly AliasRow[]; readonly unread: readonly string[] }> => {
      const places = await placesOf(tenant, digest)
      const read = await Promise.allSettled(places.map((place) => readPlace(tenant, place)))
      const unread = places.flatMap(({ registry }, at) => (read[at]?.status === 'rejected' ? [registry] : []))
      const now = read.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
      const before = unread.length === 0 ? [] : await pointingAt(tenant, digest)
      return { aliases: [...now, ...before.filter(({ registry }) => unread.includes(registry))], unread }
    },
    /** Where the alias points now, read from the registry itself. */
    read: (tenant: string, { registry, model, alias }: AliasName): Promise<string | undefined> =>
      using(tenant, registry, async (opened) => (await opened.aliases(model, call()))[alias]),
    /** Points it at `to`, or removes it, provided that it is at `expected` now; throws a Conflict otherwise. */
    move: (
      tenant: string,
      { registry, model, alias }: AliasName,
      to: string | undefined,
      expected: string | undefined,
    ): Promise<void> =>
      using(tenant, registry, async ({ writer, type }) => {
        if (writer === undefined)
          throw registriesErrors.REGISTRIES_INVALID(`A registry of type ${type} cannot be written to.`)
        await writer.setAlias(model, alias, to, expected, call())
      }),
  }
}
