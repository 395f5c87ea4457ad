import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WritableVersion, Writing } from './store.ts'
import { tasksOf } from './tasks.ts'

const EARLY = '2026-01-01T00:00:00.000Z'
const NOON = '2026-01-01T12:00:00.000Z'
const LATE = '2026-01-02T00:00:00.000Z'

const version = (
  tags: Record<string, string>,
  writings: Record<string, Writing>,
  observedAt = LATE,
): WritableVersion => ({
  model: 'm',
  version: '1',
  source: 'here',
  ref: 'm:1',
  digest: `sha256:${'a'.repeat(64)}`,
  observedDigest: null,
  tags,
  observedAt,
  writings,
})
const wrote = (value: string | null, conflict: string | null = null): Writing => ({
  value,
  conflict,
  writtenAt: NOON,
})
const keysOf = (one: WritableVersion, desired: string | undefined) =>
  tasksOf(one, { t: desired }).map(({ key, mine, conflict }) => [key, mine, conflict])

test('what is there already, or is to be absent and is, costs nothing', () => {
  assert.deepEqual(keysOf(version({ t: 'x' }, { t: wrote('x') }), 'x'), [])
  assert.deepEqual(keysOf(version({}, {}), undefined), [])
  assert.deepEqual(keysOf(version({}, { t: wrote('x') }, EARLY), 'x'), [], 'written after it was last seen')
})

test('another verdict, a tag nobody wrote, and one that somebody changed or removed are looked at', () => {
  assert.deepEqual(keysOf(version({ t: 'x' }, { t: wrote('x') }), 'y'), [['t', 'x', undefined]])
  assert.deepEqual(keysOf(version({}, {}), 'x'), [['t', undefined, undefined]])
  assert.deepEqual(keysOf(version({ t: 'theirs' }, { t: wrote('x') }), 'x'), [['t', 'x', undefined]])
  assert.deepEqual(keysOf(version({}, { t: wrote('x') }), 'x'), [['t', 'x', undefined]])
  assert.deepEqual(keysOf(version({ t: 'forged' }, {}), undefined), [['t', undefined, undefined]])
})

test('a known conflict is left alone until the values in the registry and of ours agree or are others', () => {
  const conflict = { t: wrote('x', 'theirs') }
  assert.deepEqual(keysOf(version({ t: 'theirs' }, conflict), 'x'), [])
  assert.deepEqual(keysOf(version({ t: 'theirs' }, conflict), 'y'), [])
  assert.deepEqual(keysOf(version({ t: 'theirs' }, conflict), 'theirs'), [['t', 'x', 'theirs']])
  assert.deepEqual(keysOf(version({}, conflict), 'x'), [['t', 'x', 'theirs']])
  assert.deepEqual(keysOf(version({ t: 'x' }, conflict), 'x'), [['t', 'x', 'theirs']])
})
