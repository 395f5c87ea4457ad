/** Builds the profile of one column value by value: exact up to a limit, a sketch beyond, so that memory is bounded. */
import { createCoin } from './coin.ts'
import { DriftError } from './errors.ts'
import { createFrequencySketch, type FrequencySketch } from './frequency-sketch.ts'
import { createQuantileSketch, type QuantileSketch } from './quantile-sketch.ts'
import type { FeatureProfile } from './report.ts'
import { sampleOf } from './sample.ts'

export type ColumnBuilder = {
  /** Null is missing. Throws DRIFT_INCOMPATIBLE for a text in a numeric column that is fixed or no longer exact. */
  add(value: number | string | null): void
  kind(): 'numeric' | 'categorical'
  /** Values seen that are missing; they are not part of the profile. */
  missing(): number
  profile(): FeatureProfile
}

export type ColumnOptions = {
  readonly name: string
  /** Values kept as they are; with more the column becomes a sketch. */
  readonly exactValues: number
  /** Fixed kind; without it a column is numeric until the first text. */
  readonly kind?: 'numeric' | 'categorical'
  /** Accuracy of the sketch beyond `exactValues`. */
  readonly k?: number
  /** Of the sketch's coin; sketches that are compared need different ones. */
  readonly seed?: number
}

const CATEGORY_CAP = 65_536
const FIRST_VALUES = 1024

type Column = {
  values: Float64Array
  used: number
  sketch: QuantileSketch | undefined
  categories: FrequencySketch | undefined
  missing: number
}

export const createColumnBuilder = (options: ColumnOptions): ColumnBuilder => {
  const column: Column = {
    values: new Float64Array(0),
    used: 0,
    sketch: undefined,
    categories: options.kind === 'categorical' ? createFrequencySketch({ cap: CATEGORY_CAP }) : undefined,
    missing: 0,
  }
  return {
    add: (value) => {
      if (value === null || Number.isNaN(value)) column.missing += 1
      else if (column.categories !== undefined) column.categories.update(String(value))
      else if (typeof value === 'number') addNumber(column, value, options)
      else becomeCategorical(column, options, value)
    },
    kind: () => (column.categories === undefined ? 'numeric' : 'categorical'),
    missing: () => column.missing,
    profile: () => profileOf(column, options.name),
  }
}

const addNumber = (column: Column, value: number, { exactValues, k, seed }: ColumnOptions): void => {
  if (column.sketch !== undefined) {
    column.sketch.update(value)
    return
  }
  if (column.used >= exactValues) {
    column.sketch = createQuantileSketch({ coin: createCoin(seed ?? 0), ...(k === undefined ? {} : { k }) })
    column.sketch.updateColumn(column.values, 0, 1, column.used)
    column.sketch.update(value)
    column.values = new Float64Array(0)
    return
  }
  if (column.used === column.values.length) {
    const grown = new Float64Array(Math.min(exactValues, Math.max(FIRST_VALUES, 2 * column.used)))
    grown.set(column.values)
    column.values = grown
  }
  column.values[column.used++] = value
}

/** Numbers seen before the first text were categories all along. */
const becomeCategorical = (column: Column, { name, kind }: ColumnOptions, text: string): void => {
  if (kind === 'numeric' || column.sketch !== undefined) {
    throw new DriftError('DRIFT_INCOMPATIBLE', `column ${name} is numeric, but holds "${text.slice(0, 60)}"`)
  }
  column.categories = createFrequencySketch({ cap: CATEGORY_CAP })
  for (const value of column.values.subarray(0, column.used)) column.categories.update(String(value))
  column.categories.update(text)
  column.values = new Float64Array(0)
}

const profileOf = (column: Column, name: string): FeatureProfile => {
  const { categories, sketch } = column
  if (categories !== undefined) return { name, kind: 'categorical', frequencies: categories.toJSON() }
  const sample = sketch?.sample() ?? sampleOf(column.values.subarray(0, column.used))
  return { name, kind: 'numeric', sample }
}
