/** CycloneDX 1.6 and 1.7 (ECMA-424) machine-learning bill of materials: facts → document. */
import type { TensorSpec } from '@rampart/domain'
import { bomCompleteness } from './bom-completeness.ts'
import type { BomDataset, BomEvidence, BomFacts, BomFile, BomProvenance, Claim } from './bom-facts.ts'
import { spdxIdentifier } from './spdx.ts'

export type BomDocument = { readonly [key: string]: unknown }
export const BOM_SPECS = ['1.6', '1.7'] as const
export type BomSpec = (typeof BOM_SPECS)[number]

type Property = { readonly name: string; readonly value: string }

const MODEL_REF = 'model'
const fileRef = (path: string): string => `file:${path}`
const datasetRef = (name: string): string => `dataset:${name}`

const property = (name: string, value: string): Property => ({ name: `rampart:${name}`, value })
const present = <T>(key: string, value: T | undefined): Readonly<Record<string, T>> =>
  value === undefined ? {} : { [key]: value }
const unlessEmpty = <T>(key: string, list: readonly T[]): Readonly<Record<string, readonly T[]>> =>
  list.length === 0 ? {} : { [key]: list }

/** Code point order: the locale of a machine must not decide about bytes. */
const sorted = <T>(list: readonly T[], keyOf: (one: T) => string): T[] =>
  list
    .map((one) => ({ one, key: Buffer.from(keyOf(one)) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ one }) => one)

const sha256 = (content: string) => [{ alg: 'SHA-256', content }]

const licenceOf = ({ value }: Claim<string>) => {
  const id = spdxIdentifier(value)
  return { license: { ...(id === undefined ? { name: value } : { id }), acknowledgement: 'declared' } }
}

/** The digest was computed from the bytes: in CycloneDX's own words, an identity concluded by comparing hashes. */
const hashEvidence = (content: string) => ({
  identity: [
    {
      field: 'hash',
      confidence: 1,
      concludedValue: content,
      methods: [{ technique: 'hash-comparison', confidence: 1, value: `sha256:${content}` }],
    },
  ],
})

const fileComponent = (file: BomFile) => ({
  type: 'file',
  'bom-ref': fileRef(file.path),
  name: file.path,
  hashes: sha256(file.sha256),
  evidence: hashEvidence(file.sha256),
  properties: [
    property('role', file.role),
    property('size-bytes', String(file.sizeBytes)),
    ...(file.format === undefined
      ? []
      : [property('format', file.format.value), property('tier:format', file.format.tier)]),
    property('tier:hash', 'verified'),
  ],
})

const datasetComponent = (dataset: BomDataset) => ({
  type: 'data',
  'bom-ref': datasetRef(dataset.name),
  name: dataset.name,
  ...(dataset.file === undefined ? {} : { hashes: sha256(dataset.file.sha256) }),
  ...(dataset.licence === undefined ? {} : { licenses: [licenceOf(dataset.licence)] }),
  data: [
    {
      type: 'dataset',
      name: dataset.name,
      ...(dataset.url === undefined ? {} : { contents: { url: dataset.url } }),
      description: `${dataset.use} data`,
    },
  ],
  properties: [
    property('use', dataset.use),
    ...(dataset.file === undefined ? [] : [property('file', dataset.file.path)]),
    property('tier:dataset', dataset.tier),
    ...(dataset.licence === undefined ? [] : [property('tier:licence', dataset.licence.tier)]),
  ],
})

const HASH_NAMES: Readonly<Record<string, { readonly alg: string; readonly length: number }>> = {
  sha1: { alg: 'SHA-1', length: 40 },
  sha256: { alg: 'SHA-256', length: 64 },
  sha384: { alg: 'SHA-384', length: 96 },
  sha512: { alg: 'SHA-512', length: 128 },
}

const materialComponents = ({ materials }: BomProvenance) =>
  sorted(materials, ({ name }) => name).map(({ name, digests }, at) => ({
    type: 'file',
    'bom-ref': `material:${at + 1}`,
    name,
    ...unlessEmpty(
      'hashes',
      Object.entries(HASH_NAMES).flatMap(([key, { alg, length }]) => {
        const content = digests[key]
        return content !== undefined && content.length === length && /^[0-9a-f]+$/.test(content)
          ? [{ alg, content }]
          : []
      }),
    ),
    properties: [property('role', 'build-material')],
  }))

const tensorText = ({ name, datatype, shape }: TensorSpec): string =>
  `${name}: ${datatype}[${shape.join(',')}]`
const tensors = (claim: Claim<readonly TensorSpec[]> | undefined) =>
  claim?.value.map((tensor) => ({ format: tensorText(tensor) }))

