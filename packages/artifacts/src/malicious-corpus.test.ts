import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maliciousCorpus } from './testing/malicious-corpus.ts'
import { scanBytes } from './testing.ts'

test('no hostile file is clean', () => {
  const corpus = maliciousCorpus()
  assert.ok(corpus.length >= 80, `${corpus.length} files`)
  const clean = corpus
    .map(({ name, data }) => scanBytes(name, data)[0])
    .filter((report) => report?.verdict === 'clean')
    .map((report) => `${report?.path} (${report?.format})`)
  assert.deepEqual(clean, [])
})

test('no reader fails on a hostile file', () => {
  const failed = maliciousCorpus()
    .flatMap(({ name, data }) => scanBytes(name, data))
    .flatMap(({ path, findings }) => findings.map(({ rule, message }) => ({ path, rule, message })))
    .filter(({ rule }) => rule === 'scan-failed')
  assert.deepEqual(failed, [])
})
