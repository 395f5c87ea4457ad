/** The audit log of the mock: real RFC 6962 hashing, so that the console's proof check has something true to check. */
import { createHash } from 'node:crypto'

const sha = (prefix: number, ...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256').update(Uint8Array.of(prefix))
  for (const part of parts) hash.update(part)
  return hash.digest()
}

export const leafHash = (leaf: Uint8Array): Buffer => sha(0, leaf)

const split = (size: number): number => {
  let power = 1
  while (power * 2 < size) power *= 2
  return power
}

/** RFC 6962 2.1: the root over `leaves[from, to)`. */
export const rootHash = (leaves: readonly Uint8Array[], from = 0, to = leaves.length): Buffer => {
  const size = to - from
  if (size === 0) return createHash('sha256').digest()
  const only = leaves[from]
  if (size === 1 && only !== undefined) return leafHash(only)
  const middle = from + split(size)
  return sha(1, rootHash(leaves, from, middle), rootHash(leaves, middle, to))
}

/** RFC 6962 2.1.1: the audit path of `index`, leaf to root. */
export const auditPath = (
  leaves: readonly Uint8Array[],
  index: number,
  from = 0,
  to = leaves.length,
): Buffer[] => {
  const size = to - from
  if (size <= 1) return []
  const middle = from + split(size)
  return index < middle
    ? [...auditPath(leaves, index, from, middle), rootHash(leaves, middle, to)]
    : [...auditPath(leaves, index, middle, to), rootHash(leaves, from, middle)]
}
