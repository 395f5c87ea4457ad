import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  began,
  described,
  EJECT_AFTER,
  type EndpointState,
  ended,
  mayCall,
  newEndpoint,
} from './endpoint-state.ts'
import { createRetryBudget } from './retry-budget.ts'

const calls = (state: EndpointState, ok: boolean, count: number, now: number): EndpointState => {
  let next = state
  for (let i = 0; i < count; i++) next = ended(began(next), ok, now)
  return next
}

test('failures in a row eject; one trial decides, and each ejection lasts longer', () => {
  let state = calls(newEndpoint(true), false, EJECT_AFTER, 1000)
  assert.equal(mayCall(state, 1000), false)
  assert.equal(described(state, 1000), 'ejected')
  const first = state.ejectedUntil - 1000
  assert.equal(mayCall(state, state.ejectedUntil), true)
  state = began(state)
  assert.equal(mayCall(state, state.ejectedUntil), false, 'one trial at a time')
  const failed = ended(state, false, 5000)
  assert.ok(failed.ejectedUntil - 5000 > first)
  const healed = ended(state, true, 5000)
  assert.equal(mayCall(healed, 5000), true)
})

test('one that fails every second call is an outlier, one that fails every fifth is not', () => {
  const mixed = (every: number): EndpointState => {
    let state = newEndpoint(true)
    for (let i = 0; i < 60 && mayCall(state, 1); i++) state = ended(began(state), i % every !== 0, 1)
    return state
  }
  assert.equal(mayCall(mixed(2), 1), false)
  assert.equal(mayCall(mixed(5), 1), true)
})

test('a call that says nothing changes nothing but the count of calls', () => {
  const state = newEndpoint(true)
  assert.deepEqual(ended(began(state), undefined, 9), state)
})

test('whatever happens, calls in flight are counted right and an unverified endpoint gets none', () => {
  const step = fc.record({ ok: fc.constantFrom(true, false, undefined), ms: fc.nat(5000) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      let state = newEndpoint(true)
      let now = 0
      for (const { ok, ms } of steps) {
        now += ms
        if (mayCall(state, now)) state = ended(began(state), ok, now)
        assert.equal(state.inFlight, 0)
        assert.equal(state.trial, false)
        assert.ok(state.ejectedUntil - now <= 30_000)
      }
      assert.equal(mayCall({ ...state, isVerified: false }, now), false)
    }),
  )
})

test('retries are at most a tenth of the calls once the first few are used up', () => {
  const budget = createRetryBudget()
  let retries = 0
  for (let call = 0; call < 1000; call++) {
    budget.earn()
    if (budget.take()) retries += 1
  }
  assert.ok(retries >= 95 && retries <= 106, String(retries))
})
