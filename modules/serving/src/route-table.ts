/** Immutable look-up of what is served, by exact URL on the hot path and by name elsewhere. */
import type { ServedRoute } from './served-route.ts'

export type RouteTable = {
  readonly served: readonly ServedRoute[]
  /** By tenant, then by the infer URL. */
  infer(tenant: string, url: string): ServedRoute | undefined
  /** Versions under a name; the default first. */
  versions(tenant: string, name: string): readonly ServedRoute[]
}

const inferUrls = ({ route }: ServedRoute): string[] => {
  const base = `/v2/models/${route.name}`
  const versioned = `${base}/versions/${encodeURIComponent(route.version)}/infer`
  return route.isDefault ? [`${base}/infer`, versioned] : [versioned]
}

export const createRouteTable = (served: readonly ServedRoute[]): RouteTable => {
  const byUrl = new Map<string, Map<string, ServedRoute>>()
  const byName = new Map<string, ServedRoute[]>()
  for (const one of served) {
    const urls = byUrl.get(one.route.tenant) ?? new Map<string, ServedRoute>()
    byUrl.set(one.route.tenant, urls)
    for (const url of inferUrls(one)) urls.set(url, one)
    const key = `${one.route.tenant}/${one.route.name}`
    byName.set(
      key,
      [...(byName.get(key) ?? []), one].sort((a, b) => Number(b.route.isDefault) - Number(a.route.isDefault)),
    )
  }
  return {
    served,
    infer: (tenant, url) => byUrl.get(tenant)?.get(url),
    versions: (tenant, name) => byName.get(`${tenant}/${name}`) ?? [],
  }
}
