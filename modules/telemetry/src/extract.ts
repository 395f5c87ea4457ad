/** Reads a batch's features into sketches. On the hot path: no allocation per row, whole columns at once. */
import type { Tensor } from '@rampart/codecs'
import {
  createCoin,
  createFrequencySketch,
  createQuantileSketch,
  type FeatureProfile,
  type FrequencySketch,
  type QuantileSketch,
} from '@rampart/drift'
import { featuresOf, type Layout, type PlanMode, type TensorPlan } from './layout.ts'
import type { ObservedBatch } from './ports.ts'
import { summariseRow, summariseText } from './summaries.ts'

export type FeatureSketch =
  | { readonly kind: 'numeric'; readonly sketch: QuantileSketch }
  | { readonly kind: 'categorical'; readonly sketch: FrequencySketch }

/** One empty sketch per feature of the layout. `seed` must differ between sketches that will be merged. */
export const createSketches = (layout: Layout, seed: () => number): FeatureSketch[] =>
  featuresOf(layout).map(({ kind }) =>
    kind === 'numeric'
      ? { kind, sketch: createQuantileSketch({ coin: createCoin(seed()) }) }
      : { kind, sketch: createFrequencySketch() },
  )

/** What the sketches hold now, by feature. */
export const profilesOf = (layout: Layout, sketches: readonly FeatureSketch[]): FeatureProfile[] =>
  featuresOf(layout).map(({ name }, i) => {
    const feature = sketches[i] as FeatureSketch
    return feature.kind === 'numeric'
      ? { name, kind: 'numeric', sample: feature.sketch.sample() }
      : { name, kind: 'categorical', frequencies: feature.sketch.toJSON() }
  })

export type Extractor = {
  /** Undefined when the batch has the layout's shape, else what differs. */
  mismatch(batch: ObservedBatch): string | undefined
  /** Adds the batch to the sketches; call only when `mismatch` is undefined. */
  extract(batch: ObservedBatch, sketches: readonly FeatureSketch[]): void
}

const SCRATCH_COLUMNS = 5

export const createExtractor = (layout: Layout): Extractor => {
  const classes = layout.classes
  let scratch = Array.from({ length: SCRATCH_COLUMNS }, () => new Float64Array(64))
  const scratchFor = (rows: number): Float64Array[] => {
    if ((scratch[0] as Float64Array).length < rows) {
      scratch = scratch.map(() => new Float64Array(2 ** Math.ceil(Math.log2(rows))))
    }
    return scratch
  }
  return {
    mismatch: (batch) => {
      for (const plan of layout.plans) {
        const tensor = tensorOf(batch, plan)
        if (tensor === undefined) return `${plan.side} ${plan.tensor} is missing`
        if (tensor.data.length !== batch.rows * plan.width) {
          const width = tensor.data.length / batch.rows
          return `${plan.side} ${plan.tensor} has ${width} values per row, the reference ${plan.width}`
        }
        if (isText(plan) !== (tensor.datatype === 'BYTES') && plan.mode !== 'class') {
          return `${plan.side} ${plan.tensor} is ${tensor.datatype} now`
        }
      }
      return undefined
    },
    extract: (batch, sketches) => {
      let at = 0
      for (const plan of layout.plans) {
        const tensor = tensorOf(batch, plan) as Tensor
        extractTensor(plan, tensor, batch.rows, { sketches, at, scratch: scratchFor(batch.rows), classes })
        at += plan.features.length
      }
    },
  }
}

const isText = ({ mode }: TensorPlan): boolean => mode === 'text' || mode === 'categories'

const tensorOf = (batch: ObservedBatch, plan: TensorPlan): Tensor | undefined => {
  const tensors = plan.side === 'input' ? batch.inputs : batch.outputs
  for (const tensor of tensors) if (tensor.name === plan.tensor) return tensor
  return undefined
}

type Target = {
  readonly sketches: readonly FeatureSketch[]
  /** Index of the plan's first feature. */
  readonly at: number
  readonly scratch: readonly Float64Array[]
  readonly classes: readonly string[]
}

