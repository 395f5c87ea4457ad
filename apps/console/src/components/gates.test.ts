import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Passport, PassportEvidence } from '../api/types.ts'
import { gatesOf, measures } from './gates.ts'

const statement = (over: Partial<PassportEvidence>): PassportEvidence => ({
  id: 'e',
  predicateType: 'https://rampart.dev/attestation/assessment/v1',
  predicate: { result: 'failed', reasons: ['too low'] },
  subjectDigest: '',
  subjectName: 'm:2',
  principal: 'component:assurance',
  signer: 'k',
  createdAt: '2026-01-01T00:00:02Z',
  verified: true,
  reasons: [],
  ...over,
})
const passport: Passport = {
  name: 'm',
  version: '2',
  digest: '',
  stage: 'registered',
  labels: {},
  createdBy: 'user:a',
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  revision: 1,
  serving: false,
  isDefault: false,
  spec: {},
  artifacts: [],
  transitions: [],
  evidence: [],
  actions: [],
}
const statesOf = (evidence: PassportEvidence[]) =>
  gatesOf({ ...passport, evidence }).map(({ id, state }) => `${id} ${state}`)

test('measures with a limit come first, with their unit', () => {
  assert.equal(
    measures({ metrics: { mean_row_ms: 0.0407, accuracy: 0.95831 }, limits: { min_accuracy: 0.94 } }),
    'accuracy 95.83 % (limit 94 %), mean row 0.041 ms',
  )
  assert.equal(measures({}), '')
})

test('a failed assessment fails its gate even when the step was never taken', () => {
  assert.deepEqual(statesOf([statement({})]), [
    'registered passed',
    'assessed failed',
    'approved pending',
    'deployed pending',
  ])
  assert.equal(gatesOf({ ...passport, evidence: [statement({})] })[1]?.summary, 'too low')
})

test('a statement about another version of the same file, or an older one, decides nothing', () => {
  const passed = { result: 'passed', metrics: { accuracy: 0.9 } }
  const gates = gatesOf({
    ...passport,
    evidence: [
      statement({ predicate: passed, createdAt: '2026-01-01T00:00:03Z' }),
      statement({}),
      statement({ subjectName: 'm:1', createdAt: '2026-01-01T00:00:09Z' }),
    ],
  })
  assert.equal(gates[1]?.summary, 'accuracy 90 %')
  assert.equal(gates[2]?.evidence, undefined)
})
