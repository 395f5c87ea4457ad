/** Writes a claim in the caller's transaction: other names resolved, nodes once, versions with equal bytes linked. */
import type { Tx } from '@rampart/kit'
import type { Claim, NodeClaim } from './claim.ts'
import * as store from './store.ts'

const distinctNodes = (nodes: readonly NodeClaim[]): NodeClaim[] => [
  ...new Map(nodes.map((node) => [node.id, node])).values(),
]

export const applyClaim = async (
  tx: Tx,
  claim: Claim,
  { statedBy, now }: { readonly statedBy: string; readonly now: string },
): Promise<void> => {
  // Names that stop standing for bytes do so before this claim is read.
  for (const { alias, node } of claim.aliases ?? [])
    if (node === undefined) await store.forgetAlias(tx, alias)
  const ids = claim.nodes.map(({ id }) => id)
  const names = await store.resolveAliases(tx, ids)
  const real = (id: string): string => names.get(id) ?? id
  await store.upsertNodes(tx, distinctNodes(claim.nodes.filter(({ id }) => !names.has(id))), now)
  const edges = claim.edges
    .map(({ from, to, kind, settled = true }) => ({ from: real(from), to: real(to), kind, settled }))
    .filter(({ from, to }) => from !== to)
  const once = [...new Map(edges.map((edge) => [`${edge.from} ${edge.to} ${edge.kind}`, edge])).values()]
  await store.upsertEdges(tx, once, statedBy, now)
  for (const { alias, node } of claim.aliases ?? []) {
    if (node === undefined || names.get(alias) === node) continue
    await store.setAlias(tx, alias, node)
    // A name that moves on to other bytes leaves what was said of the old ones.
    if (!names.has(alias)) await store.mergeNode(tx, alias, node)
  }
  const withBytes = claim.nodes.filter(({ digest }) => digest !== undefined).map(({ id }) => id)
  if (withBytes.length > 0) await store.linkSameBytes(tx, withBytes, now)
}
