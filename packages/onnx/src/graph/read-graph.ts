/**
 * Reads a whole ModelProto without its weights. Hostile files end in an `AppError` of packages/onnx: lengths are
 * checked against the enclosing message, nodes, nesting and kept text are bounded, tensors in other files are refused.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { onnxErrors } from '../errors.ts'
import { createWireReader, type ReadAt, type WireReader } from '../wire-reader.ts'
import type { Graph, ModelFunction, ModelSource, Node, OnnxModel, OpsetImport, Span } from './graph-model.ts'
import { readAttributeWith } from './read-attribute.ts'
import { createFieldReader, type FieldReader, type Origins } from './read-fields.ts'
import { readSparse, readTensor } from './read-tensor.ts'
import { readValueInfo } from './read-value-info.ts'

export type GraphLimits = {
  readonly maxNodes: number
  /** Bytes of names and short values that are kept in memory. */
  readonly maxTextBytes: number
  readonly maxDepth: number
  /** Tensors in other files: refused, or read as tensors without values. */
  readonly externalData: 'refuse' | 'ignore'
}

export const DEFAULT_GRAPH_LIMITS: GraphLimits = {
  maxNodes: 500_000,
  maxTextBytes: 256 * 2 ** 20,
  maxDepth: 16,
  externalData: 'refuse',
}

type Context = FieldReader & { readonly countNode: () => void; readonly maxDepth: number }

const refuse = (what: string): never => {
  throw onnxErrors.ONNX_NOT_A_MODEL(`not an ONNX model: ${what}`)
}

const readNode = (context: Context, end: number, depth: number): Node => {
  const node = { name: '', operator: '', domain: '', overload: '' }
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes: Node['attributes'][number][] = []
  const extra: Span[] = []
  context.countNode()
  context.fields(
    end,
    {
      1: [2, () => inputs.push(context.text(end))],
      2: [2, () => outputs.push(context.text(end))],
      3: [2, () => (node.name = context.text(end))],
      4: [2, () => (node.operator = context.text(end))],
      5: [2, () => attributes.push(readAttribute(context, end, depth))],
      7: [2, () => (node.domain = context.text(end))],
      8: [2, () => (node.overload = context.text(end))],
    },
    extra,
  )
  return { ...node, inputs, outputs, attributes, extra }
}

const readAttribute = (context: Context, end: number, depth: number) =>
  readAttributeWith(context, end, (inner) => readGraph(context, inner, depth + 1))

const readGraph = (context: Context, end: number, depth: number): Graph => {
  if (depth > context.maxDepth) throw onnxErrors.ONNX_LIMIT_EXCEEDED('graphs are nested too deep')
  let name = ''
  const nodes: Node[] = []
  const initializers: Graph['initializers'][number][] = []
  const sparseInitializers: Graph['sparseInitializers'][number][] = []
  const inputs: Graph['inputs'][number][] = []
  const outputs: Graph['outputs'][number][] = []
  const values: Graph['values'][number][] = []
  const extra: Span[] = []
  context.fields(
    end,
    {
      1: [2, () => nodes.push(context.message(end, (inner) => readNode(context, inner, depth)))],
      2: [2, () => (name = context.text(end))],
      5: [2, () => initializers.push(context.message(end, (inner) => readTensor(context, inner)))],
      11: [2, () => inputs.push(context.message(end, (inner) => readValueInfo(context, inner)))],
      12: [2, () => outputs.push(context.message(end, (inner) => readValueInfo(context, inner)))],
      13: [2, () => values.push(context.message(end, (inner) => readValueInfo(context, inner)))],
      15: [2, () => sparseInitializers.push(context.message(end, (inner) => readSparse(context, inner)))],
    },
    extra,
  )
  return { name, nodes, initializers, sparseInitializers, inputs, outputs, values, extra }
}

const readOpset = (context: Context, end: number): OpsetImport => {
  const opset = { domain: '', version: 0 }
  context.fields(end, {
    1: [2, () => (opset.domain = context.text(end))],
    2: [0, () => (opset.version = context.integer(end))],
  })
  return opset
}

const readPair = (context: Context, end: number): readonly [string, string] => {
  const pair: [string, string] = ['', '']
  context.fields(end, {
    1: [2, () => (pair[0] = context.text(end))],
    2: [2, () => (pair[1] = context.text(end))],
  })
  return pair
}

