/** The watched model versions of this process: found on the hot path, loaded on demand, bounded in number. */
import type { ModelVersionRef } from '@rampart/domain'
import type { Clock } from '@rampart/kit'
import type { ObservedBatch } from './ports.ts'
import { newWatch, type Watch } from './watch.ts'

export type Watches = {
  /** The watch of a batch; creates it (and asks for loading) when the version is seen for the first time. */
  ofBatch(batch: ObservedBatch): Watch
  find(tenant: string, ref: ModelVersionRef): Watch | undefined
  getOrCreate(tenant: string, ref: ModelVersionRef): Watch
  remove(watch: Watch): void
  all(): Iterable<Watch>
}

const keyOf = (tenant: string, ref: ModelVersionRef): string => `${tenant}/${ref.name}/${ref.version}`

export const createWatches = (deps: {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly maxVersions: number
  /** Called for a new watch; sets its state later. */
  readonly load: (watch: Watch) => void
}): Watches => {
  const byKey = new Map<string, Watch>()
  // A route nearly always carries the version it carried last time: comparing beats building a key.
  const byRoute = new Map<string, Watch>()

  const remove = (watch: Watch): void => {
    byKey.delete(keyOf(watch.tenant, watch.ref))
    for (const [route, other] of byRoute) if (other === watch) byRoute.delete(route)
  }

  const makeRoom = (): void => {
    if (byKey.size < deps.maxVersions) return
    let oldest: Watch | undefined
    for (const watch of byKey.values()) {
      const busy = watch.state.kind === 'loading' || (watch.state.kind === 'ready' && watch.state.judging)
      if (!busy && (oldest === undefined || watch.lastSeenMonotonic < oldest.lastSeenMonotonic))
        oldest = watch
    }
    if (oldest !== undefined) remove(oldest)
  }

  const getOrCreate = (tenant: string, ref: ModelVersionRef): Watch => {
    const key = keyOf(tenant, ref)
    const found = byKey.get(key)
    if (found !== undefined) return found
    makeRoom()
    const watch = newWatch(tenant, { name: ref.name, version: ref.version }, deps.clock.monotonic())
    byKey.set(key, watch)
    deps.load(watch)
    return watch
  }

  return {
    ofBatch: (batch) => {
      const known = byRoute.get(batch.route)
      if (known !== undefined && fits(known, batch)) return known
      const watch = getOrCreate(batch.tenant, { name: batch.model, version: batch.version })
      byRoute.set(batch.route, watch)
      return watch
    },
    find: (tenant, ref) => byKey.get(keyOf(tenant, ref)),
    getOrCreate,
    remove,
    all: () => byKey.values(),
  }
}

const fits = (watch: Watch, batch: ObservedBatch): boolean =>
  watch.ref.name === batch.model && watch.ref.version === batch.version && watch.tenant === batch.tenant
