import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ModelManifest, manifestProblems, registrationOf } from './model-manifest.ts'

const manifest: ModelManifest = {
  apiVersion: 'rampart/v1',
  kind: 'Model',
  metadata: { name: 'card-fraud', labels: { domain: 'payments' } },
  spec: {
    version: '1.0.0',
    artifact: 'model.onnx',
    reference: { path: 'reference.ndjson', label: 'label', prediction: 'label' },
    limits: { minAccuracy: 0.9 },
  },
}

test('a manifest names its files by role and keeps the specification', () => {
  assert.deepEqual(manifestProblems(manifest), [])
  const registration = registrationOf(manifest)
  assert.deepEqual(registration.files, [
    { path: 'model.onnx', role: 'model' },
    { path: 'reference.ndjson', role: 'reference' },
  ])
  assert.deepEqual(registration.spec.reference, { label: 'label', prediction: 'label' })
})

test('unknown keys, missing fields and wrong types are named by pointer', () => {
  const wrong = {
    ...manifest,
    metadata: { name: '../etc' },
    spec: { ...manifest.spec, artefact: 'x', version: 1 },
  }
  const pointers = manifestProblems(wrong).map((problem) => problem.pointer)
  assert.ok(pointers.includes('/metadata/name'))
  assert.ok(pointers.includes('/spec/version'))
  assert.ok(manifestProblems(wrong).length >= 3)
  assert.ok(manifestProblems(null).length > 0)
})
