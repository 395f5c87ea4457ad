/** Immutable look-up of what is served, by exact URL on the hot path and by name elsewhere. */
import { createMatcher, specificity } from './route-match.ts'
import type { RouteFront, RoutePlan, ServedRoute } from './served-route.ts'

export type RouteTable = {
  readonly served: readonly ServedRoute[]
  readonly plans: readonly RoutePlan[]
  /** By tenant, then by the infer URL. What it gives may carry a `front` that has still to choose. */
  infer(tenant: string, url: string): ServedRoute | undefined
  /** What answers calls that name no version. */
  named(tenant: string, name: string): ServedRoute | undefined
  /** Versions that answer under a name in the URL; the default first. */
  versions(tenant: string, name: string): readonly ServedRoute[]
  /** Versions of a route by its own name, shadows included; the default first. */
  ofRoute(tenant: string, route: string): readonly ServedRoute[]
}

/** One route: its versions and how it chooses among them. */
type Group = { readonly served: readonly ServedRoute[]; readonly plan: RoutePlan | undefined }

const isConditional = ({ plan }: Group): boolean => plan?.source.match !== undefined

const byDefault = (a: ServedRoute, b: ServedRoute): number =>
  Number(b.route.isDefault) - Number(a.route.isDefault)

const addTo = <V>(map: Map<string, V[]>, key: string, value: V): void => {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

/** The version that answers, carrying the plan when there is something to choose. */
const answering = ({ served, plan }: Group): ServedRoute | undefined => {
  if (plan === undefined) return served.find(({ route }) => route.isDefault)
  const first = plan.entries[0]?.served
  return first === undefined ? undefined : { ...first, front: { plan, rules: [], closed: false } }
}

const withRules = (groups: readonly Group[]): ServedRoute | undefined => {
  const base = groups.find((group) => !isConditional(group))
  const open = base === undefined ? undefined : answering(base)
  const rules = groups
    .filter(isConditional)
    .sort((a, b) => specificity(b.plan?.source.match) - specificity(a.plan?.source.match))
    .flatMap((group): RouteFront['rules'] => {
      const served = answering(group)
      return served === undefined ? [] : [{ matches: createMatcher(group.plan?.source.match ?? {}), served }]
    })
  const first = open ?? rules[0]?.served
  if (rules.length === 0 || first === undefined) return open
  return { ...first, front: { plan: open?.front?.plan, rules, closed: open === undefined } }
}

const groupsOf = (served: readonly ServedRoute[], plans: readonly RoutePlan[]) => {
  const byRoute = new Map<string, ServedRoute[]>()
  for (const one of served) addTo(byRoute, `${one.route.tenant}/${one.route.name}`, one)
  const planOf = new Map(plans.map((plan) => [`${plan.source.tenant}/${plan.source.name}`, plan]))
  const byPath = new Map<string, Group[]>()
  for (const [key, list] of byRoute) {
    const { route } = list.sort(byDefault)[0] as ServedRoute
    const answers = list.filter((one) => one.route.isShadow !== true)
    addTo(byPath, `${route.tenant}/${route.path ?? route.name}`, { served: answers, plan: planOf.get(key) })
  }
  return { byRoute, byPath }
}

export const createRouteTable = (
  served: readonly ServedRoute[],
  plans: readonly RoutePlan[] = [],
): RouteTable => {
  const { byRoute, byPath } = groupsOf(served, plans)
  const byUrl = new Map<string, Map<string, ServedRoute>>()
  const versions = new Map<string, readonly ServedRoute[]>()
  const named = new Map<string, ServedRoute>()
  for (const [key, groups] of byPath) {
    const at = key.indexOf('/')
    const urls = byUrl.get(key.slice(0, at)) ?? new Map<string, ServedRoute>()
    byUrl.set(key.slice(0, at), urls)
    const base = `/v2/models/${key.slice(at + 1)}`
    const open = groups.filter((group) => !isConditional(group)).flatMap((group) => group.served)
    versions.set(key, open)
    // The first of two models with the same version number keeps the address.
    for (const one of [...open].reverse())
      urls.set(`${base}/versions/${encodeURIComponent(one.route.version)}/infer`, one)
    const front = withRules(groups)
    if (front === undefined) continue
    named.set(key, front)
    urls.set(`${base}/infer`, front)
  }
  return {
    served,
    plans,
    infer: (tenant, url) => byUrl.get(tenant)?.get(url),
    named: (tenant, name) => named.get(`${tenant}/${name}`),
    versions: (tenant, name) => versions.get(`${tenant}/${name}`) ?? [],
    ofRoute: (tenant, route) => byRoute.get(`${tenant}/${route}`) ?? [],
  }
}