const extractTensor = (plan: TensorPlan, tensor: Tensor, rows: number, target: Target): void => {
  EXTRACT[plan.mode](plan, tensor, rows, target)
}

const numeric = (target: Target, index: number): QuantileSketch =>
  (target.sketches[target.at + index] as { sketch: QuantileSketch }).sketch

const frequency = (target: Target, index: number): FrequencySketch =>
  (target.sketches[target.at + index] as { sketch: FrequencySketch }).sketch

const isFloat = (data: Tensor['data']): data is Float32Array | Float64Array =>
  data instanceof Float32Array || data instanceof Float64Array

const extractColumns = (plan: TensorPlan, tensor: Tensor, rows: number, target: Target): void => {
  const { data } = tensor
  if (isFloat(data)) {
    for (let i = 0; i < plan.width; i += 1) numeric(target, i).updateColumn(data, i, plan.width, rows)
    return
  }
  const column = target.scratch[0] as Float64Array
  for (let i = 0; i < plan.width; i += 1) {
    for (let row = 0; row < rows; row += 1) column[row] = Number(data[row * plan.width + i])
    numeric(target, i).updateColumn(column, 0, 1, rows)
  }
}

const flushScratch = (rows: number, target: Target): void => {
  for (let i = 0; i < SCRATCH_COLUMNS; i += 1) {
    numeric(target, i).updateColumn(target.scratch[i] as Float64Array, 0, 1, rows)
  }
}

const extractSummaries = (plan: TensorPlan, tensor: Tensor, rows: number, target: Target): void => {
  const data = isFloat(tensor.data)
    ? tensor.data
    : Float64Array.from(tensor.data as ArrayLike<number>, Number)
  for (let row = 0; row < rows; row += 1)
    summariseRow(data, row * plan.width, plan.width, target.scratch, row)
  flushScratch(rows, target)
}

const extractTexts = (_plan: TensorPlan, tensor: Tensor, rows: number, target: Target): void => {
  for (let row = 0; row < rows; row += 1) summariseText(String(tensor.data[row]), target.scratch, row)
  flushScratch(rows, target)
}

const extractCategories = (plan: TensorPlan, tensor: Tensor, rows: number, target: Target): void => {
  for (let i = 0; i < plan.width; i += 1) {
    const sketch = frequency(target, i)
    for (let row = 0; row < rows; row += 1) sketch.update(String(tensor.data[row * plan.width + i]))
  }
}

const extractClasses = (plan: TensorPlan, tensor: Tensor, rows: number, target: Target): void => {
  const sketch = frequency(target, 0)
  const { data } = tensor
  for (let row = 0; row < rows; row += 1) {
    const value =
      plan.width === 1 ? data[row] : largestAt(data as ArrayLike<number>, row * plan.width, plan.width)
    sketch.update(typeof value === 'string' ? value : (target.classes[Number(value)] ?? String(value)))
  }
}

const extractScores = (plan: TensorPlan, tensor: Tensor, rows: number, target: Target): void => {
  const { data } = tensor
  const scores = target.scratch[0] as Float64Array
  const { width } = plan
  for (let row = 0; row < rows; row += 1) {
    const from = row * width
    const index = width <= 2 ? width - 1 : largestAt(data as ArrayLike<number>, from, width)
    scores[row] = Number(data[from + index])
  }
  numeric(target, 0).updateColumn(scores, 0, 1, rows)
}

const largestAt = (data: ArrayLike<number>, from: number, width: number): number => {
  let best = 0
  for (let i = 1; i < width; i += 1) {
    if ((data[from + i] as number) > (data[from + best] as number)) best = i
  }
  return best
}

const EXTRACT: Readonly<Record<PlanMode, typeof extractColumns>> = {
  columns: extractColumns,
  summary: extractSummaries,
  text: extractTexts,
  categories: extractCategories,
  class: extractClasses,
  score: extractScores,
}
