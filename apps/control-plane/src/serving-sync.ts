/** Keeps the router's snapshot equal to the inventory and the stored routes. */
import type { Digest, ModelVersion } from '@rampart/domain'
import type { Inventory, StoredVersion } from '@rampart/inventory'
import { ALL_TENANTS, type EventLog, type Logger } from '@rampart/kit'
import {
  type BackendResource,
  type BackendResources,
  type RoutedVersion,
  type RouteResource,
  type RouteResources,
  resolveRoute,
  type Snapshot,
  type SnapshotPlan,
  type SnapshotReport,
  type SnapshotRoute,
  specOfModel,
  versionKey,
} from '@rampart/serving'
import type { Verdicts } from '@rampart/trust'

const PAGE = 500
const RESYNC_MS = 30_000
/** Within a second a version that lost its verdict must have stopped. */
const MOST_WAIT_MS = 400

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
  readonly backends: Pick<BackendResources, 'list'>
  readonly serving: { setSnapshot(snapshot: Snapshot): Promise<SnapshotReport> }
  /** A snapshot is in force. */
  readonly afterSwap: () => void
  /** What serving is allowed by: the verdict about a version's digest. */
  readonly verdicts: Pick<Verdicts, 'lookup' | 'onChange'>
  readonly eventLog: Pick<EventLog, 'subscribe'>
  readonly logger: Logger
}

export type ServingSync = ReturnType<typeof createServingSync>

export const createServingSync = (deps: ServingSyncDeps) => {
  const epochOf = createEpochs()
  let queued: Promise<void> | undefined
  let running: Promise<void> = Promise.resolve()
  let stopped = false
  let tookMs = 0
  let quiet: NodeJS.Timeout | undefined

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
    { version, isDefault, isShadow, backend }: RoutedVersion<StoredVersion>,
    { name, spec }: Pick<RouteResource, 'name' | 'spec'>,
    backends: readonly BackendResource[],
  ): Promise<SnapshotRoute> => {
    const artifactDigest = modelDigest(version)
    const { payloadSchema, postprocess, match, log } = spec
    const remote = backends.find((one) => one.name === backend)?.spec
    const { classes, features, labels } = version.spec
    const verdict = deps.verdicts.lookup(version.tenant, version.digest)?.envelope
    return {
      name,
      ...(match?.path === undefined ? {} : { path: match.path }),
      model: version.name,
      version: version.version,
      digest: version.digest,
      artifactDigest,
      stage: version.stage,
      tenant: version.tenant,
      isDefault,
      ...(isShadow ? { isShadow } : {}),
      ...(backend === undefined ? {} : { backend }),
      ...(remote === undefined ? {} : { remote }),
      modelPath: await deps.inventory.artifactPath(artifactDigest),
      signature: version.signature ?? { inputs: [], outputs: [] },
      labels: labels ?? {},
      ...(classes === undefined ? {} : { classes }),
      ...(features === undefined ? {} : { features }),
      ...(payloadSchema === undefined ? {} : { payloadSchema }),
      ...(postprocess === undefined ? {} : { postprocess }),
      ...(verdict === undefined ? {} : { verdict }),
      ...(log === undefined ? {} : { log }),
      epoch: epochOf(
        `${version.tenant}/${name}/${version.name}/${version.version}/${backend ?? ''}`,
        JSON.stringify([
          version.digest,
          version.stage,
          match?.path,
          payloadSchema,
          postprocess,
          log,
          isShadow,
        ]),
      ),
    }
  }

  /** A model whose name no stored route has is reached by it. */
  const withImplied = (stored: readonly RouteResource[], versions: readonly StoredVersion[]) => [
    ...stored,
    ...[...new Set(versions.map(({ name }) => name))]
      .filter((model) => !stored.some(({ name }) => name === model))
      .map((name) => ({ name, spec: specOfModel(name) })),
  ]

  /** Bytes that were denied are out of every choice, so that a route goes to what else it may. */
  const withoutDenied = (version: StoredVersion): StoredVersion => {
    const denials = deps.verdicts.lookup(version.tenant, version.digest)?.verdict.denials ?? []
    return denials.length === 0 || version.stage !== 'deployed'
      ? version
      : { ...version, stage: 'quarantined' }
  }

  const build = async (): Promise<Snapshot> => {
    const all = (await allVersions()).map(withoutDenied)
    const routes: Promise<SnapshotRoute>[] = []
    const plans: SnapshotPlan[] = []
    for (const tenant of new Set(all.map((version) => version.tenant))) {
      const versions = all.filter((version) => version.tenant === tenant)
      const backends = await deps.backends.list(tenant)
      for (const route of withImplied(await deps.routes.list(tenant), versions)) {
        const canary = 'canary' in route ? route.canary : undefined
        const resolved = resolveRoute({ tenant, ...route }, versions, canary)
        routes.push(...resolved.versions.map((version) => routeFor(version, route, backends)))
        if (resolved.plan !== undefined) plans.push(resolved.plan)
      }
    }
    const isAllowed = ({ tenant, digest }: StoredVersion): boolean =>
      deps.verdicts.lookup(tenant, digest)?.verdict.decision === 'allow'
    const deployed = all.filter((version) => version.stage === 'deployed' && isAllowed(version))
    return {
      routes: await Promise.all(routes),
      plans,
      deployed: new Set(deployed.map((version) => versionKey({ ...version, model: version.name }))),
    }
  }

  const rebuild = async (): Promise<void> => {
    const began = performance.now()
    await swap()
    tookMs = performance.now() - began
  }

  const swap = async (): Promise<void> => {
    const report = await deps.serving.setSnapshot(await build())
    deps.afterSwap()
    // What a verdict refuses is told once, by the gate that refuses it.
    for (const failure of report.failed)
      if (failure.code !== 'SERVING_NO_VALID_VERDICT')
        deps.logger.error({ ...failure }, 'serving.version-not-loaded')
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

  /**
   * A registry that brings thousands of versions makes thousands of events: what rebuilding cost last time is waited
   * for twice before the next, so that it never takes more than a third of a core. Small inventories wait for nothing.
   */
  const refreshQuietly = (): void => {
    quiet ??= setTimeout(
      () => {
        quiet = undefined
        refresh().catch((error: unknown) => deps.logger.warn({ err: error }, 'serving.sync-failed'))
      },
      Math.min(tookMs * 2, MOST_WAIT_MS),
    )
  }

  let unsubscribe = (): void => undefined
  let unfollow = (): void => undefined
  let resync: NodeJS.Timeout | undefined
  return {
    refresh,
    start: async (): Promise<void> => {
      unsubscribe = deps.eventLog.subscribe(ALL_TENANTS, ({ type }) => {
        if (type.startsWith('rampart.model-version.') || /^rampart\.(route|backend)\./.test(type))
          refreshQuietly()
      })
      // At once, not with the event: a version that lost its verdict must stop within the second.
      unfollow = deps.verdicts.onChange(refreshQuietly)
      // Another process may have written while our notification was lost.
      resync = setInterval(refreshQuietly, RESYNC_MS)
      await refresh()
    },
    stop: async (): Promise<void> => {
      stopped = true
      unsubscribe()
      unfollow()
      clearInterval(resync)
      clearTimeout(quiet)
      await running.catch(() => undefined)
    },
  }
}
