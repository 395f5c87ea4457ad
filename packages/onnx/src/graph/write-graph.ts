/**
 * Writes a model: what was read and not touched is copied byte for byte, what was edited is serialised in the order of
 * field numbers. The same model gives the same bytes. Memory: one chunk, whatever the size of the weights.
 */
import { onnxErrors } from '../errors.ts'
import { createWireReader, type ReadAt } from '../wire-reader.ts'
import type {
  Attribute,
  Graph,
  ModelFunction,
  ModelSource,
  Node,
  OnnxModel,
  OpsetImport,
  SparseTensor,
  Tensor,
  ValueInfo,
  ValueType,
} from './graph-model.ts'
import {
  bytesField,
  floatField,
  intField,
  isSpan,
  messageField,
  optionalText,
  type Segment,
  sizeOf,
  textField,
} from './write-wire.ts'

type Origin = Pick<ModelSource, 'readAt' | 'sizeBytes' | 'spanOf'>
type Body = readonly Segment[]

const CHUNK_BYTES = 1 << 20
/** Fields of TensorProto that hold data; the rest is written from the object. */
const DATA_FIELDS = new Set([4, 5, 6, 7, 9, 10, 11])

const verbatim = (origin: Origin, message: object, body: () => Body): Body => {
  const span = origin.spanOf(message)
  return span === undefined ? body() : [span]
}

const many = <T extends object>(field: number, items: readonly T[], body: (item: T) => Body): Body =>
  items.flatMap((item) => messageField(field, body(item)))

const storedData = (origin: Origin, { start, length }: { start: number; length: number }): Body => {
  const wire = createWireReader(origin.readAt, origin.sizeBytes, {
    maxStringBytes: 0,
    maxFields: 100_000_000,
  })
  const end = start + length
  const found: Segment[] = []
  wire.seek(start)
  for (let from = start; ; from = wire.position) {
    const tag = wire.next(end)
    if (tag === undefined) return found
    wire.skip(tag.wire, end)
    if (DATA_FIELDS.has(tag.field)) found.push({ start: from, length: wire.position - from })
  }
}

const tensorBody = (origin: Origin, tensor: Tensor): Body =>
  verbatim(origin, tensor, () => {
    const { payload } = tensor
    const data =
      payload.kind === 'inline' ? [bytesField(9, payload.rawData)] : storedData(origin, payload.message)
    return [
      ...tensor.dims.map((size) => intField(1, size)),
      intField(2, tensor.elementType),
      ...optionalText(8, tensor.name),
      ...data,
    ]
  })

const sparseBody = (origin: Origin, sparse: SparseTensor): Body =>
  verbatim(origin, sparse, () => [
    ...(sparse.values === undefined ? [] : messageField(1, tensorBody(origin, sparse.values))),
    ...(sparse.indices === undefined ? [] : messageField(2, tensorBody(origin, sparse.indices))),
    ...sparse.dims.map((size) => intField(3, size)),
  ])

const dimensionBody = (size: number | string | null): Body =>
  size === null ? [] : typeof size === 'number' ? [intField(1, size)] : [textField(2, size)]

const typeBody = (type: ValueType): Body => {
  if (type.kind === 'other') return [type.type]
  const shape =
    type.shape === undefined
      ? []
      : messageField(
          2,
          type.shape.flatMap((size) => messageField(1, dimensionBody(size))),
        )
  return messageField(1, [intField(1, type.elementType), ...shape])
}

const valueBody = (origin: Origin, value: ValueInfo): Body =>
  verbatim(origin, value, () => [
    textField(1, value.name),
    ...(value.type === undefined ? [] : messageField(2, typeBody(value.type))),
    ...value.extra,
  ])

const attributeBody = (origin: Origin, attribute: Attribute): Body =>
  verbatim(origin, attribute, () => {
    const { floats = [], ints = [], strings = [], tensors = [], graphs = [] } = attribute
    if (attribute.count > floats.length + ints.length + strings.length)
      throw onnxErrors.ONNX_LIMIT_EXCEEDED(
        `attribute ${JSON.stringify(attribute.name)} is too long to be edited`,
      )
    return [
      textField(1, attribute.name),
      ...(attribute.float === undefined ? [] : [floatField(2, attribute.float)]),
      ...(attribute.int === undefined ? [] : [intField(3, attribute.int)]),
      ...(attribute.bytes === undefined ? [] : [bytesField(4, attribute.bytes)]),
      ...(attribute.tensor === undefined ? [] : messageField(5, tensorBody(origin, attribute.tensor))),
      ...(attribute.graph === undefined ? [] : messageField(6, graphBody(origin, attribute.graph))),
      ...floats.map((value) => floatField(7, value)),
      ...ints.map((value) => intField(8, value)),
      ...strings.map((value) => bytesField(9, value)),
      ...many(10, tensors, (tensor) => tensorBody(origin, tensor)),
      ...many(11, graphs, (graph) => graphBody(origin, graph)),
      ...(attribute.type === 0 ? [] : [intField(20, attribute.type)]),
      ...optionalText(21, attribute.reference),
      ...(attribute.sparse === undefined ? [] : messageField(22, sparseBody(origin, attribute.sparse))),
      ...attribute.extra,
    ]
  })

