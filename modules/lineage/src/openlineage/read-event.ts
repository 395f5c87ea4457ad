/** An OpenLineage RunEvent as a claim. Pure; throws LINEAGE_EVENT_INVALID. */
import {
  type Claim,
  codeNode,
  datasetNode,
  type EdgeClaim,
  type NodeClaim,
  nodeId,
  plain,
  versionNodeOf,
} from '../claim.ts'
import { lineageErrors } from '../errors.ts'
import type { EventDataset, RunEvent } from './event-schema.ts'

type Facets = Readonly<Record<string, unknown>>
type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** Every facet names its producer and schema (spec, BaseFacet), or is a deletion. */
const checkFacets = (where: string, facets: Facets | undefined): void => {
  for (const [name, facet] of Object.entries(facets ?? {})) {
    if (isFields(facet) && (facet._deleted === true || (textOf(facet._producer) && textOf(facet._schemaURL))))
      continue
    throw lineageErrors.LINEAGE_EVENT_INVALID(
      `${where}.facets.${plain(name, 60)} is not a facet: _producer and _schemaURL must be text.`,
    )
  }
}

const facet = (facets: Facets | undefined, name: string): Fields => {
  const found = facets?.[name]
  return isFields(found) ? found : {}
}

/** The digest that a producer states: a facet named for it, or a dataset version that is one. */
const digestOf = ({ facets, inputFacets, outputFacets }: EventDataset): string | undefined => {
  for (const group of [facets, inputFacets, outputFacets])
    for (const name of ['digest', 'rampart_digest', 'checksum']) {
      const found = facet(group, name)
      const text = textOf(found.digest) ?? textOf(found.sha256) ?? textOf(found.value)
      if (text !== undefined) return text
    }
  return textOf(facet(facets, 'version').datasetVersion)
}

type Known = {
  /** Namespace in which a dataset named NAME:VERSION is that version. */
  readonly namespace: string
}
type Read = { readonly node: NodeClaim; readonly alias: string; readonly hasDigest: boolean }

const readDataset = (dataset: EventDataset, { namespace }: Known): Read => {
  const version = dataset.namespace === namespace ? versionNodeOf(dataset.name) : undefined
  const name = `${dataset.namespace}/${dataset.name}`
  const alias = nodeId('dataset', 'openlineage', dataset.namespace, dataset.name)
  if (version !== undefined) return { node: version, alias, hasDigest: true }
  const digest = digestOf(dataset)
  if (digest !== undefined) return { node: datasetNode(name, digest), alias, hasDigest: true }
  return { node: { ...datasetNode(name), id: alias }, alias, hasDigest: false }
}

const codeOf = (event: RunEvent): NodeClaim | undefined => {
  const found = facet(event.job.facets, 'sourceCodeLocation')
  const revision = textOf(found.version)
  const repository = textOf(found.repoUrl) ?? textOf(found.url)
  return revision === undefined || repository === undefined ? undefined : codeNode(repository, revision)
}

const runNode = (event: RunEvent): NodeClaim => {
  const { job, run, eventType = 'OTHER' } = event
  const parent = facet(run.facets, 'parent').run
  const parentId = isFields(parent) ? textOf(parent.runId) : undefined
  return {
    id: nodeId('run', 'openlineage', run.runId.toLowerCase()),
    kind: 'run',
    label: plain(`${job.name} · ${run.runId.slice(0, 8)}`),
    attributes: {
      runId: run.runId.toLowerCase(),
      job: plain(`${job.namespace}/${job.name}`),
      state: eventType,
      producer: plain(event.producer),
      ...(parentId === undefined ? {} : { parentRun: plain(parentId) }),
    },
  }
}

/**
 * Inputs count at once. Outputs count when `completed`: by this event or one before it. A bare name stands for the newest
 * bytes written under it; a run that writes a name without a digest makes them unknown again.
 */
export const readRunEvent = (event: RunEvent, known: Known, completed: boolean): Claim => {
  checkFacets('run', event.run.facets)
  checkFacets('job', event.job.facets)
  for (const dataset of [...(event.inputs ?? []), ...(event.outputs ?? [])])
    for (const group of [dataset.facets, dataset.inputFacets, dataset.outputFacets])
      checkFacets(`dataset ${plain(dataset.name, 60)}`, group)
  const run = runNode(event)
  const inputs = (event.inputs ?? []).map((one) => readDataset(one, known))
  const outputs = (event.outputs ?? []).map((one) => readDataset(one, known))
  const code = codeOf(event)
  const edges: EdgeClaim[] = [
    ...inputs.map(({ node }): EdgeClaim => ({ from: node.id, to: run.id, kind: 'read-by' })),
    ...outputs.map(
      ({ node }): EdgeClaim => ({ from: run.id, to: node.id, kind: 'produced', settled: completed }),
    ),
    ...(code === undefined ? [] : [{ from: code.id, to: run.id, kind: 'ran' as const }]),
  ]
  const written = completed ? outputs : []
  return {
    nodes: [
      run,
      ...inputs.map(({ node }) => node),
      ...outputs.map(({ node }) => node),
      ...(code ? [code] : []),
    ],
    edges,
    aliases: written.map(({ alias, node, hasDigest }) => ({
      alias,
      node: hasDigest && node.id !== alias ? node.id : undefined,
    })),
  }
}
