import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRateMeter } from './rate-meter.ts'

test('a rate is the last minute only, whatever was counted before', () => {
  const time = { ms: 1_000_000 }
  const meter = createRateMeter({ clock: { monotonic: () => time.ms } })
  assert.equal(meter.perSecond('x'), 0)
  meter.count('x', 30)
  time.ms += 10_000
  meter.count('x', 30)
  assert.equal(meter.perSecond('x'), 1)
  time.ms += 55_000
  assert.equal(meter.perSecond('x'), 0.5)
  time.ms += 600_000
  assert.equal(meter.perSecond('x'), 0)
})