const readFunction = (context: Context, end: number): ModelFunction => {
  const head = { name: '', domain: '', overload: '' }
  const lists = { inputs: [] as string[], outputs: [] as string[], attributes: [] as string[] }
  const defaults: ModelFunction['defaults'][number][] = []
  const nodes: Node[] = []
  const opsets: OpsetImport[] = []
  const extra: Span[] = []
  context.fields(
    end,
    {
      1: [2, () => (head.name = context.text(end))],
      4: [2, () => lists.inputs.push(context.text(end))],
      5: [2, () => lists.outputs.push(context.text(end))],
      6: [2, () => lists.attributes.push(context.text(end))],
      7: [2, () => nodes.push(context.message(end, (inner) => readNode(context, inner, 1)))],
      9: [2, () => opsets.push(context.message(end, (inner) => readOpset(context, inner)))],
      10: [2, () => (head.domain = context.text(end))],
      11: [2, () => defaults.push(readAttribute(context, end, 1))],
      13: [2, () => (head.overload = context.text(end))],
    },
    extra,
  )
  return { ...head, ...lists, defaults, nodes, opsets, extra }
}

const readModelProto = (context: Context, end: number): OnnxModel => {
  const head = { irVersion: 0, producerName: '', producerVersion: '' }
  const opsets: OpsetImport[] = []
  const metadata: (readonly [string, string])[] = []
  const functions: ModelFunction[] = []
  const graphs: Graph[] = []
  const extra: Span[] = []
  context.fields(
    end,
    {
      1: [0, () => (head.irVersion = context.integer(end))],
      2: [2, () => (head.producerName = context.text(end))],
      3: [2, () => (head.producerVersion = context.text(end))],
      7: [2, () => graphs.push(context.message(end, (inner) => readGraph(context, inner, 0)))],
      8: [2, () => opsets.push(context.message(end, (inner) => readOpset(context, inner)))],
      14: [2, () => metadata.push(context.message(end, (inner) => readPair(context, inner)))],
      25: [2, () => functions.push(context.message(end, (inner) => readFunction(context, inner)))],
    },
    extra,
  )
  const [graph, second] = graphs
  if (graph === undefined || second !== undefined) return refuse(`it has ${graphs.length} graphs`)
  if (head.irVersion < 1 || head.irVersion > 1000) return refuse('the version is missing or impossible')
  return { ...head, opsets, metadata, graph, functions, extra }
}

/** Never reads more than a window around the fields it keeps. Throws ONNX_* InvalidInput errors. */
export const readModelGraph = (
  readAt: ReadAt,
  sizeBytes: number,
  limits: Partial<GraphLimits> = {},
): ModelSource => {
  const { maxNodes, maxTextBytes, maxDepth, externalData } = { ...DEFAULT_GRAPH_LIMITS, ...limits }
  const wire: WireReader = createWireReader(readAt, sizeBytes, {
    maxStringBytes: 1_048_576,
    maxFields: 100_000_000,
  })
  const origins: Origins = new WeakMap()
  let nodes = 0
  const context: Context = {
    ...createFieldReader(wire, { origins, maxTextBytes, externalData }),
    maxDepth,
    countNode: () => {
      nodes += 1
      if (nodes > maxNodes) throw onnxErrors.ONNX_LIMIT_EXCEEDED('the model has too many nodes')
    },
  }
  const model = readModelProto(context, sizeBytes)
  origins.set(model, { start: 0, length: sizeBytes })
  return { model, sizeBytes, readAt, spanOf: (message) => origins.get(message) }
}

export const readModelGraphBytes = (bytes: Uint8Array, limits: Partial<GraphLimits> = {}): ModelSource =>
  readModelGraph((position, length) => bytes.subarray(position, position + length), bytes.length, limits)

export type OpenModel = ModelSource & { readonly close: () => void }

/** Opens a file of any size; `close` when tensors are no longer read. Throws the system's error of open. */
export const openModelGraph = (path: string, limits: Partial<GraphLimits> = {}): OpenModel => {
  const file = openSync(path, 'r')
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) throw onnxErrors.ONNX_NOT_A_MODEL('not a regular file')
    const readAt: ReadAt = (position, length) => {
      const bytes = new Uint8Array(length)
      return bytes.subarray(0, readSync(file, bytes, 0, length, position))
    }
    return { ...readModelGraph(readAt, stat.size, limits), close: () => closeSync(file) }
  } catch (error) {
    closeSync(file)
    throw error
  }
}
