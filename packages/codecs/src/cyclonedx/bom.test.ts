import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import fc from 'fast-check'
import { encodeBom } from './bom.ts'
import { bomCompleteness } from './bom-completeness.ts'
import { BOM_SPECS, type BomSpec } from './bom-document.ts'
import type { BomFacts, Claim, Tier } from './bom-facts.ts'

type Problems = (text: string) => Promise<unknown>
const problems = new Map<BomSpec, Problems>()
before(async () => {
  // The official JSON Schemas, as the CycloneDX project ships them with its own library.
  for (const [spec, version] of [
    ['1.6', Spec.Version.v1dot6],
    ['1.7', Spec.Version.v1dot7],
  ] as const) {
    const validator = new Validation.JsonStrictValidator(version)
    problems.set(spec, (text) => validator.validate(text))
  }
})
const assertValid = async (text: string, spec: BomSpec): Promise<void> =>
  assert.equal(JSON.stringify((await problems.get(spec)?.(text)) ?? null), 'null', text.slice(0, 2000))

const SHA = 'ab'.repeat(32)
const MINIMAL: BomFacts = {
  toolVersion: '0.1.0',
  name: 'm',
  sha256: SHA,
  licences: [],
  files: [],
  datasets: [],
  metrics: [],
  ancestors: [],
  evidence: [],
}
const FULL: BomFacts = {
  ...MINIMAL,
  version: '1.0.0',
  timestamp: '2026-11-23T00:00:00.000Z',
  author: { value: 'user:ann', tier: 'verified' },
  description: { value: 'Scores cards', tier: 'declared' },
  task: { value: 'classification', tier: 'declared' },
  architecture: { value: 'GradientBoosting', tier: 'inferred' },
  architectureFamily: { value: 'trees', tier: 'inferred' },
  labels: { domain: 'payments', a: 'b' },
  licences: [
    { value: 'apache-2.0', tier: 'declared' },
    { value: 'llama3.1 community', tier: 'declared' },
  ],
  files: [
    {
      path: 'sub/b.onnx',
      role: 'model',
      sha256: SHA,
      sizeBytes: 5,
      format: { value: 'ONNX', tier: 'inferred' },
    },
    { path: 'a.md', role: 'card', sha256: SHA, sizeBytes: 0 },
  ],
  datasets: [
    {
      name: 'reference',
      use: 'reference',
      tier: 'verified',
      licence: { value: 'CC0-1.0', tier: 'declared' },
      file: { path: 'r.ndjson', role: 'reference', sha256: SHA, sizeBytes: 1 },
    },
    { name: 'hub/set', use: 'training', tier: 'declared', url: 'https://example.test/set' },
  ],
  inputs: { value: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }], tier: 'verified' },
  outputs: { value: [{ name: 'y', datatype: 'INT64', shape: [-1] }], tier: 'verified' },
  features: [{ name: 'amount', input: 'x', index: 0, description: 'EUR' }],
  classes: ['legit', 'fraud'],
  metrics: [{ name: 'accuracy', value: '0.99', tier: 'verified' }],
  ancestors: ['org/base'],
  evidence: [
    {
      predicateType: 'https://example.test/assessment',
      url: '/api/v1/evidence/1',
      sha256: SHA,
      isVerified: true,
      signer: 'ff',
    },
  ],
  provenance: {
    builder: 'https://builder.test',
    buildType: 'https://type.test',
    materials: [{ name: 'git+https://example.test/r', digests: { sha1: 'ab'.repeat(20), gitCommit: 'x' } }],
    tier: 'verified',
  },
}

test('the least and the most that can be said is valid by the official schemas of 1.6 and 1.7', async () => {
  for (const spec of BOM_SPECS)
    for (const facts of [MINIMAL, FULL]) {
      const text = encodeBom(facts, spec)
      await assertValid(text, spec)
      assert.equal((JSON.parse(text) as { specVersion: string }).specVersion, spec)
    }
})

