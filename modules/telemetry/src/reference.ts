/** Builds a model version's reference profile from its reference rows and the model's answers to them. */
import { setImmediate } from 'node:timers/promises'
import { allocateTensor, readRecord, type Tensor } from '@rampart/codecs'
import type { TensorSpec } from '@rampart/domain'
import {
  createCoin,
  type FeatureProfile,
  frequencySketchFromJSON,
  quantileSketchFromBytes,
} from '@rampart/drift'
import { AppError } from '@rampart/kit'
import { telemetryErrors } from './errors.ts'
import { createExtractor, createSketches, type FeatureSketch, profilesOf } from './extract.ts'
import { type Histogram, referenceHistogram } from './histogram.ts'
import { featuresOf, type Layout, planLayout, type ReferenceTensor, type Side } from './layout.ts'
import type { ObservedBatch, ReferenceInput } from './ports.ts'

/** Fewer rows cannot tell drift from chance. */
export const LEAST_REFERENCE_ROWS = 30

export type Reference = {
  readonly rows: number
  readonly layout: Layout
  readonly profiles: readonly FeatureProfile[]
  /** Per feature, fixing the bins in which windows are shown. */
  readonly histograms: readonly Histogram[]
}

/** What is stored of one feature: the bytes of a quantile sketch or the counts of categories. */
export type StoredFeature = {
  readonly name: string
  readonly sketch: Uint8Array | null
  readonly frequencies: unknown
}

export type BuiltReference = {
  readonly rows: number
  readonly layout: Layout
  readonly features: readonly StoredFeature[]
}

const PLAN_ROWS = 1024
const CHUNK_ROWS = 128

/**
 * Throws TELEMETRY_REFERENCE_INVALID when rows and outputs do not fit the model's signature. Features are planned from
 * the first 1,024 rows; the event loop gets a turn between chunks of 128.
 */
export const buildReference = async (input: ReferenceInput, seed: () => number): Promise<BuiltReference> => {
  const rows = input.rows.length
  if (rows < LEAST_REFERENCE_ROWS) {
    throw telemetryErrors.TELEMETRY_REFERENCE_INVALID(
      `${rows} reference rows, at least ${LEAST_REFERENCE_ROWS} are needed`,
    )
  }
  const layout = planLayout(await planTensors(input), input)
  const sketches = createSketches(layout, seed)
  const extractor = createExtractor(layout)
  for (let from = 0; from < rows; from += CHUNK_ROWS) {
    await setImmediate()
    const batch = batchOf(input, tensorsOf(input, from, Math.min(rows, from + CHUNK_ROWS)))
    const mismatch = extractor.mismatch(batch)
    if (mismatch !== undefined) {
      throw telemetryErrors.TELEMETRY_REFERENCE_INVALID(`reference rows from ${from + 1}: ${mismatch}`)
    }
    extractor.extract(batch, sketches)
  }
  return builtOf(rows, layout, sketches)
}

/** What sketches over `rows` rows hold, in the form that is stored. */
export const builtOf = (
  rows: number,
  layout: Layout,
  sketches: readonly FeatureSketch[],
): BuiltReference => ({
  rows,
  layout,
  features: featuresOf(layout).map(({ name }, i) => stored(name, sketches[i] as FeatureSketch)),
})

/** Only strings are planned by their values; of the others one row tells the width. */
const planTensors = async (input: ReferenceInput): Promise<ReferenceTensor[]> => {
  const texts = [...input.signature.inputs, ...input.signature.outputs].some(
    ({ datatype }) => datatype === 'BYTES',
  )
  await setImmediate()
  return tensorsOf(input, 0, Math.min(input.rows.length, texts ? PLAN_ROWS : 1))
}

const tensorsOf = (input: ReferenceInput, from: number, to: number): ReferenceTensor[] => [
  ...inputTensors(input, from, to),
  ...outputTensors(input, from, to),
]

