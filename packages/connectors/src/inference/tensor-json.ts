/** Tensors ↔ the JSON of the protocols; what a server answers is checked against the registered signature. */
import {
  allocateTensor,
  copyTensor,
  elementCount,
  type Tensor,
  type TensorSource,
  tensorValue,
} from '@rampart/codecs'
import type { ModelSignature, TensorSpec } from '@rampart/domain'
import { inferenceErrors } from './errors.ts'

const MAX_ELEMENTS = 16_777_216

export const invalid = (why: string, cause?: unknown) =>
  inferenceErrors.INFERENCE_ANSWER_INVALID(
    `The answer is not valid: ${why}`,
    cause === undefined ? {} : { cause },
  )

export const parseObject = (text: string): Record<string, unknown> => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw invalid('it is not JSON', cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('it is not an object')
  return value as Record<string, unknown>
}

const plain = (tensor: Tensor, index: number): unknown => {
  const value = tensorValue(tensor, index)
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw inferenceErrors.INFERENCE_REFUSED('an integer is beyond 2^53')
  return number
}

/** Elements nested as the shape says, outermost first. */
export const nested = (tensor: Tensor): unknown => {
  const build = (depth: number, from: number, count: number): unknown => {
    const length = tensor.shape[depth] as number
    const inner = length === 0 ? 0 : count / length
    return Array.from({ length }, (_, i) =>
      depth === tensor.shape.length - 1 ? plain(tensor, from + i) : build(depth + 1, from + i * inner, inner),
    )
  }
  return tensor.shape.length === 0 ? plain(tensor, 0) : build(0, 0, tensor.data.length)
}

/** The shape of nested arrays, by their first elements. */
const shapeOf = (value: unknown): number[] => {
  const shape: number[] = []
  for (let level = value; Array.isArray(level); level = level[0]) shape.push(level.length)
  return shape
}

const fits = (shape: readonly number[], spec: TensorSpec): boolean =>
  shape.length === spec.shape.length &&
  shape.every((size, axis) => spec.shape[axis] === -1 || spec.shape[axis] === size)

const flatIf = (flatten: boolean, data: TensorSource): TensorSource =>
  flatten && Array.isArray(data) ? data.flat() : data

/** JSON elements, or raw bytes, as the tensor that the signature announces; `shape` defaults to how they are nested. */
export const toTensor = (
  spec: TensorSpec,
  data: unknown,
  shape: readonly number[] = shapeOf(data),
): Tensor => {
  if (!Array.isArray(data) && !(data instanceof Uint8Array))
    throw invalid(`output ${JSON.stringify(spec.name)} has no data`)
  // Servers that answer one value per row as a column mean the same elements.
  const own = spec.shape.length === 1 && shape.length === 2 && shape[1] === 1 ? [shape[0] as number] : shape
  if (!fits(own, spec))
    throw invalid(
      `output ${JSON.stringify(spec.name)} has shape [${shape.join(',')}], registered is [${spec.shape.join(',')}]`,
    )
  const count = elementCount(own, MAX_ELEMENTS)
  if (count === undefined) throw invalid(`output ${JSON.stringify(spec.name)} is too large`)
  const target = allocateTensor(spec.datatype, count)
  try {
    copyTensor(
      flatIf(own !== shape, data),
      { name: spec.name, datatype: spec.datatype, shape: own, count },
      target,
      0,
    )
  } catch (cause) {
    throw invalid(`output ${JSON.stringify(spec.name)} has elements of another type`, cause)
  }
  return { name: spec.name, datatype: spec.datatype, shape: own, data: target }
}

/**
 * Predictions of scoring servers (`predictions`, `outputs`): one array for a single output, an object of arrays by
 * name, or one object per row.
 */
export const fromPredictions = (
  signature: ModelSignature,
  predictions: unknown,
  nameOf: (name: string) => string,
): Tensor[] => {
  const { outputs } = signature
  if (Array.isArray(predictions)) {
    const [first] = predictions
    if (typeof first === 'object' && first !== null && !Array.isArray(first))
      return outputs.map((spec) =>
        toTensor(
          spec,
          predictions.map((row: unknown) => (row as Record<string, unknown> | null)?.[nameOf(spec.name)]),
        ),
      )
    const [only] = outputs
    if (outputs.length !== 1 || only === undefined)
      throw invalid(`it has one unnamed output, registered are ${outputs.length}`)
    return [toTensor(only, predictions)]
  }
  if (typeof predictions !== 'object' || predictions === null) throw invalid('it has no predictions')
  const byName = predictions as Record<string, unknown>
  return outputs.map((spec) => toTensor(spec, byName[nameOf(spec.name)]))
}