test('the judge does refuse what is wrong', async () => {
  const wrong = encodeBom(FULL, '1.6').replace('"type": "file"', '"type": "fil"')
  assert.notEqual(JSON.stringify((await problems.get('1.6')?.(wrong)) ?? null), 'null')
})

test('the same facts in any order give the same bytes, other facts another serial number', () => {
  for (const spec of BOM_SPECS) {
    const reversed = {
      ...FULL,
      files: FULL.files.toReversed(),
      datasets: FULL.datasets.toReversed(),
      licences: FULL.licences.toReversed(),
      labels: { a: 'b', domain: 'payments' },
    }
    assert.equal(encodeBom(reversed, spec), encodeBom(FULL, spec))
  }
  const serial = (facts: BomFacts): string =>
    (JSON.parse(encodeBom(facts, '1.6')) as { serialNumber: string }).serialNumber
  assert.notEqual(serial(FULL), serial({ ...FULL, version: '1.0.1' }))
  assert.match(serial(FULL), /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('licences become SPDX identifiers where there is one, names elsewhere', () => {
  const { metadata } = JSON.parse(encodeBom(FULL, '1.6')) as {
    metadata: { component: { licenses: { license: { id?: string; name?: string } }[] } }
  }
  assert.deepEqual(
    metadata.component.licenses.map(({ license }) => license.id ?? `name:${license.name}`),
    ['Apache-2.0', 'name:llama3.1 community'],
  )
})

test('completeness rises with what is known and with the reason to believe it', () => {
  const [least, most] = [bomCompleteness(MINIMAL), bomCompleteness(FULL)]
  assert.equal(least.score, 0)
  assert.equal(least.missing.length, 13)
  assert.ok(most.score > 0.8 && most.score <= 1 && most.missing.length === 0)
  const weaker = bomCompleteness({ ...FULL, author: { value: 'x', tier: 'declared' } })
  assert.ok(weaker.score < most.score)
})

const tier = fc.constantFrom<Tier>('declared', 'inferred', 'verified')
const claim = (): fc.Arbitrary<Claim<string>> => fc.record({ value: fc.string({ unit: 'grapheme' }), tier })
const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'))
const path = fc.string({ minLength: 1, unit: 'grapheme' })
const file = fc.record({ path, role: fc.string(), sha256: hex, sizeBytes: fc.nat() })
const facts: fc.Arbitrary<BomFacts> = fc.record(
  {
    toolVersion: fc.string(),
    name: fc.string(),
    version: fc.string(),
    sha256: hex,
    author: claim(),
    description: claim(),
    task: claim(),
    licences: fc.array(claim(), { maxLength: 3 }),
    labels: fc.dictionary(fc.string(), fc.string()),
    files: fc.uniqueArray(file, { maxLength: 4, selector: (one) => one.path }),
    datasets: fc.uniqueArray(fc.record({ name: fc.string(), use: fc.constant('training' as const), tier }), {
      maxLength: 3,
      selector: (one) => one.name,
    }),
    metrics: fc.array(fc.record({ name: fc.string(), value: fc.string(), tier }), { maxLength: 3 }),
    ancestors: fc.array(fc.string(), { maxLength: 2 }),
    evidence: fc.array(
      fc.record({ predicateType: fc.string(), url: fc.webUrl(), sha256: hex, isVerified: fc.boolean() }),
      { maxLength: 2 },
    ),
  },
  {
    requiredKeys: [
      'toolVersion',
      'name',
      'sha256',
      'licences',
      'files',
      'datasets',
      'metrics',
      'ancestors',
      'evidence',
    ],
  },
)

test('whatever people write, the document is valid', async () => {
  await fc.assert(
    fc.asyncProperty(facts, fc.constantFrom(...BOM_SPECS), async (some, spec) =>
      assertValid(encodeBom(some, spec), spec),
    ),
    { numRuns: 60 },
  )
})
