/** From a stored route and the versions there are to what the router runs on. */
import type { Digest, ModelSignature, Stage } from '@rampart/domain'
import { type CanaryState, canaryShare } from './canary.ts'
import type { RouteSpec, VersionChoice } from './route-spec.ts'
import type { PlanBackend, SnapshotPlan } from './snapshot.ts'

/** What of a version decides whether a route may name it. */
export type RoutableVersion = {
  readonly name: string
  readonly version: string
  readonly stage: Stage
  readonly digest: Digest
  readonly deployedAt?: string
  readonly signature?: ModelSignature
  readonly spec: { readonly labels?: Readonly<Record<string, string>> }
}

export type RoutedVersion<V extends RoutableVersion> = {
  readonly version: V
  readonly isDefault: boolean
  readonly isShadow: boolean
  /** Name of the Backend that runs it elsewhere. */
  readonly backend?: string
}

export type ResolvedRoute<V extends RoutableVersion> = {
  readonly versions: readonly RoutedVersion<V>[]
  /** Undefined when there is nothing to choose. */
  readonly plan: SnapshotPlan | undefined
}

const LATEST = 'latest'
const PREVIOUS = 'previous'

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

/** Deployed versions of a model, the one deployed last first. */
const deployedOf = <V extends RoutableVersion>(versions: readonly V[], model: string): V[] =>
  versions
    .filter((one) => one.name === model && one.stage === 'deployed')
    .sort((a, b) => compareText(b.deployedAt ?? '', a.deployedAt ?? ''))

/** The version a choice means now; one that is not deployed only when it is named by its number. */
export const chooseVersion = <V extends RoutableVersion>(
  versions: readonly V[],
  choice: VersionChoice,
): V | undefined => {
  const { model, version, alias } = choice
  if (version !== undefined) return versions.find((one) => one.name === model && one.version === version)
  const deployed = deployedOf(versions, model)
  if (alias === undefined || alias === LATEST) return deployed[0]
  if (alias === PREVIOUS) return deployed[1]
  return deployed.find((one) => one.spec.labels?.['alias'] === alias)
}

type Chosen<V> = {
  readonly version: V
  readonly weight: number
  readonly backend?: string
  readonly isCandidate?: boolean
}

const chosenOf = <V extends RoutableVersion>(
  spec: RouteSpec,
  versions: readonly V[],
  canary: CanaryState | undefined,
): Chosen<V>[] => {
  const backends = spec.backends.flatMap(({ weight, backend, ...choice }): Chosen<V>[] => {
    const version = chooseVersion(versions, choice as VersionChoice)
    if (version === undefined) return []
    return [{ version, weight: weight ?? 1, ...(backend === undefined ? {} : { backend }) }]
  })
  const candidate =
    spec.canary === undefined ? undefined : chooseVersion(versions, spec.canary as VersionChoice)
  if (spec.canary === undefined || candidate?.stage !== 'deployed') return backends
  const share = canaryShare(spec.canary, canary)
  const others = backends.filter(({ version }) => version !== candidate)
  const total = others.reduce((sum, { weight }) => sum + weight, 0)
  // First in the list: its interval grows from zero, so callers that have met it keep meeting it.
  return [
    { version: candidate, weight: others.length === 0 ? 100 : share, isCandidate: true },
    ...others.map((one) => ({ ...one, weight: total === 0 ? 0 : ((100 - share) * one.weight) / total })),
  ]
}

const planOf = <V extends RoutableVersion>(
  route: { readonly tenant: string; readonly name: string; readonly spec: RouteSpec },
  chosen: readonly Chosen<V>[],
  shadow: V | undefined,
): SnapshotPlan | undefined => {
  const { match, sticky, fallback, shadow: rules } = route.spec
  const simple = chosen.length < 2 && match === undefined && shadow === undefined
  if (simple) return undefined
  const { path, ...conditions } = match ?? {}
  const candidate = chosen.find(({ isCandidate }) => isCandidate === true)?.version
  const backends = chosen
    .filter(({ version }) => version.stage === 'deployed')
    .map(
      ({ version, weight, backend }): PlanBackend => ({
        model: version.name,
        version: version.version,
        weight,
        ...(backend === undefined ? {} : { backend }),
      }),
    )
  return {
    tenant: route.tenant,
    name: route.name,
    ...(path === undefined ? {} : { path }),
    ...(match === undefined ? {} : { match: lowerCase(conditions) }),
    backends,
    ...(sticky === undefined
      ? {}
      : {
          sticky:
            'header' in sticky
              ? { by: 'header' as const, header: sticky.header.toLowerCase() }
              : { by: 'caller' as const },
        }),
    ...(candidate === undefined ? {} : { canary: { model: candidate.name, version: candidate.version } }),
    ...(fallback === undefined ? {} : { fallback }),
    ...(shadow === undefined
      ? {}
      : {
          shadow: {
            model: shadow.name,
            version: shadow.version,
            sampleRate: rules?.sampleRate ?? 1,
            tolerance: rules?.tolerance ?? 1e-6,
          },
        }),
  }
}

const lowerCase = (match: NonNullable<SnapshotPlan['match']>): NonNullable<SnapshotPlan['match']> => ({
  ...match,
  ...(match.headers === undefined
    ? {}
    : {
        headers: Object.fromEntries(
          Object.entries(match.headers).map(([name, value]) => [name.toLowerCase(), value]),
        ),
      }),
})

/**
 * A route that names one model and no version answers with every deployed version of it, the last by default, as a
 * model without a route does. Versions that are not deployed are kept only so that an answer can say why.
 */
export const resolveRoute = <V extends RoutableVersion>(
  route: { readonly tenant: string; readonly name: string; readonly spec: RouteSpec },
  versions: readonly V[],
  canary?: CanaryState,
): ResolvedRoute<V> => {
  const { spec } = route
  const [first] = spec.backends
  const chosen = chosenOf(spec, versions, canary)
  const shadow = spec.shadow === undefined ? undefined : chooseVersion(versions, spec.shadow as VersionChoice)
  const isShadowed = shadow?.stage === 'deployed' && !chosen.some(({ version }) => version === shadow)
  const plan = planOf(route, chosen, isShadowed ? shadow : undefined)
  const named = new Set<V>(chosen.map(({ version }) => version))
  const default_ =
    chosen.find(({ version, weight }) => version.stage === 'deployed' && weight > 0) ?? chosen[0]
  const isOpen = first?.version === undefined && first?.alias === undefined && first?.backend === undefined
  const rest = spec.backends.length === 1 && isOpen ? versions.filter((one) => one.name === first?.model) : []
  return {
    plan,
    versions: [
      ...chosen.map(({ version, backend }) => ({
        version,
        isDefault: version === default_?.version && backend === default_?.backend,
        isShadow: false,
        ...(backend === undefined ? {} : { backend }),
      })),
      ...(isShadowed ? [{ version: shadow, isDefault: false, isShadow: true }] : []),
      ...rest
        .filter((one) => !named.has(one) && one !== shadow)
        .map((version) => ({ version, isDefault: false, isShadow: false })),
    ],
  }
}
