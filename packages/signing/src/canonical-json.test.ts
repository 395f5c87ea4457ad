import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalDigest, canonicalJson } from './canonical-json.ts'

test('the example of RFC 8785 section 3.2.2 gives the text of section 3.2.3', () => {
  const input = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
      '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
  )
  assert.equal(
    canonicalJson(input),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  )
})

test('member order does not matter and parsing gives the value back', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const text = canonicalJson(value)
      const reversed = Object.fromEntries(Object.entries(value).reverse())
      assert.equal(canonicalJson(reversed), text)
      assert.equal(canonicalJson(JSON.parse(text)), text)
    }),
  )
})

test('values without a canonical form are refused', () => {
  const circle: Record<string, unknown> = {}
  circle.self = circle
  for (const value of [Number.NaN, { a: Number.POSITIVE_INFINITY }, circle, '\ud800', undefined]) {
    assert.throws(() => canonicalJson(value), { code: 'SIGNING_NOT_CANONICAL' })
  }
})

test('the digest of the empty object is the well-known one', () => {
  assert.equal(canonicalDigest({}), 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a')
})
