import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFakeClock } from '@rampart/kit/testing'
import fc from 'fast-check'
import { summariseCounts } from './merged-stats.ts'
import { createRouteStats, OUTCOMES, type RouteStats, STATS_STEPS } from './route-stats.ts'

const countsOf = (stats: RouteStats) => ({
  route: 'm',
  model: 'm',
  version: '1.0.0',
  rows: stats.totalRows(),
  outcomes: stats.outcomes,
  predictions: stats.reading().labels,
  steps: stats.steps(STATS_STEPS),
})

test('property: counters of several processes make the summary that one process makes of all calls', () => {
  const call = fc.record({
    outcome: fc.constantFrom(...OUTCOMES),
    micros: fc.integer({ min: 1, max: 2_000_000 }),
    label: fc.constantFrom('yes', 'no'),
    processNumber: fc.nat(2),
    restMs: fc.integer({ min: 0, max: 5_000 }),
  })
  fc.assert(
    fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
      const clock = createFakeClock(1_800_000_000_000)
      const one = createRouteStats(clock)
      const several = [0, 1, 2].map(() => createRouteStats(clock))
      for (const { outcome, micros, label, processNumber, restMs } of calls) {
        for (const stats of [one, several[processNumber] as RouteStats]) {
          stats.record(outcome, micros)
          stats.predicted(label)
          stats.rows(2)
        }
        clock.advance(restMs)
      }
      assert.deepEqual(summariseCounts(several.map(countsOf), clock.now()), one.summary())
      assert.deepEqual(summariseCounts([countsOf(one)], clock.now()), one.summary())
    }),
    { numRuns: 30 },
  )
})
