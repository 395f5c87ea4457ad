import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAppError } from '@rampart/kit'
import fc from 'fast-check'
import { isSighting } from '../siem/alert.ts'
import { decodeEve } from './decode.ts'

const alert = {
  timestamp: '2026-06-01T08:00:00.070000+0000',
  flow_id: 42,
  event_type: 'alert',
  src_ip: '203.0.113.10',
  src_port: 40000,
  dest_ip: '192.0.2.10',
  dest_port: 8000,
  proto: 'TCP',
  alert: {
    action: 'allowed',
    gid: 1,
    signature_id: 9000001,
    signature: 'Prompt injection phrase',
    severity: 1,
    metadata: { mitre_atlas: ['AML.T0051'], mitre_technique_id: ['T1595', 'nonsense'] },
  },
}

test('an alert is a signal about its target', () => {
  const signal = decodeEve(JSON.stringify(alert))
  assert.ok(!isSighting(signal))
  assert.deepEqual(
    [signal.time, signal.detector, signal.severity, signal.entity, signal.related, signal.techniques],
    [
      '2026-06-01T08:00:00.070000Z',
      'suricata:1:9000001',
      'high',
      { kind: 'host', id: '192.0.2.10' },
      [{ kind: 'host', id: '203.0.113.10' }],
      ['T1595', 'AML.T0051'],
    ],
  )
  assert.equal(signal.key, 'suricata:1:9000001:203.0.113.10:192.0.2.10')
  assert.equal(signal.evidence['src_port'], 40000)
  const turned = {
    ...alert,
    alert: { ...alert.alert, target: { ip: '203.0.113.10' }, metadata: { signature_severity: ['Critical'] } },
  }
  const other = decodeEve(JSON.stringify(turned))
  assert.deepEqual([other.entity?.id, !isSighting(other) && other.severity], ['203.0.113.10', 'critical'])
  assert.equal(decodeEve(JSON.stringify(alert)).id, signal.id)
})

test('what only saw something is a sighting with its observables', () => {
  const dns = {
    ...alert,
    event_type: 'dns',
    alert: undefined,
    dns: { type: 'query', rrname: 'model-exfil.example' },
  }
  const sighting = decodeEve(JSON.stringify(dns))
  assert.ok(isSighting(sighting))
  assert.deepEqual(sighting.observables, [
    { type: 'ipv4-addr', value: '203.0.113.10' },
    { type: 'ipv4-addr', value: '192.0.2.10' },
    { type: 'domain-name', value: 'model-exfil.example' },
  ])
  const later = decodeEve(JSON.stringify({ ...dns, timestamp: '2026-06-01T09:00:00Z', flow_id: 43 }))
  assert.equal(later.key, sighting.key)
  assert.notEqual(later.id, sighting.id)
})

test('evidence is bounded, and says what was left out', () => {
  const signal = decodeEve(JSON.stringify({ ...alert, payload: 'x'.repeat(100_000) }))
  assert.deepEqual(signal.evidence['left_out'], ['payload'])
})

test('what is no event is refused, random text too', () => {
  const bad = [
    '',
    '[]',
    '{}',
    '{"event_type":"alert"}',
    '{"event_type":"alert","timestamp":"now"}',
    `${'['.repeat(5000)}${']'.repeat(5000)}`,
  ]
  bad.push(
    JSON.stringify({ ...alert, alert: 7 }),
    `{"event_type":"flow","timestamp":"2026-06-01T08:00:00Z","x":${'['.repeat(40)}${']'.repeat(40)}}`,
  )
  for (const line of bad) assert.throws(() => decodeEve(line), { code: 'CODECS_EVENT_INVALID' })
  const objects = fc.record({
    timestamp: fc.constant(alert.timestamp),
    event_type: fc.constantFrom('alert', 'flow'),
    alert: fc.jsonValue(),
    dns: fc.jsonValue(),
    src_ip: fc.jsonValue(),
  })
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.json(),
        objects.map((one) => JSON.stringify(one)),
      ),
      (line) => {
        try {
          decodeEve(line)
        } catch (error) {
          assert.ok(isAppError(error) && error.code === 'CODECS_EVENT_INVALID', String(error))
        }
      },
    ),
    { numRuns: 400 },
  )
})
