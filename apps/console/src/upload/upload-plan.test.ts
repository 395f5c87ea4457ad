import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Draft, faultsOf, guessRole, MAX_FILE_BYTES } from './upload-plan.ts'

const model = { path: 'model.onnx', sizeBytes: 1, role: 'model' } as const
const draft = (over: Partial<Draft> = {}): Draft => ({ name: 'm', version: '1.0.0', files: [model], ...over })

test('roles are guessed from names', () => {
  assert.deepEqual(['a/model.onnx', 'README.md', 'reference.ndjson.gz', 'tokenizer.json'].map(guessRole), [
    'model',
    'card',
    'reference',
    'other',
  ])
})

test('what speaks against a registration is named by field', () => {
  assert.deepEqual(faultsOf(draft()), [])
  const fields = (over: Partial<Draft>) => faultsOf(draft(over)).map(({ field }) => field)
  assert.deepEqual(fields({ name: 'A', version: '/', files: [] }), ['name', 'version', 'files'])
  assert.deepEqual(fields({ files: [{ ...model, sizeBytes: MAX_FILE_BYTES + 1 }] }), ['files'])
  assert.deepEqual(fields({ files: [model, model] }), ['files'])
  assert.deepEqual(fields({ files: [{ ...model, role: 'other' }] }), ['files'])
})
