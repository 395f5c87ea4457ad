/** A small tabular model and its traffic, for tests of telemetry and of those who wire it. */
import { createSeededRandom, type Random } from '@rampart/kit'
import type { ObservedBatch, ReferenceInput } from './ports.ts'

export const FEATURE_NAMES = ['amount', 'hour', 'foreign'] as const
const CLASSES = ['legit', 'fraud']

type Row = { readonly features: readonly number[]; readonly label: number; readonly score: number }

const drawRow = (random: Random, factor: number): Row => {
  const amount = -50 * Math.log(1 - random.float()) * factor
  const foreign = random.float() < 0.1 ? 1 : 0
  const score = Math.min(1, amount / 400 + 0.2 * foreign)
  return {
    features: [amount, 24 * random.float(), foreign].map(Math.fround),
    label: score > 0.5 ? 1 : 0,
    score: Math.fround(score),
  }
}

const draw = (rows: number, seed: number, factor: number): Row[] => {
  const random = createSeededRandom(seed)
  return Array.from({ length: rows }, () => drawRow(random, factor))
}

/** Reference rows of three named features with the answers of a fixed rule. */
export const sampleReference = (given: {
  readonly tenant?: string
  readonly name?: string
  readonly version?: string
  readonly rows?: number
  readonly seed: number
}): ReferenceInput => {
  const rows = draw(given.rows ?? 2000, given.seed, 1)
  return {
    tenant: given.tenant ?? 'default',
    ref: { name: given.name ?? 'card', version: given.version ?? '1.0.0' },
    signature: {
      inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, 3] }],
      outputs: [
        { name: 'label', datatype: 'INT64', shape: [-1] },
        { name: 'probabilities', datatype: 'FP32', shape: [-1, 2] },
      ],
    },
    features: FEATURE_NAMES.map((name, index) => ({ name, input: 'features', index })),
    classes: CLASSES,
    prediction: 'label',
    rows: rows.map(({ features, label }) => ({ inputs: { features: [...features] }, label })),
    outputs: {
      label: rows.map(({ label }) => BigInt(label)),
      probabilities: rows.map(({ score }) => [1 - score, score]),
    },
  }
}

/** A batch as the router hands it over; `factor` scales the amount. */
export const sampleBatch = (given: {
  readonly tenant?: string
  readonly name?: string
  readonly version?: string
  readonly rows: number
  readonly seed: number
  readonly factor?: number
}): ObservedBatch => {
  const rows = draw(given.rows, given.seed, given.factor ?? 1)
  const model = given.name ?? 'card'
  return {
    route: model,
    model,
    version: given.version ?? '1.0.0',
    tenant: given.tenant ?? 'default',
    rows: rows.length,
    inputs: [
      {
        name: 'features',
        datatype: 'FP32',
        shape: [rows.length, 3],
        data: Float32Array.from(rows.flatMap(({ features }) => features)),
      },
    ],
    outputs: [
      {
        name: 'label',
        datatype: 'INT64',
        shape: [rows.length],
        data: BigInt64Array.from(rows, ({ label }) => BigInt(label)),
      },
      {
        name: 'probabilities',
        datatype: 'FP32',
        shape: [rows.length, 2],
        data: Float32Array.from(rows.flatMap(({ score }) => [1 - score, score])),
      },
    ],
  }
}
