import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Digest } from '@rampart/domain'
import { desiredTags, type VerdictSaid } from './desired.ts'

const digest: Digest = `sha256:${'a'.repeat(64)}`
const other: Digest = `sha256:${'b'.repeat(64)}`
const approval = (subject: string, approver: string) => ({
  subject,
  approver,
  reason: '',
  at: '',
  evidence: '',
})
const said: VerdictSaid = {
  decision: 'allow',
  subjects: [
    { name: 'iris:1', stage: 'deployed' },
    { name: 'copy:1', stage: 'retracted' },
  ],
  approvals: [approval('iris:1', 'user:zoe'), approval('iris:1', 'user:ann'), approval('copy:1', 'user:eve')],
}

test('verdict and approvers of the version itself are written, in one order', () => {
  assert.deepEqual(desiredTags({ ref: 'iris:1', digest }, said), {
    'rampart.digest': digest,
    'rampart.verdict': 'allow',
    'rampart.approval': 'user:ann, user:zoe',
    'rampart.retracted': undefined,
  })
  assert.equal(desiredTags({ ref: 'copy:1', digest }, said)['rampart.retracted'], 'true')
})

test('without a verdict nothing is claimed, and other bytes are never called allowed', () => {
  const unknown = desiredTags({ ref: 'iris:1', digest }, undefined)
  assert.deepEqual([unknown['rampart.verdict'], unknown['rampart.approval']], [undefined, undefined])
  const swapped = desiredTags({ ref: 'iris:1', digest, observedDigest: other }, said)
  assert.deepEqual(
    [swapped['rampart.verdict'], swapped['rampart.approval']],
    ['deny: other bytes than registered', undefined],
  )
})
