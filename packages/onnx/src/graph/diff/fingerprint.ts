/**
 * Structural fingerprints of nodes (Weisfeiler and Leman 1968; Shervashidze et al. 2011): what a node computes from the
 * inputs, what becomes of it on the way to the outputs, and its near surroundings. Names of nodes and values do not
 * count, and neither do the values of weights.
 */
import { createHash } from 'node:crypto'
import {
  type Attribute,
  type Graph,
  type ModelSource,
  type Node,
  operatorName,
  type Tensor,
} from '../graph-model.ts'
import { type Scope, scopeOfGraph } from './scope.ts'

export type Fingerprints = {
  /** Of all that leads to the node. */
  readonly above: readonly string[]
  /** Of all that follows from it. */
  readonly below: readonly string[]
  /** Of the node and two steps around it. */
  readonly around: readonly string[]
  /** Of the node alone. */
  readonly own: readonly string[]
}

const ROUNDS = 2
const BODY_DEPTH = 16

const hash = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('base64url').slice(0, 22)

const typeText = ({ elementType, dims }: Tensor): string => `${elementType}[${dims.join(',')}]`

/** Digest of the attribute's own bytes, for values that are not kept in memory. */
const storedDigest = (source: ModelSource, attribute: Attribute): string => {
  const span = source.spanOf(attribute)
  if (span === undefined) return 'unknown'
  const digest = createHash('sha256')
  for (let done = 0; done < span.length; ) {
    const chunk = source.readAt(span.start + done, Math.min(1 << 20, span.length - done))
    if (chunk.length === 0) break
    digest.update(chunk)
    done += chunk.length
  }
  return digest.digest('base64url')
}

const isKept = ({ count, floats = [], ints = [], strings = [] }: Attribute): boolean =>
  count === floats.length + ints.length + strings.length

/** Lists of ai.onnx.ml operators are what training found: thresholds, leaves, coefficients. */
export const isParameter = (node: Node, attribute: Attribute): boolean =>
  node.domain.startsWith('ai.onnx.ml') &&
  (attribute.count > 0 || attribute.tensor !== undefined || attribute.float !== undefined)

export const attributeText = (source: ModelSource, attribute: Attribute): string => {
  const { float, int, bytes, floats = [], ints = [], strings = [], tensor, sparse } = attribute
  if (!isKept(attribute)) return storedDigest(source, attribute)
  const texts = [bytes ?? new Uint8Array(0), ...strings].map((one) => Buffer.from(one).toString('base64'))
  const tensorText = tensor === undefined ? '' : `${typeText(tensor)}${storedDigest(source, attribute)}`
  return [
    attribute.reference,
    float ?? '',
    int ?? '',
    floats.join(),
    ints.join(),
    texts.join(),
    tensorText,
    sparse?.dims.join() ?? '',
  ].join(';')
}

const graphsOf = ({ graph, graphs = [] }: Attribute): readonly Graph[] =>
  graph ? [graph, ...graphs] : graphs

/** Fingerprint of a nested graph as a whole. */
const bodyText = (source: ModelSource, graph: Graph, depth: number): string => {
  if (depth > BODY_DEPTH) return 'deep'
  const scope = scopeOfGraph(graph)
  const { above } = fingerprint(source, scope, depth + 1)
  const ends = scope.outputs.map((name) => {
    const producer = scope.producers.get(name)
    return producer === undefined ? `outer` : (above[producer] ?? '')
  })
  return hash('body', ...ends, String(scope.nodes.length))
}

export const ownText = (source: ModelSource, node: Node, depth = 0): string => {
  const attributes = [...node.attributes]
    .filter((attribute) => !isParameter(node, attribute))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((attribute) => {
      const bodies = graphsOf(attribute).map((graph) => bodyText(source, graph, depth))
      return `${attribute.name}=${attributeText(source, attribute)}${bodies.join()}`
    })
  return hash(operatorName(node), node.overload, String(node.outputs.length), ...attributes)
}

/** Visits nodes so that all of `next(node)` come before it; circles are cut. */
const ordered = (count: number, next: (node: number) => readonly number[]): number[] => {
  const state = new Uint8Array(count)
  const order: number[] = []
  for (let root = 0; root < count; root += 1) {
    const stack: [number, readonly number[], number][] = []
    const push = (node: number): void => {
      if (state[node] !== 0) return
      state[node] = 1
      stack.push([node, next(node), 0])
    }
    push(root)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const child = top[1][top[2]++]
      if (child !== undefined) push(child)
      else {
        order.push(top[0])
        stack.pop()
      }
    }
  }
  return order
}

export const fingerprint = (source: ModelSource, scope: Scope, depth = 0): Fingerprints => {
  const { nodes, producers, consumers } = scope
  const own = nodes.map((node) => ownText(source, node, depth))
  const inputIndex = new Map(scope.inputs.map((name, at) => [name, at]))
  const leaf = (name: string): string => {
    const constant = scope.constants.get(name)
    if (constant !== undefined) return `constant ${typeText(constant.tensor)}`
    const at = inputIndex.get(name)
    return at !== undefined ? `input ${at}` : name === '' ? 'none' : 'outer'
  }
  const sourceText = (texts: readonly string[], name: string): string => {
    const producer = producers.get(name)
    if (producer === undefined) return leaf(name)
    return `${texts[producer] ?? ''}.${nodes[producer]?.outputs.indexOf(name)}`
  }
  const above = nodes.map(() => '')
  const parents = (at: number): readonly number[] =>
    (nodes[at]?.inputs ?? []).flatMap((name) => producers.get(name) ?? [])
  for (const at of ordered(nodes.length, parents))
    above[at] = hash(own[at] ?? '', ...(nodes[at]?.inputs ?? []).map((name) => sourceText(above, name)))

  const ends = new Map(scope.outputs.map((name, at) => [name, at]))
  const uses = (at: number) =>
    (nodes[at]?.outputs ?? []).flatMap((name, output) =>
      (consumers.get(name) ?? []).map(([node, input]) => ({ node, text: `${output}>${input}` })),
    )
  const useTexts = (texts: readonly string[], at: number): string[] => [
    ...uses(at)
      .map(({ node, text }) => `${text}${texts[node]}`)
      .sort(),
    ...(nodes[at]?.outputs ?? []).flatMap((name, output) =>
      ends.has(name) ? [`end ${output} ${ends.get(name)}`] : [],
    ),
  ]
  const below = nodes.map(() => '')
  for (const at of ordered(nodes.length, (node) => uses(node).map((use) => use.node)))
    below[at] = hash(own[at] ?? '', ...useTexts(below, at))

  let around = own
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = around
    around = nodes.map((node, at) =>
      hash(
        before[at] ?? '',
        ...node.inputs.map((name) => sourceText(before, name)),
        '|',
        ...useTexts(before, at),
      ),
    )
  }
  return { above, below, around, own }
}
