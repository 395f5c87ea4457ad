/** Unfolds a model into its dataflow. Throws ONNX_LIMIT_EXCEEDED when the unfolded graph is too large. */
import { onnxErrors } from '../../errors.ts'
import {
  type Attribute,
  attributeOf,
  type Graph,
  type ModelFunction,
  type Node,
  type OnnxModel,
  operatorName,
  standardDomain,
  type Tensor,
} from '../graph-model.ts'
import type { Flow, FlowConstant, FlowNode, FlowValue } from './flow.ts'

export type FlowLimits = { readonly maxNodes: number; readonly maxCallDepth: number }

export const DEFAULT_FLOW_LIMITS: FlowLimits = { maxNodes: 200_000, maxCallDepth: 32 }

type Scope = { readonly names: Map<string, number>; readonly parent: Scope | undefined }

/** Where unfolding stands: names in sight, the place for messages, the attributes of the enclosing function call. */
type Place = {
  readonly scope: Scope
  readonly path: string
  readonly depth: number
  readonly inLoop: boolean
  readonly bindings: ReadonlyMap<string, Attribute>
}

type NewNode = Pick<FlowNode, 'kind' | 'operator' | 'inputs' | 'outputs' | 'node'>

const lookUp = (scope: Scope | undefined, name: string): number => {
  for (let at = scope; at !== undefined; at = at.parent) {
    const found = at.names.get(name)
    if (found !== undefined) return found
  }
  return -1
}

const functionKey = (one: Pick<ModelFunction, 'domain' | 'name' | 'overload'>): string =>
  `${standardDomain(one.domain)}\0${one.name}\0${one.overload}`

const constantOf = (node: Node): FlowConstant => {
  const tensor = attributeOf(node, 'value')?.tensor
  const list = node.attributes.find(({ name }) => name.startsWith('value_'))
  if (tensor !== undefined || list === undefined) return { tensor, values: undefined, dims: tensor?.dims }
  const { float, int, floats, ints } = list
  if (float !== undefined || int !== undefined) return { tensor, values: [Number(float ?? int)], dims: [] }
  const values = floats ?? ints?.map(Number)
  return { tensor, values, dims: values === undefined ? undefined : [values.length] }
}

