/**
 * Pairs the nodes of two graphs: first those that compute the same from the inputs and lead to the same outputs, then
 * with ever less in common, names last. Symmetrical: swapping the graphs swaps the pairs.
 */
import type { Fingerprints } from './fingerprint.ts'
import type { Scope } from './scope.ts'

export type Pairing = {
  /** Index in the second graph per node of the first; -1 where there is none. */
  readonly forward: Int32Array
  readonly backward: Int32Array
}

export type Side = { readonly scope: Scope; readonly prints: Fingerprints }

type Key = (side: Side, at: number) => string | undefined

const name = ({ scope }: Side, at: number): string => scope.nodes[at]?.name ?? ''
const firstOutput = ({ scope }: Side, at: number): string => scope.nodes[at]?.outputs[0] ?? ''
const operator = ({ scope }: Side, at: number): string =>
  `${scope.nodes[at]?.domain}:${scope.nodes[at]?.operator}`

const KEYS: readonly Key[] = [
  ({ prints }, at) => `${prints.above[at]} ${prints.below[at]}`,
  (side, at) => `${side.prints.above[at]} ${firstOutput(side, at)}`,
  ({ prints }, at) => prints.above[at],
  (side, at) => `${side.prints.below[at]} ${firstOutput(side, at)}`,
  ({ prints }, at) => prints.below[at],
  ({ prints }, at) => prints.around[at],
  (side, at) => `${side.prints.own[at]} ${name(side, at)} ${firstOutput(side, at)}`,
  (side, at) => (name(side, at) === '' ? undefined : `${operator(side, at)} ${name(side, at)}`),
  (side, at) => `${operator(side, at)} ${firstOutput(side, at)}`,
  (side, at) => (name(side, at) === '' ? undefined : name(side, at)),
]

const groupsOf = (side: Side, taken: Int32Array, key: Key): Map<string, number[]> => {
  const groups = new Map<string, number[]>()
  for (let at = 0; at < taken.length; at += 1) {
    if (taken[at] !== -1) continue
    const text = key(side, at)
    if (text === undefined) continue
    const group = groups.get(text)
    if (group === undefined) groups.set(text, [at])
    else group.push(at)
  }
  return groups
}

export const matchNodes = (a: Side, b: Side): Pairing => {
  const forward = new Int32Array(a.scope.nodes.length).fill(-1)
  const backward = new Int32Array(b.scope.nodes.length).fill(-1)
  const pair = (left: number, right: number): void => {
    forward[left] = right
    backward[right] = left
  }
  const pairGroup = (left: readonly number[], right: readonly number[]): void => {
    // Equal names first, so that reordering equal nodes is no change; the rest in the order of the file.
    const byName = new Map(right.map((at) => [firstOutput(b, at), at]))
    for (const at of left) {
      const same = byName.get(firstOutput(a, at))
      if (same !== undefined && backward[same] === -1) pair(at, same)
    }
    const restLeft = left.filter((at) => forward[at] === -1)
    const restRight = right.filter((at) => backward[at] === -1)
    restLeft.forEach((at, index) => {
      const other = restRight[index]
      if (other !== undefined) pair(at, other)
    })
  }
  for (const key of KEYS) {
    const right = groupsOf(b, backward, key)
    for (const [text, left] of groupsOf(a, forward, key)) pairGroup(left, right.get(text) ?? [])
  }
  return { forward, backward }
}
