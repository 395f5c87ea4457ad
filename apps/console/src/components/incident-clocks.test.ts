import assert from 'node:assert/strict'
import test from 'node:test'
import { nextClock, runningClocks } from './incident-clocks.ts'

const at = (minutes: number): string => new Date(minutes * 60_000).toISOString()
const dues = { acknowledgeDue: at(15), containDue: at(30), resolveDue: at(240), breached: [] }
const steps = (clocks: ReturnType<typeof runningClocks>) => clocks.map(({ step }) => step).join()

test('each step stops its own clock; containing by itself stops only the clock of containment', () => {
  const of = (incident: Partial<Parameters<typeof runningClocks>[0]>) =>
    steps(runningClocks({ ...dues, status: 'open', ...incident }, 0))
  assert.equal(of({}), 'acknowledge,contain,resolve')
  assert.equal(of({ containedAt: at(1) }), 'acknowledge,resolve')
  assert.equal(of({ status: 'acknowledged' }), 'contain,resolve')
  assert.equal(of({ status: 'acknowledged', containedAt: at(1) }), 'resolve')
  assert.equal(of({ status: 'contained' }), 'resolve')
  assert.equal(of({ status: 'resolved' }), '')
  assert.equal(of({ status: 'closed' }), '')
  const { containDue: _, ...medium } = dues
  assert.equal(steps(runningClocks({ ...medium, status: 'open' }, 0)), 'acknowledge,resolve')
})

test('what is late comes before what is next', () => {
  const clocks = (minutes: number) =>
    runningClocks({ ...dues, status: 'acknowledged', breached: [] }, minutes * 60_000)
  assert.deepEqual(nextClock(clocks(20)), { step: 'contain', due: at(30), late: false })
  assert.deepEqual(nextClock(clocks(31)), { step: 'contain', due: at(30), late: true })
  const reported = runningClocks({ ...dues, status: 'open', breached: ['resolve'] }, 0)
  assert.equal(nextClock(reported)?.step, 'resolve')
  assert.equal(nextClock([]), undefined)
})
