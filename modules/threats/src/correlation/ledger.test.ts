import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Evidence } from './evidence.ts'
import { entityLedger, HALF_LIFE_MS, ledgerOf, SEVERITY_CAP, SOURCE_CAP, severityOf } from './ledger.ts'
import { bayesFactor, judged, NO_COUNTS, trustOf } from './rule-prior.ts'

const NOW = Date.parse('2026-11-01T12:00:00Z')
const signal = (over: Partial<Evidence> = {}): Evidence => ({
  id: over.key ?? 's',
  key: 's',
  rule: 'r',
  source: over.rule ?? 'r',
  group: over.rule ?? 'r',
  severity: 'high',
  title: 'T',
  entity: { kind: 'model', id: 'm' },
  related: [],
  techniques: [],
  time: NOW,
  cleared: false,
  ...over,
})
const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 0.02, `${a} is not ${b}`)

test('without p-values, one signal of a severity makes an incident of that severity', () => {
  for (const severity of ['low', 'medium', 'high', 'critical'] as const)
    assert.equal(ledgerOf([signal({ severity })], { now: NOW }).severity, severity)
})

test('evidence is averaged inside a group and added up across groups', () => {
  const one = ledgerOf([signal({ key: 'a', rule: 'a', group: 'g', pValue: 0.001 })], { now: NOW }).score
  const same = ['a', 'b', 'c'].map((rule) => signal({ key: rule, rule, group: 'g', pValue: 0.001 }))
  close(ledgerOf(same, { now: NOW }).score, one)
  const apart = ['a', 'b', 'c'].map((rule) => signal({ key: rule, rule, group: rule, pValue: 0.001 }))
  close(ledgerOf(apart, { now: NOW }).score, 3 * one)
})

test('a report on the same condition replaces, it does not add', () => {
  const reports = [0.01, 0.001, 0.02].map((pValue, i) => signal({ pValue, time: NOW - i }))
  const { contributions, score } = ledgerOf(reports, { now: NOW })
  assert.equal(contributions.length, 1)
  close(score, ledgerOf([signal({ pValue: 0.001 })], { now: NOW }).score)
})

test('a flood of weak reports dilutes an attack by ten at most', () => {
  const weak = Array.from({ length: 5_000 }, (_, i) => signal({ key: `w${i}`, severity: 'info', pValue: 1 }))
  const strong = signal({ key: 'strong', pValue: 1e-6 })
  const alone = ledgerOf([strong], { now: NOW }).score
  assert.ok(ledgerOf([...weak, strong], { now: NOW }).score > alone - 10.1)
})

test('caps hold per severity and per source', () => {
  const capped = ledgerOf([signal({ severity: 'low', pValue: 1e-12 })], { now: NOW })
  assert.equal(capped.score, SEVERITY_CAP.low)
  assert.equal(capped.contributions[0]?.capped, true)
  const many = ['a', 'b', 'c', 'd'].map((rule) =>
    signal({ key: rule, rule, group: rule, source: 'one', severity: 'critical', pValue: 1e-9 }),
  )
  const ledger = ledgerOf(many, { now: NOW })
  assert.equal(ledger.score, SOURCE_CAP)
  assert.deepEqual(
    ledger.sources.map(({ uncapped }) => uncapped),
    [4 * SEVERITY_CAP.critical],
  )
})

test('evidence halves with its half-life', () => {
  const fresh = ledgerOf([signal()], { now: NOW }).score
  close(ledgerOf([signal()], { now: NOW + HALF_LIFE_MS }).score, fresh / 2)
})

test('dispositions move what a rule is worth, in both directions', () => {
  const often = (disposition: Parameters<typeof judged>[1], times: number) =>
    Array.from({ length: times }).reduce<typeof NO_COUNTS>((counts) => judged(counts, disposition), NO_COUNTS)
  const wrong = often('false-positive', 20)
  assert.ok(bayesFactor('high', wrong) < bayesFactor('high', NO_COUNTS) / 10)
  assert.ok(bayesFactor('low', often('true-positive', 20)) > bayesFactor('high', NO_COUNTS))
  assert.equal(trustOf('high', NO_COUNTS), 1)
  assert.ok(trustOf('high', wrong) < 0.2)
  assert.ok(bayesFactor('high', often('benign', 20)) > bayesFactor('high', wrong))
})

test('the ledger of an entity counts mentions by half', () => {
  const host = { kind: 'host', id: 'h' }
  const about = entityLedger([signal({ entity: host })], host, { now: NOW }).score
  const mentioned = entityLedger([signal({ related: [host] })], host, { now: NOW }).score
  close(mentioned, about / 2)
  assert.equal(entityLedger([signal()], host, { now: NOW }).score, 0)
})

test('property: the order of signals does not matter, and the parts add up to the score', () => {
  const arbitrary = fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    rule: fc.constantFrom('r1', 'r2', 'r3'),
    group: fc.constantFrom('g1', 'g2'),
    source: fc.constantFrom('s1', 's2'),
    severity: fc.constantFrom('info', 'low', 'medium', 'high', 'critical'),
    pValue: fc.double({ min: 0, max: 1, noNaN: true }),
    time: fc.integer({ min: NOW - 86_400_000, max: NOW }),
  })
  fc.assert(
    fc.property(
      fc.array(arbitrary, { minLength: 1, maxLength: 30 }),
      fc.infiniteStream(fc.nat()),
      (list, keys) => {
        const signals = list.map((one, i) => signal({ ...one, id: `${one.key}-${i}` } as Partial<Evidence>))
        const ledger = ledgerOf(signals, { now: NOW })
        const shuffled = signals
          .map((one) => [keys.next().value, one] as const)
          .sort(([a], [b]) => Number(a) - Number(b))
          .map(([, one]) => one)
        assert.equal(ledgerOf(shuffled, { now: NOW }).score, ledger.score)
        const sum = ledger.sources.reduce((total, { decibans }) => total + decibans, 0)
        assert.ok(Math.abs(sum - ledger.score) < 0.05)
        assert.equal(ledger.severity, severityOf(ledger.score))
      },
    ),
    { numRuns: 200 },
  )
})
