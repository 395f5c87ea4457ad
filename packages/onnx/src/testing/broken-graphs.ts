/** Models that break one rule each, made from honest ones: what a validator must find. */
import type { Attribute, Graph, Node, OnnxModel } from '../graph/graph-model.ts'
import { type BuiltGraph, honestGraphs } from './graph-backdoors.ts'
import { attribute, portOf, tensorOf } from './graph-builder.ts'

type Break = (model: OnnxModel) => OnnxModel

const withGraph = (model: OnnxModel, change: (graph: Graph) => Partial<Graph>): OnnxModel => ({
  ...model,
  graph: { ...model.graph, ...change(model.graph) },
})

const withNode = (model: OnnxModel, at: number, change: (node: Node) => Partial<Node>): OnnxModel =>
  withGraph(model, ({ nodes }) => ({
    nodes: nodes.map((node, index) =>
      index === (at + nodes.length) % nodes.length ? { ...node, ...change(node) } : node,
    ),
  }))

const gemm = (model: OnnxModel): number => model.graph.nodes.findIndex(({ operator }) => operator === 'Gemm')
const more = (node: Node, extra: Attribute): Partial<Node> => ({ attributes: [...node.attributes, extra] })

const BREAKS: Readonly<Record<string, Break>> = {
  'input-missing': (model) => withNode(model, -1, () => ({ inputs: ['nowhere'] })),
  'output-missing': (model) => withGraph(model, () => ({ outputs: [portOf('nowhere', undefined)] })),
  'defined-twice': (model) =>
    withGraph(model, ({ nodes }) => ({ nodes: [...nodes, { ...(nodes[0] as Node), name: 'again' }] })),
  'wrong-order': (model) => withGraph(model, ({ nodes }) => ({ nodes: nodes.toReversed() })),
  circle: (model) =>
    withNode(model, 0, (node) => ({ inputs: [node.outputs[0] ?? '', ...node.inputs.slice(1)] })),
  'opset-missing': (model) => ({ ...model, opsets: [{ domain: 'ai.onnx.ml', version: 3 }] }),
  'domain-missing': (model) => withNode(model, -1, () => ({ domain: 'com.example', operator: 'Own' })),
  'operator-unknown': (model) => withNode(model, -1, () => ({ operator: 'Relux' })),
  'operator-of-later-opset': (model) => withNode(model, -1, () => ({ operator: 'Gelu', attributes: [] })),
  'too-few-inputs': (model) => withNode(model, gemm(model), (node) => ({ inputs: node.inputs.slice(0, 1) })),
  'too-many-inputs': (model) =>
    withNode(model, gemm(model), (node) => ({ inputs: [...node.inputs, ...node.inputs] })),
  'too-many-outputs': (model) =>
    withNode(model, gemm(model), (node) => ({ outputs: [...node.outputs, 'more'] })),
  'attribute-unknown': (model) => withNode(model, gemm(model), (node) => more(node, attribute('colour', 1n))),
  'attribute-type': (model) => withNode(model, gemm(model), (node) => more(node, attribute('transA', 'yes'))),
  'attribute-missing': (model) => withNode(model, -1, () => ({ operator: 'Concat', attributes: [] })),
  'tensor-too-short': (model) =>
    withGraph(model, ({ initializers }) => ({
      initializers: initializers.map((tensor, at) =>
        at === 0 ? { ...tensor, dims: [tensor.dims.reduce((a, b) => a * b, 1) + 1] } : tensor,
      ),
    })),
  'tensor-type': (model) =>
    withGraph(model, ({ initializers }) => ({
      initializers: [...initializers, tensorOf('odd', [1], [1], 99)],
    })),
  'graph-unnamed': (model) => withGraph(model, () => ({ name: '' })),
}

/** Named after the rule that they break; three hosts each. */
export const brokenGraphs = (seed: number): readonly BuiltGraph[] =>
  Object.entries(BREAKS).flatMap(([name, change]) =>
    honestGraphs(5, seed)
      .filter(({ model }) => gemm(model) >= 0)
      .slice(0, 3)
      .map((host, at) => ({ name: `broken-${name}-${at}`, model: change(host.model) })),
  )
