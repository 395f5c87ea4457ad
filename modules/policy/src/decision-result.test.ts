import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { brokenDecision, toDecisionResult } from './decision-result.ts'

test('a readable decision is taken as it is', () => {
  const decision = { allow: true, reasons: ['a'], obligations: { log: 'full' } }
  assert.deepEqual(toDecisionResult(decision), decision)
  assert.deepEqual(toDecisionResult({ allow: true }), { allow: true, reasons: [], obligations: {} })
})

test('a deny always has a reason', () => {
  for (const value of [undefined, { allow: false }, { allow: 'yes' }, [], null]) {
    const { allow, reasons } = toDecisionResult(value)
    assert.equal(allow, false)
    assert.ok((reasons[0] ?? '').length > 0)
  }
  assert.match(brokenDecision(new Error('took too long')).reasons[0] ?? '', /took too long/)
})

test('property: only a true `allow` allows', () => {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.record(
      { allow: fc.jsonValue(), reasons: fc.jsonValue(), obligations: fc.jsonValue() },
      { requiredKeys: [] },
    ),
  )
  fc.assert(
    fc.property(odd, (value) => {
      const claims = (value as { allow?: unknown } | null)?.allow === true
      if (!claims) assert.equal(toDecisionResult(value).allow, false)
    }),
  )
})
