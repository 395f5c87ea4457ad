/** One level of a model for comparison: the main graph, the body of a node, or a function. */
import {
  type Graph,
  type ModelFunction,
  type Node,
  operatorName,
  type Tensor,
  type ValueInfo,
} from '../graph-model.ts'

export type ScopeConstant = { readonly name: string; readonly tensor: Tensor; readonly isNode: boolean }

export type Scope = {
  /** Constant nodes are constants, not nodes. */
  readonly nodes: readonly Node[]
  readonly constants: ReadonlyMap<string, ScopeConstant>
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly ports: { readonly inputs: readonly ValueInfo[]; readonly outputs: readonly ValueInfo[] }
  /** Node index that makes a value. */
  readonly producers: ReadonlyMap<string, number>
  /** Node index and input position of every use. */
  readonly consumers: ReadonlyMap<string, readonly (readonly [node: number, input: number])[]>
}

const tensorOf = (node: Node): Tensor | undefined =>
  operatorName(node) === 'Constant' ? node.attributes.find(({ name }) => name === 'value')?.tensor : undefined

const index = (nodes: readonly Node[]) => {
  const producers = new Map<string, number>()
  const consumers = new Map<string, (readonly [number, number])[]>()
  nodes.forEach((node, at) => {
    for (const name of node.outputs) if (name !== '' && !producers.has(name)) producers.set(name, at)
    node.inputs.forEach((name, input) => {
      const uses = consumers.get(name)
      if (uses === undefined) consumers.set(name, [[at, input]])
      else uses.push([at, input])
    })
  })
  return { producers, consumers }
}

const withoutConstants = (list: readonly Node[], constants: Map<string, ScopeConstant>): readonly Node[] =>
  list.filter((node) => {
    const tensor = tensorOf(node)
    const [name = ''] = node.outputs
    if (tensor === undefined || name === '') return true
    constants.set(name, { name, tensor, isNode: true })
    return false
  })

export const scopeOfGraph = (graph: Graph): Scope => {
  const constants = new Map<string, ScopeConstant>()
  for (const tensor of graph.initializers)
    constants.set(tensor.name, { name: tensor.name, tensor, isNode: false })
  for (const { values } of graph.sparseInitializers)
    if (values !== undefined) constants.set(values.name, { name: values.name, tensor: values, isNode: false })
  const nodes = withoutConstants(graph.nodes, constants)
  const fed = graph.inputs.filter(({ name }) => !constants.has(name))
  return {
    nodes,
    constants,
    inputs: fed.map(({ name }) => name),
    outputs: graph.outputs.map(({ name }) => name),
    ports: { inputs: fed, outputs: graph.outputs },
    ...index(nodes),
  }
}

export const scopeOfFunction = (one: ModelFunction): Scope => {
  const constants = new Map<string, ScopeConstant>()
  const nodes = withoutConstants(one.nodes, constants)
  return {
    nodes,
    constants,
    inputs: one.inputs,
    outputs: one.outputs,
    ports: { inputs: [], outputs: [] },
    ...index(nodes),
  }
}
