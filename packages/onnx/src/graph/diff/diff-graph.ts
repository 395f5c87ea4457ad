/**
 * The structural difference of two models: nodes by what they compute, weights by how much they changed, interface,
 * opsets and metadata. Deterministic; names alone never make two models different in more than metadata.
 */
import { createHash } from 'node:crypto'
import type { ModelFunction, ModelSource, OnnxModel, ValueInfo } from '../graph-model.ts'
import { standardDomain } from '../graph-model.ts'
import {
  type ChangedNode,
  type ChangedTensor,
  type Changes,
  diffScopes,
  type NodeChange,
  type TensorChange,
} from './diff-scope.ts'
import { scopeOfFunction, scopeOfGraph } from './scope.ts'

export type DiffVerdict = 'identical' | 'metadata' | 'weights' | 'architecture'

export type FieldChange = { readonly field: string; readonly from: string; readonly to: string }

export type ChangeList<T> = { readonly total: number; readonly items: readonly T[] }

export type GraphDiff = {
  readonly schema: 'graph-diff/1'
  readonly verdict: DiffVerdict
  readonly nodes: {
    readonly matched: number
    readonly renamed: number
    readonly added: ChangeList<NodeChange>
    readonly removed: ChangeList<NodeChange>
    readonly changed: ChangeList<ChangedNode>
  }
  readonly tensors: {
    readonly same: number
    readonly added: ChangeList<TensorChange>
    readonly removed: ChangeList<TensorChange>
    readonly changed: ChangeList<ChangedTensor>
  }
  readonly interface: readonly FieldChange[]
  readonly opsets: readonly FieldChange[]
  readonly metadata: readonly FieldChange[]
  /** Outputs of the second model that end in another node than before. */
  readonly outputsRewired: readonly string[]
  /** Outputs of either model that a change of nodes or weights can reach. */
  readonly outputsReached: readonly string[]
}

export type DiffOptions = { readonly maxItems?: number }

const MAX_ITEMS = 200
const MAX_FIELDS = 100
const MAX_TEXT = 200

const portText = ({ type }: ValueInfo): string => {
  if (type === undefined) return 'untyped'
  if (type.kind === 'other') return 'not a tensor'
  const shape = type.shape?.map((size) => (typeof size === 'number' ? size : '?')).join(',')
  return `${type.elementType}[${shape ?? '…'}]`
}

/** A field for every key that is in one map only or has another value. */
const fieldChanges = (
  a: readonly (readonly [string, string])[],
  b: readonly (readonly [string, string])[],
): readonly FieldChange[] => {
  const before = new Map(a)
  const after = new Map(b)
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .filter((field) => before.get(field) !== after.get(field))
    .slice(0, MAX_FIELDS)
    .map((field) => ({
      field: field.slice(0, MAX_TEXT),
      from: (before.get(field) ?? '').slice(0, MAX_TEXT),
      to: (after.get(field) ?? '').slice(0, MAX_TEXT),
    }))
}

const interfaceOf = (model: OnnxModel): (readonly [string, string])[] => {
  const { ports } = scopeOfGraph(model.graph)
  return [
    ...ports.inputs.map((port, at) => [`input ${at}`, `${port.name} ${portText(port)}`] as const),
    ...ports.outputs.map((port, at) => [`output ${at}`, `${port.name} ${portText(port)}`] as const),
  ]
}

const metadataOf = (model: OnnxModel): (readonly [string, string])[] => [
  ['irVersion', String(model.irVersion)],
  ['producer', `${model.producerName} ${model.producerVersion}`.trim()],
  ['graph', model.graph.name],
  ...model.metadata.map(([key, value]) => [`metadata ${key}`, value] as const),
]

const functionName = (one: ModelFunction): string =>
  [standardDomain(one.domain), one.name, one.overload].filter((part) => part !== '').join(':')

const diffFunctions = (a: ModelSource, b: ModelSource, changes: Changes): void => {
  const before = new Map(a.model.functions.map((one) => [functionName(one), one]))
  const after = new Map(b.model.functions.map((one) => [functionName(one), one]))
  const asNode = (name: string): NodeChange => ({ name, operator: 'function', reaches: [] })
  for (const [name, one] of before) {
    const other = after.get(name)
    const level = { prefix: `${name}/`, reaches: [], depth: 1 }
    if (other === undefined) changes.removed.push(asNode(name))
    else
      diffScopes(
        { source: a, scope: scopeOfFunction(one) },
        { source: b, scope: scopeOfFunction(other) },
        level,
        changes,
      )
  }
  for (const name of after.keys()) if (!before.has(name)) changes.added.push(asNode(name))
}

