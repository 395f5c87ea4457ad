import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { assetPath, isAppError } from '@rampart/kit'
import { createRegoRuntime } from './index.ts'

const runtime = await createRegoRuntime()
const compile = (source: string, data?: Record<string, unknown>) =>
  runtime.compile({ files: { 'p.rego': source }, ...(data && { data }) })
const failsWith = (code: string) => (error: unknown) => isAppError(error) && error.code === code

test('the committed engine is the one whose digest is committed', () => {
  const bytes = readFileSync(assetPath('packages/rego/wasm/rampart-rego.wasm'))
  const [digest] = readFileSync(assetPath('packages/rego/wasm/rampart-rego.wasm.sha256'), 'utf8').split(' ')
  assert.equal(createHash('sha256').update(bytes).digest('hex'), digest)
})

test('a rule path, an expression and undefined', () => {
  const policy = compile('package p\nx := input.a + 1\ny if input.b\ns := {3, 1, 2}', { list: [1, 2] })
  assert.equal(policy.evaluate('data.p.x', { a: 41 }), 42)
  assert.equal(policy.evaluate('data.p.y', { a: 1 }), undefined)
  assert.deepEqual(policy.evaluate('data.p.s', {}), [1, 2, 3])
  assert.deepEqual(policy.evaluate('data.p', { a: 1 }), { s: [1, 2, 3], x: 2 })
  assert.deepEqual(policy.evaluate('data.list', undefined), [1, 2])
  assert.deepEqual(policy.evaluate('[v | some v in data.list; v > 1]', undefined), [2])
  assert.equal(policy.evaluate('data.p.x', undefined), undefined)
  assert.throws(() => policy.evaluate('data.list[_]', {}), failsWith('REGO_EVALUATION_FAILED'))
})

test('text beyond ASCII survives both ways', () => {
  const policy = compile('package p\nx := concat("", [input.a, "é😀"])')
  assert.equal(policy.evaluate('data.p.x', { a: 'ß→\u0000"\\' }), 'ß→\u0000"\\é😀')
})

test('the digest depends on files and data and not on their order', () => {
  const a = runtime.compile({
    files: { 'a.rego': 'package a\nx := 1', 'b.rego': 'package b\nx := 1' },
    data: { k: 1, l: 2 },
  })
  const b = runtime.compile({
    files: { 'b.rego': 'package b\nx := 1', 'a.rego': 'package a\nx := 1' },
    data: { l: 2, k: 1 },
  })
  const c = runtime.compile({
    files: { 'b.rego': 'package b\nx := 1', 'a.rego': 'package a\nx := 1' },
    data: { l: 2, k: 2 },
  })
  assert.match(a.digest, /^sha256:[0-9a-f]{64}$/)
  assert.equal(a.digest, b.digest)
  assert.notEqual(a.digest, c.digest)
})

test('policies do not see each other and a disposed one does not answer', () => {
  const a = compile('package p\nx := 1')
  const b = compile('package p\nx := 2')
  assert.equal(a.evaluate('data.p.x', {}), 1)
  assert.equal(b.evaluate('data.p.x', {}), 2)
  a.dispose()
  assert.throws(() => a.evaluate('data.p.x', {}), failsWith('REGO_DISPOSED'))
  assert.equal(b.evaluate('data.p.x', {}), 2)
})

test('time moves between evaluations and stands still within one', () => {
  const policy = compile('package p\nx := [time.now_ns(), time.now_ns()]')
  const [first, second] = policy.evaluate('data.p.x', {}) as [number, number]
  assert.equal(first, second)
  assert.ok(Math.abs(first / 1e6 - Date.now()) < 60_000)
  let later = first
  for (const deadline = Date.now() + 2000; later === first && Date.now() < deadline; ) {
    later = (policy.evaluate('data.p.x', {}) as number[])[0] ?? first
  }
  assert.ok(later > first)
})

