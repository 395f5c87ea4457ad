import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readModelCard } from './model-card.ts'
import { readProvenance } from './provenance.ts'
import { spdxIdentifier } from './spdx.ts'

test('front matter of the hub', () => {
  const card = readModelCard(
    [
      '---',
      'license: apache-2.0',
      'pipeline_tag: text-classification',
      'base_model: org/base',
      'datasets: [imdb, { not: text }]',
      'model-index: [{ results: [{ metrics: [{ type: accuracy, value: 0.91 }] }] }]',
      '---',
      '# A model',
    ].join('\n'),
  )
  assert.deepEqual(card, {
    licences: ['apache-2.0'],
    datasets: ['imdb'],
    ancestors: ['org/base'],
    task: 'text-classification',
    metrics: [{ name: 'accuracy', value: '0.91' }],
  })
})

test('rows of a table', () => {
  const { licences, task } = readModelCard(
    '# x\n\n| | |\n|---|---|\n| Task | binary classification, `0` |\n| Licence | MIT (all) |\n',
  )
  assert.deepEqual([licences, task], [['MIT'], 'binary classification'])
})

test('cards that bite: bombs, nonsense, anything', () => {
  const bomb = `---\na: &a [x, x]\n${[...'bcdefghi'].map((name, at) => `${name}: &${name} [${'abcdefghi'[at]}, *${'abcdefghi'[at]}]`.replace('[', '[*')).join('\n')}\n---\n`
  assert.deepEqual(readModelCard(bomb).licences, [])
  fc.assert(
    fc.property(fc.string(), (text) => {
      readModelCard(`---\n${text}\n---\n`)
      readModelCard(text)
    }),
  )
})

test('SLSA provenance of both versions, and what is none', () => {
  const digest = { sha1: 'ab' }
  assert.deepEqual(
    readProvenance('https://slsa.dev/provenance/v1', {
      buildDefinition: { buildType: 't', resolvedDependencies: [{ uri: 'git+x', digest }] },
      runDetails: { builder: { id: 'b' } },
    }),
    { builder: 'b', buildType: 't', materials: [{ name: 'git+x', digests: digest }] },
  )
  assert.deepEqual(
    readProvenance('https://slsa.dev/provenance/v0.2', {
      builder: { id: 'b' },
      buildType: 't',
      materials: [null, { uri: 'u' }],
    }),
    {
      builder: 'b',
      buildType: 't',
      materials: [
        { name: 'unnamed', digests: {} },
        { name: 'u', digests: {} },
      ],
    },
  )
  assert.equal(readProvenance('https://example.test/other', {}), undefined)
  assert.deepEqual(readProvenance('https://slsa.dev/provenance/v1', null)?.materials, [])
})

test('licence names', () => {
  assert.equal(spdxIdentifier(' apache-2.0'), 'Apache-2.0')
  assert.equal(spdxIdentifier('gpl-3.0'), 'GPL-3.0-only')
  assert.equal(spdxIdentifier('llama3'), undefined)
})
