/**
 * Measures a loaded model: whether rows of different callers may share a batch, and how long batches take.
 * From this serving decides between running inline and in a worker.
 */
import { sliceTensor, type Tensor, tensorValue } from '@rampart/codecs'
import type { ModelSignature } from '@rampart/domain'
import type { Clock, Random } from '@rampart/kit'
import type { Session } from './session.ts'
import { syntheticInputs } from './synthetic-inputs.ts'

/**
 * Wall time, or what CPU time makes of it where that is less: on a busy machine wall time tells more about the
 * neighbours. CPU time of a thread may be counted in ticks of 4 ms, so only its mean over all runs means something.
 */
export type BatchTiming = { readonly rows: number; readonly p50Ms: number; readonly p95Ms: number }

/** `reason` says why rows may not share a batch. `timings` is ascending in rows; unbatchable models have one. */
export type ModelProfile = {
  readonly batchable: boolean
  readonly reason?: string
  readonly timings: readonly BatchTiming[]
}

export type ProfileOptions = {
  readonly batchRows: readonly number[]
  readonly runs: number
  /** Stop measuring after this time; slow models get fewer runs, at least one. */
  readonly budgetMs: number
}

type Deps = {
  readonly clock: Pick<Clock, 'monotonic'>
  /** CPU time of this thread so far; sessions run on the thread that asks. */
  readonly threadCpuMs: () => number
  readonly random: Random
}

/** Batching needs a varying first dimension everywhere and fixed ones behind it in the inputs. */
export const batchableBySignature = (signature: ModelSignature): boolean =>
  [...signature.inputs, ...signature.outputs].every((spec) => spec.shape[0] === -1) &&
  signature.inputs.every((spec) => spec.shape.slice(1).every((size) => size > 0))

/** Runs made-up rows. Throws what the session throws: a model that cannot run is not served. */
export const profileSession = async (
  session: Session,
  options: ProfileOptions,
  deps: Deps,
): Promise<ModelProfile> => {
  const { signature } = session.inspection
  if (!batchableBySignature(signature)) {
    return {
      batchable: false,
      reason: 'a dimension is fixed',
      timings: [await time(session, 1, options, deps)],
    }
  }
  if (!(await rowsAreIndependent(session, deps.random))) {
    const reason = 'a row gives another answer alone than in company'
    return { batchable: false, reason, timings: [await time(session, 1, options, deps)] }
  }
  const timings: BatchTiming[] = []
  for (const rows of options.batchRows) timings.push(await time(session, rows, options, deps))
  return { batchable: true, timings }
}

/** How far above the mean the 95th of a hundred equal batches lies on a quiet machine. */
const TAIL = 1.25

const time = async (
  session: Session,
  rows: number,
  options: ProfileOptions,
  deps: Deps,
): Promise<BatchTiming> => {
  const inputs = syntheticInputs(session.inspection.signature, rows, deps.random)
  const share = options.budgetMs / options.batchRows.length
  const began = deps.clock.monotonic()
  await session.run(inputs)
  const samples: number[] = []
  const cpuFrom = deps.threadCpuMs()
  while (samples.length < options.runs) {
    const from = deps.clock.monotonic()
    await session.run(inputs)
    samples.push(deps.clock.monotonic() - from)
    if (deps.clock.monotonic() - began > share) break
  }
  const cpuMs = (deps.threadCpuMs() - cpuFrom) / samples.length
  samples.sort((a, b) => a - b)
  const at = (quantile: number): number => samples[Math.ceil(quantile * samples.length) - 1] ?? 0
  return { rows, p50Ms: Math.min(at(0.5), cpuMs), p95Ms: Math.min(at(0.95), TAIL * cpuMs) }
}

const PROBE_ROWS = 4

/** Runs a few rows alone and together; the answers must agree. */
const rowsAreIndependent = async (session: Session, random: Random): Promise<boolean> => {
  const inputs = syntheticInputs(session.inspection.signature, PROBE_ROWS, random)
  const together = await session.run(inputs)
  if (together.some((output) => output.shape[0] !== PROBE_ROWS)) return false
  for (let row = 0; row < PROBE_ROWS; row++) {
    const alone = await session.run(inputs.map((tensor) => oneRow(tensor, row)))
    const agree = alone.every((output, index) => sameValues(output, oneRow(together[index] as Tensor, row)))
    if (!agree) return false
  }
  return true
}

const oneRow = (tensor: Tensor, row: number): Tensor => {
  const width = tensor.data.length / (tensor.shape[0] as number)
  return {
    ...tensor,
    shape: [1, ...tensor.shape.slice(1)],
    data: sliceTensor(tensor.data, row * width, (row + 1) * width),
  }
}

const TOLERANCE = 1e-3

const sameValues = (a: Tensor, b: Tensor): boolean => {
  if (a.data.length !== b.data.length) return false
  for (let i = 0; i < a.data.length; i++) {
    const [x, y] = [tensorValue(a, i), tensorValue(b, i)]
    const close =
      typeof x === 'number' && typeof y === 'number'
        ? Math.abs(x - y) <= TOLERANCE * (1 + Math.abs(x)) || (Number.isNaN(x) && Number.isNaN(y)) || x === y
        : x === y
    if (!close) return false
  }
  return true
}