export const createFlowBuilder = (model: OnnxModel, limits: FlowLimits) => {
  const values: FlowValue[] = []
  const nodes: FlowNode[] = []
  let unfolded = 0
  const functions = new Map(model.functions.map((one) => [functionKey(one), one]))

  const tooLarge = (): never => {
    throw onnxErrors.ONNX_LIMIT_EXCEEDED('the unfolded graph has too many nodes')
  }

  const addValue = (
    name: string,
    more: Partial<Pick<FlowValue, 'input' | 'constant' | 'shape'>> = {},
  ): number => {
    const id = values.length
    values.push({ id, name, producer: -1, input: -1, constant: undefined, shape: undefined, ...more })
    return id
  }

  const addNode = (place: Place, made: NewNode): void => {
    if (nodes.length >= limits.maxNodes) tooLarge()
    const id = nodes.length
    const own = made.node.name || made.node.outputs.find((name) => name !== '') || made.operator
    nodes.push({ ...made, id, location: `${place.path}${own}`, inLoop: place.inLoop })
    for (const output of made.outputs) {
      const value = values[output]
      if (value !== undefined && value.producer < 0) value.producer = id
    }
  }

  const declare = (place: Place, names: readonly string[]): void => {
    for (const name of names) if (name !== '') place.scope.names.set(name, addValue(name))
  }

  const bound = (node: Node, { bindings }: Place): Node =>
    node.attributes.some(({ reference }) => reference !== '')
      ? {
          ...node,
          attributes: node.attributes.flatMap((attribute) => {
            if (attribute.reference === '') return [attribute]
            const given = bindings.get(attribute.reference)
            return given === undefined ? [] : [{ ...given, name: attribute.name }]
          }),
        }
      : node

  const addTensors = (place: Place, graph: Graph): void => {
    const add = (name: string, tensor: Tensor | undefined): void => {
      const constant = { tensor, values: undefined, dims: tensor?.dims }
      place.scope.names.set(name, addValue(name, { constant }))
    }
    for (const tensor of graph.initializers) add(tensor.name, tensor)
    for (const { values: kept } of graph.sparseInitializers) if (kept !== undefined) add(kept.name, undefined)
  }

  /** Names first, then nodes: the order in the file does not matter. */
  const addNodes = (place: Place, list: readonly Node[]): void => {
    for (const node of list) {
      if (node.operator !== 'Constant') declare(place, node.outputs)
      else {
        const [name = ''] = node.outputs
        place.scope.names.set(name, addValue(name, { constant: constantOf(bound(node, place)) }))
      }
    }
    for (const node of list) if (node.operator !== 'Constant') unfold(place, bound(node, place))
  }

  const unfold = (place: Place, node: Node): void => {
    // Calls that add nothing cost time as well.
    unfolded += 1
    if (unfolded > limits.maxNodes) tooLarge()
    const operator = operatorName(node)
    const called = functions.get(
      functionKey({ domain: node.domain, name: node.operator, overload: node.overload }),
    )
    if (called !== undefined && place.depth < limits.maxCallDepth) unfoldCall(place, node, called)
    else if (operator === 'If') unfoldIf(place, node)
    else if (operator === 'Loop') unfoldLoop(place, node)
    else if (operator === 'Scan') unfoldScan(place, node)
    else {
      const inner = node.attributes.flatMap(({ graph, graphs = [] }) => (graph ? [graph, ...graphs] : graphs))
      const inputs = inputsOf(place, node)
      // Another operator with a body (SequenceMap): its body may see everything that the node sees.
      const results = inner.flatMap((graph) =>
        unfoldBody(
          place,
          node,
          graph,
          graph.inputs.map(() => inputs),
        ),
      )
      addNode(place, {
        kind: 'operator',
        operator,
        inputs: [...inputs, ...results],
        outputs: outputsOf(place, node),
        node,
      })
    }
  }

  const inputsOf = (place: Place, node: Node): number[] =>
    node.inputs.map((name) => lookUp(place.scope, name))
  const outputsOf = (place: Place, node: Node): number[] =>
    node.outputs.map((name) => place.scope.names.get(name) ?? -1)

  /** `feeds`: per input of the body the values that may arrive there. Returns the values of the body's outputs. */
  const unfoldBody = (
    place: Place,
    node: Node,
    graph: Graph,
    feeds: readonly (readonly number[])[],
    inLoop = place.inLoop,
  ): number[] => {
    const inner: Place = {
      ...place,
      scope: { names: new Map(), parent: place.scope },
      path: `${place.path}${node.name || node.outputs[0] || node.operator}/`,
      inLoop,
    }
    graph.inputs.forEach(({ name }, index) => {
      const value = addValue(name)
      inner.scope.names.set(name, value)
      const inputs = feeds[index] ?? []
      addNode(inner, { kind: 'carry', operator: operatorName(node), inputs, outputs: [value], node })
    })
    addTensors(inner, graph)
    addNodes(inner, graph.nodes)
    return graph.outputs.map(({ name }) => lookUp(inner.scope, name))
  }

  const unfoldCall = (place: Place, node: Node, called: ModelFunction): void => {
    const names = new Map(
      called.inputs.map((name, index) => [name, lookUp(place.scope, node.inputs[index] ?? '')]),
    )
    const bindings = new Map(
      [...called.defaults, ...node.attributes].map((attribute) => [attribute.name, attribute]),
    )
    const inner: Place = {
      ...place,
      scope: { names, parent: undefined },
      path: `${place.path}${node.name || called.name}/`,
      depth: place.depth + 1,
      bindings,
    }
    addNodes(inner, called.nodes)
    called.outputs.forEach((name, index) => {
      const output = outputsOf(place, node)[index] ?? -1
      if (output < 0) return
      const inputs = [lookUp(inner.scope, name)]
      addNode(place, { kind: 'operator', operator: 'Identity', inputs, outputs: [output], node })
    })
  }

  const unfoldIf = (place: Place, node: Node): void => {
    const branch = (name: string): number[] => {
      const graph = attributeOf(node, name)?.graph
      return graph === undefined ? [] : unfoldBody(place, node, graph, [])
    }
    const [condition = -1] = inputsOf(place, node)
    const whenTrue = branch('then_branch')
    const whenFalse = branch('else_branch')
    outputsOf(place, node).forEach((output, index) => {
      const inputs = [condition, whenTrue[index] ?? -1, whenFalse[index] ?? -1]
      addNode(place, { kind: 'select', operator: 'If', inputs, outputs: [output], node })
    })
  }

  /** Carried values get their second input, the value of the round before, once the body is known. */
  const closeLoop = (first: number, carried: number, results: readonly number[]): void => {
    for (let at = first, index = 0; index < carried; at += 1, index += 1) {
      const entry = nodes[at]
      if (entry !== undefined) nodes[at] = { ...entry, inputs: [...entry.inputs, results[index] ?? -1] }
    }
  }

  const unfoldLoop = (place: Place, node: Node): void => {
    const graph = attributeOf(node, 'body')?.graph
    const [trips = -1, condition = -1, ...first] = inputsOf(place, node)
    if (graph === undefined) return
    const start = nodes.length
    const feeds = [[], [condition], ...first.map((value) => [value])]
    const results = unfoldBody(place, node, graph, feeds, true)
    closeLoop(start + 1, graph.inputs.length - 1, results)
    outputsOf(place, node).forEach((output, index) => {
      const inputs = [first[index] ?? -1, results[index + 1] ?? -1, trips, results[0] ?? -1]
      addNode(place, { kind: 'collect', operator: 'Loop', inputs, outputs: [output], node })
    })
  }

  const unfoldScan = (place: Place, node: Node): void => {
    const graph = attributeOf(node, 'body')?.graph
    if (graph === undefined) return
    const scanned = Number(attributeOf(node, 'num_scan_inputs')?.int ?? 0n)
    const inputs = inputsOf(place, node)
    const states = Math.max(0, graph.inputs.length - scanned)
    const start = nodes.length
    // Opset 8 has the sequence lengths first.
    const shifted = inputs.length > graph.inputs.length ? inputs.slice(1) : inputs
    const results = unfoldBody(
      place,
      node,
      graph,
      shifted.map((value) => [value]),
      true,
    )
    closeLoop(start, states, results)
    outputsOf(place, node).forEach((output, index) => {
      const sources = [...(index < states ? [shifted[index] ?? -1] : []), results[index] ?? -1]
      addNode(place, { kind: 'collect', operator: 'Scan', inputs: sources, outputs: [output], node })
    })
  }

  const build = (): Flow => {
    const { graph } = model
    const stored = new Set(graph.initializers.map(({ name }) => name))
    for (const { values: kept } of graph.sparseInitializers) stored.add(kept?.name ?? '')
    const scope: Scope = { names: new Map(), parent: undefined }
    const place: Place = { scope, path: '', depth: 0, inLoop: false, bindings: new Map() }
    const fed = graph.inputs.filter(({ name }) => !stored.has(name))
    const inputs = fed.map(({ name, type }, input) => {
      const id = addValue(name, { input, shape: type?.kind === 'tensor' ? type.shape : undefined })
      scope.names.set(name, id)
      return id
    })
    addTensors(place, graph)
    addNodes(place, graph.nodes)
    const consumers: number[][] = values.map(() => [])
    for (const { id, inputs: used } of nodes) for (const value of used) consumers[value]?.push(id)
    const outputs = graph.outputs.map(({ name }) => lookUp(scope, name))
    return { values, nodes, inputs, outputs, consumers }
  }
  return { build }
}

/** The flat dataflow of `model`; `FlowKind` says what stands for branches and loops. */
export const buildFlow = (model: OnnxModel, limits: FlowLimits = DEFAULT_FLOW_LIMITS): Flow =>
  createFlowBuilder(model, limits).build()
