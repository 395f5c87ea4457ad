import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toCsv } from './csv.ts'
import { bytes, compact, micros, percent, statistic } from './number.ts'
import { eventName, predicateName, shortDigest } from './text.ts'
import { duration, relativeTime } from './time.ts'

const NOW = Date.parse('2026-11-23T10:00:00Z')

test('relative times', () => {
  assert.equal(relativeTime(NOW - 500, NOW), 'just now')
  assert.equal(relativeTime(NOW - 12_000, NOW), '12 s ago')
  assert.equal(relativeTime('2026-11-23T07:00:00Z', NOW), '3 h ago')
  assert.equal(relativeTime(NOW + 3 * 86_400_000, NOW), 'in 3 d')
  assert.equal(relativeTime(undefined, NOW), 'never')
  assert.equal(relativeTime('not a time', NOW), 'never')
})

test('numbers keep three significant digits and their unit', () => {
  assert.deepEqual([0, 0.4, 12, 999.6, 1234, 3_400_000].map(compact), [
    '0',
    '0.4',
    '12',
    '1k',
    '1.23k',
    '3.4M',
  ])
  assert.equal(compact(Number.NaN), '–')
  assert.equal(statistic(3.1e-12), '3.1e-12')
  assert.equal(statistic(undefined), '–')
  assert.equal(percent(0.84), '84.0 %')
  assert.equal(bytes(184_320), '180 KiB')
  assert.equal(micros(41), '41 µs')
  assert.equal(duration(0.711), '711 µs')
  assert.equal(duration(12_400), '12.4 s')
})

test('identifiers are shortened without losing what tells them apart', () => {
  assert.equal(shortDigest(`sha256:${'ab'.repeat(32)}`), 'sha256:abababab…abab')
  assert.equal(predicateName('https://rampart.dev/attestation/assessment/v1'), 'assessment')
  assert.equal(eventName('rampart.model-version.transitioned.v1'), 'model-version transitioned')
})

test('CSV quotes what must be quoted and defuses formulas', () => {
  assert.equal(
    toCsv([{ a: 'x,"y"', b: '=HYPERLINK(1)', c: -2 }]),
    'a,b,c\r\n"x,""y""",\'=HYPERLINK(1),-2\r\n',
  )
})
