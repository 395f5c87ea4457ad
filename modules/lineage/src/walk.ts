/** A bounded walk over the lineage graph: breadth first, each node once, so cycles end and hostile sizes are cut. Pure over a port. */
import type { LineageEdge } from './store.ts'

export type Side = 'causes' | 'effects'
export type WalkLimits = { readonly depth: number; readonly maxNodes: number; readonly maxEdges: number }
export type Walk = {
  /** Node id → steps from the start. */
  readonly distance: ReadonlyMap<string, number>
  readonly edges: readonly LineageEdge[]
  /** True when limits cut something off. */
  readonly truncated: boolean
}

type EdgesAt = (ids: readonly string[], side: Side, limit: number) => Promise<readonly LineageEdge[]>

export const walk = async (
  start: readonly string[],
  side: Side,
  edgesAt: EdgesAt,
  { depth, maxNodes, maxEdges }: WalkLimits,
): Promise<Walk> => {
  const distance = new Map(start.map((id) => [id, 0]))
  const edges: LineageEdge[] = []
  let truncated = false
  let frontier: readonly string[] = start
  for (let step = 1; frontier.length > 0; step++) {
    // One more than is kept: so a cut is noticed.
    const found = await edgesAt(frontier, side, maxEdges - edges.length + 1)
    const next: string[] = []
    for (const edge of found) {
      const other = side === 'causes' ? edge.from : edge.to
      const isNew = !distance.has(other)
      if (edges.length >= maxEdges || (isNew && (step > depth || distance.size >= maxNodes))) {
        truncated = true
        continue
      }
      edges.push(edge)
      if (!isNew) continue
      distance.set(other, step)
      next.push(other)
    }
    if (step > depth) break
    frontier = next
  }
  return { distance, edges, truncated }
}
