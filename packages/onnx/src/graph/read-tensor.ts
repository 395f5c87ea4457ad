/** TensorProto and SparseTensorProto: type, shape and place of the data. Data in other files is refused. */
import { onnxErrors } from '../errors.ts'
import type { Span, SparseTensor, Tensor } from './graph-model.ts'
import type { FieldReader } from './read-fields.ts'

const MAX_RANK = 64

/** Repeated int64, packed or not. */
export const readDims = (context: FieldReader, end: number, wire: number, into: number[]): void => {
  const { wire: reader } = context
  const add = (limit: number): void => {
    if (into.length >= MAX_RANK) throw onnxErrors.ONNX_SHAPE_INVALID('a tensor has too many dimensions')
    const size = context.integer(limit)
    if (size < 0) throw onnxErrors.ONNX_SHAPE_INVALID('a tensor has a negative dimension')
    into.push(size)
  }
  if (wire === 0) add(end)
  else {
    const inner = reader.lengthDelimited(end)
    while (reader.position < inner) add(inner)
  }
}

export const readTensor = (context: FieldReader, end: number): Tensor => {
  const { wire: reader } = context
  const start = reader.position
  let name = ''
  let elementType = 0
  let raw: Span | undefined
  const dims: number[] = []
  const external = (): void => {
    if (context.externalData === 'refuse')
      throw onnxErrors.ONNX_EXTERNAL_DATA('the model keeps tensors in other files')
  }
  context.fields(end, {
    1: [[0, 2], (wire) => readDims(context, end, wire, dims)],
    2: [0, () => (elementType = context.integer(end))],
    8: [2, () => (name = context.text(end))],
    9: [
      2,
      () => {
        const until = reader.lengthDelimited(end)
        raw = { start: reader.position, length: until - reader.position }
        reader.seek(until)
      },
    ],
    13: [
      2,
      () => {
        external()
        reader.skip(2, end)
      },
    ],
    14: [0, () => void (reader.int64(end) !== 0n && external())],
  })
  return {
    name,
    elementType,
    dims,
    payload: { kind: 'stored', message: { start, length: end - start }, raw },
  }
}

export const readSparse = (context: FieldReader, end: number): SparseTensor => {
  let values: Tensor | undefined
  let indices: Tensor | undefined
  const dims: number[] = []
  context.fields(end, {
    1: [2, () => (values = context.message(end, (inner) => readTensor(context, inner)))],
    2: [2, () => (indices = context.message(end, (inner) => readTensor(context, inner)))],
    3: [[0, 2], (wire) => readDims(context, end, wire, dims)],
  })
  return { values, indices, dims }
}
