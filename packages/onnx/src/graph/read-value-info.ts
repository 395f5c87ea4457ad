/** ValueInfoProto: the declared type of an input, output or inner value. */
import { onnxErrors } from '../errors.ts'
import type { Span, ValueInfo, ValueType } from './graph-model.ts'
import type { FieldReader } from './read-fields.ts'

const MAX_RANK = 64

type Shape = (number | string | null)[]

const readDimension = (context: FieldReader, end: number): Shape[number] => {
  let size: Shape[number] = null
  context.fields(end, {
    1: [0, () => (size = context.integer(end))],
    2: [2, () => (size = context.text(end))],
  })
  return size
}

const readShape = (context: FieldReader, end: number): Shape => {
  const shape: Shape = []
  context.fields(end, {
    1: [
      2,
      () => {
        if (shape.length >= MAX_RANK) throw onnxErrors.ONNX_SHAPE_INVALID('a value has too many dimensions')
        shape.push(readDimension(context, context.wire.lengthDelimited(end)))
      },
    ],
  })
  return shape
}

const readTensorType = (context: FieldReader, end: number): ValueType => {
  let elementType = 0
  let shape: Shape | undefined
  context.fields(end, {
    1: [0, () => (elementType = context.integer(end))],
    2: [2, () => (shape = readShape(context, context.wire.lengthDelimited(end)))],
  })
  return { kind: 'tensor', elementType, shape }
}

const readType = (context: FieldReader, end: number): ValueType => {
  const start = context.wire.position
  let tensor: ValueType | undefined
  const others: Span[] = []
  context.fields(
    end,
    { 1: [2, () => (tensor = readTensorType(context, context.wire.lengthDelimited(end)))] },
    others,
  )
  // A denotation or another kind of value: kept as it stands.
  if (tensor === undefined || others.length > 0)
    return { kind: 'other', type: { start, length: end - start } }
  return tensor
}

export const readValueInfo = (context: FieldReader, end: number): ValueInfo => {
  let name = ''
  let type: ValueType | undefined
  const extra: Span[] = []
  context.fields(
    end,
    {
      1: [2, () => (name = context.text(end))],
      2: [2, () => (type = readType(context, context.wire.lengthDelimited(end)))],
    },
    extra,
  )
  return { name, type, extra }
}
