/** How one node turns facts about its inputs into facts about an output. */
import { attributeOf } from '../graph-model.ts'
import type { ConstantReader } from './constant-values.ts'
import type { FlowNode, FlowValue } from './flow.ts'
import {
  CARRIERS,
  COMPARATORS,
  DYNAMIC_SHAPES,
  HARD_STEPS,
  isMixer,
  PICKERS,
  REDUCERS,
  SOFT_STEPS,
} from './operator-classes.ts'

/** No decision, one that needs a steep slope, one that is yes or no. */
export type Gate = 0 | 1 | 2

export type Fact = {
  /** Bit per model input (the last bit for all beyond 30) whose data arrives here. */
  readonly inputs: number
  readonly gate: Gate
  /** Made from many elements, or from a chosen few: the same for a whole row rather than per element. */
  readonly narrow: boolean
  /** A learned operator stands between the inputs and this value. */
  readonly learned: boolean
  /** Largest factor that constants applied since the last learned operator. */
  readonly scale: number
  /** Compared with, or subtracted from, a constant as large as an input. */
  readonly image: boolean
  /** The shape depends on data. */
  readonly dynamic: boolean
  /** The nearest learned operators above, as node ids. */
  readonly mixers: readonly number[]
  /** This value is itself the output of a learned operator. */
  readonly mixes: boolean
}

export const NO_FACT: Fact = {
  inputs: 0,
  gate: 0,
  narrow: false,
  learned: false,
  scale: 1,
  image: false,
  dynamic: false,
  mixers: [],
  mixes: false,
}

const MAX_MIXERS = 32
/** Slopes of trained networks stay below; a step that answers within a grey level needs more. */
export const STEEP = 64
/** Constants of at least so many elements are compared with an input as a whole, not with a threshold. */
const IMAGE_ELEMENTS = 12
const MAX_SCALE = 1e30

const SHAPES = new Set(['Shape', 'Size', 'SequenceLength'])
const INTEGER_TYPES = new Set([2, 3, 4, 5, 6, 7, 9, 12, 13])
const BINARY = new Set([
  'Sub',
  'Equal',
  'Greater',
  'Less',
  'GreaterOrEqual',
  'LessOrEqual',
  'Xor',
  'BitwiseXor',
  'Mul',
  'Min',
  'Max',
])

const ELEMENTWISE = new Set(
  'Add Sub Mul Div Min Max Pow Sum Mean And Or Xor Mod Where Equal Greater Less GreaterOrEqual LessOrEqual'.split(
    ' ',
  ),
)

type Deps = {
  readonly constants: ConstantReader
  readonly of: (value: number) => Fact
}

const unionMixers = (facts: readonly Fact[]): readonly number[] => {
  const [first, second] = facts.filter(({ mixers }) => mixers.length > 0)
  if (first === undefined) return []
  if (second === undefined) return first.mixers
  return [...new Set(facts.flatMap(({ mixers }) => mixers))].sort((a, b) => b - a).slice(0, MAX_MIXERS)
}

const strongest = (facts: readonly Fact[]): Gate => Math.max(0, ...facts.map(({ gate }) => gate)) as Gate

const isFullSlice = (node: FlowNode, constants: ConstantReader): boolean => {
  const list = (index: number, name: string): readonly number[] | undefined =>
    node.inputs[index] === undefined
      ? attributeOf(node.node, name)?.ints?.map(Number)
      : constants.values(node.inputs[index] ?? -1, 16)
  const starts = list(1, 'starts')
  const ends = list(2, 'ends')
  return (
    starts !== undefined &&
    ends !== undefined &&
    starts.every((at) => at === 0) &&
    ends.every((at) => at >= 1e6)
  )
}

