/**
 * Collects calls and runs them together: what arrived in one turn of the event loop, or while the previous batch
 * ran, is one batch; nothing waits for company. One batch is in flight per model.
 */
import { allocateTensor, type InferRequestHead, readTensors, type Tensor } from '@rampart/codecs'
import type { ModelSignature } from '@rampart/domain'
import { isAppError, type Span } from '@rampart/kit'
import { servingErrors } from './errors.ts'
import { appendRows, batchInputs, clearBatch, createRowBatch, dropJobs, type RowBatch } from './row-batch.ts'

/** What happens to calls; `answer` gets rows `[from, to)` of the outputs. */
export type BatchEvents<J> = {
  answer(job: J, outputs: readonly Tensor[], from: number, to: number): void
  fail(job: J, error: unknown): void
  /** True when nobody waits any more: answered, client gone or past its deadline. */
  isGone(job: J): boolean
  ran(inputs: readonly Tensor[], outputs: readonly Tensor[], rows: number): void
  /** The call is sent to an endpoint elsewhere; the span, if any, ends with the answer. */
  attempt?(job: J, url: string): Span | undefined
}

export type BatcherOptions<J> = {
  readonly signature: ModelSignature
  readonly batchable: boolean
  readonly capacityRows: number
  readonly maxQueuedRows: number
  readonly run: (inputs: readonly Tensor[]) => Promise<Tensor[]>
  readonly events: BatchEvents<J>
}

export type Batcher<J> = {
  /** Throws AppError for illegal elements and for a full queue; the call is not queued then. */
  add(head: InferRequestHead, job: J): void
  queuedRows(): number
  /** Gives the places of calls that nobody waits for any more to others. */
  sweep(): void
  /** Resolves when nothing is queued or running. */
  idle(): Promise<void>
}

/** A call that runs by itself: a model without batching, or more rows than a batch holds. */
type Solo<J> = { readonly job: J; readonly inputs: readonly Tensor[]; readonly rows: number }
type Entry<J> = { readonly batch: RowBatch<J> } | { readonly solo: Solo<J> }

const POOLED = 4

