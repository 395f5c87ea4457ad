import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { type ModelVersion, PREDICATE } from '@rampart/domain'
import { cryptoRandom, type Database, type EventLog, systemClock } from '@rampart/kit'
import { createEd25519Signer, generateEd25519Pem, verifyEnvelope } from '@rampart/signing'
import type { EvidenceRecord } from './evidence-verification.ts'
import { createModelDocuments } from './model-documents.ts'
import { createTrust } from './trust.ts'

const signer = createEd25519Signer(generateEd25519Pem())
const digest = (fill: string) => `sha256:${fill.repeat(64)}` as const
const version: ModelVersion = {
  tenant: 'default',
  name: 'card-fraud',
  version: '1.0.0',
  digest: digest('a'),
  stage: 'assessed',
  artifacts: [
    { path: 'model.onnx', role: 'model', digest: digest('a'), sizeBytes: 7 },
    { path: 'reference.ndjson', role: 'reference', digest: digest('b'), sizeBytes: 9 },
    { path: 'MODEL_CARD.md', role: 'card', digest: digest('c'), sizeBytes: 40 },
  ],
  spec: { description: 'Scores cards', labels: { task: 'classification' }, classes: ['legit', 'fraud'] },
  signature: {
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
    outputs: [{ name: 'y', datatype: 'INT64', shape: [-1] }],
  },
  createdBy: 'user:ann',
  createdAt: '2026-11-23T00:00:00.000Z',
  updatedAt: '2026-11-23T00:00:00.000Z',
  revision: 1,
}

/** Sealing needs the key alone; evidence is given to the documents, so no database is asked. */
const { seal } = createTrust({
  database: {} as Database,
  eventLog: {} as EventLog,
  clock: systemClock,
  random: cryptoRandom,
  signer,
  audit: { record: async () => undefined },
})

const assessmentOf = (subjectName: string, accuracy: number): EvidenceRecord => {
  const statement = { subjectName, digest: version.digest, predicateType: PREDICATE.assessment }
  const predicate = { result: 'passed', metrics: { accuracy } }
  return {
    id: '01900000-0000-7000-8000-000000000000',
    predicateType: PREDICATE.assessment,
    predicate,
    subjectDigest: version.digest,
    subjectName,
    principal: 'component:assurance',
    signer: signer.publicKey.keyid,
    createdAt: version.createdAt,
    verified: true,
    reasons: [],
    envelope: seal({ ...statement, predicate }),
  }
}

const open = (evidence: readonly EvidenceRecord[] = []) =>
  createModelDocuments({
    trust: { evidenceFor: async () => evidence, seal },
    versions: {
      get: async () => version,
      openArtifact: async () => Readable.from([Buffer.from('| Licence | MIT |\n')]),
    },
    product: { version: '0.1.0' },
  })

type Bom = {
  readonly metadata: {
    readonly component: {
      readonly externalReferences?: { url: string; comment: string }[]
      readonly licenses: unknown
      readonly modelCard: { quantitativeAnalysis?: { performanceMetrics: { type: string; slice: string }[] } }
      readonly properties: { name: string; value: string }[]
    }
    readonly properties: { name: string; value: string }[]
  }
}
const parse = (text: string): Bom => JSON.parse(text) as Bom
const score = (bom: Bom): number =>
  Number(bom.metadata.properties.find(({ name }) => name === 'rampart:completeness:score')?.value)

test('the bill of materials lists what was registered, and gains what evidence says', async () => {
  const before = await open().bom('default', version, '1.6')
  assert.equal(await open().bom('default', version, '1.6'), before)
  const documents = open([assessmentOf('other-name:1.0.0', 0.1), assessmentOf('card-fraud:1.0.0', 0.97)])
  const after = parse(await documents.bom('default', version, '1.7'))
  const { component } = after.metadata
  assert.equal(component.externalReferences?.length, 1)
  assert.match(component.externalReferences?.[0]?.comment ?? '', /; verified; signed by /)
  assert.deepEqual(component.modelCard.quantitativeAnalysis?.performanceMetrics, [
    { type: 'accuracy', value: '0.97', slice: 'verified' },
  ])
  assert.deepEqual(component.licenses, [{ license: { id: 'MIT', acknowledgement: 'declared' } }])
  assert.ok(
    component.properties.some(({ name, value }) => name === 'rampart:tier:inputs' && value === 'verified'),
  )
  assert.ok(score(after) > score(parse(before)))
})

test('provenance that a trusted signer handed in is verified as long as the signer is', async () => {
  const record = (verified: boolean): EvidenceRecord => ({
    ...assessmentOf('card-fraud:1.0.0', 1),
    predicateType: PREDICATE.signature,
    predicate: {
      signer: 'builder',
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: { buildType: 'https://t.test' },
        runDetails: { builder: { id: 'https://b.test' } },
      },
    },
    verified,
  })
  const tier = async (verified: boolean): Promise<string | undefined> =>
    parse(await open([record(verified)]).bom('default', version, '1.6')).metadata.component.properties.find(
      ({ name }) => name === 'rampart:tier:provenance',
    )?.value
  assert.deepEqual([await tier(true), await tier(false)], ['verified', 'declared'])
})

test('provenance is signed, names the artifacts, and is the same each time', async () => {
  const documents = open()
  const envelope = await documents.provenance('default', version)
  const verdict = verifyEnvelope(envelope, {
    keys: [signer.publicKey],
    payloadType: 'application/vnd.in-toto+json',
  })
  assert.equal(verdict.verdict, 'trusted')
  const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as {
    subject: unknown
    predicateType: string
    predicate: { buildDefinition: { resolvedDependencies: { name: string }[] } }
  }
  assert.equal(statement.predicateType, 'https://slsa.dev/provenance/v1')
  assert.deepEqual(statement.subject, [{ name: 'card-fraud:1.0.0', digest: { sha256: 'a'.repeat(64) } }])
  assert.deepEqual(
    statement.predicate.buildDefinition.resolvedDependencies.map(({ name }) => name),
    ['model.onnx', 'reference.ndjson', 'MODEL_CARD.md'],
  )
  assert.deepEqual(await documents.provenance('default', version), envelope)
})
