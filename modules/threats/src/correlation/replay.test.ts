import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { agreement } from './agreement.ts'
import { type Evidence, entityOfKey } from './evidence.ts'
import { partition } from './partition.ts'
import { reconcile } from './reconcile.ts'
import { REPLAY_SETTINGS, replay } from './replay.ts'

const NOW = Date.parse('2026-11-01T12:00:00Z')
const MINUTE = 60_000
let serial = 0
const signal = (
  entity: string,
  at: number,
  over: Partial<Evidence> & { about?: string[] } = {},
): Evidence => {
  const { about = [], ...rest } = over
  serial += 1
  return {
    id: `s${serial}`,
    key: `k${serial}`,
    rule: 'r',
    source: 'r',
    group: 'r',
    severity: 'high',
    title: 'T',
    entity: entityOfKey(entity),
    related: about.map(entityOfKey),
    techniques: [],
    time: NOW + at,
    cleared: false,
    ...rest,
  }
}
const groups = (signals: readonly Evidence[]) =>
  replay(signals).incidents.map(({ signals: ids }) => [...ids].sort())

test('signals join through what they are about and what they mention, within the window', () => {
  const a = signal('model:m', 0, { about: ['host:h'] })
  const b = signal('host:h', 5 * MINUTE, { rule: 'ids' })
  const c = signal('model-version:m:2', 20 * MINUTE, { rule: 'scan' })
  const late = signal('host:h', 90 * MINUTE)
  const other = signal('host:g', 6 * MINUTE)
  assert.deepEqual(groups([a, b, c, late, other]), [[a.id, b.id, c.id], [other.id], [late.id]])
})

test('a chain of signals holds together though its ends are far apart; the system joins nothing', () => {
  const chain = [0, 25, 50, 75].map((minute) => signal('host:h', minute * MINUTE))
  assert.equal(groups(chain).length, 1)
  assert.equal(groups([signal('system:rampart', 0), signal('system:rampart', 1, { rule: 'q' })]).length, 2)
})

test('a popular entity does not join everything, and signals about it still belong together', () => {
  const crowd = Array.from({ length: 30 }, (_, i) =>
    signal(`model:m${i}`, i * 1_000, { about: ['host:shared'] }),
  )
  const about = [signal('host:shared', 40_000, { rule: 'a' }), signal('host:shared', 50_000, { rule: 'b' })]
  const { incidents, hubs } = replay([...crowd, ...about])
  assert.deepEqual(hubs, ['host:shared'])
  assert.equal(incidents.length, 31)
  assert.equal(groups(crowd.slice(0, 8)).length, 1)
})

test('100,000 signals in a minute from one detector are one incident, and nobody else notices', () => {
  const noisy = Array.from({ length: 100_000 }, (_, i) =>
    signal(`caller:c${i % 70_000}`, i * 0.6, { rule: 'noisy', about: ['model:m'] }),
  )
  const attack = [
    signal('caller:c7', 10_000, { rule: 'probe' }),
    signal('caller:c7', 20_000, { rule: 'extraction', about: ['route:r'] }),
    signal('route:r', 30_000, { rule: 'shift' }),
  ]
  const started = performance.now()
  const { incidents, storms } = replay([...noisy, ...attack])
  assert.deepEqual(storms, ['noisy'])
  assert.deepEqual(
    incidents.map(({ signals }) => signals.length),
    [100_000, 3],
  )
  assert.ok(performance.now() - started < 30_000)
})

test('a burst about one model is no storm: it stays joined with what others say', () => {
  const burst = Array.from({ length: 100 }, (_, i) => signal('model:m', i, { key: `feature-${i}` }))
  assert.equal(groups([...burst, signal('model:m', 500, { rule: 'other' })]).length, 1)
})

test('weak signals open nothing alone and something together', () => {
  const low = (rule: string) => signal('model:m', 0, { severity: 'low', rule, group: rule, source: rule })
  assert.deepEqual(groups([low('a')]), [])
  assert.equal(replay([low('a')]).below.length, 1)
  assert.equal(groups([low('a'), low('b')]).length, 1)
})