const nodeBody = (origin: Origin, node: Node): Body =>
  verbatim(origin, node, () => [
    ...node.inputs.map((name) => textField(1, name)),
    ...node.outputs.map((name) => textField(2, name)),
    ...optionalText(3, node.name),
    textField(4, node.operator),
    ...many(5, node.attributes, (attribute) => attributeBody(origin, attribute)),
    ...optionalText(7, node.domain),
    ...optionalText(8, node.overload),
    ...node.extra,
  ])

const graphBody = (origin: Origin, graph: Graph): Body =>
  verbatim(origin, graph, () => [
    ...many(1, graph.nodes, (node) => nodeBody(origin, node)),
    ...optionalText(2, graph.name),
    ...many(5, graph.initializers, (tensor) => tensorBody(origin, tensor)),
    ...many(11, graph.inputs, (value) => valueBody(origin, value)),
    ...many(12, graph.outputs, (value) => valueBody(origin, value)),
    ...many(13, graph.values, (value) => valueBody(origin, value)),
    ...many(15, graph.sparseInitializers, (sparse) => sparseBody(origin, sparse)),
    ...graph.extra,
  ])

const opsetBody = (origin: Origin, opset: OpsetImport): Body =>
  verbatim(origin, opset, () => [textField(1, opset.domain), intField(2, opset.version)])

const functionBody = (origin: Origin, one: ModelFunction): Body =>
  verbatim(origin, one, () => [
    textField(1, one.name),
    ...one.inputs.map((name) => textField(4, name)),
    ...one.outputs.map((name) => textField(5, name)),
    ...one.attributes.map((name) => textField(6, name)),
    ...many(7, one.nodes, (node) => nodeBody(origin, node)),
    ...many(9, one.opsets, (opset) => opsetBody(origin, opset)),
    ...optionalText(10, one.domain),
    ...many(11, one.defaults, (attribute) => attributeBody(origin, attribute)),
    ...optionalText(13, one.overload),
    ...one.extra,
  ])

const modelBody = (origin: Origin, model: OnnxModel): Body =>
  verbatim(origin, model, () => [
    intField(1, model.irVersion),
    ...optionalText(2, model.producerName),
    ...optionalText(3, model.producerVersion),
    ...messageField(7, graphBody(origin, model.graph)),
    ...many(8, model.opsets, (opset) => opsetBody(origin, opset)),
    ...many(14, model.metadata, (pair) =>
      verbatim(origin, pair, () => [textField(1, pair[0]), textField(2, pair[1])]),
    ),
    ...many(25, model.functions, (one) => functionBody(origin, one)),
    ...model.extra,
  ])

const NOWHERE: Origin = {
  readAt: () => new Uint8Array(0),
  sizeBytes: 0,
  spanOf: () => undefined,
}

function* spanChunks(readAt: ReadAt, start: number, length: number): Generator<Uint8Array> {
  for (let done = 0; done < length; ) {
    const chunk = readAt(start + done, Math.min(CHUNK_BYTES, length - done))
    if (chunk.length === 0) throw onnxErrors.ONNX_NOT_A_MODEL('the file was cut off while it was copied')
    yield chunk
    done += chunk.length
  }
}

/** The bytes of `model` in pieces of at most a mebibyte, or of one edited tensor. `origin`: the file its spans point into. */
export function* modelChunks(model: OnnxModel, origin: Origin = NOWHERE): Generator<Uint8Array> {
  for (const segment of modelBody(origin, model)) {
    if (isSpan(segment)) yield* spanChunks(origin.readAt, segment.start, segment.length)
    else yield segment
  }
}

/** All bytes at once, for models that fit into memory. */
export const writeModel = (model: OnnxModel, origin: Origin = NOWHERE): Uint8Array => {
  const bytes = new Uint8Array(sizeOf(modelBody(origin, model)))
  let at = 0
  for (const chunk of modelChunks(model, origin)) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
