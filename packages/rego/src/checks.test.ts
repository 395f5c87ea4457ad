import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAppError } from '@rampart/kit'
import fc from 'fast-check'
import { BUILTIN_ARITY, createRegoRuntime, type PolicyFault, type PolicySource } from './index.ts'

const runtime = await createRegoRuntime()

function faultsOf(source: PolicySource): readonly PolicyFault[] {
  try {
    runtime.compile(source).dispose()
    return []
  } catch (error) {
    assert.ok(isAppError(error), String(error))
    assert.equal(error.code, 'REGO_COMPILE_FAILED')
    return error.details as PolicyFault[]
  }
}
const faults = (text: string, data?: Record<string, unknown>) =>
  faultsOf({ files: { 'p.rego': `package p\n${text}` }, ...(data && { data }) })
const place = (fault: PolicyFault | undefined) => fault && `${fault.line}:${fault.column}`

const REFUSED: readonly [name: string, text: string, at: string, message: RegExp][] = [
  ['unfinished object', 'x := {', '2:7', /expecting expression/],
  ['rule body without if', 'x { true }', '2:3', /`if` keyword/],
  [
    'unknown built-in',
    'x if {\n  crypto.sha256(input.a) == "b"\n}',
    '3:3',
    /unknown function crypto\.sha256/,
  ],
  [
    'http is not there',
    'x := http.send({"method": "get", "url": "http://a"})',
    '2:6',
    /unknown function http\.send/,
  ],
  ['misspelt function', 'f(a) := a\nx := ff(1)', '3:6', /unknown function ff/],
  [
    'unknown function in a comprehension',
    'x := [y | some v in input; y := nope(v)]',
    '2:33',
    /unknown function nope/,
  ],
  ['unknown function in an argument', 'x := count(nope(1))', '2:12', /unknown function nope/],
  ['unknown function in an else', 'x := 1 if input.a\nelse := nope(1)', '3:9', /unknown function nope/],
  ['unknown function of an import', 'import data.q\nx := q.f(1)', '3:6', /unknown function q\.f/],
  ['a rule called as a function', 'y := 1\nx := y(1)', '3:6', /unknown function y/],
  ['prototype names are not built-ins', 'x := constructor(1)', '2:6', /unknown function constructor/],
  ['too many arguments', 'x if count(1, 2, 3) == 1', '2:6', /count takes 1 argument, not 3/],
  ['too few arguments', 'f(a, b) := a + b\nx := f(1)', '3:6', /f takes 2 arguments, not 1/],
  ['undefined name in a body', 'x if y == 1', '2:6', /unsafe/],
  ['undefined name in a head', 'x := y', '2:6', /nothing defines y/],
  ['undefined name in a key', 'x contains y', '2:12', /nothing defines y/],
  ['mutual recursion', 'x if y\ny if not x', '2:1', /recursive rule: data\.p\.x → data\.p\.y → data\.p\.x/],
  ['recursive function', 'f(a) := f(a - 1)', '2:1', /recursive rule: data\.p\.f/],
  ['reading the own package', 'x := count(data.p)', '2:1', /recursive rule/],
  ['a line that is too long', `x := "${'a'.repeat(2000)}"`, '2:1024', /.*/],
]
for (const [name, text, at, message] of REFUSED) {
  test(`refused: ${name}`, () => {
    const [fault] = faults(text)
    assert.match(fault?.message ?? '(accepted)', message)
    if (name !== 'a line that is too long') assert.equal(place(fault), at)
    assert.equal(fault?.file, 'p.rego')
  })
}

const ACCEPTED: readonly [name: string, text: string][] = [
  [
    'own functions, imports and built-ins',
    'import data.p as q\nf(a) := upper(a)\nx := f("a")\ny := q.f("b")',
  ],
  ['print', 'x if print("a", 1, input)'],
  [
    'comprehensions in heads',
    'x := [y | some y in input.a]\nz := {k: v | some k, v in input.b}\nw := {e | input.c[_] = e}',
  ],
  ['computed heads', 'x[k] := v if some k, v in input\ny contains k if some k in input\nz.a.b := 1'],
  ['else chains', 'f(a) := 1 if a > 1\nelse := b if b := a + 1\nelse := 3'],
  ['destructuring', 'x := [a, b] if [a, {"k": b}] := input.pair\nf([a, b]) := a + b\ny := f([1, 2])'],
  ['every and some', 'x if every k, v in input.a { v > k }\ny if { some i; input.a[i] == 1 }'],
  ['a local that is called like a rule', 'y := x if x := input.a\nx := y'],
  ['an argument that takes the answer', 'x := n if count(input.a, n)'],
  ['walk', 'x contains v if walk(input, [_, v])'],
  ['default functions', 'default f(_) := 0\nf(a) := 1 if a > 1\nx := f(input.a)'],
]
for (const [name, text] of ACCEPTED) test(`accepted: ${name}`, () => assert.deepEqual(faults(text), []))

