/** What is known of a version as facts that can be compared. Pure; texts are cut. */
import { type AssessmentPredicate, type ModelVersion, PREDICATE, type TensorSpec } from '@rampart/domain'
import { plain } from '../claim.ts'
import type { LineageGraph } from '../graph.ts'
import type { EvidenceFact } from '../ports.ts'
import type { Fact } from './changes.ts'

const fact = (kind: string, name: string, value: string): Fact => ({
  kind,
  name: plain(name),
  value: plain(value),
})

export const fileFacts = ({ artifacts }: ModelVersion): readonly Fact[] =>
  artifacts.map(({ path, role, digest }) => fact(role, path, digest))

const tensorText = ({ datatype, shape }: TensorSpec): string => `${datatype} [${shape.join(', ')}]`

export const interfaceFacts = ({ signature }: ModelVersion): readonly Fact[] => [
  ...(signature?.inputs ?? []).map((tensor) => fact('input', tensor.name, tensorText(tensor))),
  ...(signature?.outputs ?? []).map((tensor) => fact('output', tensor.name, tensorText(tensor))),
]

export const specificationFacts = ({ spec }: ModelVersion): readonly Fact[] => [
  ...(spec.description === undefined ? [] : [fact('text', 'description', spec.description)]),
  ...Object.entries(spec.labels ?? {}).map(([name, value]) => fact('label', name, value)),
  ...(spec.features ?? []).map(({ name, input, index }) => fact('feature', name, `${input}[${index}]`)),
  ...(spec.classes ?? []).map((name, at) => fact('class', String(at), name)),
  ...Object.entries(spec.limits ?? {}).map(([name, value]) => fact('limit', name, String(value))),
]

/** Of the newest assessment whose signature holds. */
export const metricFacts = (evidence: readonly EvidenceFact[]): readonly Fact[] => {
  const found = evidence.find(
    ({ predicateType, verified }) => predicateType === PREDICATE.assessment && verified,
  )
  if (found === undefined) return []
  const { metrics = {}, rows, result } = found.predicate as unknown as Partial<AssessmentPredicate>
  return [
    ...(result === undefined ? [] : [fact('assessment', 'result', result)]),
    ...(rows === undefined ? [] : [fact('assessment', 'rows', String(rows))]),
    ...Object.entries(metrics).map(([name, value]) => fact('metric', name, String(value))),
  ]
}

const shortType = (predicateType: string): string =>
  predicateType.replace(/^https:\/\/rampart\.dev\/attestation\//, '')

/** One line per kind of statement: results in the order given, newest first. */
export const evidenceFacts = (evidence: readonly EvidenceFact[]): readonly Fact[] =>
  [...Map.groupBy(evidence, ({ predicateType }) => predicateType)].map(([predicateType, all]) =>
    fact(
      'statement',
      shortType(predicateType),
      all
        .map(({ predicate, verified, signer }) => {
          const result = typeof predicate.result === 'string' ? predicate.result : signer || 'stated'
          return verified ? result : `${result} (not valid)`
        })
        .join(', '),
    ),
  )

/** Ancestors but the version itself. */
export const lineageFacts = ({ nodes, root }: LineageGraph): readonly Fact[] =>
  nodes
    .filter(({ id, kind }) => id !== root && kind !== 'registry')
    .map(({ kind, label, digest, id }) => fact(kind, label, digest ?? decodeURIComponent(id)))

type Component = {
  readonly type?: unknown
  readonly name?: unknown
  readonly version?: unknown
  readonly hashes?: readonly { readonly content?: unknown }[]
}

/** Components of our own bill of materials. */
export const componentFacts = (bom: string): readonly Fact[] =>
  ((JSON.parse(bom) as { readonly components?: readonly Component[] }).components ?? []).map(
    ({ type, name, version, hashes }) =>
      fact(String(type), String(name), String(version ?? hashes?.[0]?.content ?? 'no digest')),
  )
