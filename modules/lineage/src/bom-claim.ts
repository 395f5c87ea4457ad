/** What a bill of materials says of a version, as a claim. Pure. */
import type { BomLineage } from '@rampart/codecs'
import type { ModelVersionRef } from '@rampart/domain'
import {
  type Claim,
  codeNode,
  contentDigest,
  datasetNode,
  type EdgeClaim,
  modelNode,
  type NodeClaim,
  versionNode,
  versionNodeOf,
} from './claim.ts'

const ancestorNode = ({ name, version, digest }: BomLineage['ancestors'][number]): NodeClaim => {
  const registered = version === undefined ? undefined : versionNodeOf(`${name}:${version}`)
  // A name alone proves nothing; with a digest, equal bytes are linked by the digest instead.
  if (registered !== undefined && digest === undefined) return registered
  const content = contentDigest(digest)
  return {
    ...modelNode('bill of materials', name, version),
    ...(content === undefined ? {} : { digest: content }),
  }
}

export const bomClaim = (ref: ModelVersionRef, bom: BomLineage): Claim => {
  const self = versionNode(ref)
  const datasets = bom.datasets.map(({ name, digest, url }) => datasetNode(name, digest, url))
  const ancestors = bom.ancestors.map(ancestorNode)
  const code = bom.code.map(({ repository, revision }) => codeNode(repository, revision))
  const into =
    (kind: EdgeClaim['kind']) =>
    ({ id }: NodeClaim): EdgeClaim => ({ from: id, to: self.id, kind })
  return {
    nodes: [self, ...datasets, ...ancestors, ...code],
    edges: [
      ...datasets.map(into('trained-on')),
      ...ancestors.map(into('parent-of')),
      ...code.map(into('ran')),
    ],
  }
}
