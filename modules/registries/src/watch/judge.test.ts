import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Digest } from '@rampart/domain'
import { type Facts, judgeRegistries, type PointerFact } from './judge.ts'

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`
const good = digest('a')
const bad = digest('b')

const served = { route: 'iris', name: 'iris', version: '1', digest: good, where: 'control-plane' }
const champion: PointerFact = {
  registry: 'mlflow',
  model: 'Iris',
  alias: 'champion',
  version: '1',
  since: '2026-01-01T00:00:00.000Z',
  name: 'iris',
  ref: 'iris:1',
  digest: good,
  observedDigest: good,
  known: true,
  deleted: false,
  source: 'models:/m-1',
}
const facts = (pointers: readonly PointerFact[], over: Partial<Facts> = {}): Facts => ({
  pointers,
  approved: [{ name: 'iris', version: '1', digest: good }],
  served: [served],
  judge: (one) => ({ approved: one === good, reasons: one === good ? [] : ['no approval'] }),
  ...over,
})
const keys = (one: Facts) => judgeRegistries(one).conditions.map(({ key, severity }) => `${severity} ${key}`)
const states = (one: Facts) => judgeRegistries(one).rows.map(({ state }) => state)

test('an alias on approved bytes is a match, or tells what is served instead', () => {
  assert.deepEqual([states(facts([champion])), keys(facts([champion]))], [['match'], []])
  assert.deepEqual(states(facts([champion], { served: [] })), ['not-served'])
  const other = { ...served, version: '2', digest: digest('c') }
  const both = facts([champion], { served: [other], judge: () => ({ approved: true, reasons: [] }) })
  assert.deepEqual(
    [states(both), keys(both)],
    [['other-served'], ['info registry-watch:alias:mlflow/Iris/champion']],
  )
})

test('bytes that are approved for another model are not approved for this one', () => {
  const moved = { ...champion, version: '2', ref: 'iris:2', digest: bad, observedDigest: bad }
  const one = facts([moved], { judge: () => ({ approved: true, reasons: [] }) })
  assert.deepEqual(
    [states(one), keys(one)],
    [['unapproved'], ['high registry-watch:alias:mlflow/Iris/champion']],
  )
})

test('an alias moved to bytes nobody approved is a signal, whether they have arrived or not', () => {
  const moved = { ...champion, version: '2', ref: 'iris:2', digest: bad, observedDigest: bad }
  assert.deepEqual(keys(facts([moved])), ['high registry-watch:alias:mlflow/Iris/champion'])
  const { ref: _ref, digest: _digest, observedDigest: _observed, ...unread } = moved
  assert.deepEqual(keys(facts([unread])), ['high registry-watch:alias:mlflow/Iris/champion'])
  assert.deepEqual(keys(facts([{ ...unread, known: false }])), [
    'high registry-watch:alias:mlflow/Iris/champion',
  ])
  assert.deepEqual(judgeRegistries(facts([moved])).conditions[0]?.entity, {
    kind: 'model-version',
    id: 'iris:2',
  })
})

test('work on a model of which nothing is approved or served is no event', () => {
  const draft = { ...champion, digest: bad, observedDigest: bad }
  const one = facts([draft], { approved: [], served: [] })
  assert.deepEqual([states(one), keys(one)], [['unapproved'], []])
})

test('other bytes behind an approved version are the gravest, with and without an alias', () => {
  const changed = { ...champion, observedDigest: bad }
  assert.deepEqual(keys(facts([changed])), [
    'high registry-watch:alias:mlflow/Iris/champion',
    'critical registry-watch:bytes:mlflow/Iris/1',
  ])
  const { alias: _alias, ...plain } = changed
  assert.deepEqual(keys(facts([plain])), ['critical registry-watch:bytes:mlflow/Iris/1'])
  assert.deepEqual(states(facts([plain])), ['bytes-changed'])
})

test('bytes that a registry offers and nothing allows are named, those that are approved for something are not', () => {
  const named = (one: Facts) =>
    judgeRegistries(one).conditions.map(({ related }) => related.find(({ kind }) => kind === 'artifact')?.id)
  const moved = { ...champion, version: '2', ref: 'iris:2', digest: bad, observedDigest: bad }
  assert.deepEqual(named(facts([moved])), [bad])
  assert.deepEqual(named(facts([{ ...champion, observedDigest: bad }])), [bad, bad])
  assert.deepEqual(named(facts([moved], { judge: () => ({ approved: true, reasons: [] }) })), [undefined])
  assert.deepEqual(named(facts([{ ...champion, deleted: true }])), [undefined, undefined])
})

test('another source and a deletion count where something rests on the version', () => {
  const { alias: _alias, ...plain } = champion
  assert.deepEqual(keys(facts([{ ...plain, registeredSource: 'models:/m-0' }])), [
    'high registry-watch:source:mlflow/Iris/1',
  ])
  assert.deepEqual(keys(facts([{ ...plain, deleted: true }])), [
    'medium registry-watch:deleted:mlflow/Iris/1',
  ])
  const unused = { ...plain, version: '7', ref: 'iris:7', digest: bad, deleted: true }
  assert.deepEqual(keys(facts([unused])), [])
})

test('bytes without approval that answer anywhere are told, gateways too, though no registry knows them', () => {
  const rogue = { ...served, digest: bad, version: '9', where: 'edge-1' }
  assert.deepEqual(keys(facts([], { served: [served, rogue] })), [
    'critical registry-watch:served:edge-1/iris/iris:9',
  ])
})
