import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  type AlarmConfig,
  type AlarmEmission,
  type AlarmState,
  checkAlarmConfig,
  DEFAULT_ALARM,
  nextAlarm,
} from './alarm.ts'

const SEED = 20261123
const RANK = { low: 0, medium: 1, high: 2, critical: 3 }

const run = (config: AlarmConfig, steps: { score: number; pValue: number; wait: number }[]) => {
  let state: AlarmState | null = null
  let now = 1_000_000
  const trail: { emit: AlarmEmission; state: AlarmState; now: number; score: number; pValue: number }[] = []
  for (const { score, pValue, wait } of steps) {
    now += wait
    const next: { state: AlarmState; emit: AlarmEmission } = nextAlarm({
      previous: state,
      observed: { score, pValue },
      config,
      now,
    })
    state = next.state
    trail.push({ ...next, now, score, pValue })
  }
  return trail
}

const step = fc.record({
  score: fc.constantFrom(0, 0.05, 0.15, 0.19, 0.2, 0.3, 0.5, 0.9),
  pValue: fc.constantFrom(1e-12, 0.001, 0.0011, 0.4),
  wait: fc.constantFrom(0, 1000, 599_000, 600_000),
})
const shape = fc.record({
  raiseAfter: fc.integer({ min: 1, max: 3 }),
  clearAfter: fc.integer({ min: 1, max: 4 }),
})

describe('alarm state machine', () => {
  test('agrees with a model that only counts windows, and keeps its promises', () => {
    fc.assert(
      fc.property(shape, fc.array(step, { maxLength: 80 }), (counts, steps) => {
        const config = { ...DEFAULT_ALARM, ...counts }
        let raised = false
        let bad = 0
        let good = 0
        let lastEmit = Number.NEGATIVE_INFINITY
        let severity = 0
        for (const { emit, state, now, score, pValue } of run(config, steps)) {
          const isBad = score >= 0.2 && pValue <= 0.001
          const isGood = score < 0.1 || pValue > 0.001
          const wasRaised: boolean = raised
          if (raised) good = isGood ? good + 1 : 0
          else bad = isBad ? bad + 1 : 0
          if (!raised && bad >= config.raiseAfter) raised = true
          else if (raised && good >= config.clearAfter) raised = false
          assert.equal(state.status, raised ? 'raised' : 'quiet')
          const expected = wasRaised === raised ? ['update', null] : [raised ? 'raise' : 'clear']
          assert.ok(expected.includes(emit))
          if (emit === 'update') {
            const worse = RANK[state.severity ?? 'low'] > severity
            assert.ok(wasRaised && isBad && (worse || now - lastEmit >= config.cooldownMs))
          }
          if (wasRaised !== raised) [bad, good] = [0, 0]
          if (emit !== null) lastEmit = now
          severity = state.severity === null ? -1 : RANK[state.severity]
        }
      }),
      { seed: SEED, numRuns: 1000 },
    )
  })

  test('raises, grows worse at once, calms down only after the cooldown, clears after three good windows', () => {
    const p = 1e-9
    const steps = [0.05, 0.3, 0.6, 0.3, 0.3, 0.15, 0.05, 0.05, 0.05, 0.05].map((score, i) => ({
      score,
      pValue: p,
      wait: i === 4 ? 600_000 : 60_000,
    }))
    const emissions = run(DEFAULT_ALARM, steps).map(({ emit, state }) => [emit, state.severity])
    assert.deepEqual(emissions.slice(0, 6), [
      [null, null],
      ['raise', 'medium'],
      ['update', 'high'],
      [null, 'high'],
      ['update', 'medium'],
      [null, 'medium'],
    ])
    assert.deepEqual(
      emissions.slice(6).map(([emit]) => emit),
      [null, null, 'clear', null],
    )
  })

  test('a clock that goes back does not repeat an update', () => {
    const steps = [1, 1, 1].map((score, i) => ({ score, pValue: 0, wait: i === 0 ? 0 : -10_000_000 }))
    assert.deepEqual(
      run(DEFAULT_ALARM, steps).map(({ emit }) => emit),
      ['raise', null, null],
    )
  })

  test('contradictory limits are refused', () => {
    checkAlarmConfig(DEFAULT_ALARM)
    const wrong = [
      { clearAt: 0.3 },
      { alpha: 0 },
      { raiseAfter: 0 },
      { clearAfter: 1.5 },
      { cooldownMs: -1 },
      { levels: [] },
    ]
    for (const change of wrong) {
      assert.throws(() => checkAlarmConfig({ ...DEFAULT_ALARM, ...change }), { code: 'DRIFT_BAD_OPTION' })
    }
  })
})
