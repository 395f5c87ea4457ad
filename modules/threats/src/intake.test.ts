import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SignalInput } from '@rampart/domain'
import { completeSignal } from './intake.ts'

const filled = { id: 'i', tenant: 't', sourceName: 's' }
const input: SignalInput = {
  time: '2026-11-24T01:02:03Z',
  detector: 'd',
  title: 't',
  severity: 'high',
  entity: { kind: 'host', id: 'h' },
  evidence: {},
}

test('times that pass the format check but are read by nobody are written plainly', () => {
  for (const [given, kept] of [
    ['2026-11-24T01:02:03+01', '2026-11-24T01:02:03+01:00'],
    ['2026-11-24 01:02:03.5Z', '2026-11-24T01:02:03.5Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59Z'],
    ['2026-11-24T01:02:03.123456-08:00', '2026-11-24T01:02:03.123456-08:00'],
  ] as const) {
    const window = { from: given, to: given }
    const signal = completeSignal({ ...input, time: given, observed_time: given, window }, filled)
    assert.deepEqual(
      [signal.time, signal.observed_time, signal.window],
      [kept, kept, { from: kept, to: kept }],
    )
    assert.ok(Number.isFinite(Date.parse(kept)))
  }
})

test('years that the database cannot calculate with are refused, and the field is named', () => {
  for (const time of ['0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59-01:00'])
    assert.throws(() => completeSignal({ ...input, time }, filled), {
      code: 'THREATS_SIGNAL_INVALID',
      details: [{ pointer: '/time', message: 'must be a time from 1900 to 2999' }],
    })
})
