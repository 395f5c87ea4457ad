/** Hashes of an RFC 6962 / RFC 9162 Merkle tree (SHA-256), and trees that grow leaf by leaf in O(log n) memory. */
import { hash } from 'node:crypto'

export const HASH_BYTES = 32

/** The root of the tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array = hash('sha256', '', 'buffer')

/** RFC 6962 2.1: leaves are hashed with prefix 0x00, so that no leaf can pass for a node. */
export const hashLeaf = (data: Uint8Array): Uint8Array => {
  const input = Buffer.allocUnsafe(1 + data.length)
  input[0] = 0x00
  input.set(data, 1)
  return hash('sha256', input, 'buffer')
}

/** `hashLeaf` of `bytes[from, to)` without a copy: the byte before it, which must be there to spare, becomes the prefix. */
export const hashLeafInPlace = (bytes: Uint8Array, from: number, to: number): Uint8Array => {
  bytes[from - 1] = 0x00
  return hash('sha256', bytes.subarray(from - 1, to), 'buffer')
}

const nodeInput = Buffer.alloc(1 + 2 * HASH_BYTES, 0x01)

/** RFC 6962 2.1: nodes are hashed with prefix 0x01. */
export const hashNode = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  nodeInput.set(left, 1)
  nodeInput.set(right, 1 + HASH_BYTES)
  return hash('sha256', nodeInput, 'buffer')
}

/** The root of a compact range: hashes of its complete subtrees, largest first. */
export const foldPeaks = (peaks: readonly Uint8Array[]): Uint8Array => {
  let root = peaks.at(-1) ?? EMPTY_ROOT
  for (let at = peaks.length - 2; at >= 0; at--) root = hashNode(peaks[at] ?? EMPTY_ROOT, root)
  return root
}

/** A complete subtree of 2^level leaves; `index` counts such subtrees from the left. */
export type MerkleNode = { readonly level: number; readonly index: number; readonly hash: Uint8Array }

export type CompactState = { readonly size: number; readonly peaks: readonly Uint8Array[] }

export type CompactTree = {
  /** Adds a leaf hash and returns the subtrees it completed, lowest first (the leaf itself excluded). */
  append(leafHash: Uint8Array): MerkleNode[]
  root(): Uint8Array
  size(): number
  state(): CompactState
}

/** Exact for every safe integer, where Math.log2 alone rounds up just below a power of two. */
export const floorLog2 = (value: number): number => {
  const guess = Math.floor(Math.log2(value))
  return 2 ** guess > value ? guess - 1 : guess
}

/** The complete subtrees that cover [0, size), largest first: one per 1 bit of `size`. */
export const peakPositions = (size: number): { level: number; index: number }[] => {
  const positions: { level: number; index: number }[] = []
  let start = 0
  while (start < size) {
    const level = floorLog2(size - start)
    positions.push({ level, index: start / 2 ** level })
    start += 2 ** level
  }
  return positions
}

/** Continues a tree from its state; `peaks` must be those of `peakPositions(size)`. */
export const createCompactTree = (start: CompactState = { size: 0, peaks: [] }): CompactTree => {
  let size = start.size
  const peaks = [...start.peaks]
  return {
    append: (leafHash) => {
      const completed: MerkleNode[] = []
      let node = leafHash
      let index = size
      for (let level = 1; index % 2 === 1; level++) {
        node = hashNode(peaks.pop() ?? EMPTY_ROOT, node)
        index = (index - 1) / 2
        completed.push({ level, index, hash: node })
      }
      peaks.push(node)
      size += 1
      return completed
    },
    root: () => foldPeaks(peaks),
    size: () => size,
    state: () => ({ size, peaks: [...peaks] }),
  }
}
