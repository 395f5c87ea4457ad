/** A lineage graph as boxes and arrows of the layered picture: causes above effects; a way that closes a circle is left out. */
import type { GraphPictureData } from '../api/graph-queries.ts'
import type { LineageGraph } from '../api/lineage-queries.ts'

export type LineagePicture = {
  readonly picture: GraphPictureData
  /** Box id of the version that was asked about. */
  readonly root: number
  /** Node ids by box id. */
  readonly ids: readonly string[]
}

const WORDS: Readonly<Record<string, string>> = { 'model-version': 'version', model: 'model elsewhere' }
export const kindWord = (kind: string): string => WORDS[kind] ?? kind

/** The end of a path tells datasets apart; a box holds 26 characters. */
const tail = (text: string): string => (text.length > 26 ? `…${text.slice(-25)}` : text)

const BAD: readonly string[] = ['quarantined', 'retracted']

/** Causes first (depth first, after Tarjan 1976); edges back to what is being visited are dropped. */
const ordered = (graph: LineageGraph): { order: string[]; kept: (readonly [string, string])[] } => {
  const effects = new Map<string, string[]>()
  for (const { from, to } of graph.edges) effects.set(from, [...(effects.get(from) ?? []), to])
  const state = new Map<string, 'open' | 'done'>()
  const order: string[] = []
  const kept: (readonly [string, string])[] = []
  for (const { id: start } of graph.nodes) {
    if (state.has(start)) continue
    const stack = [{ id: start, at: 0 }]
    state.set(start, 'open')
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = effects.get(top.id)?.[top.at++]
      if (next === undefined) {
        state.set(top.id, 'done')
        order.push(top.id)
        stack.pop()
      } else if (state.get(next) !== 'open') {
        kept.push([top.id, next])
        if (!state.has(next)) {
          state.set(next, 'open')
          stack.push({ id: next, at: 0 })
        }
      }
    }
  }
  return { order: order.reverse(), kept }
}

export const lineagePicture = (graph: LineageGraph): LineagePicture => {
  const { order, kept } = ordered(graph)
  const place = new Map(order.map((id, at) => [id, at]))
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]))
  const boxes = order.flatMap((id, at) => {
    const node = nodes.get(id)
    if (node === undefined) return []
    const isBad = node.stage !== undefined && BAD.includes(node.stage)
    return [
      {
        id: at,
        kind: 'node' as const,
        operator: node.place === 'self' ? 'this version' : kindWord(node.kind),
        name: node.kind === 'dataset' ? tail(node.label) : node.label,
        count: 1,
        marks: isBad ? [String(node.stage)] : [],
      },
    ]
  })
  const arrows = [...new Set(kept.map(([from, to]) => `${place.get(from)} ${place.get(to)}`))].map((text) =>
    text.split(' ').map(Number),
  )
  return {
    picture: {
      boxes,
      arrows,
      nodes: boxes.length,
      collapsed: false,
      omitted: graph.edges.length - kept.length,
    },
    root: place.get(graph.root) ?? 0,
    ids: order,
  }
}
