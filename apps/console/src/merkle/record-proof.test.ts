import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld } from '../../mock-api/world.ts'
import { judgeRecordProof, type RecordProofInput } from './record-proof.ts'

const world = createWorld({ seed: 7, now: () => Date.parse('2026-11-23T12:00:00Z') })
const keys = [{ keyid: world.audit.signer.keyid, pem: world.audit.signer.pem }]
const id = world.requests.records[11]?.id ?? ''
const proof = world.requests.prove(id) as RecordProofInput
const broken = async (changed: RecordProofInput): Promise<string[]> =>
  (await judgeRecordProof(changed, keys)).filter(({ ok }) => !ok).map(({ label }) => label)

test('a good proof holds in every link', async () => {
  assert.deepEqual(await broken(proof), [])
})

test('the link that was tampered with is the one that breaks', async () => {
  assert.deepEqual(await broken({ ...proof, record: proof.record.replace('order', 'ordeR') }), ['Segment'])
  assert.deepEqual(await broken({ ...proof, id: world.requests.records[12]?.id ?? '' }), ['Record'])
  const entry = btoa(atob(proof.audit.entry).replace('"records":60', '"records":61'))
  assert.deepEqual(await broken({ ...proof, audit: { ...proof.audit, entry } }), ['Anchor', 'Audit log'])
  const checkpoint = proof.audit.checkpoint.replace(/\ntime .*/, '\ntime now')
  assert.deepEqual(await broken({ ...proof, audit: { ...proof.audit, checkpoint } }), ['Signature'])
  assert.deepEqual(await broken({ ...proof, record: 'not json' }), ['Record', 'Segment'])
})
