import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Signal } from '@rampart/domain'
import { kitErrors } from '@rampart/kit'
import { type Draft, planBatch } from './signal-batch.ts'
import { createSignalWriter } from './signal-writer.ts'

let serial = 0
const draft = (over: Partial<Signal> = {}): Draft => {
  serial += 1
  const signal: Signal = {
    ...{ schema: 'signal/1', id: `i${serial}`, key: 'k', state: 'raised', time: '2026-01-01T00:00:00Z' },
    ...{ detector: 'd', title: 'T', severity: 'low', entity: { kind: 'host', id: 'h' }, evidence: {} },
    source: { name: 's', tenant: 'default' },
    ...over,
  }
  return { principal: 'user:a', signal }
}

test('reports of one condition in a batch are one row and one update that says no less', () => {
  const batch = [
    draft(),
    draft({ severity: 'medium' }),
    draft({ severity: 'medium', p_value: 0.01 }),
    draft({ severity: 'low' }),
    draft({ key: 'known' }),
    draft({ key: 'never', state: 'cleared' }),
  ]
  const { rows, told, answers } = planBatch(batch, new Map([['known', 'old']]))
  assert.deepEqual(
    rows.map(({ isNew, reports, signal }) => [isNew, reports, signal.id, signal.state]),
    [
      [true, 4, batch[0]?.signal.id, 'updated'],
      [false, 1, 'old', 'updated'],
    ],
  )
  assert.deepEqual(
    told.map(({ signal }) => [signal.key, signal.state, signal.severity]),
    [
      ['k', 'raised', 'low'],
      ['k', 'updated', 'medium'],
      ['k', 'updated', 'low'],
      ['known', 'updated', 'low'],
    ],
  )
  assert.equal(new Set(answers.slice(0, 4).map(({ id }) => id)).size, 1)
})

test('a condition that ends and comes again in one batch is two', () => {
  const { rows, told } = planBatch(
    [draft({ state: 'cleared' }), draft(), draft({ state: 'cleared' }), draft()],
    new Map([['k', 'old']]),
  )
  assert.deepEqual(
    rows.map(({ isNew, signal }) => [isNew, signal.state]),
    [
      [false, 'cleared'],
      [true, 'cleared'],
      [true, 'raised'],
    ],
  )
  assert.deepEqual(
    told.map(({ signal }) => signal.state),
    ['cleared', 'raised', 'cleared', 'raised'],
  )
})

test('detectors take turns, and what one of them does wrong stays its own', async () => {
  const batches: string[][] = []
  const put = createSignalWriter(async (_, drafts) => {
    batches.push(drafts.map(({ signal }) => signal.detector))
    if (drafts.some(({ signal }) => signal.detector === 'broken')) throw new Error('broken')
    return drafts.map(({ signal }) => signal)
  })
  const loud = Array.from({ length: 200 }, () => put('default', draft({ detector: 'loud' })))
  const broken = put('default', draft({ detector: 'broken' }))
  const quiet = put('default', draft({ detector: 'quiet' }))
  await assert.rejects(broken, { message: 'broken' })
  assert.equal((await quiet).detector, 'quiet')
  await Promise.all(loud)
  assert.ok(batches[0]?.includes('quiet'))
  assert.equal(batches.filter((one) => one.length === 32).length, 6)
})

test('while the database is away everybody hears it at once, and too many may not wait', async () => {
  let asked = 0
  const put = createSignalWriter(async () => {
    asked += 1
    throw kitErrors.KIT_COMMIT_UNKNOWN('away')
  })
  const all = await Promise.allSettled(Array.from({ length: 2_100 }, () => put('default', draft())))
  const codes = all.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : ''))
  assert.equal(codes.filter((code) => code === 'THREATS_INTAKE_FULL').length, 100)
  assert.equal(codes.filter((code) => code === 'KIT_COMMIT_UNKNOWN').length, 2_000)
  assert.ok(asked < 100, String(asked))
})
