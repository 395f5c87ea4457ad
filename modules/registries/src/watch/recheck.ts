/**
 * Looks at the bytes behind versions that matter, once an interval: those that are served, and approved ones that an alias
 * points at. Only for registries whose revision says nothing about bytes.
 */
import type { Digest, RegistryType } from '@rampart/domain'
import { ALL_TENANTS, type Clock, type Database } from '@rampart/kit'
import { listAllResources, nudge } from '../store.ts'
import { pollMs } from '../sync-limits.ts'
import type { WatchRow } from './judge.ts'
import { recheckBytes } from './store.ts'

const BLIND: readonly RegistryType[] = ['mlflow', 'azureml']
const MAX_DIGESTS = 1_000

type Deps = {
  readonly database: Pick<Database, 'tx' | 'read'>
  readonly clock: Clock
}

const digestsThatMatter = (rows: readonly WatchRow[], registry: string): Digest[] => {
  const found = new Set<Digest>()
  for (const row of rows) {
    if (row.registry !== registry) continue
    for (const { digest } of row.served) found.add(digest)
    if (row.digest !== undefined && row.approved.some(({ digest }) => digest === row.digest))
      found.add(row.digest)
  }
  return [...found].slice(0, MAX_DIGESTS)
}

export const createRecheck = ({ database, clock }: Deps) => {
  const last = new Map<string, number>()
  return async (rowsOf: (tenant: string) => readonly WatchRow[]): Promise<void> => {
    const now = clock.now()
    for (const { tenant, name, spec } of await database.read(ALL_TENANTS, listAllResources)) {
      const key = `${tenant}/${name}`
      const every = pollMs(spec)
      if (!BLIND.includes(spec.type) || now - (last.get(key) ?? 0) < every) continue
      last.set(key, now)
      const digests = digestsThatMatter(rowsOf(tenant), name)
      if (digests.length === 0) continue
      await database.tx(tenant, async (tx) => {
        if (await recheckBytes(tx, name, { digests, before: new Date(now - every / 2).toISOString() }))
          await nudge(tx)
      })
    }
  }
}
