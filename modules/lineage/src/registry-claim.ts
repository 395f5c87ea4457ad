/** What a registry tells about a version, as a claim. Pure. */
import type { ModelVersionRef, RegistryLineage } from '@rampart/domain'
import {
  bounded,
  type Claim,
  codeNode,
  datasetNode,
  type EdgeClaim,
  modelNode,
  type NodeClaim,
  nodeId,
  plain,
  versionNode,
  versionNodeOf,
} from './claim.ts'

/** The version's own name in its registry: parents of others are named so. */
export type RegistryOrigin = { readonly registry: string; readonly model: string; readonly version: string }

const MAX_LIST = 1000

const runNode = (where: string, lineage: RegistryLineage, runId: string): NodeClaim => ({
  id: nodeId('run', where, runId),
  kind: 'run',
  label: plain(lineage.experiment === undefined ? runId : `${lineage.experiment} · ${runId.slice(0, 12)}`),
  attributes: {
    runId: plain(runId),
    ...(lineage.experiment === undefined ? {} : { experiment: plain(lineage.experiment) }),
    metrics: bounded(lineage.metrics),
    parameters: bounded(lineage.parameters),
  },
})

const parentNode = (
  { model, version }: { readonly model: string; readonly version: string },
  origin: RegistryOrigin | undefined,
): NodeClaim =>
  origin === undefined
    ? (versionNodeOf(`${model}:${version}`) ?? modelNode('elsewhere', model, version))
    : modelNode(origin.registry, model, version)

/** The run reads datasets and code and produces the version; without a run they lead to the version itself. */
export const registryClaim = (
  ref: ModelVersionRef,
  lineage: RegistryLineage,
  origin?: RegistryOrigin,
): Claim => {
  const self = versionNode(ref)
  const run =
    lineage.runId === undefined ? undefined : runNode(origin?.registry ?? 'elsewhere', lineage, lineage.runId)
  const target = run?.id ?? self.id
  const datasets = (lineage.datasets ?? [])
    .slice(0, MAX_LIST)
    .map(({ name, digest, source }) => datasetNode(name, digest, source))
  const code =
    lineage.codeRevision === undefined
      ? undefined
      : codeNode(lineage.codeRepository ?? lineage.experiment ?? 'code', lineage.codeRevision)
  const parents = (lineage.parents ?? []).slice(0, MAX_LIST).map((parent) => parentNode(parent, origin))
  const registry: NodeClaim | undefined =
    origin === undefined
      ? undefined
      : { id: nodeId('registry', origin.registry), kind: 'registry', label: origin.registry }
  const edges: EdgeClaim[] = [
    ...(run === undefined ? [] : [{ from: run.id, to: self.id, kind: 'produced' as const }]),
    ...datasets.map(
      ({ id }): EdgeClaim => ({ from: id, to: target, kind: run === undefined ? 'trained-on' : 'read-by' }),
    ),
    ...(code === undefined ? [] : [{ from: code.id, to: target, kind: 'ran' as const }]),
    ...parents.map(({ id }): EdgeClaim => ({ from: id, to: self.id, kind: 'parent-of' })),
    ...(registry === undefined ? [] : [{ from: registry.id, to: self.id, kind: 'holds' as const }]),
  ]
  const nodes = [self, run, code, registry, ...datasets, ...parents].filter((one) => one !== undefined)
  const aliases =
    origin === undefined
      ? []
      : [{ alias: modelNode(origin.registry, origin.model, origin.version).id, node: self.id }]
  return { nodes, edges, aliases }
}
