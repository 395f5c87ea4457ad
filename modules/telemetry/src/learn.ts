/** Learns a reference profile from the first rows of traffic, for a version that was registered without one. */
import type { Tensor } from '@rampart/codecs'
import { createExtractor, createSketches, type Extractor, type FeatureSketch } from './extract.ts'
import { type Layout, planLayout, type ReferenceTensor, type Side } from './layout.ts'
import type { ObservedBatch } from './ports.ts'
import { type BuiltReference, builtOf } from './reference.ts'

export type Learner = {
  /** Adds one batch; gives the profile once, when enough rows were seen. A batch of another shape starts over. */
  add(batch: ObservedBatch): BuiltReference | undefined
  rows(): number
}

/** Features are planned from the first rows, copied; the rest goes straight into sketches. */
const PLAN_ROWS = 128
/** Rows that are too wide to copy are planned from what fits. */
const PLAN_BYTES = 8 * 1024 * 1024

type Learning = {
  readonly layout: Layout
  readonly extractor: Extractor
  readonly sketches: readonly FeatureSketch[]
}

export const createLearner = (options: { readonly rows: number; readonly seed: () => number }): Learner => {
  let kept: ObservedBatch[] = []
  let keptBytes = 0
  let learning: Learning | undefined
  let rows = 0

  const restart = (): void => {
    kept = []
    keptBytes = 0
    learning = undefined
    rows = 0
  }
  const plan = (): Learning => {
    const layout = {
      ...planLayout(joined(kept), { features: [], classes: [], prediction: '' }),
      learnt: true,
    }
    const extractor = createExtractor(layout)
    const sketches = createSketches(layout, options.seed)
    for (const batch of kept) extractor.extract(batch, sketches)
    kept = []
    return { layout, extractor, sketches }
  }
  return {
    add: (batch) => {
      if (learning === undefined) {
        if (kept[0] !== undefined && !alike(kept[0], batch)) restart()
        kept.push(copied(batch))
        keptBytes += bytesOf(batch)
        if (rows + batch.rows >= PLAN_ROWS || keptBytes >= PLAN_BYTES) learning = plan()
      } else if (learning.extractor.mismatch(batch) === undefined) {
        learning.extractor.extract(batch, learning.sketches)
      } else {
        restart()
        return undefined
      }
      rows += batch.rows
      if (learning === undefined || rows < options.rows) return undefined
      const built = builtOf(rows, learning.layout, learning.sketches)
      restart()
      return built
    },
    rows: () => rows,
  }
}

const tensorsOf = (batch: ObservedBatch): readonly (Tensor & { readonly side: Side })[] => [
  ...batch.inputs.map((tensor) => ({ ...tensor, side: 'input' as const })),
  ...batch.outputs.map((tensor) => ({ ...tensor, side: 'output' as const })),
]

const shapeOf = (batch: ObservedBatch): string =>
  tensorsOf(batch)
    .map(({ side, name, datatype, data }) => `${side} ${name} ${datatype} ${data.length / batch.rows}`)
    .join('\n')

const alike = (a: ObservedBatch, b: ObservedBatch): boolean => shapeOf(a) === shapeOf(b)

const bytesOf = (batch: ObservedBatch): number =>
  tensorsOf(batch).reduce((sum, { data }) => sum + 8 * data.length, 0)

/** The router reuses its tensors after the call. */
const copied = (batch: ObservedBatch): ObservedBatch => {
  const copy = (tensor: Tensor): Tensor => ({ ...tensor, data: tensor.data.slice() as Tensor['data'] })
  return { ...batch, inputs: batch.inputs.map(copy), outputs: batch.outputs.map(copy) }
}

/** One tensor over the rows of all batches, which are alike. */
const joined = (batches: readonly ObservedBatch[]): ReferenceTensor[] => {
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0)
  const first = batches[0]
  if (first === undefined) return []
  return tensorsOf(first).map((tensor, at) => {
    const parts = batches.map((batch) => tensorsOf(batch)[at] as Tensor)
    return { ...tensor, rows, shape: [rows, ...tensor.shape.slice(1)], data: concatenated(parts) }
  })
}

const concatenated = (parts: readonly Tensor[]): Tensor['data'] => {
  const first = (parts[0] as Tensor).data
  if (Array.isArray(first)) return parts.flatMap(({ data }) => data as string[])
  const length = parts.reduce((sum, { data }) => sum + data.length, 0)
  const all = new (first.constructor as new (size: number) => Exclude<Tensor['data'], string[]>)(length)
  let at = 0
  for (const { data } of parts) {
    all.set(data as never, at)
    at += data.length
  }
  return all
}