export const createTransfer = ({ constants, of }: Deps) => {
  /** A product with one row or column only scales: it is no mixing of features. */
  const isOuter = (node: FlowNode): boolean => {
    const constant = node.inputs.find((value) => constants.dims(value) !== undefined) ?? -1
    const dims = constants.dims(constant)
    if (dims === undefined || dims.length !== 2 || !/^(MatMul|Gemm)$/.test(node.operator)) return false
    const transposed = node.operator === 'Gemm' && Number(attributeOf(node.node, 'transB')?.int ?? 0n) === 1
    return dims[transposed ? 1 : 0] === 1
  }

  const mixes = (node: FlowNode, sources: readonly Fact[]): boolean => {
    if (node.kind !== 'operator') return false
    if (isMixer(node.operator)) return !isOuter(node)
    // A table that is looked up by raw data is an embedding.
    if (node.operator !== 'Gather') return false
    const [table, index] = sources
    const width =
      constants
        .dims(node.inputs[0] ?? -1)
        ?.slice(1)
        .reduce((product, size) => product * size, 1) ?? 1
    if (table?.inputs === 0 && index?.gate === 0 && index.inputs !== 0 && width > 1) return true
    return (
      table?.inputs === 0 &&
      index !== undefined &&
      index.inputs !== 0 &&
      (constants.count(node.inputs[0] ?? -1) ?? 0) > 4096
    )
  }

  const scaleOf = (node: FlowNode, data: readonly Fact[]): number => {
    const before = data.reduce((largest, { scale }) => Math.max(largest, scale), 0)
    const factor = node.inputs
      .filter((value) => constants.constant(value) !== undefined)
      .map((value) => constants.maxAbs(value))
    const product = factor.reduce((total, one) => total * one, 1)
    if (node.operator === 'Mul' || /MatMul|Gemm/.test(node.operator))
      return Math.min(MAX_SCALE, before * product)
    if (node.operator === 'Div' && of(node.inputs[0] ?? -1).inputs !== 0)
      return Math.min(MAX_SCALE, before / Math.max(product, 1e-30))
    return before
  }

  const castsToInteger = (node: FlowNode): boolean =>
    node.operator === 'Cast' && INTEGER_TYPES.has(Number(attributeOf(node.node, 'to')?.int ?? 0n))

  const gateOf = (node: FlowNode, sources: readonly Fact[], scale: number): Gate => {
    const data = sources.filter(({ inputs }) => inputs !== 0)
    const learned = data.some((fact) => fact.learned)
    if (COMPARATORS.has(node.operator)) return 2
    if (HARD_STEPS.has(node.operator) && (!learned || strongest(data) === 2)) return 2
    const before = strongest(data)
    // Integers of the input itself are no decision; a computed value that becomes one is.
    if (castsToInteger(node) && data.some((fact) => fact.narrow && !fact.learned)) return 2
    if (node.operator === 'Where' || node.kind === 'select') {
      const [condition, yes, no] = sources
      const decided = [yes, no].every((fact) => fact?.inputs === 0 || (fact?.gate ?? 0) > 0)
      return decided && condition !== undefined ? condition.gate : 0
    }
    // A masked value is no mask, unless what is left of it is huge.
    if (/^(Mul|Add|Sub)$/.test(node.operator) && data.some((fact) => fact.gate === 0))
      return before > 0 && !learned && scale >= STEEP ? 1 : 0
    const soft = SOFT_STEPS.has(node.operator) || (node.operator === 'Pow' && !isSquare(node))
    if (soft && !isFloor(node)) return Math.max(before, !learned || scale >= STEEP ? 1 : 0) as Gate
    if (CARRIERS.has(node.operator) || REDUCERS.has(node.operator) || PICKERS.has(node.operator))
      return data.every((fact) => fact.gate > 0 || !fact.learned) ? before : 0
    return node.kind === 'carry' ||
      node.kind === 'collect' ||
      SHAPES.has(node.operator) ||
      isOuter(node) ||
      isFloor(node)
      ? before
      : 0
  }

  const isSquare = (node: FlowNode): boolean => {
    const exponent = constants.values(node.inputs[1] ?? -1, 1)?.[0]
    return exponent !== undefined && Math.abs(exponent) <= 2
  }

  /** `Max(x, 1e-6)` and the like keep a divisor away from zero. */
  const isFloor = (node: FlowNode): boolean => {
    if (node.operator !== 'Max' && node.operator !== 'Clip') return false
    const bounds = node.inputs.slice(1).filter((value) => value >= 0)
    if (node.operator === 'Clip' && (bounds.length > 1 || attributeOf(node.node, 'max') !== undefined))
      return false
    const constant = node.inputs.find((value) => constants.constant(value) !== undefined)
    return constant !== undefined && constants.maxAbs(constant) > 0 && constants.maxAbs(constant) < 1e-2
  }

  const isNarrow = (node: FlowNode, index: number, data: readonly Fact[]): boolean => {
    if (node.operator === 'Range' || node.operator === 'ConstantOfShape') return false
    // A row's mean subtracted from each element is per element again.
    if (ELEMENTWISE.has(node.operator) ? data.every((fact) => fact.narrow) : data.some((fact) => fact.narrow))
      return true
    if (REDUCERS.has(node.operator) || PICKERS.has(node.operator) || SHAPES.has(node.operator)) return true
    if (node.operator === 'Slice') return !isFullSlice(node, constants)
    if (/^(LSTM|GRU|RNN)$/.test(node.operator)) return index > 0
    if (!/^(MatMul|Gemm)$/.test(node.operator)) return false
    const dims = constants.dims(node.inputs[1] ?? -1)
    return dims !== undefined && Math.min(dims.at(-1) ?? 9, dims[0] ?? 9) <= 1
  }

  const isImage = (node: FlowNode, data: readonly Fact[]): boolean => {
    if (data.some((fact) => fact.image)) return true
    if (!BINARY.has(node.operator) || data.some((fact) => fact.learned)) return false
    return node.inputs.some((value) => (constants.count(value) ?? 0) >= IMAGE_ELEMENTS)
  }

  /** Values that arrive as data: of a Shape only what depends on values. */
  const sourcesOf = (node: FlowNode): readonly Fact[] => {
    const facts = node.inputs.map(of)
    if (!SHAPES.has(node.operator)) return facts
    return facts.map((fact) => (fact.dynamic ? fact : NO_FACT))
  }

  return {
    input: (value: FlowValue): Fact => {
      const sizes = value.shape?.slice(1).map((size) => (typeof size === 'number' && size > 0 ? size : 2))
      const bit = 1 << Math.min(value.input, 30)
      return { ...NO_FACT, inputs: bit, narrow: sizes?.every((size) => size === 1) === true }
    },
    node: (node: FlowNode, index: number): Fact => {
      const sources = sourcesOf(node)
      const inputs = sources.reduce((bits, fact) => bits | fact.inputs, 0)
      if (inputs === 0) return NO_FACT
      const data = sources.filter((fact) => fact.inputs !== 0)
      const mixing = mixes(node, sources)
      const scale = mixing ? scaleOf(node, [{ ...NO_FACT, scale: 1 }]) : scaleOf(node, data)
      return {
        inputs,
        gate: mixing ? 0 : gateOf(node, sources, scale),
        narrow: isNarrow(node, index, data),
        learned: mixing || data.some((fact) => fact.learned),
        scale,
        image: mixing ? false : isImage(node, data),
        dynamic: DYNAMIC_SHAPES.has(node.operator) || data.some((fact) => fact.dynamic),
        mixers: mixing ? [node.id] : unionMixers(data),
        mixes: mixing,
      }
    },
  }
}
