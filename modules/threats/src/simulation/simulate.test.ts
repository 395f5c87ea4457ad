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
  digest: 'sha256:a',
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
const always = { since: '2026-01-01T00:00:00.000Z', mayGoOn: () => true }

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
  const result = await simulate(
    history,
    { active: broken, candidate: broken },
    { ...always, mayGoOn: () => left-- > 0 },
  )
  assert.deepEqual([result.truncated, result.decisions, result.candidate.faults], [true, 2, 2])
})

test('what was decided before it begins counts as it was, and its own decisions come again', async () => {
  const limited = bundle(({ recent }) => [
    action({ mode: recent.acted_last_hour >= 1 ? 'recommend' : 'act' }),
  ])
  const { mode: _, ...rest } = action()
  const before = { ...asked('a', 0), actions: [action()], acted: 1 }
  const mine = { ...asked('b', 20), actions: [{ mode: 'recommend', ...rest }] }
  const again = { ...asked('a', 30), actions: [] }
  const other = { ...asked('c', 40), bundleDigest: 'sha256:b' }
  const about = { ...always, since: '2026-01-01T00:10:00.000Z' }
  const result = await simulate([before, mine, again, other], { active: limited, candidate: limited }, about)
  assert.deepEqual([result.decisions, result.active.decided, result.active.repeated], [3, 2, 2])
  assert.deepEqual([result.active.acted, result.unchanged], [0, 3])
})
