/** Differences of one level of two models, and of the bodies of its nodes. */
import { attributeOf, type Graph, type ModelSource, type Node, operatorName } from '../graph-model.ts'
import { compareTensors, type TensorDifference } from './compare-tensors.ts'
import { attributeText, fingerprint, isParameter } from './fingerprint.ts'
import { matchNodes, type Pairing, type Side } from './match-nodes.ts'
import { type Scope, scopeOfGraph } from './scope.ts'

export type NodeChange = {
  readonly name: string
  readonly operator: string
  /** Outputs of the model that it can reach. */
  readonly reaches: readonly string[]
}

export type ChangedNode = NodeChange & {
  /** Its name in the first model. */
  readonly from: string
  readonly what: readonly ('operator' | 'attributes' | 'inputs' | 'body')[]
}

export type TensorChange = {
  readonly name: string
  readonly elementType: number
  readonly dims: readonly number[]
  readonly reaches: readonly string[]
}

export type ChangedTensor = TensorChange & {
  readonly from: string
  readonly fromElementType: number
  readonly fromDims: readonly number[]
  /** Undefined where type or shape changed. */
  readonly difference: TensorDifference | undefined
}

/** Collects from all levels; the lists are cut by the caller. */
export type Changes = {
  readonly added: NodeChange[]
  readonly removed: NodeChange[]
  readonly changed: ChangedNode[]
  readonly tensorsAdded: TensorChange[]
  readonly tensorsRemoved: TensorChange[]
  readonly tensorsChanged: ChangedTensor[]
  matched: number
  renamed: number
  same: number
  outputsRewired: string[]
}

export type DiffSide = { readonly source: ModelSource; readonly scope: Scope }
export type Level = {
  readonly prefix: string
  readonly reaches: readonly string[] | undefined
  readonly depth: number
}

const MAX_DEPTH = 16
const MAX_OUTPUTS = 32

/** Names of the outputs that each value of the scope can reach. */
const reachOf = ({ scope }: DiffSide): ((name: string) => readonly string[]) => {
  const reached = new Map<string, string[]>()
  for (const output of scope.outputs.slice(0, MAX_OUTPUTS)) {
    const seen = new Set<string>([output])
    const queue = [output]
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      const list = reached.get(name)
      if (list === undefined) reached.set(name, [output])
      else list.push(output)
      const producer = scope.producers.get(name)
      for (const input of producer === undefined ? [] : (scope.nodes[producer]?.inputs ?? []))
        if (input !== '' && !seen.has(input)) {
          seen.add(input)
          queue.push(input)
        }
    }
  }
  return (name) => reached.get(name) ?? []
}

const label = (node: Node): string => node.name || node.outputs.find((name) => name !== '') || node.operator

export const diffScopes = (a: DiffSide, b: DiffSide, level: Level, changes: Changes): void => {
  const left: Side = { scope: a.scope, prints: fingerprint(a.source, a.scope, level.depth) }
  const right: Side = { scope: b.scope, prints: fingerprint(b.source, b.scope, level.depth) }
  const pairing = matchNodes(left, right)
  const reach = { a: reachOf(a), b: reachOf(b) }
  const reachesOf = (side: 'a' | 'b', names: readonly string[]): readonly string[] =>
    level.reaches ?? [...new Set(names.flatMap((name) => reach[side](name)))].sort()
  const context: Context = { a, b, level, changes, pairing, reachesOf }
  diffTensors(context)
  a.scope.nodes.forEach((node, at) => {
    const other = b.scope.nodes[pairing.forward[at] ?? -1]
    if (other === undefined) changes.removed.push(nodeChange(context, 'a', node))
    else diffPair(context, node, other)
  })
  b.scope.nodes.forEach((node, at) => {
    if (pairing.backward[at] === -1) changes.added.push(nodeChange(context, 'b', node))
  })
  if (level.depth === 0) rewiredOutputs(context)
}