/** What neither names nor fields show, and yet other bytes: documentation, order, unknown fields. */
const sameBytes = (a: ModelSource, b: ModelSource): boolean => {
  if (a.sizeBytes !== b.sizeBytes) return false
  const digest = (source: ModelSource): string => {
    const hash = createHash('sha256')
    for (let at = 0; at < source.sizeBytes; at += 1 << 20)
      hash.update(source.readAt(at, Math.min(1 << 20, source.sizeBytes - at)))
    return hash.digest('hex')
  }
  return digest(a) === digest(b)
}

const isUnchanged = (changes: Changes): boolean =>
  changes.added.length + changes.removed.length + changes.changed.length + changes.outputsRewired.length === 0

const verdictOf = (changes: Changes, fields: { hard: number; soft: number }): DiffVerdict => {
  const shapes = changes.tensorsChanged.some((one) => one.difference === undefined && !one.name.includes('@'))
  const tensors = changes.tensorsAdded.length + changes.tensorsRemoved.length
  if (!isUnchanged(changes) || fields.hard > 0 || shapes || tensors > 0) return 'architecture'
  if (changes.tensorsChanged.length > 0) return 'weights'
  return fields.soft + changes.renamed > 0 ? 'metadata' : 'identical'
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0

/** `a` is the older model, `b` the newer one. Throws ONNX_* errors when a file changes while it is read. */
export const diffGraphs = (a: ModelSource, b: ModelSource, options: DiffOptions = {}): GraphDiff => {
  const changes: Changes = {
    added: [],
    removed: [],
    changed: [],
    tensorsAdded: [],
    tensorsRemoved: [],
    tensorsChanged: [],
    matched: 0,
    renamed: 0,
    same: 0,
    outputsRewired: [],
  }
  const level = { prefix: '', reaches: undefined, depth: 0 }
  const sideOf = (source: ModelSource) => ({ source, scope: scopeOfGraph(source.model.graph) })
  diffScopes(sideOf(a), sideOf(b), level, changes)
  diffFunctions(a, b, changes)
  const ports = fieldChanges(interfaceOf(a.model), interfaceOf(b.model))
  const opsetsOf = ({ model }: ModelSource) =>
    model.opsets.map(({ domain, version }) => [standardDomain(domain) || 'ai.onnx', String(version)] as const)
  const opsets = fieldChanges(opsetsOf(a), opsetsOf(b))
  const named = fieldChanges(metadataOf(a.model), metadataOf(b.model))
  const quiet = named.length === 0 && changes.renamed === 0 && !sameBytes(a, b)
  const metadata =
    quiet && changes.tensorsChanged.length === 0 && isUnchanged(changes)
      ? [
          {
            field: 'file',
            from: `${a.sizeBytes} bytes`,
            to: `${b.sizeBytes} bytes, other order or documentation`,
          },
        ]
      : named
  const list = <T extends { readonly name: string }>(items: readonly T[]): ChangeList<T> => ({
    total: items.length,
    items: [...items].sort(byName).slice(0, options.maxItems ?? MAX_ITEMS),
  })
  const touched = [
    changes.added,
    changes.removed,
    changes.changed,
    changes.tensorsAdded,
    changes.tensorsRemoved,
    changes.tensorsChanged,
  ]
  return {
    schema: 'graph-diff/1',
    verdict: verdictOf(changes, { hard: ports.length + opsets.length, soft: metadata.length }),
    nodes: {
      matched: changes.matched,
      renamed: changes.renamed,
      added: list(changes.added),
      removed: list(changes.removed),
      changed: list(changes.changed),
    },
    tensors: {
      same: changes.same,
      added: list(changes.tensorsAdded),
      removed: list(changes.tensorsRemoved),
      changed: list(changes.tensorsChanged),
    },
    interface: ports,
    opsets,
    metadata,
    outputsRewired: changes.outputsRewired,
    outputsReached: [...new Set(touched.flatMap((items) => items.flatMap(({ reaches }) => reaches)))].sort(),
  }
}
