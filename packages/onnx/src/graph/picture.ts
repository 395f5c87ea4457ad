/**
 * A model's top level as boxes and arrows of bounded number: chains and then stretches of neighbouring nodes become one
 * box, marked nodes stay on their own. Boxes come in topological order, so arrows always lead forwards.
 */
import { type Graph, type Node, operatorName } from './graph-model.ts'

export type PictureBox = {
  readonly id: number
  readonly kind: 'input' | 'node' | 'group' | 'output'
  /** Operator, or for a group its most frequent operators. */
  readonly operator: string
  /** Name of the node, input or output; of a group its first node. */
  readonly name: string
  /** Nodes in the box. */
  readonly count: number
  readonly marks: readonly string[]
}

export type GraphPicture = {
  readonly boxes: readonly PictureBox[]
  readonly arrows: readonly (readonly [from: number, to: number])[]
  readonly nodes: number
  readonly collapsed: boolean
  /** Arrows that were left out. */
  readonly omitted: number
}

export type PictureOptions = {
  readonly maxBoxes?: number
  /** Marks per node name, as `nodeLabel` says it: such nodes are never put into a group. */
  readonly marks?: ReadonlyMap<string, readonly string[]>
}

const MAX_BOXES = 160
const MAX_ARROWS = 800
const MAX_PORTS = 24
const MAX_TEXT = 120

/** The name that lint and diff use for a node of the top level. */
export const nodeLabel = (node: Node): string =>
  node.name || node.outputs.find((name) => name !== '') || node.operator

const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\uFFFD').slice(0, MAX_TEXT)

type Links = { readonly order: readonly number[]; readonly parents: readonly (readonly number[])[] }

/** Names that a node uses, those of the graphs inside it included. */
const usedNames = (node: Node): readonly string[] => {
  const inner = node.attributes.flatMap(({ graph, graphs = [] }) => (graph ? [graph, ...graphs] : graphs))
  return [
    ...node.inputs,
    ...inner.flatMap((graph) => [
      ...graph.nodes.flatMap(usedNames),
      ...graph.outputs.map(({ name }) => name),
    ]),
  ]
}

/** Nodes that lead to outputs or not, without constants: parents first. */
const link = (nodes: readonly Node[]): Links => {
  const producers = new Map<string, number>()
  nodes.forEach((node, at) => {
    for (const name of node.outputs) if (!producers.has(name)) producers.set(name, at)
  })
  const parents = nodes.map((node, at) => {
    const found = usedNames(node).flatMap((name) => producers.get(name) ?? [])
    return [...new Set(found)].filter((one) => one !== at)
  })
  const state = new Uint8Array(nodes.length)
  const order: number[] = []
  for (let root = 0; root < nodes.length; root += 1) {
    const stack: [number, number][] = state[root] === 0 ? [[root, 0]] : []
    state[root] ||= 1
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const parent = parents[top[0]]?.[top[1]++]
      if (parent === undefined) {
        order.push(top[0])
        stack.pop()
      } else if (state[parent] === 0) {
        state[parent] = 1
        stack.push([parent, 0])
      }
    }
  }
  return { order, parents }
}

/** Box number per node: chains first; if those are too many, stretches of the order between marked nodes. */
const group = ({ order, parents }: Links, marked: (at: number) => boolean, maxBoxes: number): number[] => {
  const boxOf = new Array<number>(order.length).fill(-1)
  if (order.length <= maxBoxes) {
    order.forEach((at, box) => {
      boxOf[at] = box
    })
    return boxOf
  }
  const markedCount = order.filter(marked).length
  const stretch = Math.max(
    2,
    Math.ceil((order.length - markedCount) / Math.max(1, maxBoxes - 2 * markedCount)),
  )
  let box = -1
  let room = 0
  const children = new Array<number>(order.length).fill(0)
  for (const list of parents) for (const parent of list) children[parent] = (children[parent] ?? 0) + 1
  let before = -1
  for (const at of order) {
    const list = parents[at] ?? []
    const chained = before >= 0 && list.length === 1 && list[0] === before && children[before] === 1
    if (marked(at) || room <= 0) {
      if (!(chained && !marked(at) && room > -stretch)) {
        box += 1
        room = marked(at) ? 0 : stretch
      }
    }
    room -= 1
    if (marked(at)) room = 0
    boxOf[at] = box
    before = marked(at) ? -1 : at
  }
  return boxOf
}

