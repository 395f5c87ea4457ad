import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Signal } from '@rampart/domain'
import { createFakeClock } from '@rampart/kit/testing'
import { createStormGuard } from './storm-guard.ts'

const signal = (over: Partial<Signal> = {}): Signal => ({
  schema: 'signal/1',
  id: 'i',
  key: 'k',
  state: 'raised',
  time: '2026-01-01T00:00:00Z',
  detector: 'noisy',
  title: 'T',
  severity: 'low',
  entity: { kind: 'host', id: 'h' },
  evidence: {},
  source: { name: 's', tenant: 'default' },
  ...over,
})

test('beyond its budget a detector is counted and sampled; others, graver reports and clears pass', () => {
  const clock = createFakeClock(0)
  const guard = createStormGuard(clock, { burst: 3, perSecond: 1 })
  const noisy = Array.from({ length: 100 }, (_, i) =>
    signal({ key: `k${i}`, entity: { kind: 'host', id: `h${i}` } }),
  )
  assert.equal(noisy.filter(guard.admit).length, 3)
  assert.ok(guard.admit(signal({ detector: 'quiet' })))
  assert.ok(guard.admit(signal({ severity: 'critical' })))
  assert.ok(guard.admit(signal({ source: { name: 's', tenant: 'other' } })))
  assert.ok(guard.admit(signal({ state: 'cleared' })))
  const [told, ...others] = guard.drain()
  assert.equal(others.length, 0)
  assert.equal(told?.input.evidence.held, 97)
  assert.equal(told?.input.evidence.storm, true)
  assert.deepEqual(told?.input.entity, { kind: 'source', id: 'noisy' })
  assert.deepEqual(
    told?.input.evidence.sample,
    noisy.slice(3, 13).map(({ key }) => key),
  )
  assert.deepEqual(guard.drain(), [])
  clock.advance(2_000)
  assert.equal(noisy.filter(guard.admit).length, 2)
})

test('a flood about one entity stays about it', () => {
  const guard = createStormGuard(createFakeClock(0), { burst: 1, perSecond: 0 })
  for (let i = 0; i < 5; i += 1) guard.admit(signal({ key: `k${i}` }))
  const [told] = guard.drain()
  assert.deepEqual(told?.input.entity, { kind: 'host', id: 'h' })
  assert.equal(told?.input.evidence.storm, false)
})
