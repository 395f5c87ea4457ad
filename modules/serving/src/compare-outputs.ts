/** How far two answers to the same rows are apart: labels by equality, floats by distance. */
import { fromFloat16Bits, type Tensor } from '@rampart/codecs'
import type { Comparison } from './shadow-stats.ts'

const FLOATS: readonly string[] = ['FP16', 'FP32', 'FP64']

const distance = (a: Tensor, b: Tensor): number => {
  const read = (tensor: Tensor, index: number): number => {
    const value = tensor.data[index] as number
    return tensor.datatype === 'FP16' ? fromFloat16Bits(value) : value
  }
  let largest = 0
  for (let i = 0; i < a.data.length; i++) {
    const [x, y] = [read(a, i), read(b, i)]
    const apart = Object.is(x, y) || (Number.isNaN(x) && Number.isNaN(y)) ? 0 : Math.abs(x - y)
    largest = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : Math.max(largest, apart)
  }
  return largest
}

const sameElements = (a: Tensor, b: Tensor): boolean => {
  for (let i = 0; i < a.data.length; i++) if (String(a.data[i]) !== String(b.data[i])) return false
  return true
}

/** Outputs are paired by name; one that the other answer lacks, or gives in another size, differs. */
export const compareOutputs = (
  expected: readonly Tensor[],
  found: readonly Tensor[],
  tolerance: number,
): Comparison => {
  let largest = 0
  let labelsDiffer = false
  let unpaired = false
  for (const a of expected) {
    const b = found.find(({ name }) => name === a.name)
    const isFloat = FLOATS.includes(a.datatype)
    if (b === undefined || b.data.length !== a.data.length || FLOATS.includes(b.datatype) !== isFloat)
      unpaired = true
    else if (isFloat) largest = Math.max(largest, distance(a, b))
    else if (!sameElements(a, b)) labelsDiffer = true
  }
  return { labelsDiffer, floatsDiffer: unpaired || largest > tolerance, largest }
}
