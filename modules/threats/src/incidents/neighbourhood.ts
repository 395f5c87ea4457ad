/** What stands around an incident: its entities, and those that other signals name together with them. Pure. */
import { type Evidence, entityKey, entityOfKey } from '../correlation/evidence.ts'
import { isStopKind } from '../correlation/linking.ts'

export type Neighbourhood = {
  readonly nodes: readonly {
    readonly kind: string
    readonly id: string
    /** 1: in the incident; 2: named with one of those elsewhere. */
    readonly hops: number
    readonly signals: number
  }[]
  readonly edges: readonly { readonly from: string; readonly to: string; readonly signals: number }[]
}

const MOST_NODES = 80

export const neighbourhoodOf = (own: readonly Evidence[], others: readonly Evidence[]): Neighbourhood => {
  const signals = new Map<string, number>()
  const edges = new Map<string, { from: string; to: string; signals: number }>()
  const inside = new Set(own.flatMap((one) => [one.entity, ...one.related].map(entityKey)))
  const add = (one: Evidence): void => {
    const from = entityKey(one.entity)
    const named = [from, ...one.related.filter(({ kind }) => !isStopKind(kind)).map(entityKey)]
    for (const key of new Set(named)) signals.set(key, (signals.get(key) ?? 0) + 1)
    for (const to of new Set(named.slice(1))) {
      if (to === from) continue
      const name = [from, to].sort().join('\n')
      const edge = edges.get(name) ?? { from, to, signals: 0 }
      edges.set(name, { ...edge, signals: edge.signals + 1 })
    }
  }
  for (const one of [...own, ...others]) add(one)
  const nodes = [...signals]
    .map(([key, n]) => ({ key, hops: inside.has(key) ? 1 : 2, n }))
    .sort((a, b) => a.hops - b.hops || b.n - a.n || (a.key < b.key ? -1 : 1))
    .slice(0, MOST_NODES)
  const shown = new Set(nodes.map(({ key }) => key))
  return {
    nodes: nodes.map(({ key, hops, n }) => ({ ...entityOfKey(key), hops, signals: n })),
    edges: [...edges.values()].filter(({ from, to }) => shown.has(from) && shown.has(to)),
  }
}
