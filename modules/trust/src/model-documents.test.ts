import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { componentPrincipal, type ModelVersion, PREDICATE } from '@rampart/domain'
import { cryptoRandom, systemClock } from '@rampart/kit'
import { type TestDatabase, testDatabase } from '@rampart/kit/testing'
import { createEd25519Signer, generateEd25519Pem, verifyEnvelope } from '@rampart/signing'
import { trustMigrations } from './index.ts'
import { createModelDocuments } from './model-documents.ts'
import { createTrust } from './trust.ts'

let db: TestDatabase
before(async () => {
  db = await testDatabase({ sources: [trustMigrations()] })
})
after(() => db.stop())

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

const open = () => {
  const trust = createTrust({
    database: db.database,
    eventLog: db.eventLog,
    clock: systemClock,
    random: cryptoRandom,
    signer,
    audit: { record: async () => undefined },
  })
  const documents = createModelDocuments({
    trust,
    versions: {
      get: async () => version,
      openArtifact: async () => Readable.from([Buffer.from('| Licence | MIT |\n')]),
    },
    product: { version: '0.1.0' },
  })
  return { trust, documents }
}

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
  const { trust, documents } = open()
  const before = await documents.bom('default', version, '1.6')
  assert.equal(await documents.bom('default', version, '1.6'), before)
  await db.database.tx('default', (tx) =>
    trust.attest(tx, componentPrincipal('assurance', ['operator']), {
      subjectName: 'card-fraud:1.0.0',
      digest: version.digest,
      predicateType: PREDICATE.assessment,
      predicate: { result: 'passed', metrics: { accuracy: 0.97 } },
    }),
  )
  await db.database.tx('default', (tx) =>
    trust.attest(tx, componentPrincipal('assurance', ['operator']), {
      subjectName: 'other-name:1.0.0',
      digest: version.digest,
      predicateType: PREDICATE.assessment,
      predicate: { result: 'passed', metrics: { accuracy: 0.1 } },
    }),
  )
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

test('provenance is signed, names the artifacts, and is the same each time', async () => {
  const { documents } = open()
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
