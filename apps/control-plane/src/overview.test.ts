import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelVersion } from '@rampart/domain'
import { composeOverview, type OverviewFacts } from './overview.ts'

const version = (name: string, stage: ModelVersion['stage']): ModelVersion => ({
  name,
  version: '1.0.0',
  tenant: 'default',
  digest: `sha256:${'0'.repeat(64)}`,
  stage,
  artifacts: [],
  spec: {},
  createdBy: 'user:a',
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  revision: 1,
})
const rates = {
  versions: 0,
  evidence: 0,
  assessments: 0,
  decisions: 1,
  inferences: 2,
  windows: 0,
  signals: 0,
  audit: 0,
}
const NOW = Date.parse('2026-01-02T00:00:00Z')
const deployed = {
  serving: true,
  evidenceValid: true,
  requestsPerSecond: 2,
  sparkline: [1, 2],
  drift: { verdict: 'stable' as const },
}
const calm: OverviewFacts = {
  deployed: [{ ...version('a', 'deployed'), ...deployed }],
  waiting: [],
  approvals: [],
  byStage: { deployed: 1 },
  openSignals: [],
  auditSize: 9,
  recent: [],
  now: NOW,
  rates,
}

test('the sentence says that all is well only when it is', () => {
  const { sentence, ok } = composeOverview(calm)
  assert.equal(sentence, '1 model version serving; all evidence valid; no open signals.')
  assert.equal(ok, true)
})

test('a deployed version that does not serve, broken evidence and severe signals are each named', () => {
  const { sentence, ok } = composeOverview({
    ...calm,
    deployed: [{ ...version('a', 'deployed'), ...deployed, serving: false, evidenceValid: false }],
    openSignals: [{ severity: 'high', detector: 'telemetry.drift', n: 2 }],
  })
  assert.equal(ok, false)
  assert.match(sentence, /not serving \(a:1\.0\.0\)/)
  assert.match(sentence, /evidence of a:1\.0\.0 does not verify/)
  assert.match(sentence, /2 open signals, 2 high or critical/)
})

test('signals light up the room of their detector, and what waits names the next action', () => {
  const { pipeline, waiting } = composeOverview({
    ...calm,
    waiting: [version('c', 'quarantined')],
    approvals: [{ name: 'b:1.0.0', stage: 'assessed' }],
    openSignals: [
      { severity: 'low', detector: 'telemetry.drift', n: 2 },
      { severity: 'high', detector: 'telemetry.drift', n: 1 },
      { severity: 'low', detector: 'unheard-of', n: 1 },
    ],
  })
  const room = (id: string) => pipeline.rooms.find((one) => one.id === id)
  assert.equal(room('telemetry')?.openSignals, 3)
  assert.equal(room('telemetry')?.severity, 'high')
  assert.equal(room('threats')?.openSignals, 1)
  assert.equal(room('serving')?.severity, undefined)
  assert.equal(room('policy')?.rate, 3)
  assert.deepEqual(
    waiting.map(({ action }) => action),
    ['approve', 'release'],
  )
})
