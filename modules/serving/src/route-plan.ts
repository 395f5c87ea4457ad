/**
 * How the calls of one route are spread over versions. The choice is a function of a key (the caller, a header, or
 * the request's id), so the same call goes the same way on every replica, and a version whose share grows keeps the
 * keys it had: each version owns an interval of [0, 1), and the first of the list grows from zero.
 */
import { type CanaryReading, combine, emptyReading } from './canary.ts'
import type { EndpointInfo } from './remote-endpoints.ts'
import type { PlanEntry, RoutePlan, ServedRoute } from './served-route.ts'
import type { ShadowStats, ShadowSummary } from './shadow-stats.ts'
import type { PlanBackend, SnapshotPlan } from './snapshot.ts'

/** A point in [0, 1) for a key: FNV-1a, mixed by the finaliser of MurmurHash3 so that short keys spread too. */
export const pointOf = (salt: string, key: string): number => {
  let hash = 0x811c9dc5
  for (const text of [salt, '\u0000', key])
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

type BackendKey = Omit<PlanBackend, 'weight'>

const entriesOf = (
  source: SnapshotPlan,
  find: (backend: BackendKey) => ServedRoute | undefined,
): PlanEntry[] => {
  const up = source.backends.flatMap((backend) => {
    const served = find(backend)
    return served?.model === undefined ? [] : [{ served, weight: backend.weight }]
  })
  // Weights count among the versions that can answer; when only stand-ins are left they share evenly.
  const total = up.reduce((sum, { weight }) => sum + weight, 0)
  let below = 0
  return up.map(({ served, weight }) => {
    const share = total > 0 ? weight / total : 1 / up.length
    below += share
    return { served, weight: share, below }
  })
}

/** Undefined when none of the plan's versions can answer. */
export const compilePlan = (
  source: SnapshotPlan,
  find: (backend: BackendKey) => ServedRoute | undefined,
  shadowStats: (plan: SnapshotPlan) => ShadowStats,
): RoutePlan | undefined => {
  const entries = entriesOf(source, find)
  const last = entries.findLast(({ weight }) => weight > 0)?.served
  if (last === undefined) return undefined
  const shadow = source.shadow === undefined ? undefined : find(source.shadow)
  return {
    source,
    entries,
    shadow: shadow?.model === undefined ? undefined : { served: shadow, stats: shadowStats(source) },
    choose: (point) => entries.find(({ below }) => point < below)?.served ?? last,
    standIn: (tried) =>
      source.fallback === undefined
        ? undefined
        : entries.find(({ served }) => !tried.includes(served))?.served,
  }
}

/** A plan as the API shows it. `share` is of the calls, 0 to 1. */
export type PlanInfo = {
  readonly backends: readonly {
    readonly model: string
    readonly version: string
    readonly backend?: string
    readonly endpoints?: readonly EndpointInfo[]
    readonly share: number
  }[]
  readonly shadow?: { readonly model: string; readonly version: string } & ShadowSummary
}

export const planInfo = ({ entries, shadow }: Pick<RoutePlan, 'entries' | 'shadow'>): PlanInfo => ({
  backends: entries.map(({ served: { route, model }, weight }) => ({
    model: route.model,
    version: route.version,
    ...(route.backend === undefined ? {} : { backend: route.backend }),
    ...(model?.endpoints === undefined ? {} : { endpoints: model.endpoints() }),
    share: weight,
  })),
  ...(shadow === undefined
    ? {}
    : {
        shadow: {
          model: shadow.served.route.model,
          version: shadow.served.route.version,
          ...shadow.stats.summary(),
        },
      }),
})

/** Counters of the plan's candidate and of the rest together; undefined without a candidate that can answer. */
export const canaryReadings = ({
  source,
  entries,
}: RoutePlan): { readonly candidate: CanaryReading; readonly baseline: CanaryReading } | undefined => {
  const isCandidate = ({ served: { route } }: PlanEntry): boolean =>
    route.model === source.canary?.model && route.version === source.canary.version
  const sum = (list: readonly PlanEntry[]): CanaryReading =>
    list.reduce((total, { served }) => combine(total, served.stats.reading(), 1), emptyReading())
  const candidates = entries.filter(isCandidate)
  if (candidates.length === 0) return undefined
  return { candidate: sum(candidates), baseline: sum(entries.filter((entry) => !isCandidate(entry))) }
}
