/** RFC 6962 hashing and RFC 9162 2.1.3.2 inclusion check, by WebCrypto, so the reader's own machine judges the log. */
import { equalBytes } from './encoding.ts'

const LEAF = 0x00
const NODE = 0x01

type Bytes = Uint8Array<ArrayBuffer>

const sha256 = async (prefix: number, ...parts: Uint8Array[]): Promise<Bytes> => {
  const size = parts.reduce((sum, part) => sum + part.length, 1)
  const input = new Uint8Array(size)
  input[0] = prefix
  let offset = 1
  for (const part of parts) {
    input.set(part, offset)
    offset += part.length
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', input))
}

/** RFC 6962 2.1: the leaf prefix keeps a leaf from being passed off as a node. */
export const leafHash = (leaf: Uint8Array): Promise<Bytes> => sha256(LEAF, leaf)
export const nodeHash = (left: Uint8Array, right: Uint8Array): Promise<Bytes> => sha256(NODE, left, right)

export type InclusionStep = { side: 'left' | 'right'; sibling: Bytes; result: Bytes }
export type InclusionResult =
  | { ok: true; leaf: Bytes; root: Bytes; steps: InclusionStep[] }
  | { ok: false; reason: string; leaf?: Bytes; root?: Bytes; steps: InclusionStep[] }

export type InclusionInput = {
  leaf: Uint8Array
  index: number
  treeSize: number
  hashes: readonly Uint8Array[]
  root: Uint8Array
}

/** Recomputes the root from the leaf's bytes; never throws for a bad proof, the answer says why it fails. */
export const checkInclusion = async (input: InclusionInput): Promise<InclusionResult> => {
  const steps: InclusionStep[] = []
  const { index, treeSize } = input
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(treeSize) || index < 0 || index >= treeSize) {
    return { ok: false, reason: `entry ${index} cannot be in a tree of ${treeSize} entries`, steps }
  }
  const leaf = await leafHash(input.leaf)
  let hash: Bytes = leaf
  let fn = index
  let sn = treeSize - 1
  for (const sibling of input.hashes) {
    if (sn === 0) return { ok: false, reason: 'the proof is longer than the tree is high', leaf, steps }
    const copy = new Uint8Array(sibling)
    if (fn % 2 === 1 || fn === sn) {
      hash = await nodeHash(copy, hash)
      steps.push({ side: 'left', sibling: copy, result: hash })
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2)
        sn = Math.floor(sn / 2)
      }
    } else {
      hash = await nodeHash(hash, copy)
      steps.push({ side: 'right', sibling: copy, result: hash })
    }
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  if (sn !== 0) return { ok: false, reason: 'the proof is too short for the tree', leaf, steps }
  if (!equalBytes(hash, input.root)) {
    return { ok: false, reason: 'the recomputed root differs from the signed one', leaf, root: hash, steps }
  }
  return { ok: true, leaf, root: hash, steps }
}
