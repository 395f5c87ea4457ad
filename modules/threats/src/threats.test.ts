import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { SignalInput } from '@rampart/domain'
import { cryptoRandom, systemClock } from '@rampart/kit'
import { type TestDatabase, testDatabase } from '@rampart/kit/testing'
import { STORM_LIMITS } from './storm-guard.ts'
import { createThreats, type ThreatsDeps } from './threats.ts'

type Entry = Parameters<ThreatsDeps['audit']['record']>[1]

let store: TestDatabase
const audited: Entry[] = []
const events: { subject: string; data: Record<string, unknown> }[] = []

before(async () => {
  const dir = fileURLToPath(new URL('../migrations', import.meta.url))
  store = await testDatabase({ sources: [{ module: 'threats', dir }] })
})
after(() => store.stop())

const create = (more: Pick<ThreatsDeps, 'relate'> = {}) =>
  createThreats({
    database: store.database,
    eventLog: { publish: async (_tx, _tenant, event) => void events.push(event) },
    clock: systemClock,
    random: cryptoRandom,
    audit: { record: async (_tx, entry) => void audited.push(entry) },
    ...more,
  })
const report = (over: Partial<SignalInput> = {}): SignalInput => ({
  time: systemClock.iso(),
  detector: 'drift',
  title: 'Drift',
  severity: 'high',
  entity: { kind: 'model', id: 'm' },
  evidence: {},
  ...over,
})

test('a condition is one row from raise to clear, and its two ends are audited', async () => {
  const threats = create()
  const raised = await threats.raiseAs('one', 'user:a', report())
  const updated = await threats.raiseAs('one', 'user:a', report({ severity: 'critical' }))
  assert.deepEqual([raised.state, updated.state, updated.id], ['raised', 'updated', raised.id])
  assert.equal((await threats.get('one', raised.id)).occurrences, 2)
  assert.equal((await threats.raiseAs('one', 'user:a', report({ state: 'cleared' }))).state, 'cleared')
  assert.deepEqual(await threats.list('one', { open: true, limit: 10 }), [])
  assert.deepEqual(
    audited.map(({ action }) => action),
    ['signal.raised', 'signal.cleared'],
  )
  assert.equal(events.length, 3)
  const again = await threats.raiseAs('one', 'user:a', report())
  assert.notEqual(again.id, raised.id)
  const [newest, older] = await threats.list('one', { limit: 10, entity: 'model:m' })
  assert.deepEqual([newest?.id, older?.id], [again.id, raised.id])
})

test('what the product knows around a signal is added to it, and never costs the signal', async () => {
  const named = { kind: 'host', id: 'b' } as const
  const alert = report({ entity: { kind: 'host', id: 'a' }, related: [named] })
  const served = { kind: 'model-version', id: 'card:2' } as const
  const knowing = create({ relate: async (_tenant, { entity }) => [entity as never, named, served] })
  assert.deepEqual((await knowing.raiseAs('four', 'user:a', alert)).related, [named, served])
  const failing = create({ relate: () => Promise.reject(new Error('away')) })
  const kept = await failing.raiseAs('four', 'user:a', { ...alert, key: 'other' })
  assert.deepEqual((await failing.get('four', kept.id)).related, [named])
})

test('clearing what is not open changes nothing', async () => {
  const before = events.length
  await create().raiseAs('one', 'user:a', report({ key: 'never', state: 'cleared' }))
  assert.deepEqual(await create().list('one', { limit: 10, entity: 'model:never' }), [])
  assert.equal(events.length, before)
})

test('reports that come together open one condition', async () => {
  const threats = create()
  await Promise.all(
    Array.from({ length: 8 }, () => threats.raiseAs('one', 'user:a', report({ key: 'crowd' }))),
  )
  const crowd = (await threats.list('one', { limit: 50 })).filter(({ key }) => key === 'crowd')
  assert.deepEqual(
    crowd.map(({ occurrences }) => occurrences),
    [8],
  )
})

test('a tenant sees its own signals only, whatever a report claims', async () => {
  const threats = create()
  const mine = await threats.raiseAs('two', 'user:b', report({ source: { name: 'x', tenant: 'one' } }))
  assert.equal(mine.source.tenant, 'two')
  await assert.rejects(threats.get('one', mine.id), { code: 'THREATS_SIGNAL_NOT_FOUND' })
  assert.equal((await threats.list('two', { limit: 10 })).length, 1)
  assert.deepEqual(
    (await threats.countOpen('two')).map(({ n }) => n),
    [1],
  )
})

test('what is not a signal is refused with the places, and nothing is kept', async () => {
  const threats = create()
  const bad = [
    report({ severity: 'huge' as never }),
    report({ time: 'now' }),
    report({ evidence: { x: 'x'.repeat(70_000) } }),
  ]
  for (const input of bad)
    await assert.rejects(threats.raiseAs('three', 'user:c', input), { code: 'THREATS_SIGNAL_INVALID' })
  assert.deepEqual(await threats.list('three', { limit: 10 }), [])
})

test('many at once: each by itself, what is no signal is named, what is too much is counted', async () => {
  const threats = createThreats({
    ...{ database: store.database, eventLog: { publish: async () => undefined }, clock: systemClock },
    ...{ random: cryptoRandom, audit: { record: async () => undefined } },
    stormLimits: { ...STORM_LIMITS, burst: 3, perSecond: 0 },
  })
  const inputs = Array.from({ length: 6 }, (_, i) => report({ key: `many-${i}` }))
  const answer = await threats.raiseMany('many', 'user:d', [
    ...inputs,
    report({ severity: 'huge' as never }),
    report({ key: 'many-0', state: 'cleared' }),
  ])
  assert.deepEqual([answer.kept, answer.counted], [4, 3])
  assert.deepEqual(
    answer.refused.map(({ index, code }) => [index, code]),
    [[6, 'THREATS_SIGNAL_INVALID']],
  )
  await threats.stop()
  const stored = await threats.list('many', { limit: 20 })
  assert.deepEqual(stored.map(({ key, state }) => `${key} ${state}`).sort(), [
    'many-0 cleared',
    'many-1 raised',
    'many-2 raised',
    'storm:drift:high raised',
  ])
})

test('the list is newest first and pages through every signal once, over a power of ten too', async () => {
  const threats = create()
  const keys = Array.from({ length: 100 }, (_, i) => `paged-${i}`)
  for (const key of keys) await threats.raiseAs('paged', 'user:p', report({ key, detector: key }))
  const seen: (string | undefined)[] = []
  for (let before: string | undefined; ; ) {
    const page = await threats.list('paged', { limit: 30, ...(before === undefined ? {} : { before }) })
    seen.push(...page.map(({ key }) => key))
    before = page.at(-1)?.seq
    if (before === undefined) break
  }
  assert.deepEqual(seen, keys.toReversed())
})
