/** Sketches on their way from the process that watched the rows to the one that judges them. JSON; checked when read. */
import { hash } from 'node:crypto'
import {
  type Coin,
  type FrequencyState,
  frequencySketchFromJSON,
  quantileSketchFromBytes,
} from '@rampart/drift'
import { telemetryErrors } from './errors.ts'
import type { FeatureSketch } from './extract.ts'
import { featuresOf, type Layout } from './layout.ts'
import type { BuiltReference, StoredFeature } from './reference.ts'

/** Base64 of a quantile sketch, or the counts of categories. */
export type SketchState = string | FrequencyState

/** What a process saw of one version since its last report. */
export type SketchReport = {
  readonly model: string
  readonly version: string
  /** Of the layout the sketches were made by; empty without one. */
  readonly layout: string
  readonly rows: number
  /** In the order of the layout's features. */
  readonly features: readonly SketchState[]
  /** Rows that could not be sketched. */
  readonly absent: number
  readonly shapeChanged: number
  /** A profile learnt from this process's traffic, for a version that has none. */
  readonly learnt?: {
    readonly rows: number
    readonly layout: Layout
    readonly features: readonly {
      readonly name: string
      readonly sketch: string | null
      readonly frequencies: unknown
    }[]
  }
}

/** Names the features and their order; equal layouts have equal names whatever order their JSON has. */
export const layoutName = (layout: Layout): string =>
  hash('sha256', JSON.stringify(featuresOf(layout).map(({ name, kind, side }) => [name, kind, side]))).slice(
    0,
    32,
  )

export const encodeSketch = (feature: FeatureSketch): SketchState =>
  feature.kind === 'numeric'
    ? Buffer.from(feature.sketch.toBytes()).toString('base64')
    : feature.sketch.toJSON()

/** Throws TELEMETRY_REPORT_INVALID for anything that `encodeSketch` could not have written for this feature. */
export const mergeSketch = (into: FeatureSketch, state: SketchState | undefined, coin: Coin): void => {
  try {
    if (into.kind === 'numeric' && typeof state === 'string')
      into.sketch.merge(quantileSketchFromBytes(Buffer.from(state, 'base64'), coin))
    else if (into.kind === 'categorical' && typeof state === 'object')
      into.sketch.merge(frequencySketchFromJSON(state))
    else throw new Error('a sketch of another kind')
  } catch (cause) {
    throw telemetryErrors.TELEMETRY_REPORT_INVALID('a reported sketch cannot be read', { cause })
  }
}

export const encodeLearnt = ({
  rows,
  layout,
  features,
}: BuiltReference): NonNullable<SketchReport['learnt']> => ({
  rows,
  layout,
  features: features.map(({ name, sketch, frequencies }) => ({
    name,
    sketch: sketch === null ? null : Buffer.from(sketch).toString('base64'),
    frequencies,
  })),
})

export const decodeLearnt = ({
  rows,
  layout,
  features,
}: NonNullable<SketchReport['learnt']>): BuiltReference => ({
  rows,
  layout,
  features: features.map(
    ({ name, sketch, frequencies }): StoredFeature => ({
      name,
      sketch: sketch === null ? null : Buffer.from(sketch, 'base64'),
      frequencies,
    }),
  ),
})