const batchOf = ({ ref, tenant }: ReferenceInput, tensors: readonly ReferenceTensor[]): ObservedBatch => ({
  route: '',
  model: ref.name,
  version: ref.version,
  tenant,
  rows: tensors[0]?.rows ?? 0,
  inputs: tensors.filter(({ side }) => side === 'input'),
  outputs: tensors.filter(({ side }) => side === 'output'),
})

const stored = (name: string, feature: FeatureSketch): StoredFeature =>
  feature.kind === 'numeric'
    ? { name, sketch: feature.sketch.toBytes(), frequencies: null }
    : { name, sketch: null, frequencies: feature.sketch.toJSON() }

/** The profile in the form that comparisons read. Throws DRIFT_BAD_BYTES when stored bytes were damaged. */
export const restoreReference = (built: BuiltReference): Reference => {
  const byName = new Map(built.features.map((feature) => [feature.name, feature]))
  const sketches = featuresOf(built.layout).map(({ name, kind }): FeatureSketch => {
    const feature = byName.get(name)
    if (kind === 'numeric') {
      const bytes = feature?.sketch ?? new Uint8Array(0)
      // Never updated again, so the coin is never asked.
      return { kind, sketch: quantileSketchFromBytes(bytes, createCoin(0)) }
    }
    return { kind, sketch: frequencySketchFromJSON(feature?.frequencies as never) }
  })
  const profiles = profilesOf(built.layout, sketches)
  return { rows: built.rows, layout: built.layout, profiles, histograms: profiles.map(referenceHistogram) }
}

const inputTensors = (input: ReferenceInput, from: number, to: number): ReferenceTensor[] => {
  const records = input.rows.slice(from, to).map((row, i) => recordTensors(row, input, from + i))
  return input.signature.inputs.map((spec, index) =>
    joinRows(
      records.map((tensors) => tensors[index] as Tensor),
      spec.name,
      'input',
    ),
  )
}

const recordTensors = (row: unknown, input: ReferenceInput, index: number): readonly Tensor[] => {
  try {
    return readRecord(row, input.signature).tensors
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw telemetryErrors.TELEMETRY_REFERENCE_INVALID(`reference row ${index + 1}: ${error.message}`, {
      cause: error,
    })
  }
}

const outputTensors = (input: ReferenceInput, from: number, to: number): ReferenceTensor[] =>
  input.signature.outputs.flatMap((spec) => {
    const values = input.outputs[spec.name]
    if (values === undefined) return []
    if (values.length !== input.rows.length) {
      throw telemetryErrors.TELEMETRY_REFERENCE_INVALID(
        `output ${spec.name} has ${values.length} rows, the reference ${input.rows.length}`,
      )
    }
    const rows = values.slice(from, to).map((value) => outputRow(value, spec))
    return [joinRows(rows, spec.name, 'output')]
  })

const outputRow = (value: unknown, { name, datatype }: TensorSpec): Tensor => {
  const flat: unknown[] = Array.isArray(value) ? value.flat(8) : [value]
  const data = allocateTensor(datatype, flat.length)
  const wide = data instanceof BigInt64Array || data instanceof BigUint64Array
  flat.forEach((element, i) => {
    const plain = Array.isArray(data) ? String(element) : Number(element)
    data[i] = (wide ? BigInt(Math.trunc(Number(element))) : plain) as never
  })
  return { name, datatype, shape: [1, flat.length], data }
}

/** One tensor over all rows; rows must be equally wide. */
const joinRows = (rows: readonly Tensor[], name: string, side: Side): ReferenceTensor => {
  const first = rows[0] as Tensor
  const width = first.data.length
  const odd = rows.findIndex((row) => row.data.length !== width)
  if (odd >= 0) {
    throw telemetryErrors.TELEMETRY_REFERENCE_INVALID(
      `${side} ${name}: row ${odd + 1} is not ${width} values wide`,
    )
  }
  const data = allocateTensor(first.datatype, width * rows.length)
  rows.forEach((row, r) => {
    for (let i = 0; i < width; i += 1) data[r * width + i] = row.data[i] as never
  })
  return {
    name,
    side,
    rows: rows.length,
    datatype: first.datatype,
    shape: [rows.length, ...first.shape.slice(1)],
    data,
  }
}
