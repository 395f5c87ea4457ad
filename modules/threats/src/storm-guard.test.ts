import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Signal } from '@rampart/domain'
import { createFakeClock } from '@rampart/kit/testing'
import { createStormGuard, STORM_LIMITS } from './storm-guard.ts'

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
  const guard = createStormGuard(clock, { ...STORM_LIMITS, burst: 3, perSecond: 1 })
  const admit = (one: Signal): boolean => guard.admit(one, 's')
  const noisy = Array.from({ length: 100 }, (_, i) =>
    signal({ key: `k${i}`, entity: { kind: 'host', id: `h${i}` } }),
  )
  assert.equal(noisy.filter(admit).length, 3)
  assert.ok(admit(signal({ detector: 'quiet' })))
  assert.ok(admit(signal({ severity: 'critical' })))
  assert.ok(admit(signal({ source: { name: 's', tenant: 'other' } })))
  assert.ok(admit(signal({ state: 'cleared' })))
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
  assert.equal(noisy.filter(admit).length, 2)
})

test('a flood about one entity stays about it', () => {
  const guard = createStormGuard(createFakeClock(0), { ...STORM_LIMITS, burst: 1, perSecond: 0 })
  for (let i = 0; i < 5; i += 1) guard.admit(signal({ key: `k${i}` }), 's')
  const [told] = guard.drain()
  assert.deepEqual(told?.input.entity, { kind: 'host', id: 'h' })
  assert.equal(told?.input.evidence.storm, false)
})

test('a source that calls each report another detector has one budget for all, and is told of as itself', () => {
  const limits = { burst: 5, perSecond: 1, sourceBurst: 10, sourcePerSecond: 1 }
  const guard = createStormGuard(createFakeClock(0), limits)
  const flood = Array.from({ length: 20_000 }, (_, i) =>
    signal({ detector: `d${i}`, key: `k${i}`, severity: i === 500 ? 'critical' : 'low' }),
  )
  assert.equal(flood.filter((one) => guard.admit(one, 'service:loud')).length, 10)
  assert.ok(guard.admit(signal(), 'service:quiet'))
  const [told, ...others] = guard.drain()
  assert.equal(others.length, 0)
  assert.deepEqual(
    [told?.input.detector, told?.input.severity, told?.input.evidence.held],
    ['intake.flood:service:loud', 'critical', 19_990],
  )
})

test('many detectors that are loud at once are told of as their source beyond a number', () => {
  const guard = createStormGuard(createFakeClock(0), {
    ...STORM_LIMITS,
    ...{ burst: 0, perSecond: 0 },
  })
  for (let i = 0; i < 1_000; i += 1) guard.admit(signal({ detector: `d${i}` }), 'service:loud')
  const told = guard.drain()
  assert.equal(told.length, 201)
  assert.equal(told.at(-1)?.input.evidence.held, 800)
})
