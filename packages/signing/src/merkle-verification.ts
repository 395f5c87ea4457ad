/** Verifies Merkle proofs from hashes alone (RFC 9162 sections 2.1.3.2 and 2.1.4.2); hostile input gives false. */
import { EMPTY_ROOT, floorLog2, HASH_BYTES, hashNode } from './merkle-hash.ts'

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
const isHash = (value: Uint8Array): boolean => value.length === HASH_BYTES
const same = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0
const half = (value: number): number => Math.floor(value / 2)
const isOdd = (value: number): boolean => value % 2 === 1

/** True when `leafHash` is leaf `index` of the tree of `size` leaves with this root. */
export const verifyInclusion = (claim: {
  readonly index: number
  readonly size: number
  readonly leafHash: Uint8Array
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
}): boolean => {
  const { index, size, leafHash, root, proof } = claim
  if (!isCount(index) || !isCount(size) || index >= size) return false
  if (![leafHash, root, ...proof].every(isHash)) return false
  let [node, last, result] = [index, size - 1, leafHash]
  for (const hash of proof) {
    if (last === 0) return false
    if (isOdd(node) || node === last) {
      result = hashNode(hash, result)
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)]
    } else {
      result = hashNode(result, hash)
    }
    ;[node, last] = [half(node), half(last)]
  }
  return last === 0 && same(result, root)
}

/** True when the tree of `to` leaves begins with the same `from` leaves as the older tree. */
export const verifyConsistency = (claim: {
  readonly from: number
  readonly to: number
  readonly fromRoot: Uint8Array
  readonly toRoot: Uint8Array
  readonly proof: readonly Uint8Array[]
}): boolean => {
  const { from, to, fromRoot, toRoot, proof } = claim
  if (!isCount(from) || !isCount(to) || from > to) return false
  if (![fromRoot, toRoot, ...proof].every(isHash)) return false
  if (from === 0) return proof.length === 0 && same(fromRoot, EMPTY_ROOT)
  if (from === to) return proof.length === 0 && same(fromRoot, toRoot)
  // A power of two is one complete subtree, so the old root starts the walk and is not sent.
  const isComplete = 2 ** floorLog2(from) === from
  const [first, ...rest] = isComplete ? [fromRoot, ...proof] : proof
  if (first === undefined) return false
  let [node, last] = [from - 1, to - 1]
  while (isOdd(node)) [node, last] = [half(node), half(last)]
  let [older, newer] = [first, first]
  for (const hash of rest) {
    if (last === 0) return false
    if (isOdd(node) || node === last) {
      older = hashNode(hash, older)
      newer = hashNode(hash, newer)
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)]
    } else {
      newer = hashNode(newer, hash)
    }
    ;[node, last] = [half(node), half(last)]
  }
  return last === 0 && same(older, fromRoot) && same(newer, toRoot)
}
