import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verdict } from '../api/verdict-queries.ts'
import { verdictGates } from './verdict-gates.ts'

const verdict: Verdict = {
  schema: 'verdict/1',
  tenant: 'default',
  digest: '',
  subjects: [],
  scan: { result: 'clean', files: [], waivers: [] },
  signature: { result: 'none', signers: [] },
  provenance: { result: 'none', statements: [] },
  graphLint: { result: 'not-applicable', rules: [], waivers: [] },
  assessment: { result: 'passed', reasons: [], metrics: {} },
  approvals: [],
  policyBundleDigest: '',
  decision: 'deny',
  reasons: [],
  issuedAt: '',
  expiresAt: '',
}
const file = (result: 'clean' | 'unverified' | 'blocked', rules: string[], scannedAt: string) => ({
  ...{ path: 'm.onnx', role: 'model', digest: '', result, rules, scannedAt, evidence: scannedAt },
})
const scanGate = (scan: Verdict['scan']) => verdictGates({ ...verdict, scan })[0]

test('what is not there yet is open, not passed', () => {
  assert.deepEqual(
    verdictGates(verdict).map(({ title, tone }) => `${title} ${tone}`),
    ['Scan ok', 'Signature open', 'Provenance open', 'Graph ok', 'Assessment ok', 'Approvals open'],
  )
})

test('a scan names the files that are not clean, and the newest time', () => {
  const files = [file('clean', [], '2026-01-02'), file('blocked', ['archive-mismatch'], '2026-01-03')]
  const gate = scanGate({ result: 'blocked', files, waivers: [] })
  assert.deepEqual(
    [gate?.tone, gate?.detail, gate?.at],
    ['bad', 'm.onnx blocked: archive-mismatch', '2026-01-03'],
  )
})

test('a waiver says whose it is and makes an unverified scan pass', () => {
  const waivers = [{ by: 'user:ann', reason: 'our own code', at: '', evidence: 'w' }]
  const gate = scanGate({ result: 'unverified', files: [file('unverified', ['code-file'], '')], waivers })
  assert.equal(gate?.tone, 'ok')
  assert.match(gate?.detail ?? '', /waived by user:ann: our own code/)
  assert.equal(scanGate({ result: 'unverified', files: [], waivers: [] })?.tone, 'bad')
})
