/** Bytes of a quantile sketch: a fixed little-endian header, level sizes, then all retained values as float64. */
import { DriftError } from './errors.ts'

export type QuantileState = {
  readonly k: number
  count: number
  missing: number
  /** Σ w² over compactions, and Σ w: the record the error bound is computed from. */
  variance: number
  worst: number
  bufferSize: number
  buffer: Float64Array
  /** levels[h] is ascending and each value in it stands for 2^(h+1) observations. */
  levels: Float64Array[]
}

const MAGIC = 0x314c4c4b
const HEADER = 48
const MAX_LEVELS = 48

export const encodeQuantileState = (state: QuantileState): Uint8Array => {
  const runs = [state.buffer.subarray(0, state.bufferSize), ...state.levels]
  const retained = runs.reduce((sum, run) => sum + run.length, 0)
  const bytes = new Uint8Array(HEADER + 4 * runs.length + 8 * retained)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, state.k, true)
  view.setUint32(8, runs.length, true)
  for (const [i, value] of [state.count, state.missing, state.variance, state.worst].entries()) {
    view.setFloat64(16 + 8 * i, value, true)
  }
  runs.forEach((run, h) => {
    view.setUint32(HEADER + 4 * h, run.length, true)
  })
  let at = HEADER + 4 * runs.length
  for (const run of runs) {
    for (const value of run) {
      view.setFloat64(at, value, true)
      at += 8
    }
  }
  return bytes
}

/** Rejects wrong lengths before allocating, then anything that is not the state of a real sketch. */
export const decodeQuantileState = (bytes: Uint8Array): QuantileState => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  check(bytes.length >= HEADER && view.getUint32(0, true) === MAGIC, 'not a quantile sketch')
  const k = view.getUint32(4, true)
  const runCount = view.getUint32(8, true)
  check(
    k >= 16 && k <= 65_536 && k % 2 === 0 && runCount >= 1 && runCount <= MAX_LEVELS,
    'bad k or level count',
  )
  check(bytes.length >= HEADER + 4 * runCount, 'cut off in the level sizes')
  const sizes = Array.from({ length: runCount }, (_, h) => view.getUint32(HEADER + 4 * h, true))
  const retained = sizes.reduce((sum, size) => sum + size, 0)
  check(bytes.length === HEADER + 4 * runCount + 8 * retained, 'length does not fit the level sizes')
  const [count, missing, variance, worst] = [16, 24, 32, 40].map((at) => view.getFloat64(at, true))
  const weight = sizes.reduce((sum, size, h) => sum + size * 2 ** h, 0)
  check(count === weight && Number.isSafeInteger(count), 'count does not fit the weights')
  check(Number.isSafeInteger(missing) && (missing as number) >= 0, 'bad missing count')
  const compacted = runCount > 1
  check(Number.isSafeInteger(worst) && (worst as number) > 0 === compacted, 'bad error record')
  check(Number.isFinite(variance) && (variance as number) >= (worst as number), 'bad error record')
  const runs = readRuns(view, sizes, HEADER + 4 * runCount)
  const buffer = new Float64Array(Math.max(Math.min(k, 64), sizes[0] as number))
  check((sizes[0] as number) <= k, 'buffer is larger than k')
  buffer.set(runs[0] as Float64Array)
  return {
    k,
    count: count as number,
    missing: missing as number,
    variance: variance as number,
    worst: worst as number,
    bufferSize: sizes[0] as number,
    buffer,
    levels: runs.slice(1),
  }
}

const readRuns = (view: DataView, sizes: readonly number[], start: number): Float64Array[] => {
  let at = start
  return sizes.map((size, h) => {
    const run = new Float64Array(size)
    for (let i = 0; i < size; i += 1, at += 8) {
      const value = view.getFloat64(at, true)
      check(!Number.isNaN(value), 'a NaN among the values')
      check(h === 0 || i === 0 || (run[i - 1] as number) <= value, 'a level is not sorted')
      run[i] = value
    }
    return run
  })
}

function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new DriftError('DRIFT_BAD_BYTES', `sketch bytes: ${message}`)
}
