/** A pooled batch: rows of several calls in one array per input, filled in place. */
import {
  allocateTensor,
  copyTensor,
  type RequestInput,
  sliceTensor,
  type Tensor,
  type TensorArray,
} from '@rampart/codecs'
import type { ModelSignature, TensorSpec } from '@rampart/domain'

type Column = { readonly spec: TensorSpec; readonly width: number; readonly data: TensorArray }

/** Calls and where their rows begin; `rows` is the number of committed rows. */
export type RowBatch<J> = {
  readonly columns: readonly Column[]
  readonly jobs: J[]
  readonly counts: number[]
  rows: number
}

export const createRowBatch = <J>(signature: ModelSignature, capacityRows: number): RowBatch<J> => ({
  columns: signature.inputs.map((spec) => {
    const width = spec.shape.slice(1).reduce((product, size) => product * size, 1)
    return { spec, width, data: allocateTensor(spec.datatype, width * capacityRows) }
  }),
  jobs: [],
  counts: [],
  rows: 0,
})

/** Checks and copies a call's elements behind the committed rows; a throw leaves the batch as it was. */
export const appendRows = <J>(
  batch: RowBatch<J>,
  inputs: readonly RequestInput[],
  rows: number,
  job: J,
): void => {
  for (let i = 0; i < batch.columns.length; i++) {
    const column = batch.columns[i] as Column
    const input = inputs[i] as RequestInput
    copyTensor(input.data, input, column.data, batch.rows * column.width)
  }
  batch.jobs.push(job)
  batch.counts.push(rows)
  batch.rows += rows
}

/** Removes calls that need no answer any more and closes the gaps they leave. */
export const dropJobs = <J>(batch: RowBatch<J>, isGone: (job: J) => boolean): number => {
  let kept = 0
  let from = 0
  let to = 0
  for (let i = 0; i < batch.jobs.length; i++) {
    const job = batch.jobs[i] as J
    const rows = batch.counts[i] as number
    if (!isGone(job)) {
      if (to !== from) moveRows(batch.columns, from, to, rows)
      batch.jobs[kept] = job
      batch.counts[kept] = rows
      kept += 1
      to += rows
    }
    from += rows
  }
  const dropped = batch.rows - to
  batch.jobs.length = kept
  batch.counts.length = kept
  batch.rows = to
  return dropped
}

const moveRows = (columns: readonly Column[], from: number, to: number, rows: number): void => {
  for (const { data, width } of columns) data.copyWithin(to * width, from * width, (from + rows) * width)
}

/** Views of rows `[from, to)` as the model's inputs; typed arrays share the batch's memory. */
export const batchInputs = <J>(batch: RowBatch<J>, from: number, to: number): Tensor[] =>
  batch.columns.map(({ spec, width, data }) => ({
    name: spec.name,
    datatype: spec.datatype,
    shape: [to - from, ...spec.shape.slice(1)],
    data: sliceTensor(data, from * width, to * width),
  }))

export const clearBatch = <J>(batch: RowBatch<J>): void => {
  batch.jobs.length = 0
  batch.counts.length = 0
  batch.rows = 0
  // Strings of a caller must not outlive the call.
  for (const { data } of batch.columns) if (Array.isArray(data)) data.fill('')
}
