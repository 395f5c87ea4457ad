/** How much one tensor differs from another: in chunks, whatever its size and however it is stored. */
import { createHash } from 'node:crypto'
import type { ModelSource, Tensor } from '../graph-model.ts'
import { tensorChunks } from '../tensor-values.ts'

export type TensorDifference = {
  /** Euclidean norm of the difference. */
  readonly l2: number
  readonly maxAbs: number
  /** Share of elements that are not equal, 0 to 1. */
  readonly fractionChanged: number
}

export type Side = { readonly source: ModelSource; readonly tensor: Tensor }

const CHUNK_BYTES = 1 << 20

const digestOf = ({ source, tensor: { payload } }: Side): string | undefined => {
  const digest = createHash('sha256')
  if (payload.kind === 'inline') return digest.update(payload.rawData).digest('hex')
  if (payload.raw === undefined) return undefined
  const { start, length } = payload.raw
  for (let done = 0; done < length; ) {
    const chunk = source.readAt(start + done, Math.min(CHUNK_BYTES, length - done))
    if (chunk.length === 0) break
    digest.update(chunk)
    done += chunk.length
  }
  return digest.digest('hex')
}

/** Bytes of the whole message, for tensors without numbers: text, complex. */
const messageDigest = ({ source, tensor: { payload } }: Side): string => {
  if (payload.kind === 'inline') return createHash('sha256').update(payload.rawData).digest('hex')
  const { start, length } = payload.message
  return createHash('sha256')
    .update(source.readAt(start, Math.min(length, 64 * CHUNK_BYTES)))
    .digest('hex')
}

function* numbers(side: Side): Generator<number> {
  for (const chunk of tensorChunks(side.source, side.tensor)) yield* chunk
}

const measure = (a: Side, b: Side): TensorDifference => {
  const right = numbers(b)
  let squares = 0
  let maxAbs = 0
  let changed = 0
  let count = 0
  for (const left of numbers(a)) {
    const other = right.next()
    count += 1
    const value = other.done === true ? Number.NaN : other.value
    if (Object.is(left, value) || left === value) continue
    changed += 1
    const difference = Math.abs(left - value)
    if (!Number.isFinite(difference)) continue
    squares += difference * difference
    if (difference > maxAbs) maxAbs = difference
  }
  for (const _ of right) {
    count += 1
    changed += 1
  }
  return { l2: Math.sqrt(squares), maxAbs, fractionChanged: count === 0 ? 0 : changed / count }
}

/** Undefined when they are equal; type and shape must be. */
export const compareTensors = (a: Side, b: Side): TensorDifference | undefined => {
  const left = digestOf(a)
  if (left !== undefined && left === digestOf(b)) return undefined
  const difference = measure(a, b)
  if (difference.fractionChanged > 0) return difference
  const hasNumbers = ![8, 14, 15].includes(a.tensor.elementType)
  if (hasNumbers || messageDigest(a) === messageDigest(b)) return undefined
  return { l2: 0, maxAbs: 0, fractionChanged: 1 }
}
