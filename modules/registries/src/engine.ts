/** One sync per registry, kept in step with the resources: started, replaced and stopped as they are written. */
import { ALL_TENANTS, type Database, type Logger } from '@rampart/kit'
import * as store from './store.ts'
import { type Sync, type SyncDeps, startSync } from './sync/sync.ts'
import { createFlights } from './work/flights.ts'

export type EngineDeps = Omit<SyncDeps, 'database' | 'flights'> & {
  readonly database: Pick<Database, 'tx' | 'read' | 'listen'>
  readonly logger: Logger
  /** True when no other process shares the database: leases found at start are of a dead process. */
  readonly exclusive: boolean
}

const RELOAD_MS = 30_000

export const createEngine = (deps: EngineDeps) => {
  const { database, logger } = deps
  const syncs = new Map<string, Sync>()
  const flights = createFlights(deps)
  let stopping = false
  let unlisten = async (): Promise<void> => undefined
  let timer: NodeJS.Timeout | undefined
  let reloading: Promise<void> = Promise.resolve()

  const reloadOnce = async (): Promise<void> => {
    if (stopping) return
    const resources = await database.read(ALL_TENANTS, store.listAllResources)
    const wanted = new Map(resources.map((one) => [`${one.tenant}/${one.name}`, one]))
    for (const [key, sync] of syncs) {
      if (wanted.get(key)?.revision === sync.revision) continue
      syncs.delete(key)
      await sync.stop()
    }
    for (const [key, resource] of wanted)
      if (!syncs.has(key))
        syncs.set(key, startSync({ ...deps, flights }, { tenant: resource.tenant, resource }))
  }

  const reload = (): Promise<void> => {
    reloading = reloading.then(reloadOnce).catch((error: unknown) => {
      logger.warn({ err: error }, 'registry.reload-failed')
    })
    return reloading
  }

  return {
    start: async (): Promise<void> => {
      if (deps.exclusive) await database.tx(ALL_TENANTS, store.freeAllLeases)
      unlisten = await database.listen(store.CHANNEL, () => {
        void reload().then(() => {
          for (const sync of syncs.values()) sync.wake()
        })
      })
      await reload()
      timer = setInterval(() => void reload(), RELOAD_MS)
    },
    stop: async (): Promise<void> => {
      stopping = true
      clearInterval(timer)
      await unlisten()
      await reloading
      await Promise.all([...syncs.values()].map((sync) => sync.stop()))
      syncs.clear()
    },
  }
}
