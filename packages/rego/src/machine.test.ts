import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { assetPath } from '@rampart/kit'
import { readModules } from './ast.ts'
import { createRuleGraph } from './graph.ts'
import { createRegoRuntime } from './index.ts'
import { createInstance } from './instance.ts'
import { runsOnMachine } from './machine.ts'
import { webAssembly } from './web-assembly.ts'

const engine = await webAssembly.compile(readFileSync(assetPath('packages/rego/wasm/rampart-rego.wasm')))
const runtime = await createRegoRuntime()

const mayRun = (text: string): boolean => {
  const instance = createInstance(engine)
  const added = instance.addPolicy('p.rego', `package p\n${text}`)
  assert.equal(added.status, 'value', text)
  const ast = instance.ast()
  assert.ok(ast.status === 'value')
  return runsOnMachine(createRuleGraph(readModules(ast.text)))
}

test('bundles in which no rule can disagree with itself run on the machine', () => {
  for (const text of [
    'x := 1',
    'x := {"a": y, "b": count(input.list)}\ny := input.c',
    'default x := "a"\nx := "b" if input.b',
    'x if input.a\nx if { some v in input.list; v == 2 }',
    's contains v if some v in input.list\ns contains "fixed" if input.a',
    'f(a) := a + input.b\nx := f(1)',
  ])
    assert.equal(mayRun(text), true, text)
})

test('a bundle in which one can is left to the interpreter', () => {
  for (const text of [
    'x := 1 if input.a\nx := 2 if input.b',
    'x := v if some v in input.list',
    'x := input.list[_]',
    'x := 1 if input.a\nelse := 2',
    'o[k] := 1 if some k in input.list',
    'x := {k: v | some k, v in input.map}',
    'x if every v in input.list { v > 1 }',
    'x if y with input.a as 1\ny if input.a',
    'f("a") := 1\nf("b") := 2\nx := f(input.a)',
    'x := y if input.a\nx := z if input.b\ny := 1\nz := 2',
    'a.b := 1\na := input.c',
  ])
    assert.equal(mayRun(text), false, text)
})

test('definitions that disagree fail the evaluation, also behind a not', () => {
  const policy = runtime.compile({
    files: {
      'p.rego':
        'package p\nx := 1 if input.a\nx := 2 if input.b\nallow if not x == 3\ny := v if some v in input.l',
    },
  })
  assert.equal(policy.evaluate('data.p.allow', { a: true }), true)
  for (const query of ['data.p.x', 'data.p.allow'])
    assert.throws(() => policy.evaluate(query, { a: true, b: true }), { code: 'REGO_EVALUATION_FAILED' })
  assert.throws(() => policy.evaluate('data.p.y', { l: [1, 2] }), { code: 'REGO_EVALUATION_FAILED' })
})

test('the shipped inference policy, which is asked per call, runs on the machine', () => {
  const text = readFileSync(assetPath('policies/inference/inference.rego'), 'utf8')
  assert.equal(mayRun(text.slice(text.indexOf('package rampart.inference') + 25)), true)
})
