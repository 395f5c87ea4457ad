/** Aliases of registries that may be written to, for whoever takes bytes out of service and may have to put them back. */
import type { Digest, Registry, RegistrySpec } from '@rampart/domain'
import type { Database } from '@rampart/kit'
import { registriesErrors } from '../errors.ts'
import { isIncluded } from '../name-pattern.ts'
import type { OpenRegistry } from '../ports.ts'
import { findResource } from '../store.ts'
import { type AliasRow, selectAliasesOf } from './store.ts'

export type RegistryAliasesDeps = {
  readonly database: Pick<Database, 'read'>
  readonly open: OpenRegistry
}

export type RegistryAliases = ReturnType<typeof createRegistryAliases>

type AliasName = Omit<AliasRow, 'version'>

const CALL_MS = 30_000

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
  return {
    /** Managed aliases of registries with `writeBack` that point at versions with these bytes. */
    pointingAt: (tenant: string, digest: Digest): Promise<readonly AliasRow[]> =>
      database.read(tenant, async (tx) => {
        const managed: AliasRow[] = []
        for (const row of await selectAliasesOf(tx, digest)) {
          const spec = (await findResource(tx, row.registry))?.spec
          if (spec?.writeBack === true && isManaged(spec, row.alias)) managed.push(row)
        }
        return managed
      }),
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
