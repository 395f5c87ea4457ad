import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAppError } from '@rampart/kit'
import fc from 'fast-check'
import { encodeBom } from './bom.ts'
import { decodeBom } from './read-bom.ts'

test('what we write is read back: digest, datasets with theirs, ancestors', () => {
  const [model, rows] = ['a'.repeat(64), 'b'.repeat(64)]
  const file = { path: 'rows.ndjson', role: 'reference', sha256: rows, sizeBytes: 3 }
  const text = encodeBom(
    {
      toolVersion: '1',
      name: 'm',
      version: '2',
      sha256: model,
      licences: [],
      files: [file],
      datasets: [
        { name: 'rows.ndjson', use: 'reference', tier: 'verified', file },
        { name: 'imdb', use: 'training', tier: 'declared' },
      ],
      metrics: [],
      ancestors: ['org/base'],
      evidence: [],
    },
    '1.7',
  )
  assert.deepEqual(decodeBom(JSON.parse(text)), {
    name: 'm',
    version: '2',
    digest: `sha256:${model}`,
    datasets: [{ name: 'imdb' }, { name: 'rows.ndjson', digest: `sha256:${rows}` }],
    ancestors: [{ name: 'org/base' }],
    code: [],
  })
})

test('components inside of components are found, to a depth', () => {
  const leaf = { type: 'machine-learning-model', name: 'deep' }
  const nested = (depth: number) =>
    Array.from({ length: depth }).reduce<object>(
      (inner) => ({ type: 'library', name: 'x', components: [inner] }),
      leaf,
    )
  const document = (depth: number) => ({
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    components: [nested(depth)],
  })
  assert.equal(decodeBom(document(10)).name, 'deep')
  assert.throws(() => decodeBom(document(1000)), { code: 'CODECS_BOM_INVALID' })
})

test('whatever comes, it is read or refused with a code', () => {
  const model = fc.record(
    {
      type: fc.constant('machine-learning-model'),
      name: fc.oneof(fc.string(), fc.jsonValue()),
      hashes: fc.jsonValue(),
      modelCard: fc.record({ modelParameters: fc.record({ datasets: fc.jsonValue() }) }),
      pedigree: fc.oneof(fc.jsonValue(), fc.record({ ancestors: fc.jsonValue(), commits: fc.jsonValue() })),
    },
    { requiredKeys: ['type'] },
  )
  const document = fc.record({
    bomFormat: fc.constant('CycloneDX'),
    specVersion: fc.constant('1.6'),
    metadata: fc.oneof(fc.jsonValue(), fc.record({ component: model })),
    components: fc.oneof(fc.jsonValue(), fc.array(model, { maxLength: 3 })),
  })
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), document), (value) => {
      try {
        decodeBom(value)
      } catch (error) {
        assert.ok(isAppError(error) && error.code === 'CODECS_BOM_INVALID', String(error))
      }
    }),
    { numRuns: 300 },
  )
})
