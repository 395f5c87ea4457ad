import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { evaluateCondition, parseCondition, variablesOf } from './condition.ts'

const values: Record<string, string> = {
  __n__: '10',
  __s__: 'abc',
  __ip__: '10.1.2.3',
  __flag__: 'true',
  __6__: 'x',
}
const holds = (text: string): boolean => evaluateCondition(parseCondition(text), (name) => values[name] ?? '')

test('comparisons mean what they say', () => {
  for (const [text, expected] of [
    ["__s__:value = 'abc'", true],
    ["[__s__:value == 'abc']", true],
    ['__n__:value > 9', true],
    ['__n__:value < 9', false],
    ["__n__:value != '10'", false],
    ["__s__:value IN ('x', 'abc')", true],
    ["__s__:value NOT IN ('x', 'abc')", false],
    ["__s__:value LIKE 'a%'", true],
    ["__s__:value LIKE '_b_'", true],
    ["__s__:value LIKE '_b'", false],
    ["__ip__:value ISSUBSET '10.0.0.0/8'", true],
    ["__ip__:value ISSUBSET '10.2.0.0/16'", false],
    ["'10.0.0.0/8' ISSUPERSET __ip__:value", true],
    ["'2001:db8::/32' ISSUPERSET '2001:db8::1'", true],
    ['__flag__:value = true', true],
    ["__n__:value = 10 AND __s__:value = 'x' OR __flag__:value = 'true'", true],
    ["__n__:value = 10 AND (__s__:value = 'x' OR __flag__:value = 'false')", false],
    ["NOT __s__:value = 'x'", true],
    ["'it\\'s' = 'it\\'s'", true],
  ] as const)
    assert.equal(holds(text), expected, text)
  assert.deepEqual(variablesOf(parseCondition('__n__:value = 1 OR __s__:value = __n__:value')), [
    '__n__',
    '__s__',
  ])
})

test('what is no condition is refused in time and with the right error, whatever it is', () => {
  for (const text of [
    '',
    '__n__',
    '__n__:value',
    "__n__:value = 'a",
    "__n__:value = 'a' AND",
    "__n__:value = 'a' b",
    "__n__:value MATCHES '(a+)+$'",
    '__n__:value IN ()',
    '(__n__:value = 1',
    `${'('.repeat(500)}1 = 1`,
    `${'NOT '.repeat(500)}1 = 1`,
    'process.exit() = 1',
    '1 = 1; 2 = 2',
  ])
    assert.throws(() => parseCondition(text), { code: 'CACAO_CONDITION_INVALID' }, text)
  assert.throws(() => holds("__s__:value ISSUBSET '10.0.0.0/8'"), { code: 'CACAO_CONDITION_INVALID' })
  const pieces = fc.constantFrom(
    '__n__:value',
    "'a'",
    '1',
    '=',
    '<',
    'AND',
    'OR',
    'NOT',
    '(',
    ')',
    'IN',
    ',',
    ' ',
    'LIKE',
    '%',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 20 }), (parts) => {
      try {
        assert.equal(typeof holds(parts.join(' ')), 'boolean')
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'CACAO_CONDITION_INVALID')
      }
    }),
    { numRuns: 500 },
  )
})

test('LIKE is linear for patterns made to be slow', () => {
  const started = process.cpuUsage()
  assert.equal(holds(`'${'a'.repeat(4000)}' LIKE '${'%a'.repeat(1500)}b'`), false)
  const { user } = process.cpuUsage(started)
  assert.ok(user < 2_000_000, `${user} µs`)
})