export const createBatcher = <J>(options: BatcherOptions<J>): Batcher<J> => {
  const { signature, capacityRows, events } = options
  const queue: Entry<J>[] = []
  const pool: RowBatch<J>[] = []
  const idleWaiters: (() => void)[] = []
  let running: Entry<J> | undefined
  let scheduled = false
  let queued = 0

  const schedule = (): void => {
    if (scheduled || running !== undefined) return
    scheduled = true
    setImmediate(pump)
  }

  const pump = (): void => {
    scheduled = false
    const entry = nextEntry()
    if (entry === undefined) {
      for (const wake of idleWaiters.splice(0)) wake()
      return
    }
    running = entry
    const done = 'batch' in entry ? runBatch(entry.batch) : runSolo(entry.solo)
    void done.then(() => {
      running = undefined
      schedule()
    })
  }

  const nextEntry = (): Entry<J> | undefined => {
    for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
      if ('solo' in entry) {
        queued -= entry.solo.rows
        if (!events.isGone(entry.solo.job)) return entry
      } else {
        queued -= entry.batch.rows
        dropJobs(entry.batch, events.isGone)
        if (entry.batch.rows > 0) return entry
        release(entry.batch)
      }
    }
    return undefined
  }

  const waiting = (): J[] =>
    (running === undefined ? queue : [running, ...queue]).flatMap((entry) =>
      'solo' in entry ? [entry.solo.job] : entry.batch.jobs,
    )

  const sweep = (): void => {
    // All are asked before the queue changes: what is gone may move on to another backend, even into this queue.
    const gone = new Set(waiting().filter((job) => events.isGone(job)))
    if (gone.size === 0) return
    for (const entry of queue.splice(0)) {
      if ('batch' in entry) {
        queued -= dropJobs(entry.batch, (job) => gone.has(job))
        if (entry.batch.rows > 0) queue.push(entry)
        else release(entry.batch)
      } else if (gone.has(entry.solo.job)) queued -= entry.solo.rows
      else queue.push(entry)
    }
  }

  const release = (batch: RowBatch<J>): void => {
    clearBatch(batch)
    if (pool.length < POOLED) pool.push(batch)
  }

  const runBatch = async (batch: RowBatch<J>): Promise<void> => {
    const inputs = batchInputs(batch, 0, batch.rows)
    try {
      const outputs = await options.run(inputs)
      events.ran(inputs, outputs, batch.rows)
      answerAll(batch, outputs)
    } catch (error) {
      if (batch.jobs.length > 1 && isModelFailure(error)) await runOneByOne(batch)
      else for (const job of batch.jobs) events.fail(job, error)
    } finally {
      release(batch)
    }
  }

  const answerAll = (batch: RowBatch<J>, outputs: readonly Tensor[]): void => {
    let from = 0
    for (let i = 0; i < batch.jobs.length; i++) {
      const to = from + (batch.counts[i] as number)
      events.answer(batch.jobs[i] as J, outputs, from, to)
      from = to
    }
  }

  /** One bad row must not fail its neighbours. */
  const runOneByOne = async (batch: RowBatch<J>): Promise<void> => {
    let from = 0
    for (const [i, job] of batch.jobs.entries()) {
      const rows = batch.counts[i] as number
      const inputs = batchInputs(batch, from, from + rows)
      from += rows
      await runAlone(job, inputs, rows)
    }
  }

  const runAlone = async (job: J, inputs: readonly Tensor[], rows: number): Promise<void> => {
    if (events.isGone(job)) return
    try {
      const outputs = await options.run(inputs)
      events.ran(inputs, outputs, rows)
      events.answer(job, outputs, 0, rows)
    } catch (error) {
      events.fail(job, error)
    }
  }

  const runSolo = async ({ job, inputs, rows }: Solo<J>): Promise<void> => {
    if (!options.batchable || rows <= capacityRows) return runAlone(job, inputs, rows)
    try {
      const parts: Tensor[][] = []
      for (let from = 0; from < rows; from += capacityRows) {
        if (events.isGone(job)) return
        const part = inputs.map((tensor) => rowsOf(tensor, from, Math.min(rows, from + capacityRows)))
        const outputs = await options.run(part)
        events.ran(part, outputs, part[0]?.shape[0] ?? 0)
        parts.push(outputs)
      }
      events.answer(job, joinRows(parts), 0, rows)
    } catch (error) {
      events.fail(job, error)
    }
  }

  const addRows = (head: InferRequestHead, rows: number, job: J): void => {
    const tail = queue.at(-1)
    const open =
      tail !== undefined && 'batch' in tail && tail.batch.rows + rows <= capacityRows ? tail.batch : undefined
    const batch = open ?? pool.pop() ?? createRowBatch<J>(signature, capacityRows)
    try {
      appendRows(batch, head.inputs, rows, job)
    } catch (error) {
      if (open === undefined) release(batch)
      throw error
    }
    if (open === undefined) queue.push({ batch })
  }

  return {
    add: (head, job) => {
      const rows = options.batchable ? sharedRows(head) : 1
      if (queued + rows > options.maxQueuedRows && queued > 0)
        throw servingErrors.SERVING_QUEUE_FULL(`${queued} rows are waiting for this model`)
      if (options.batchable && rows <= capacityRows) addRows(head, rows, job)
      else queue.push({ solo: { job, inputs: readTensors(head), rows } })
      queued += rows
      schedule()
    },
    queuedRows: () => queued,
    sweep,
    idle: () =>
      new Promise((resolve) => {
        if (running === undefined && queue.length === 0) resolve()
        else idleWaiters.push(resolve)
      }),
  }
}

const isModelFailure = (error: unknown): boolean => isAppError(error) && error.code === 'ONNX_RUN_FAILED'

/** The first dimension of every input, which must agree when rows share a batch. */
const sharedRows = (head: InferRequestHead): number => {
  const rows = head.inputs[0]?.shape[0] ?? 1
  if (head.inputs.some((input) => input.shape[0] !== rows))
    throw servingErrors.SERVING_ROWS_DIFFER('all inputs of a request must have the same number of rows')
  return rows
}

const rowsOf = (tensor: Tensor, from: number, to: number): Tensor => {
  const width = tensor.data.length / (tensor.shape[0] as number)
  const data = Array.isArray(tensor.data)
    ? tensor.data.slice(from * width, to * width)
    : tensor.data.subarray(from * width, to * width)
  return { ...tensor, shape: [to - from, ...tensor.shape.slice(1)], data }
}

/** Puts the outputs of consecutive parts behind each other. */
const joinRows = (parts: readonly Tensor[][]): Tensor[] =>
  (parts[0] ?? []).map((first, index) => {
    const pieces = parts.map((part) => part[index] as Tensor)
    const length = pieces.reduce((sum, piece) => sum + piece.data.length, 0)
    const data = allocateTensor(first.datatype, length)
    let at = 0
    for (const piece of pieces) {
      if (!Array.isArray(data)) data.set(piece.data as never, at)
      else for (const [i, text] of (piece.data as string[]).entries()) data[at + i] = text
      at += piece.data.length
    }
    const rows = pieces.reduce((sum, piece) => sum + (piece.shape[0] as number), 0)
    return { ...first, shape: [rows, ...first.shape.slice(1)], data }
  })