const modelCard = (facts: BomFacts) => ({
  modelParameters: {
    ...present('task', facts.task?.value),
    ...present('architectureFamily', facts.architectureFamily?.value),
    ...present('modelArchitecture', facts.architecture?.value),
    ...unlessEmpty(
      'datasets',
      sorted(facts.datasets, ({ name }) => name).map(({ name }) => ({ ref: datasetRef(name) })),
    ),
    ...present('inputs', tensors(facts.inputs)),
    ...present('outputs', tensors(facts.outputs)),
  },
  ...(facts.metrics.length === 0
    ? {}
    : {
        quantitativeAnalysis: {
          performanceMetrics: sorted(facts.metrics, ({ name, tier }) => `${name} ${tier}`).map(
            ({ name, value, tier }) => ({ type: name, value, slice: tier }),
          ),
        },
      }),
  ...unlessEmpty('properties', [
    ...(facts.classes ?? []).map((name, at) => property(`class:${at}`, name)),
    ...(facts.features ?? []).map(({ name, input, index, description }) =>
      property(`feature:${input}:${index}`, description === undefined ? name : `${name}: ${description}`),
    ),
  ]),
})

const evidenceReference = ({ predicateType, url, sha256: content, isVerified, signer }: BomEvidence) => ({
  type: predicateType.startsWith('https://model_signing/') ? 'digital-signature' : 'attestation',
  url,
  comment: `${predicateType}; ${isVerified ? 'verified' : 'not verified'}${signer === undefined ? '' : `; signed by ${signer}`}`,
  hashes: sha256(content),
})

const tierProperties = (facts: BomFacts): Property[] => {
  const claims = {
    architecture: facts.architecture,
    'architecture-family': facts.architectureFamily,
    author: facts.author,
    description: facts.description,
    inputs: facts.inputs,
    licence: facts.licences[0],
    outputs: facts.outputs,
    provenance: facts.provenance,
    task: facts.task,
  }
  return Object.entries(claims).flatMap(([name, claim]) =>
    claim === undefined ? [] : [property(`tier:${name}`, claim.tier)],
  )
}

const modelProperties = (facts: BomFacts): Property[] => [
  ...sorted(Object.entries(facts.labels ?? {}), ([key]) => key).map(([key, value]) =>
    property(`label:${key}`, value),
  ),
  ...(facts.provenance === undefined
    ? []
    : [
        property('provenance:builder', facts.provenance.builder),
        property('provenance:build-type', facts.provenance.buildType),
      ]),
  property('tier:hash', 'verified'),
  ...tierProperties(facts),
]

const modelComponent = (facts: BomFacts) => ({
  type: 'machine-learning-model',
  'bom-ref': MODEL_REF,
  ...(facts.author === undefined ? {} : { authors: [{ name: facts.author.value }] }),
  name: facts.name,
  ...present('version', facts.version),
  ...present('description', facts.description?.value),
  hashes: sha256(facts.sha256),
  ...unlessEmpty('licenses', sorted(facts.licences, ({ value }) => value).map(licenceOf)),
  ...(facts.ancestors.length === 0
    ? {}
    : {
        pedigree: {
          ancestors: sorted(facts.ancestors, (name) => name).map((name) => ({
            type: 'machine-learning-model',
            name,
          })),
        },
      }),
  ...unlessEmpty(
    'externalReferences',
    sorted(facts.evidence, ({ predicateType, url, sha256 }) => `${predicateType} ${url} ${sha256}`).map(
      evidenceReference,
    ),
  ),
  evidence: hashEvidence(facts.sha256),
  modelCard: modelCard(facts),
  properties: modelProperties(facts),
})

const metadata = (facts: BomFacts) => {
  const { score, missing } = bomCompleteness(facts)
  return {
    ...present('timestamp', facts.timestamp),
    lifecycles: [{ phase: 'post-build' }],
    tools: { components: [{ type: 'application', name: 'rampart', version: facts.toolVersion }] },
    component: modelComponent(facts),
    properties: [
      property('completeness:score', score.toFixed(2)),
      ...missing.map((name) => property('completeness:missing', name)),
    ],
  }
}

/** The document without its serial number; arrays in code point order, so equal facts give equal bytes. */
export const bomDocument = (facts: BomFacts, spec: BomSpec): BomDocument => {
  const files = sorted(facts.files, ({ path }) => path)
  const datasets = sorted(facts.datasets, ({ name }) => name)
  const materials = facts.provenance === undefined ? [] : materialComponents(facts.provenance)
  const refs = [
    ...files.map(({ path }) => fileRef(path)),
    ...datasets.map(({ name }) => datasetRef(name)),
    ...materials.map((one) => one['bom-ref']),
  ]
  return {
    $schema: `http://cyclonedx.org/schema/bom-${spec}.schema.json`,
    bomFormat: 'CycloneDX',
    specVersion: spec,
    version: 1,
    metadata: metadata(facts),
    components: [...files.map(fileComponent), ...datasets.map(datasetComponent), ...materials],
    dependencies: [{ ref: MODEL_REF, dependsOn: refs }, ...refs.map((ref) => ({ ref }))],
    // All files were listed and hashed; which data a model has seen is never known to be all.
    compositions: [
      { aggregate: 'complete', assemblies: files.map(({ path }) => fileRef(path)) },
      { aggregate: 'unknown', dependencies: [MODEL_REF] },
    ],
  }
}
