/** Inclusion and consistency proofs, made from stored subtree hashes (RFC 9162 sections 2.1.3.1 and 2.1.4.1). */
import { signingErrors } from './errors.ts'
import {
  type CompactState,
  floorLog2,
  foldPeaks,
  HASH_BYTES,
  hashNode,
  peakPositions,
} from './merkle-hash.ts'

/** Subtrees are stored at levels 0, 8, 16 … only; a proof rebuilds the levels between from at most 256 hashes. */
export const TILE_HEIGHT = 8

export interface NodeSource {
  /** Hashes of the complete subtrees [from, to) of 2^level leaves each; level is a multiple of TILE_HEIGHT. */
  nodes(level: number, from: number, to: number): Promise<readonly Uint8Array[]>
}

type Range = { readonly start: number; readonly end: number }

const subtreeHash = async (source: NodeSource, level: number, index: number): Promise<Uint8Array> => {
  const stored = level - (level % TILE_HEIGHT)
  const width = 2 ** (level - stored)
  let hashes = [...(await source.nodes(stored, index * width, (index + 1) * width))]
  if (hashes.length !== width || hashes.some((hash) => hash.length !== HASH_BYTES)) {
    throw signingErrors.SIGNING_TREE_DAMAGED('the stored tree lacks nodes that it should have')
  }
  while (hashes.length > 1) {
    hashes = hashes.flatMap((hash, at) => (at % 2 === 0 ? [hashNode(hash, hashes[at + 1] ?? hash)] : []))
  }
  return hashes[0] as Uint8Array
}

/** MTH(D[start:end]) where `start` is a multiple of the power of two that covers the range, as proofs need. */
const rangeHash = async (source: NodeSource, { start, end }: Range): Promise<Uint8Array> => {
  const peaks: Uint8Array[] = []
  for (const { level, index } of peakPositions(end - start)) {
    peaks.push(await subtreeHash(source, level, start / 2 ** level + index))
  }
  return foldPeaks(peaks)
}

// One after the other: a source may be a transaction, which takes one statement at a time.
const rangeHashes = async (source: NodeSource, ranges: readonly Range[]): Promise<Uint8Array[]> => {
  const hashes: Uint8Array[] = []
  for (const range of ranges) hashes.push(await rangeHash(source, range))
  return hashes
}

/** The state from which a stored tree of `size` leaves grows on. */
export const loadCompactState = async (source: NodeSource, size: number): Promise<CompactState> => {
  const peaks: Uint8Array[] = []
  for (const { level, index } of peakPositions(size)) peaks.push(await subtreeHash(source, level, index))
  return { size, peaks }
}

/** The largest power of two smaller than `width`. */
const split = (width: number): number => 2 ** floorLog2(width - 1)

const inclusionRanges = (index: number, size: number): Range[] => {
  const ranges: Range[] = []
  let [start, end] = [0, size]
  while (end - start > 1) {
    const middle = start + split(end - start)
    ranges.push(index < middle ? { start: middle, end } : { start, end: middle })
    if (index < middle) end = middle
    else start = middle
  }
  return ranges.reverse()
}

const consistencyRanges = (from: number, to: number): Range[] => {
  const ranges: Range[] = []
  let [start, end] = [0, to]
  while (end !== from) {
    const middle = start + split(end - start)
    ranges.push(from <= middle ? { start: middle, end } : { start, end: middle })
    if (from <= middle) end = middle
    else start = middle
  }
  // RFC 9162 2.1.4.1: the old root itself is left out, because the verifier has it.
  return start === 0 ? ranges.reverse() : [{ start, end }, ...ranges.reverse()]
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

/** Hashes that lead from leaf `index` to the root of the first `size` leaves. Throws SIGNING_TREE_RANGE. */
export const createInclusionProof = async (
  source: NodeSource,
  index: number,
  size: number,
): Promise<Uint8Array[]> => {
  if (!isCount(index) || !isCount(size) || index >= size) {
    throw signingErrors.SIGNING_TREE_RANGE(`no leaf ${index} in a tree of ${size}`)
  }
  return await rangeHashes(source, inclusionRanges(index, size))
}

/** Hashes that show the first `from` leaves unchanged in the tree of `to` leaves. Throws SIGNING_TREE_RANGE. */
export const createConsistencyProof = async (
  source: NodeSource,
  from: number,
  to: number,
): Promise<Uint8Array[]> => {
  if (!isCount(from) || !isCount(to) || from > to) {
    throw signingErrors.SIGNING_TREE_RANGE(`no tree of ${from} inside a tree of ${to}`)
  }
  if (from === 0 || from === to) return []
  return await rangeHashes(source, consistencyRanges(from, to))
}
