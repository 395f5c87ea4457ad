/** Keeps the router's snapshot equal to the inventory and the stored routes. */
import type { Digest, ModelVersion } from '@rampart/domain'
import type { Inventory, StoredVersion } from '@rampart/inventory'
import { ALL_TENANTS, type EventLog, type Logger } from '@rampart/kit'
import type { RouteResource, RouteResources, Snapshot, SnapshotReport, SnapshotRoute } from '@rampart/serving'

const PAGE = 500
const RESYNC_MS = 30_000

/** The deployed version that answers when a request names none: the one deployed last. */
export const defaultVersions = (versions: readonly StoredVersion[]): ReadonlySet<StoredVersion> => {
  const latest = new Map<string, StoredVersion>()
  for (const version of versions) {
    if (version.stage !== 'deployed') continue
    const key = `${version.tenant}/${version.name}`
    const best = latest.get(key)
    if (best === undefined || (version.deployedAt ?? '') > (best.deployedAt ?? '')) latest.set(key, version)
  }
  return new Set(latest.values())
}

const modelDigest = (version: ModelVersion): Digest =>
  version.artifacts.find((artifact) => artifact.role === 'model')?.digest ?? version.digest

/** Gives each distinct content a number, so that what was cached for the old content is not used for the new. */
const createEpochs = () => {
  const known = new Map<string, { content: string; epoch: number }>()
  let next = 1
  return (key: string, content: string): number => {
    const before = known.get(key)
    if (before?.content === content) return before.epoch
    known.set(key, { content, epoch: next })
    next += 1
    return next - 1
  }
}

export type ServingSyncDeps = {
  readonly inventory: Pick<Inventory, 'list' | 'artifactPath'>
  readonly routes: Pick<RouteResources, 'list'>
  readonly serving: { setSnapshot(snapshot: Snapshot): Promise<SnapshotReport> }
  readonly eventLog: Pick<EventLog, 'subscribe'>
  readonly logger: Logger
}

export type ServingSync = ReturnType<typeof createServingSync>

export const createServingSync = (deps: ServingSyncDeps) => {
  const epochOf = createEpochs()
  let queued: Promise<void> | undefined
  let running: Promise<void> = Promise.resolve()
  let stopped = false

  const allVersions = async (): Promise<StoredVersion[]> => {
    const all: StoredVersion[] = []
    for (let after: { name: string; seq: string } | undefined; ; ) {
      const page = await deps.inventory.list(ALL_TENANTS, {
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      })
      all.push(...page)
      const last = page.at(-1)
      if (page.length < PAGE || last === undefined) return all
      after = { name: last.name, seq: last.seq }
    }
  }

  const routeFor = async (
    version: StoredVersion,
    isDefault: boolean,
    route: Pick<RouteResource, 'name' | 'payloadSchema'>,
  ): Promise<SnapshotRoute> => {
    const artifactDigest = modelDigest(version)
    const { payloadSchema } = route
    const { classes, features, labels } = version.spec
    return {
      name: route.name,
      model: version.name,
      version: version.version,
      digest: version.digest,
      artifactDigest,
      stage: version.stage,
      tenant: version.tenant,
      isDefault,
      modelPath: await deps.inventory.artifactPath(artifactDigest),
      signature: version.signature ?? { inputs: [], outputs: [] },
      labels: labels ?? {},
      ...(classes === undefined ? {} : { classes }),
      ...(features === undefined ? {} : { features }),
      ...(payloadSchema === undefined ? {} : { payloadSchema }),
      epoch: epochOf(
        `${version.tenant}/${route.name}/${version.version}`,
        JSON.stringify([version.digest, version.stage, payloadSchema ?? null]),
      ),
    }
  }

  const build = async (): Promise<Snapshot> => {
    const versions = await allVersions()
    const defaults = defaultVersions(versions)
    const stored = new Map<string, RouteResource[]>()
    for (const tenant of new Set(versions.map((version) => version.tenant)))
      stored.set(tenant, await deps.routes.list(tenant))
    const routes = versions.flatMap((version) => {
      const named = (stored.get(version.tenant) ?? []).filter((route) => route.model === version.name)
      const own = named.some((route) => route.name === version.name)
      const hidden = (stored.get(version.tenant) ?? []).some((route) => route.name === version.name && !own)
      const names = own || hidden ? named : [{ name: version.name }, ...named]
      return names.map((route) => routeFor(version, defaults.has(version), route))
    })
    return { routes: await Promise.all(routes) }
  }

  const rebuild = async (): Promise<void> => {
    const report = await deps.serving.setSnapshot(await build())
    for (const failure of report.failed) deps.logger.error({ ...failure }, 'serving.version-not-loaded')
  }

  /** Resolves once a snapshot that was built after this call is in force; concurrent callers share one. */
  const refresh = (): Promise<void> => {
    queued ??= running
      .catch(() => undefined)
      .then(() => {
        queued = undefined
        running = stopped ? Promise.resolve() : rebuild()
        return running
      })
    return queued
  }

  const refreshQuietly = (): void => {
    refresh().catch((error: unknown) => deps.logger.warn({ err: error }, 'serving.sync-failed'))
  }

  let unsubscribe = (): void => undefined
  let resync: NodeJS.Timeout | undefined
  return {
    refresh,
    start: async (): Promise<void> => {
      unsubscribe = deps.eventLog.subscribe(ALL_TENANTS, ({ type }) => {
        if (type.startsWith('rampart.model-version.') || type.startsWith('rampart.route.')) refreshQuietly()
      })
      // Another process may have written while our notification was lost.
      resync = setInterval(refreshQuietly, RESYNC_MS)
      await refresh()
    },
    stop: async (): Promise<void> => {
      stopped = true
      unsubscribe()
      clearInterval(resync)
      await running.catch(() => undefined)
    },
  }
}