test('a policy that runs away is stopped and answers the next question', async () => {
  const quick = await createRegoRuntime({ limits: { timeoutMs: 50 } })
  const policy = quick.compile({
    files: {
      'p.rego': `package p
n := numbers.range(1, 2000)
x := count([1 | some a in n; some b in n; some c in n; a + b + c == input.sum])
y := input.sum`,
    },
  })
  const start = Date.now()
  assert.throws(() => policy.evaluate('data.p.x', { sum: 7000 }), failsWith('REGO_TIMED_OUT'))
  assert.ok(Date.now() - start < 5000)
  assert.equal(policy.evaluate('data.p.y', { sum: 3 }), 3)
})

test('a policy that eats all memory dies alone and is replaced', () => {
  const policy = compile('package p\nx := count(numbers.range(1, input.n))')
  const neighbour = compile('package p\nx := 1')
  assert.throws(() => policy.evaluate('data.p.x', { n: 1e9 }), failsWith('REGO_ENGINE_DIED'))
  assert.equal(policy.evaluate('data.p.x', { n: 5 }), 5)
  assert.equal(neighbour.evaluate('data.p.x', {}), 1)
})

test('an instance that grew is replaced by a small one', () => {
  const policy = compile('package p\nx := count(numbers.range(1, input.n))')
  policy.evaluate('data.p.x', { n: 1 })
  assert.equal(policy.evaluate('data.p.x', { n: 400_000 }), 400_000)
  policy.evaluate('data.p.x', { n: 1 })
  assert.ok(policy.memoryBytes() < 67_108_864)
})

test('input that is too large, too deep or not JSON is refused', () => {
  const policy = compile('package p\nx := input')
  const loop: Record<string, unknown> = {}
  loop.self = loop
  assert.throws(() => policy.evaluate('data.p.x', loop), failsWith('REGO_INPUT_REFUSED'))
  assert.throws(() => policy.evaluate('data.p.x', { a: 1n }), failsWith('REGO_INPUT_REFUSED'))
  assert.throws(() => policy.evaluate('data.p.x', 'x'.repeat(2 ** 20 + 1)), failsWith('REGO_INPUT_TOO_LARGE'))
  let deep: unknown = 1
  for (let i = 0; i < 1000; i++) deep = [deep]
  assert.throws(() => policy.evaluate('data.p.x', deep), failsWith('REGO_EVALUATION_FAILED'))
  assert.deepEqual(policy.evaluate('data.p.x', { a: [null, 1.5] }), { a: [null, 1.5] })
})

test('20,000 evaluations leave the memory of the instance as it was', () => {
  const policy = compile(`package p
decision := {"allow": count(reasons) == 0, "reasons": sort(reasons)}
reasons contains sprintf("no role for %s", [input.id]) if not "admin" in input.roles
reasons contains "pattern" if regex.match(sprintf("^%s$", [input.id]), "never")`)
  const ask = (i: number) =>
    policy.evaluate('data.p.decision', { id: `user-${i}`, roles: ['viewer', `role-${i}`] })
  for (let i = 0; i < 5000; i++) ask(i)
  const before = policy.memoryBytes()
  for (let i = 5000; i < 25_000; i++) ask(i)
  // The heap may settle by a page or two of 64 KiB; one small allocation lost per evaluation would be ten of them.
  assert.ok(policy.memoryBytes() - before <= 131_072)
})

test('compiling and disposing 400 times does not grow the process', () => {
  const once = (i: number) => {
    const policy = compile(`package p\nx := ${i}`)
    assert.equal(policy.evaluate('data.p.x', {}), i)
    policy.dispose()
  }
  for (let i = 0; i < 200; i++) once(i)
  const before = process.memoryUsage().rss
  for (let i = 0; i < 400; i++) once(i)
  // One instance starts with 2.6 MB: kept ones would add a gigabyte.
  assert.ok(process.memoryUsage().rss - before < 150_000_000)
})
