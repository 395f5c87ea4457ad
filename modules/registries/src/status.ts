/** How a registry stands, as people and programs see it. Pure. */
import type { RegistryResource, SyncState } from './store.ts'
import type { VersionState } from './versions/store.ts'

export type RegistryStatus = {
  /** `new` before the first walk ended, `failing` until a walk succeeds again. */
  readonly state: 'new' | 'ok' | 'syncing' | 'failing' | 'paused'
  readonly lastSyncStartedAt?: string
  readonly lastSyncEndedAt?: string
  readonly nextSyncAt?: string
  /** Of the last complete walk. */
  readonly lastSync?: { readonly requests: number; readonly versions: number }
  readonly versions: {
    readonly seen: number
    readonly registered: number
    readonly pending: number
    readonly refused: number
    readonly deleted: number
  }
  /** Since the registry was created. */
  readonly requests: number
  readonly downloads: number
  readonly bytesDownloaded: number
  readonly consecutiveFailures: number
  /** Tags and aliases of ours that somebody else set; each is a signal too. */
  readonly writeBackConflicts: number
  readonly lastError?: { readonly code: string; readonly message: string; readonly at: string }
}

export type StateCount = {
  readonly registry: string
  readonly state: VersionState
  readonly deleted: boolean
  readonly n: number
}

const stateOf = (
  resource: RegistryResource,
  state: SyncState | undefined,
  open: number,
): RegistryStatus['state'] => {
  if (resource.spec.parameters?.['paused'] === 'true') return 'paused'
  if (state === undefined) return 'new'
  if (state.failures > 0) return 'failing'
  if (state.walking || open > 0) return 'syncing'
  return state.endedAt === undefined ? 'new' : 'ok'
}

export const statusOf = (
  resource: RegistryResource,
  state: SyncState | undefined,
  counts: readonly StateCount[],
  conflicts: readonly { readonly registry: string }[],
): RegistryStatus => {
  const mine = counts.filter(({ registry }) => registry === resource.name)
  const sum = (wanted: (one: StateCount) => boolean): number =>
    mine.filter(wanted).reduce((total, { n }) => total + n, 0)
  const pending = sum((one) => !one.deleted && (one.state === 'pending' || one.state === 'downloading'))
  return {
    state: stateOf(resource, state, pending),
    ...(state?.startedAt === undefined ? {} : { lastSyncStartedAt: state.startedAt }),
    ...(state?.endedAt === undefined
      ? {}
      : {
          lastSyncEndedAt: state.endedAt,
          lastSync: { requests: state.lastRequests, versions: state.lastVersions },
        }),
    ...(state?.nextPollAt === undefined ? {} : { nextSyncAt: state.nextPollAt }),
    versions: {
      seen: sum((one) => !one.deleted),
      registered: sum((one) => !one.deleted && one.state === 'registered'),
      pending,
      refused: sum((one) => !one.deleted && one.state === 'refused'),
      deleted: sum((one) => one.deleted),
    },
    requests: state?.requests ?? 0,
    downloads: state?.downloads ?? 0,
    bytesDownloaded: state?.bytes ?? 0,
    consecutiveFailures: state?.failures ?? 0,
    writeBackConflicts: conflicts.filter(({ registry }) => registry === resource.name).length,
    ...(state?.error === undefined ? {} : { lastError: state.error }),
  }
}