type Context = {
  readonly a: DiffSide
  readonly b: DiffSide
  readonly level: Level
  readonly changes: Changes
  readonly pairing: Pairing
  readonly reachesOf: (side: 'a' | 'b', names: readonly string[]) => readonly string[]
}

const nodeChange = (context: Context, side: 'a' | 'b', node: Node): NodeChange => ({
  name: `${context.level.prefix}${label(node)}`,
  operator: operatorName(node),
  reaches: context.reachesOf(side, node.outputs),
})

/** Whether two names stand for the same value, given the pairs of nodes. */
const sameValue = ({ a, b, pairing }: Context, left: string, right: string): boolean => {
  const producer = a.scope.producers.get(left)
  const other = b.scope.producers.get(right)
  if (producer !== undefined || other !== undefined)
    return (
      producer !== undefined &&
      pairing.forward[producer] === other &&
      a.scope.nodes[producer]?.outputs.indexOf(left) === b.scope.nodes[other ?? -1]?.outputs.indexOf(right)
    )
  if (a.scope.constants.has(left) || b.scope.constants.has(right))
    return a.scope.constants.has(left) && b.scope.constants.has(right)
  const at = a.scope.inputs.indexOf(left)
  return at === b.scope.inputs.indexOf(right) && (at >= 0 || left === right || (left !== '' && right !== ''))
}

const sameAttributes = (context: Context, left: Node, right: Node): boolean => {
  const text = (source: ModelSource, node: Node): string =>
    node.attributes
      .filter((one) => !isParameter(node, one) && one.graph === undefined && one.graphs === undefined)
      .map((one) => `${one.name}=${attributeText(source, one)}`)
      .sort()
      .join('\n')
  return text(context.a.source, left) === text(context.b.source, right)
}

const bodiesOf = (node: Node): readonly (readonly [string, Graph])[] =>
  node.attributes.flatMap(({ name, graph }) => (graph === undefined ? [] : [[name, graph] as const]))

const diffBodies = (context: Context, left: Node, right: Node): boolean => {
  const { a, b, level, changes } = context
  if (level.depth >= MAX_DEPTH) return false
  const before = changes.added.length + changes.removed.length + changes.changed.length
  let missing = bodiesOf(left).length !== bodiesOf(right).length
  for (const [name, graph] of bodiesOf(left)) {
    const other = attributeOf(right, name)?.graph
    if (other === undefined) missing = true
    else
      diffScopes(
        { source: a.source, scope: scopeOfGraph(graph) },
        { source: b.source, scope: scopeOfGraph(other) },
        {
          prefix: `${level.prefix}${label(right)}/`,
          reaches: context.reachesOf('b', right.outputs),
          depth: level.depth + 1,
        },
        changes,
      )
  }
  return missing || changes.added.length + changes.removed.length + changes.changed.length > before
}

const diffParameters = (context: Context, left: Node, right: Node): void => {
  for (const attribute of left.attributes) {
    const other = attributeOf(right, attribute.name)
    if (!isParameter(left, attribute) || other === undefined) continue
    if (attributeText(context.a.source, attribute) === attributeText(context.b.source, other)) continue
    context.changes.tensorsChanged.push(parameterChange(context, [left, right], [attribute, other]))
  }
}

const parameterChange = (
  context: Context,
  [left, right]: readonly [Node, Node],
  [before, after]: readonly [Node['attributes'][number], Node['attributes'][number]],
): ChangedTensor => ({
  name: `${context.level.prefix}${label(right)}@${after.name}`,
  from: `${context.level.prefix}${label(left)}@${before.name}`,
  elementType: after.type,
  fromElementType: before.type,
  dims: [after.count],
  fromDims: [before.count],
  reaches: context.reachesOf('b', right.outputs),
  difference: listDifference(before.floats, after.floats),
})

const listDifference = (a?: readonly number[], b?: readonly number[]): TensorDifference | undefined => {
  if (a === undefined || b === undefined || a.length !== b.length) return undefined
  const differences = a.map((value, at) => Math.abs(value - (b[at] ?? 0)))
  return {
    l2: Math.sqrt(differences.reduce((total, one) => total + one * one, 0)),
    maxAbs: Math.max(...differences),
    fractionChanged: differences.filter((one) => one !== 0).length / Math.max(1, a.length),
  }
}

