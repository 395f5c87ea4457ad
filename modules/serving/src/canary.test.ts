import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type CanaryReading, canaryShare, combine, emptyReading, judgeCanary } from './canary.ts'
import { bucketEdgeMicros, createLatencyHistogram } from './latency-histogram.ts'
import type { CanarySpec } from './route-spec.ts'

const SPEC: CanarySpec = { model: 'm', version: '2', steps: [5, 50], intervalMs: 1000, minRequests: 100 }
const edgeMs = (bucket: number): number => bucketEdgeMicros(bucket) / 1000

const reading = (answered: number, failed: number, latencyMs = 1, more: Partial<CanaryReading> = {}) => {
  const latency = createLatencyHistogram()
  for (let i = 0; i < answered; i++) latency.record(latencyMs * 1000)
  return { ...emptyReading(), answered, failed, latency: latency.buckets(), ...more }
}
const judge = (candidate: CanaryReading, baseline: CanaryReading, spec = SPEC, ageMs = 2000) =>
  judgeCanary({ spec, candidate, baseline, ageMs, edgeMs })

test('a step waits for its requests and its time, then goes on', () => {
  assert.equal(judge(reading(10, 0), reading(1000, 0)).verdict, 'wait')
  assert.equal(judge(reading(100, 0), reading(1000, 0), SPEC, 10).verdict, 'wait')
  assert.equal(judge(reading(100, 0), reading(1000, 0)).verdict, 'advance')
})

test('errors beyond the margin and beyond chance end it, also early; a single one does not', () => {
  assert.equal(judge(reading(99, 1), reading(1000, 0)).verdict, 'advance')
  assert.equal(judge(reading(80, 20), reading(1000, 2)).verdict, 'fail')
  assert.equal(judge(reading(0, 10), reading(1000, 2)).verdict, 'fail')
  assert.equal(judge(reading(80, 20), reading(800, 200)).verdict, 'advance')
})

test('the false-alarm rate of the error test is at most one in a hundred where the margin just holds', () => {
  // Both fail at 2 %, with a margin of zero: the candidate is not worse.
  const spec = { ...SPEC, maxErrorRateIncrease: 0 }
  let seed = 7
  const random = (): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
    return seed / 0x7fffffff
  }
  const draw = (n: number): CanaryReading => {
    let failed = 0
    for (let i = 0; i < n; i++) if (random() < 0.02) failed += 1
    return { ...emptyReading(), answered: n - failed, failed }
  }
  let alarms = 0
  for (let i = 0; i < 1000; i++) if (judge(draw(500), draw(5000), spec).verdict === 'fail') alarms += 1
  assert.ok(alarms <= 25, `${alarms} of 1000`)
})

test('a slower p95, other labels and other scores end it where asked', () => {
  assert.equal(judge(reading(200, 0, 50), reading(1000, 0, 10)).verdict, 'fail')
  assert.equal(judge(reading(200, 0, 4), reading(1000, 0, 1)).verdict, 'advance')
  const yes = { labels: { yes: 100, no: 100 } }
  const no = { labels: { yes: 20, no: 180 } }
  assert.equal(judge(reading(200, 0, 1, no), reading(200, 0, 1, yes)).verdict, 'advance')
  assert.equal(
    judge(reading(200, 0, 1, no), reading(200, 0, 1, yes), { ...SPEC, maxLabelShift: 0.3 }).verdict,
    'fail',
  )
  const scored = (sum: number) => ({ scores: { sum, count: 200 } })
  assert.equal(
    judge(reading(200, 0, 1, scored(20)), reading(200, 0, 1, scored(100)), { ...SPEC, maxScoreShift: 0.2 })
      .verdict,
    'fail',
  )
})

test('readings subtract to what happened in between', () => {
  const arbitrary = fc.record({
    answered: fc.nat(1000),
    failed: fc.nat(1000),
    latency: fc.array(fc.nat(50), { maxLength: 5 }),
    labels: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat(50), { noNullPrototype: true }),
    scores: fc.record({ sum: fc.nat(100), count: fc.nat(100) }, { noNullPrototype: true }),
  })
  fc.assert(
    fc.property(arbitrary, arbitrary, (a, b) => {
      const back = combine(combine(a, b, 1), b, -1)
      assert.equal(back.answered, a.answered)
      assert.equal(back.failed, a.failed)
      for (const [i, count] of back.latency.entries()) assert.equal(count, a.latency[i] ?? 0)
      for (const [label, count] of Object.entries(back.labels)) assert.equal(count, a.labels[label] ?? 0)
      assert.deepEqual(back.scores, a.scores)
    }),
  )
})

test('the share follows the state, and a changed canary begins at its first step', () => {
  const key = JSON.stringify(['m', '2', null, [5, 50]])
  const state = (phase: 'running' | 'promoted' | 'rolled-back', step = 1) => ({ key, phase, step, since: '' })
  assert.equal(canaryShare(SPEC, undefined), 5)
  assert.equal(canaryShare(SPEC, state('running')), 50)
  assert.equal(canaryShare(SPEC, state('promoted')), 100)
  assert.equal(canaryShare(SPEC, state('rolled-back')), 0)
  assert.equal(canaryShare({ ...SPEC, version: '3' }, state('rolled-back')), 5)
})
