/** Constants of a flow: how many elements, how large, and the values of small ones; followed through renaming operators. */
import { elementCount, type ModelSource } from '../graph-model.ts'
import { magnitudeOf, smallValues } from '../tensor-values.ts'
import { type Flow, type FlowConstant, nodeOf } from './flow.ts'

export type ConstantReader = {
  /** Undefined where it is not a constant of the file. */
  readonly constant: (value: number) => FlowConstant | undefined
  readonly values: (value: number, maxValues: number) => readonly number[] | undefined
  readonly count: (value: number) => number | undefined
  readonly dims: (value: number) => readonly number[] | undefined
  /** Largest absolute value among the first elements; 1 where it is not known. */
  readonly maxAbs: (value: number) => number
}

const RENAMING = new Set([
  'Identity',
  'Reshape',
  'Unsqueeze',
  'Squeeze',
  'Cast',
  'Flatten',
  'Expand',
  'Transpose',
])
const MAX_HOPS = 64
const MEASURED_VALUES = 1 << 16

export const createConstantReader = (flow: Flow, source: ModelSource): ConstantReader => {
  const sizes = new Map<FlowConstant, number>()

  const constant = (value: number): FlowConstant | undefined => {
    let at = value
    for (let hop = 0; hop < MAX_HOPS; hop += 1) {
      const known = flow.values[at]?.constant
      if (known !== undefined) return known
      const node = nodeOf(flow, at)
      if (node === undefined || !RENAMING.has(node.operator)) return undefined
      at = node.inputs[0] ?? -1
    }
    return undefined
  }

  const values = (value: number, maxValues: number): readonly number[] | undefined => {
    const found = constant(value)
    if (found?.values !== undefined) return found.values.length <= maxValues ? found.values : undefined
    return found?.tensor === undefined ? undefined : smallValues(source, found.tensor, maxValues)
  }

  const measure = (found: FlowConstant): number => {
    if (found.values !== undefined)
      return found.values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
    return found.tensor === undefined ? 1 : magnitudeOf(source, found.tensor, MEASURED_VALUES).maxAbs
  }

  return {
    constant,
    values,
    dims: (value) => constant(value)?.dims,
    count: (value) => {
      const found = constant(value)
      if (found?.values !== undefined) return found.values.length
      return found?.tensor === undefined ? undefined : elementCount(found.tensor)
    },
    maxAbs: (value) => {
      const found = constant(value)
      if (found === undefined) return 1
      const size = sizes.get(found) ?? measure(found)
      sizes.set(found, size)
      return size
    },
  }
}
