import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResponseAction } from '@rampart/domain'
import { ledgerOf } from '../correlation/ledger.ts'
import { neighbourhoodOf } from './neighbourhood.ts'
import { countActed, newActions, readActions } from './response-actions.ts'
import { breachesOf, duesFrom } from './sla.ts'
import type { Incident } from './store.ts'
import { summarise } from './summary.ts'

const incident = (over: Partial<Incident> = {}): Incident => ({
  ...{ id: 'i', seq: '1', tenant: 'default', status: 'open', severity: 'critical', score: 30, title: 'T' },
  ...{
    entities: [],
    firstTime: '2026-01-01T00:00:00.000Z',
    lastTime: '2026-01-01T00:30:00.000Z',
    signals: 3,
  },
  ...{ breached: [], revision: 1, updatedAt: '2026-01-01T00:00:00.000Z' },
  ...duesFrom('2026-01-01T00:00:00.000Z', 'critical'),
  ...over,
})

test('clocks: each is stopped by its own step, and none is reported twice', () => {
  const late = '2026-01-01T04:00:00.000Z'
  assert.deepEqual(breachesOf(incident(), '2026-01-01T00:14:59.000Z'), [])
  assert.deepEqual(breachesOf(incident(), '2026-01-01T00:15:00.000Z'), ['acknowledge'])
  assert.deepEqual(breachesOf(incident({ breached: ['acknowledge'] }), late), ['contain', 'resolve'])
  assert.deepEqual(
    breachesOf(incident({ status: 'acknowledged', containedAt: late }), '2026-01-01T00:31:00.000Z'),
    [],
  )
  assert.deepEqual(breachesOf(incident({ status: 'acknowledged' }), '2026-01-01T00:31:00.000Z'), ['contain'])
  assert.equal('containDue' in duesFrom('2026-01-01T00:00:00.000Z', 'medium'), false)
  assert.deepEqual(breachesOf(incident({ status: 'contained' }), late), ['resolve'])
  assert.deepEqual(breachesOf(incident({ status: 'resolved' }), late), [])
})

const action = (over: Partial<ResponseAction> = {}): ResponseAction => ({
  ...{ action: 'caller.deny', entity: { kind: 'caller', id: 'c' }, parameters: {}, mode: 'recommend' },
  ...{ approvals_needed: 0, reasons: [] },
  ...over,
})

test('what a policy answers is read action by action', () => {
  assert.deepEqual(readActions({}), { actions: [], faults: [] })
  assert.equal(readActions({ actions: 'all' }).faults.length, 1)
  const read = readActions({
    actions: [action(), { ...action(), action: 'rm' }, null, { ...action(), extra: 1 }],
  })
  assert.deepEqual([read.actions.length, read.faults.length], [1, 3])
  const many = readActions({ actions: Array.from({ length: 60 }, () => action()) })
  assert.deepEqual([many.actions.length, many.faults.length], [50, 1])
})

test('an action is decided again only when it may go further', () => {
  assert.deepEqual(newActions([action()], [action()]), [])
  assert.equal(newActions([action({ mode: 'act' })], [action()]).length, 1)
  assert.equal(newActions([action({ entity: { kind: 'caller', id: 'd' } })], [action()]).length, 1)
  assert.equal(
    countActed([action({ mode: 'act' }), action({ action: 'ticket.open', mode: 'act' }), action()]),
    1,
  )
})

const evidence = (id: string, entity: string, related: readonly string[]) => ({
  ...{ id, key: id, rule: 'r', source: 's', group: 'g', severity: 'high' as const, title: `Signal ${id}` },
  ...{ entity: { kind: 'host', id: entity }, related: related.map((one) => ({ kind: 'host', id: one })) },
  ...{ techniques: [], time: Date.parse('2026-01-01T00:00:00Z'), cleared: false },
})

test('the summary says what the ledger says', () => {
  const ledger = ledgerOf([evidence('a', 'h', [])], { now: Date.parse('2026-01-01T00:00:00Z') })
  const text = summarise(incident(), ledger)
  assert.match(text, /^3 signals of 1 detector within 30 minutes concern host h\./)
  assert.match(text, /worth 16\.5 decibans/)
  assert.match(summarise(incident(), ledgerOf([], { now: 0 })), /No signals/)
})

test('the neighbourhood is two rings', () => {
  const { nodes, edges } = neighbourhoodOf([evidence('a', 'h', ['g'])], [evidence('b', 'g', ['far'])])
  assert.deepEqual(
    nodes.map(({ id, hops }) => [id, hops]),
    [
      ['g', 1],
      ['h', 1],
      ['far', 2],
    ],
  )
  assert.equal(edges.length, 2)
})
