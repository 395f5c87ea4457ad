/** The registries room: resources, their sync, and what is known of every version and alias elsewhere. */
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Registry } from '@rampart/domain'
import { createEngine, type EngineDeps } from './engine.ts'
import { createRegistryResources, type RegistryResourcesDeps, unknownRegistry } from './registry-resources.ts'
import { type RegistryStatus, statusOf } from './status.ts'
import * as store from './store.ts'
import { DEFAULT_LIMITS, type SyncLimits } from './sync-limits.ts'
import { applyAliases, applyDeletion, applyVersions } from './versions/observe.ts'
import * as versions from './versions/store.ts'
import { selectConflicts } from './write-back/store.ts'

export type RegistriesDeps = RegistryResourcesDeps &
  Omit<EngineDeps, 'limits' | 'folder'> & {
    /** For files that have not arrived whole; on the artifact store's file system. */
    readonly partialFolder: string
    readonly limits?: Partial<SyncLimits>
  }

export type Registries = ReturnType<typeof createRegistries>
export type RegistryView = store.RegistryResource & { readonly status: RegistryStatus }

const KEPT_PARTIAL_MS = 7 * 24 * 3_600_000
const LOOK_MS = 30_000
const MAX_ALIASES = 100_000

/** Partial files that nobody went on with. */
const sweep = async (folder: string, now: number): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined && now - found.mtimeMs > KEPT_PARTIAL_MS) await rm(path, { force: true })
  }
}

export const createRegistries = (deps: RegistriesDeps) => {
  const { database, clock } = deps
  const limits = { ...DEFAULT_LIMITS, ...deps.limits }
  const resources = createRegistryResources(deps)
  const engine = createEngine({ ...deps, limits, folder: deps.partialFolder })

  const views = async (tenant: string, name?: string): Promise<RegistryView[]> =>
    database.read(tenant, async (tx) => {
      const found = await store.listResources(tx)
      const states = new Map((await store.listStates(tx)).map((state) => [state.name, state]))
      const counts = await versions.countByState(tx)
      const conflicts = await selectConflicts(tx)
      return found
        .filter((one) => name === undefined || one.name === name)
        .map((one) => ({ ...one, status: statusOf(one, states.get(one.name), counts, conflicts) }))
    })

  /** Opens the adapter for one piece of work outside the sync; close is seen to. */
  const withRegistry = async <T>(
    tenant: string,
    name: string,
    work: (registry: Registry, resource: store.RegistryResource) => Promise<T>,
  ): Promise<T> => {
    const resource = await resources.get(tenant, name)
    const registry = await deps.openRegistry(tenant, resource)
    try {
      return await work(registry, resource)
    } finally {
      await registry.close()
    }
  }

  /**
   * Asks the registry itself about one model, and a version of it, and applies what it says; for notices of webhooks,
   * which are never believed. Rows, aliases and events are committed when it returns.
   */
  const look = (
    tenant: string,
    name: string,
    at: { readonly model: string; readonly version?: string },
  ): Promise<void> =>
    withRegistry(tenant, name, async (registry) => {
      const call = { signal: AbortSignal.timeout(LOOK_MS) }
      const askedAt = clock.iso()
      const { model, version } = at
      const found = version === undefined ? undefined : await registry.version(model, version, call)
      const aliases = await registry.aliases(model, call)
      await database.tx(tenant, async (tx) => {
        const state = await store.readState(tx, name, true)
        if (state === undefined) throw unknownRegistry(name)
        const where = { tenant, registry: name }
        const moment = { walk: state.walk, askedAt, now: clock.iso() }
        if (found !== undefined) await applyVersions(deps, tx, where, [found], moment)
        else if (version !== undefined) await applyDeletion(deps, tx, where, { model, version }, moment.now)
        await applyAliases(deps, tx, where, model, aliases, moment)
        await store.addFigures(tx, name, { requests: registry.requests(), downloads: 0, bytes: 0 })
        await store.nudge(tx)
      })
    })

  return {
    ...resources,
    views: (tenant: string): Promise<RegistryView[]> => views(tenant),
    view: async (tenant: string, name: string): Promise<RegistryView> => {
      const [found] = await views(tenant, name)
      if (found === undefined) throw unknownRegistry(name)
      return found
    },
    versions: (tenant: string, filter: versions.VersionFilter) =>
      database.read(tenant, (tx) => versions.listVersions(tx, filter)),
    version: (tenant: string, registry: string, model: string, version: string) =>
      database.read(tenant, (tx) => versions.findVersion(tx, registry, model, version)),
    /** Where every alias points, with the registered and the observed digest of that version. */
    aliases: (tenant: string, filter: { readonly registry?: string; readonly model?: string } = {}) =>
      database.read(tenant, (tx) => versions.listAliases(tx, { ...filter, limit: MAX_ALIASES })),
    withRegistry,
    look,
    start: async (): Promise<void> => {
      await sweep(deps.partialFolder, clock.now())
      await engine.start()
    },
    stop: engine.stop,
  }
}
