/** A claim: nodes and edges that somebody states, in one form for every source. Pure. */
import { createHash } from 'node:crypto'
import { formatModelVersionRef, isDigest, type ModelVersionRef, parseModelVersionRef } from '@rampart/domain'

export const NODE_KINDS = ['model-version', 'model', 'run', 'dataset', 'code', 'registry'] as const
export type NodeKind = (typeof NODE_KINDS)[number]

export const EDGE_KINDS = [
  'produced',
  'read-by',
  'ran',
  'trained-on',
  'parent-of',
  'holds',
  'referenced-by',
  'same-bytes',
] as const
/** What the cause is to the effect. */
export type EdgeKind = (typeof EDGE_KINDS)[number]

export type NodeClaim = {
  readonly id: string
  readonly kind: NodeKind
  readonly label: string
  /** `sha256:` and 64 hex digits. */
  readonly digest?: string
  readonly attributes?: Readonly<Record<string, unknown>>
}

/** From cause to effect: data before the run, the run before the model. */
export type EdgeClaim = {
  readonly from: string
  readonly to: string
  readonly kind: EdgeKind
  /** False for an output that a run only announced. */
  readonly settled?: boolean
}

export type Claim = {
  readonly nodes: readonly NodeClaim[]
  readonly edges: readonly EdgeClaim[]
  /** Other names of nodes, from now on; an undefined node forgets the name. */
  readonly aliases?: readonly { readonly alias: string; readonly node: string | undefined }[]
}

const MAX_TEXT = 512
const MAX_ID = 700
const MAX_ENTRIES = 100

/** Text of others as it may be stored and shown: no control characters, bounded. */
export const plain = (text: string, max = MAX_TEXT): string =>
  text.replace(/\p{C}/gu, ' ').slice(0, max).toWellFormed()

/** Parts are escaped, so that no name can pass for another node's id. */
export const nodeId = (kind: NodeKind, ...parts: readonly string[]): string => {
  const id = `${kind}:${parts.map((part) => encodeURIComponent(part.toWellFormed())).join('/')}`
  return id.length <= MAX_ID ? id : `${kind}:long/${createHash('sha256').update(id).digest('hex')}`
}

export const versionNode = (ref: ModelVersionRef): NodeClaim => ({
  id: nodeId('model-version', formatModelVersionRef(ref)),
  kind: 'model-version',
  label: formatModelVersionRef(ref),
})

/** `sha256:…` also where only the 64 digits were given; undefined for other kinds of digests. */
export const contentDigest = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined
  const full = /^[0-9a-f]{64}$/i.test(text) ? `sha256:${text.toLowerCase()}` : text.toLowerCase()
  return isDigest(full) ? full : undefined
}

/** The same bytes are the same dataset under any name; a weaker digest counts within its name only. */
export const datasetNode = (name: string, digest?: string, source?: string): NodeClaim => {
  const content = contentDigest(digest)
  const attributes = {
    name: plain(name),
    ...(digest === undefined ? {} : { digest: plain(digest) }),
    ...(source === undefined ? {} : { source: plain(source, 2048) }),
  }
  const id =
    content === undefined
      ? nodeId('dataset', name, ...(digest === undefined ? [] : [digest]))
      : nodeId('dataset', content)
  return {
    id,
    kind: 'dataset',
    label: plain(name),
    attributes,
    ...(content === undefined ? {} : { digest: content }),
  }
}

export const codeNode = (repository: string, revision: string): NodeClaim => ({
  id: nodeId('code', repository, revision),
  kind: 'code',
  label: plain(`${repository.replace(/^\w+:\/\//, '').replace(/\.git$/, '')}@${revision.slice(0, 12)}`),
  attributes: { repository: plain(repository, 2048), revision: plain(revision) },
})

/** A model that is not registered here, in the words of whoever named it; one that is, when the words are a reference. */
export const modelNode = (where: string, model: string, version: string | undefined): NodeClaim => {
  const label = version === undefined ? model : `${model}:${version}`
  return {
    id: nodeId('model', where, label),
    kind: 'model',
    label: plain(label),
    attributes: { where: plain(where) },
  }
}

/** The node of `NAME:VERSION`; undefined when the text is not one. */
export const versionNodeOf = (text: string): NodeClaim | undefined => {
  const ref = parseModelVersionRef(text)
  return ref === undefined ? undefined : versionNode(ref)
}

/** At most 100 entries, texts cut. */
export const bounded = (
  record: Readonly<Record<string, number | string>> | undefined,
): Record<string, number | string> =>
  Object.fromEntries(
    Object.entries(record ?? {})
      .slice(0, MAX_ENTRIES)
      .map(([key, value]) => [plain(key, 128), typeof value === 'number' ? value : plain(String(value))]),
  )