const describe = (members: readonly Node[]): string => {
  const counts = new Map<string, number>()
  for (const node of members) counts.set(operatorName(node), (counts.get(operatorName(node)) ?? 0) + 1)
  return [...counts]
    .sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
    .slice(0, 3)
    .map(([operator, count]) => (count > 1 ? `${operator} ×${count}` : operator))
    .join(', ')
}

export const drawGraph = (graph: Graph, options: PictureOptions = {}): GraphPicture => {
  const { maxBoxes = MAX_BOXES, marks = new Map() } = options
  const nodes = graph.nodes.filter((node) => operatorName(node) !== 'Constant')
  const links = link(nodes)
  const marksOf = (at: number): readonly string[] => marks.get(nodeLabel(nodes[at] as Node)) ?? []
  const marked = (at: number): boolean => marksOf(at).length > 0
  const keep = links.order.filter(marked).length <= maxBoxes / 3 ? marked : () => false
  const boxOf = group(links, keep, maxBoxes)
  const members = Map.groupBy(links.order, (at) => boxOf[at] ?? 0)
  const stored = new Set(graph.initializers.map(({ name }) => name))
  const inputs = graph.inputs.filter(({ name }) => !stored.has(name)).slice(0, MAX_PORTS)
  const outputs = graph.outputs.slice(0, MAX_PORTS)
  const first = inputs.length
  const port = (id: number, kind: 'input' | 'output', name: string): PictureBox => ({
    id,
    kind,
    operator: '',
    name: plain(name),
    count: 0,
    marks: [],
  })
  const boxes = [
    ...inputs.map(({ name }, id) => port(id, 'input', name)),
    ...[...members].map(
      ([box, list]): PictureBox => ({
        id: first + box,
        kind: list.length > 1 ? 'group' : 'node',
        operator: plain(describe(list.map((at) => nodes[at] as Node))),
        name: plain(nodeLabel(nodes[list[0] as number] as Node)),
        count: list.length,
        marks: [...new Set(list.flatMap(marksOf))].sort(),
      }),
    ),
    ...outputs.map(({ name }, at) => port(first + members.size + at, 'output', name)),
  ]
  const arrows = arrowsOf({
    nodes,
    links,
    boxOf,
    first,
    inputs: inputs.map(({ name }) => name),
    outputs: outputs.map(({ name }) => name),
    end: first + members.size,
  })
  return {
    boxes,
    arrows: arrows.slice(0, MAX_ARROWS),
    nodes: nodes.length,
    collapsed: members.size < nodes.length,
    omitted: Math.max(0, arrows.length - MAX_ARROWS),
  }
}

type Placed = {
  readonly nodes: readonly Node[]
  readonly links: Links
  readonly boxOf: readonly number[]
  readonly first: number
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly end: number
}

const arrowsOf = ({
  nodes,
  links,
  boxOf,
  first,
  inputs,
  outputs,
  end,
}: Placed): (readonly [number, number])[] => {
  const seen = new Set<string>()
  const arrows: (readonly [number, number])[] = []
  const add = (from: number, to: number): void => {
    const key = `${from} ${to}`
    if (from === to || seen.has(key)) return
    seen.add(key)
    arrows.push([from, to])
  }
  const fed = new Map(inputs.map((name, at) => [name, at]))
  nodes.forEach((node, at) => {
    const to = first + (boxOf[at] ?? 0)
    for (const name of usedNames(node)) {
      const input = fed.get(name)
      if (input !== undefined) add(input, to)
    }
    for (const parent of links.parents[at] ?? []) add(first + (boxOf[parent] ?? 0), to)
    for (const name of node.outputs) {
      const output = outputs.indexOf(name)
      if (output >= 0) add(to, end + output)
    }
  })
  outputs.forEach((name, at) => {
    const input = fed.get(name)
    if (input !== undefined) add(input, end + at)
  })
  return arrows
}