const arbitrarySignals = fc
  .array(
    fc.record({
      entity: fc.constantFrom('model:a', 'model:b', 'host:h', 'caller:c', 'model-version:a:1'),
      about: fc.subarray(['model:a', 'host:h', 'host:g', 'caller:d']),
      minute: fc.nat(200),
      key: fc.constantFrom('k1', 'k2', 'k3', 'k4', 'k5', 'k6'),
      rule: fc.constantFrom('r1', 'r2'),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((list) => list.map(({ entity, minute, ...rest }) => signal(entity, minute * MINUTE, rest)))

test('property: incidents do not depend on the order in which signals come', () => {
  fc.assert(
    fc.property(arbitrarySignals, fc.nat(), (signals, turn) => {
      const rotated = signals.map((_, i) => signals[(i * 7 + turn) % signals.length] as Evidence)
      const other = signals.length % 7 === 0 ? [...signals].reverse() : rotated
      assert.deepEqual(replay(other), replay(signals))
    }),
    { numRuns: 100 },
  )
})

test('property: every signal is in exactly one group', () => {
  fc.assert(
    fc.property(arbitrarySignals, (signals) => {
      const { incidents, below } = replay(signals)
      const all = [...incidents, ...below].flatMap((one) => one.signals)
      assert.deepEqual([...all].sort(), signals.map(({ id }) => id).sort())
    }),
    { numRuns: 100 },
  )
})

const context = { ...REPLAY_SETTINGS, hubs: new Map(), storms: new Map() }

test('what a person merged or split stays so', () => {
  const [a, b, c] = [signal('host:h', 0), signal('host:h', 1), signal('host:g', 2)]
  const split = partition([{ ...a, pin: 'x' }, { ...b, pin: 'y' }, c], context)
  assert.deepEqual(
    split.map((members) => members.map(({ id }) => id)),
    [[a.id], [b.id], [c.id]],
  )
  assert.equal(
    partition(
      [
        { ...a, pin: 'x' },
        { ...b, pin: 'x' },
        { ...c, pin: 'x' },
      ],
      context,
    ).length,
    1,
  )
})

test('reconciling: the oldest incident goes on, a part that leaves becomes a new one', () => {
  const member = (time: number, incident?: string) => ({ time, incident })
  const merged = reconcile([[member(1, 'A'), member(2, 'B'), member(3)]], (one) => one.incident, [
    { id: 'B', first: 2 },
    { id: 'A', first: 1 },
  ])
  assert.deepEqual([merged[0]?.incident, merged[0]?.absorbed], ['A', ['B']])
  const parts = [[member(0), member(4, 'A')], [member(1, 'A')]]
  const [left, right] = reconcile(parts, (one) => one.incident, [{ id: 'A', first: 1 }])
  assert.deepEqual([left?.incident, left?.splitFrom, right?.incident], [undefined, ['A'], 'A'])
})

test('agreement: perfect, lumped and scattered groups', () => {
  const labels = ['x', 'x', 'x', 'y', 'y', undefined]
  const as = (groupsOf: readonly (string | undefined)[]) =>
    agreement(labels.map((label, i) => ({ label, group: groupsOf[i] })))
  const perfect = as(['1', '1', '1', '2', '2', undefined])
  assert.deepEqual([perfect.pairwise.f1, perfect.adjusted_rand, perfect.incidents.precision], [1, 1, 1])
  const lumped = as(['1', '1', '1', '1', '1', '1'])
  assert.equal(lumped.pairwise.recall, 1)
  assert.ok(Math.abs(lumped.pairwise.precision - 4 / 15) < 1e-12)
  assert.equal(lumped.adjusted_rand, 0)
  const scattered = as(labels.map(() => undefined))
  assert.deepEqual([scattered.pairwise.precision, scattered.pairwise.recall], [1, 0])
  assert.equal(agreement([]).pairwise.f1, 1)
})
