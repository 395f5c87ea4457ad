import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Condition } from './judge.ts'
import { createParting } from './parting.ts'

const A = `sha256:${'a'.repeat(64)}` as const
const B = `sha256:${'b'.repeat(64)}` as const
const about = (kind: string, digest: string): Condition => ({
  key: `registry-watch:${kind}:${digest}`,
  title: '',
  severity: 'high',
  entity: { kind: 'route', id: 'r' },
  related: [],
  techniques: [],
  evidence: { digest },
})
const version = (digest: typeof A | typeof B) => ({ name: 'm', version: '1', digest })

test('bytes approved until a moment ago are held back for that moment, others never', () => {
  let now = 1_000_000
  const parting = createParting({ now: () => now })
  const all = [about('alias', A), about('served', A), about('bytes', A), about('alias', B)]
  assert.deepEqual([...parting('t', [version(A)], all)], [], 'they are approved')
  now += 1000
  const held = [`registry-watch:alias:${A}`, `registry-watch:served:${A}`]
  assert.deepEqual([...parting('t', [], all)], held)
  now += 4999
  assert.deepEqual([...parting('t', [], all)], held)
  assert.deepEqual([...parting('other', [], all)], [], 'another tenant')
  now += 1
  assert.deepEqual([...parting('t', [], all)], [], 'the moment is over')
})

test('approved again and taken away again is a moment of its own', () => {
  let now = 0
  const parting = createParting({ now: () => now })
  const all = [about('served', A)]
  parting('t', [version(A), version(B)], all)
  assert.equal(parting('t', [version(B)], all).size, 1)
  assert.equal(parting('t', [version(A), version(B)], all).size, 0)
  now = 60_000
  assert.equal(parting('t', [], all).size, 1)
})