const diffPair = (context: Context, left: Node, right: Node): void => {
  const { changes, level } = context
  changes.matched += 1
  const what: ChangedNode['what'][number][] = []
  if (operatorName(left) !== operatorName(right)) what.push('operator')
  if (!sameAttributes(context, left, right)) what.push('attributes')
  const wired =
    left.inputs.length === right.inputs.length &&
    left.inputs.every((name, at) => sameValue(context, name, right.inputs[at] ?? ''))
  if (!wired) what.push('inputs')
  diffParameters(context, left, right)
  if (diffBodies(context, left, right)) what.push('body')
  if (what.length > 0)
    changes.changed.push({ ...nodeChange(context, 'b', right), from: `${level.prefix}${label(left)}`, what })
  else if (left.name !== right.name || left.outputs.join() !== right.outputs.join()) changes.renamed += 1
}

const rewiredOutputs = (context: Context): void => {
  const { a, b, changes } = context
  b.scope.outputs.forEach((name, at) => {
    const before = a.scope.outputs[at]
    if (before === undefined || !sameValue(context, before, name)) changes.outputsRewired.push(name)
  })
}

/** Constants are the same when the same input of paired nodes uses them; the rest goes by name. */
const pairConstants = ({ a, b, pairing }: Context): Map<string, string> => {
  const pairs = new Map<string, string>()
  const taken = new Set<string>()
  const pair = (left: string, right: string): void => {
    if (pairs.has(left) || taken.has(right) || !a.scope.constants.has(left) || !b.scope.constants.has(right))
      return
    pairs.set(left, right)
    taken.add(right)
  }
  for (const name of a.scope.constants.keys()) {
    // The same name at the same place first: a shared constant has several uses.
    const uses = a.scope.consumers.get(name) ?? []
    const there = uses.some(
      ([node, input]) => b.scope.nodes[pairing.forward[node] ?? -1]?.inputs[input] === name,
    )
    if (there) pair(name, name)
  }
  for (const name of a.scope.constants.keys())
    for (const [node, input] of a.scope.consumers.get(name) ?? [])
      pair(name, b.scope.nodes[pairing.forward[node] ?? -1]?.inputs[input] ?? '')
  for (const name of a.scope.constants.keys()) pair(name, name)
  return pairs
}

const tensorChange = (context: Context, side: 'a' | 'b', name: string): TensorChange => {
  const tensor = context[side].scope.constants.get(name)?.tensor
  return {
    name: `${context.level.prefix}${name}`,
    elementType: tensor?.elementType ?? 0,
    dims: tensor?.dims ?? [],
    reaches: context.reachesOf(side, [name]),
  }
}

const diffTensors = (context: Context): void => {
  const { a, b, changes, level } = context
  const pairs = pairConstants(context)
  const paired = new Set(pairs.values())
  for (const [left, right] of pairs) {
    const before = a.scope.constants.get(left)?.tensor
    const after = b.scope.constants.get(right)?.tensor
    if (before === undefined || after === undefined) continue
    const sameType = before.elementType === after.elementType && before.dims.join() === after.dims.join()
    const difference = sameType
      ? compareTensors({ source: a.source, tensor: before }, { source: b.source, tensor: after })
      : undefined
    if (sameType && difference === undefined) changes.same += 1
    else
      changes.tensorsChanged.push({
        ...tensorChange(context, 'b', right),
        from: `${level.prefix}${left}`,
        fromElementType: before.elementType,
        fromDims: before.dims,
        difference,
      })
  }
  for (const name of a.scope.constants.keys())
    if (!pairs.has(name)) changes.tensorsRemoved.push(tensorChange(context, 'a', name))
  for (const name of b.scope.constants.keys())
    if (!paired.has(name)) changes.tensorsAdded.push(tensorChange(context, 'b', name))
}
