import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SinkItem } from '../api/siem-queries.ts'
import { acceptedMeans, lagWords, sinkState, unsentOf } from './sink-state.ts'

const sink = (status: Partial<SinkItem['status']>, spec: Partial<SinkItem['spec']> = {}) => ({
  spec: { type: 'webhook' as const, url: 'https://siem.example/in', ...spec },
  status: {
    phase: 'idle' as const,
    queued: 0,
    held: 0,
    dead: 0,
    delivered: 0,
    leftOut: 0,
    lagSeconds: 0,
    failures: 0,
    ...status,
  },
})

test('a full queue is said before everything else, then pauses, then failures', () => {
  assert.equal(sinkState(sink({ queued: 5, failures: 3 }, { maxQueued: 5, disabled: true })), 'full')
  assert.equal(sinkState(sink({ phase: 'stopped', failures: 3 })), 'paused')
  assert.equal(sinkState(sink({ phase: 'waiting', queued: 9, failures: 1, lagSeconds: 900 })), 'failing')
  assert.equal(sinkState(sink({ queued: 9, lagSeconds: 61 })), 'behind')
  assert.equal(sinkState(sink({ queued: 9, held: 4 })), 'sending')
})

test('what is only kept in case of a break does not wait', () => {
  const held = sink({ queued: 45, held: 45 }, { type: 'syslog', url: 'tls://siem.example:6514' })
  assert.equal(unsentOf(held), 0)
  assert.equal(sinkState(held), 'ok')
})

test('lag has a unit; datagrams are not called delivered', () => {
  assert.deepEqual([0.42, 48, 700, 11_520].map(lagWords), ['0.4 s', '48 s', '12 min', '3.2 h'])
  assert.match(acceptedMeans(sink({}, { type: 'syslog', url: 'udp://siem.example:514' }).spec), /may be lost/)
})
