import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResponseAction } from '@rampart/domain'
import type { StoredDecision } from '../incidents/store.ts'
import { type Bundle, simulate } from './simulate.ts'

const action = (over: Partial<ResponseAction> = {}): ResponseAction => ({
  action: 'network.segment',
  entity: { kind: 'host', id: 'h' },
  parameters: {},
  mode: 'act',
  approvals_needed: 0,
  reasons: [],
  ...over,
})
const bundle = (answer: (input: { recent: { acted_last_hour: number } }) => readonly unknown[]): Bundle => ({
  evaluate: (input) => ({
    allow: true,
    reasons: ['r'],
    obligations: { actions: answer(input as { recent: { acted_last_hour: number } }) },
  }),
})
const asked = (incident: string, minute: number): StoredDecision => ({
  id: `${incident}-${minute}`,
  incident,
  time: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
  bundleDigest: 'sha256:a',
  input: { incident: { title: 'T', severity: 'high' } },
  actions: [],
  reasons: [],
  acted: 0,
})
const always = async () => true

test('differences say what a bundle would add, leave out and change', async () => {
  const host = (id: string) => ({ kind: 'host', id })
  const active = bundle(() => [action(), action({ entity: host('old') })])
  const candidate = bundle(() => [action({ mode: 'recommend' }), action({ entity: host('new') })])
  const result = await simulate([asked('i', 0)], { active, candidate }, always)
  const [difference] = result.differences
  assert.deepEqual(
    [difference?.added, difference?.removed].map((list) => list?.map(({ entity }) => entity.id)),
    [['new'], ['old']],
  )
  assert.deepEqual(
    difference?.changed.map((one) => [one.active.mode, one.candidate.mode]),
    [['act', 'recommend']],
  )
  assert.deepEqual([result.active.acted, result.candidate.acted], [2, 1])
  const same = await simulate([asked('i', 0)], { active, candidate: active }, always)
  assert.deepEqual([same.differences, same.unchanged], [[], 1])
})

test('each bundle lives with its own past: limits and repeats', async () => {
  const limited = bundle(({ recent }) => [
    action({ mode: recent.acted_last_hour >= 2 ? 'recommend' : 'act' }),
  ])
  const history = [asked('a', 0), asked('b', 1), asked('c', 2), asked('a', 3), asked('d', 90)]
  const none = bundle(() => [])
  const result = await simulate(history, { active: limited, candidate: none }, always)
  assert.deepEqual([result.active.acted, result.active.actions], [3, 4])
  assert.deepEqual([result.incidents, result.decisions], [4, 5])
})

test('it ends when the time is up, and counts what cannot be read', async () => {
  let left = 2
  const broken = bundle(() => [{ action: 'rm -rf' }])
  const history = [asked('a', 0), asked('b', 1), asked('c', 2)]
  const result = await simulate(history, { active: broken, candidate: broken }, async () => left-- > 0)
  assert.deepEqual([result.truncated, result.decisions, result.candidate.faults], [true, 2, 2])
})
