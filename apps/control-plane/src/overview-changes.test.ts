import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AuditFact, auditRate, changesOf } from './overview-changes.ts'

const NOW = Date.parse('2026-01-02T00:00:00Z')
const at = (secondsAgo: number): string => new Date(NOW - secondsAgo * 1000).toISOString()
const fact = (action: string, secondsAgo: number, over: Partial<AuditFact> = {}): AuditFact => ({
  index: 7,
  time: at(secondsAgo),
  action,
  outcome: 'success',
  entity: { kind: 'model-version', id: 'm:1' },
  principal: 'user:a',
  details: {},
  ...over,
})

test('changes are said in words; what accompanies them and what is older than a day is left out', () => {
  const changes = changesOf(
    [
      fact('evidence:record', 1),
      fact('model-version.transition.approved', 2),
      fact('signal.raised', 3, { details: { title: 'Feature x drifted' } }),
      fact('model-version.transition.deployed', 4, { outcome: 'denied' }),
      fact('something.new', 5),
      fact('api-key.issued', 6, { entity: { kind: 'api-key', id: '12' }, details: { name: 'nightly' } }),
      fact('model-version.register', 90_000),
    ],
    NOW,
  )
  assert.deepEqual(
    changes.map(({ title }) => title),
    ['approved', 'signal: Feature x drifted', 'deployed (denied)', 'something.new', 'API key nightly issued'],
  )
  assert.equal(changes[0]?.auditIndex, 7)
})

test('what response does is said by the name of its run; steps on the way are left out', () => {
  const run = { entity: { kind: 'run' as const, id: '9' }, details: { name: 'retract m:1' } }
  const changes = changesOf(
    [fact('response.reverted', 1, run), fact('response.running', 2, run), fact('response.waiting', 3, run)],
    NOW,
  )
  assert.deepEqual(
    changes.map(({ title }) => title),
    ['retract m:1 undone', 'retract m:1 waits for approval'],
  )
})

test('the rate reaches back a minute, or as far as the entries do', () => {
  const ages = (count: number, stepSeconds: number) =>
    Array.from({ length: count }, (_, i) => ({ time: at((i + 1) * stepSeconds) }))
  assert.equal(auditRate([], NOW), 0)
  assert.equal(auditRate(ages(6, 20), NOW), 2 / 60)
  assert.equal(auditRate(ages(200, 0.1), NOW), 10)
})
