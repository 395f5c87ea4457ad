import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRegoRuntime } from './index.ts'

const runtime = await createRegoRuntime()
const reads = (text: string, query = 'data.p.x') =>
  runtime.compile({ files: { 'p.rego': `package p\n${text}` } }).reads(query)

const CASES: readonly [name: string, text: string, input: readonly string[] | 'all'][] = [
  ['nothing', 'x := 1', []],
  ['plain paths', 'x if { input.a.b == 1; input.c > 2 }', ['a.b', 'c']],
  ['string in brackets', 'x := input["a"].b["c"]', ['a.b.c']],
  ['a computed part ends the path', 'x if { some i; input.a[i].b == 1 }', ['a']],
  ['the index is read too', 'x := data.list[input.i]', ['i']],
  ['the outer path covers the inner', 'x if { input.a.b; input.a }', ['a']],
  ['a name that only starts alike', 'x if { input.a; input.ab }', ['a', 'ab']],
  ['whole input', 'x := count(input)', 'all'],
  ['input given to a function', 'f(i) := i.a\nx := f(input)', 'all'],
  ['computed at the root', 'x := input[data.key]', 'all'],
  ['a part with a dot counts as its parent', 'x := input.a["b.c"]', ['a']],
  ['imports', 'import input.a.b as c\nx := c.d', ['a.b.d']],
  [
    'through rules and functions',
    'x if { y; f(1) > 2 }\ny if input.a\nf(n) := n + input.b\nz := input.c',
    ['a', 'b'],
  ],
  [
    'through else and default',
    'x := y if input.a\nelse := input.b\ndefault x := 3\ny := input.c',
    ['a', 'b', 'c'],
  ],
  ['through set rules', 'x := count(reasons)\nreasons contains input.why if not input.ok', ['ok', 'why']],
  ['comprehensions', 'x := [v | some v in input.a; v == input.b]', ['a', 'b']],
  ['rules that are not reached', 'x := 1\ny := input.a', []],
]
for (const [name, text, input] of CASES)
  test(`reads: ${name}`, () => assert.deepEqual(reads(text).input, input))

test('a whole package reads what its rules read; an expression reads everything', () => {
  const text = 'x := input.a\ny := input.b'
  assert.deepEqual(reads(text, 'data.p').input, ['a', 'b'])
  assert.deepEqual(reads(text, 'data.p.x == 1').input, 'all')
})

test('time and randomness make an answer volatile, only where reached', () => {
  const text = 'x := y\ny if time.now_ns() > 1\nz := 1\nw := time.parse_rfc3339_ns("2026-01-01T00:00:00Z")'
  assert.equal(reads(text).volatile, true)
  assert.equal(reads(text, 'data.p.z').volatile, false)
  assert.equal(reads(text, 'data.p.w').volatile, false)
})

const policy = runtime.compile({
  files: {
    'p.rego': `package p
import input.env as e
x := {"n": n, "s": s, "t": t}
default n := 0
n := count(input.list) if input.list
s := {r | some r in input.who.roles; r in allowed}
allowed := {"a", e.extra}
default t := false
t if input.who.tenant == "t"`,
  },
})

/** The input with every path that is not declared removed. */
function keep(paths: readonly (readonly string[])[], input: unknown): unknown {
  if (typeof input !== 'object' || input === null || paths.some((path) => path.length === 0)) return input
  const below = (key: string) => paths.filter(([head]) => head === key).map((path) => path.slice(1))
  const kept = Object.entries(input).filter(([key]) => below(key).length > 0)
  return Object.fromEntries(kept.map(([key, value]) => [key, keep(below(key), value)]))
}

test('property: what is not declared as read does not change the answer', () => {
  const { input: paths } = policy.reads('data.p.x')
  assert.ok(paths !== 'all')
  const parts = paths.map((path) => path.split('.'))
  const record = fc.record(
    {
      list: fc.array(fc.nat()),
      who: fc.record({
        roles: fc.array(fc.constantFrom('a', 'b', 'c')),
        tenant: fc.constantFrom('t', 'u'),
        secret: fc.string(),
      }),
      env: fc.record({ extra: fc.constantFrom('b', 'c'), other: fc.jsonValue() }),
      more: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(record, (input) => {
      assert.deepEqual(policy.evaluate('data.p.x', input), policy.evaluate('data.p.x', keep(parts, input)))
    }),
    { numRuns: 300 },
  )
})