test('each broken file is reported, with its own name', () => {
  const found = faultsOf({
    files: { 'a.rego': 'package a\nx := {', 'b.rego': 'package b\nx := 1', 'c.rego': 'package' },
  })
  assert.deepEqual(
    found.map((fault) => fault.file),
    ['a.rego', 'c.rego'],
  )
})

test('every unknown call is reported, not only the first', () => {
  assert.deepEqual(faults('x := one(1)\ny := two(2)').map(place), ['2:6', '3:6'])
})

test('data may lie beside rules and not on them', () => {
  assert.deepEqual(faults('x := 1', { p: { y: 1 }, q: 1 }), [])
  for (const data of [{ p: { x: 2 } }, { p: 1 }, { p: { x: { deeper: 1 } } }]) {
    assert.match(faults('x := 1', data)[0]?.message ?? '', /data document defines data\.p\.x/)
  }
})

test('entry points must exist; an empty bundle is refused', () => {
  const files = { 'p.rego': 'package p\nx := 1' }
  assert.deepEqual(faultsOf({ files, entrypoints: ['data.p.x'] }), [])
  assert.match(faultsOf({ files, entrypoints: ['data.p.decision'] })[0]?.message ?? '', /data\.p\.decision/)
  assert.match(faultsOf({ files: {} })[0]?.message ?? '', /no file/)
})

test('nesting that exhausts the parser is a refusal', () => {
  const deep =
    Array.from({ length: 5000 }, () => '[\n').join('') + Array.from({ length: 5000 }, () => ']').join('\n')
  assert.ok(faults(`x := ${deep}`).length > 0)
})

test('the table of built-ins is what the engine has', () => {
  const names = Object.entries(BUILTIN_ARITY)
  for (const [name, arity] of names) {
    const args = Array.from({ length: arity }, () => 'input.none').join(', ')
    const text = `package p\nx if ${name}(${name === 'walk' ? 'input.none, _' : args})`
    const policy = runtime.compile({ files: { 'p.rego': text } })
    // Undefined arguments make the call undefined, unless the engine does not know the function: that throws.
    policy.evaluate('data.p.x', {})
    policy.dispose()
  }
  assert.ok(names.length > 100)
})

test('property: no text, however mangled, does more than be refused', () => {
  const good =
    'package p\nimport data.q\nx := {"a": [y | some y in input.b]} if { not q.c; count(input.b) > 1 }\nelse := 2'
  const mangled = fc
    .tuple(
      fc.nat(good.length),
      fc.nat(8),
      fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('{', ']', ':=', '"', '\u0000', '#')),
    )
    .map(([at, cut, text]) => good.slice(0, at) + text + good.slice(at + cut))
  fc.assert(
    fc.property(fc.oneof(mangled, fc.string()), (text) => {
      for (const fault of faultsOf({ files: { 'p.rego': text } })) {
        assert.ok(fault.line >= 1 && fault.column >= 0 && fault.message.length > 0)
      }
    }),
    { numRuns: 150 },
  )
})

test('a function is defined in one file, other rules in as many as one likes', () => {
  const files = {
    'a.rego': 'package p\nf(x) := 1 if x == 1\nd contains "a"\ndefault c := 0\nout := f(input.x)',
    'b.rego': 'package p\nd contains "b"\nc := 2 if count(d) == 2',
  }
  assert.deepEqual(faultsOf({ files }), [])
  const [fault, ...others] = faultsOf({ files: { ...files, 'c.rego': 'package p\nf(x) := 2 if x == 2' } })
  assert.deepEqual([fault?.file, place(fault), others], ['c.rego', '2:1', []])
  assert.match(fault?.message ?? '', /function data\.p\.f is defined in a\.rego too/)
})
