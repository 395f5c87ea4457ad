/** The lineage graph of one version as it leaves the room: nodes with their place, edges, and what to worry about. */
import type { ModelVersionRef, Stage } from '@rampart/domain'
import type { Tx } from '@rampart/kit'
import { versionNode } from './claim.ts'
import * as store from './store.ts'
import { type Side, type Walk, walk } from './walk.ts'

export type Direction = 'both' | 'ancestors' | 'descendants'
export type Place = 'self' | 'ancestor' | 'descendant' | 'both'

export type GraphNode = Omit<store.LineageNode, 'digest' | 'stage'> & {
  readonly digest?: string
  readonly stage?: string
  readonly place: Place
  /** Steps from the version that was asked about. */
  readonly distance: number
}

/** An ancestor that was taken out of use. */
export type Taint = {
  readonly id: string
  readonly label: string
  readonly stage: string
  readonly distance: number
}

export type LineageGraph = {
  readonly root: string
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly store.LineageEdge[]
  readonly truncated: boolean
  readonly taints: readonly Taint[]
}

export const MAX_DEPTH = 20
const MAX_NODES = 500
const MAX_EDGES = 2000
const BAD: readonly string[] = ['quarantined', 'retracted'] satisfies Stage[]
const NONE: Walk = { distance: new Map(), edges: [], truncated: false }

const placeOf = (id: string, root: string, up: Walk, down: Walk): Place => {
  if (id === root) return 'self'
  if (up.distance.has(id)) return down.distance.has(id) ? 'both' : 'ancestor'
  return 'descendant'
}

const distinct = (edges: readonly store.LineageEdge[]): store.LineageEdge[] => [
  ...new Map(edges.map((edge) => [`${edge.from} ${edge.to} ${edge.kind}`, edge])).values(),
]

export const viewOf = ({ digest, stage, ...node }: store.LineageNode) => ({
  ...node,
  ...(digest === null ? {} : { digest }),
  ...(stage === null ? {} : { stage }),
})

const walker = (tx: Tx, start: readonly string[], depth: number) => (side: Side) =>
  walk(start, side, (ids, way, limit) => store.edgesAt(tx, ids, way, limit), {
    depth,
    maxNodes: MAX_NODES,
    maxEdges: MAX_EDGES,
  })

export const readGraph = async (
  tx: Tx,
  ref: ModelVersionRef,
  { depth, direction }: { readonly depth: number; readonly direction: Direction },
): Promise<LineageGraph> => {
  const root = versionNode(ref)
  const follow = walker(tx, [root.id], depth)
  const up = direction === 'descendants' ? NONE : await follow('causes')
  const down = direction === 'ancestors' ? NONE : await follow('effects')
  const ids = [...new Set([root.id, ...up.distance.keys(), ...down.distance.keys()])]
  const found = new Map((await store.findNodes(tx, ids)).map((node) => [node.id, node]))
  const nodes = ids.flatMap((id): GraphNode[] => {
    // The version itself may be younger than the note about it.
    const node =
      found.get(id) ?? (id === root.id ? { ...root, digest: null, stage: null, attributes: {} } : undefined)
    if (node === undefined) return []
    const distance = Math.min(up.distance.get(id) ?? Infinity, down.distance.get(id) ?? Infinity)
    return [
      { ...viewOf(node), place: placeOf(id, root.id, up, down), distance: id === root.id ? 0 : distance },
    ]
  })
  const known = new Set(nodes.map(({ id }) => id))
  const taints = nodes.flatMap(({ id, label, stage, place, distance }): Taint[] =>
    stage !== undefined && BAD.includes(stage) && (place === 'ancestor' || place === 'both')
      ? [{ id, label, stage, distance }]
      : [],
  )
  return {
    root: root.id,
    nodes,
    edges: distinct([...up.edges, ...down.edges]).filter(({ from, to }) => known.has(from) && known.has(to)),
    truncated: up.truncated || down.truncated,
    taints: taints.sort((a, b) => a.distance - b.distance),
  }
}

export type DatasetVersions = {
  readonly datasets: readonly ReturnType<typeof viewOf>[]
  /** Versions that have seen one of them, directly or by way of others. */
  readonly versions: readonly (ReturnType<typeof viewOf> & { readonly distance: number })[]
  readonly truncated: boolean
}

const MAX_DATASETS = 100

export const readDatasetVersions = async (
  tx: Tx,
  filter: { readonly digest?: string; readonly name?: string },
): Promise<DatasetVersions> => {
  const datasets = await store.datasetNodes(tx, filter, MAX_DATASETS)
  const down = await walker(
    tx,
    datasets.map(({ id }) => id),
    MAX_DEPTH,
  )('effects')
  const nodes = await store.findNodes(tx, [...down.distance.keys()])
  return {
    datasets: datasets.map(viewOf),
    versions: nodes
      .filter(({ kind }) => kind === 'model-version')
      .map((node) => ({ ...viewOf(node), distance: down.distance.get(node.id) ?? 0 }))
      .sort((a, b) => a.distance - b.distance || (a.label < b.label ? -1 : 1)),
    truncated: down.truncated || datasets.length === MAX_DATASETS,
  }
}
