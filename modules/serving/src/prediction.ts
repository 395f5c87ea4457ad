/** Finds, from a signature, where a classifier's label and score are, and reads them for records and counts. */
import { type Tensor, tensorValue } from '@rampart/codecs'
import type { ModelSignature } from '@rampart/domain'

export type Prediction = { readonly label: string | undefined; readonly score: number | undefined }

const LABEL_TYPES: readonly string[] = [
  'BYTES',
  'BOOL',
  'INT64',
  'INT32',
  'INT16',
  'INT8',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
]
const SCORE_TYPES: readonly string[] = ['FP32', 'FP64', 'FP16']

export type PredictionReader = (outputs: readonly Tensor[], row: number, rows: number) => Prediction

/**
 * The label is the first output of one integer, string or bool per row, or else the place of the largest score;
 * the score is the largest of the first floating output. Integer labels are named by `classes` where given.
 */
export const createPredictionReader = (
  signature: ModelSignature,
  classes?: readonly string[],
): PredictionReader => {
  const label = signature.outputs.findIndex((spec) => LABEL_TYPES.includes(spec.datatype))
  const score = signature.outputs.findIndex((spec) => SCORE_TYPES.includes(spec.datatype))
  const name = (value: unknown): string => {
    const index = typeof value === 'bigint' || typeof value === 'number' ? Number(value) : -1
    return classes?.[index] ?? String(value).slice(0, 64)
  }
  return (outputs, row, rows) => {
    const scores = score < 0 ? undefined : largest(outputs[score] as Tensor, row, rows)
    const labels = outputs[label]
    if (labels !== undefined && labels.data.length === rows)
      return { label: name(tensorValue(labels, row)), score: scores?.value }
    if (scores === undefined || scores.width === 1) return { label: undefined, score: scores?.value }
    return { label: name(scores.index), score: scores.value }
  }
}

const largest = (
  tensor: Tensor,
  row: number,
  rows: number,
): { index: number; value: number; width: number } => {
  const width = tensor.data.length / rows
  let index = 0
  let value = Number.NEGATIVE_INFINITY
  for (let i = 0; i < width; i++) {
    const candidate = Number(tensorValue(tensor, row * width + i))
    if (candidate > value) {
      value = candidate
      index = i
    }
  }
  return { index, value, width }
}
