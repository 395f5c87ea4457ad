import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DEFAULT_TENANT } from '@rampart/domain'
import { assetPath, createMetrics, type Database, systemClock } from '@rampart/kit'
import { silentLogger, type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { createDecisionLog } from './decision-log.ts'
import {
  type DecisionPlace,
  insertDecisions,
  type LoggedDecision,
  selectDecisionHead,
  selectDecisions,
  selectDecisionsAfter,
} from './store.ts'

let db: TestDatabase
before(async () => {
  db = await testDatabase({ sources: [{ module: 'policy', dir: assetPath('modules/policy/migrations') }] })
})
after(() => db.stop())

const decision = (id: string): LoggedDecision => ({
  id,
  tenant: DEFAULT_TENANT,
  pack: 'authz',
  packVersion: 1,
  action: 'model:read',
  principal: `user:${id.split('-')[0]}`,
  bundleDigest: `sha256:${'a'.repeat(64)}`,
  inputDigest: `sha256:${'b'.repeat(64)}`,
  allow: true,
  reasons: [],
  obligations: {},
  evaluationMicros: 1,
  times: 1,
  time: systemClock.iso(),
})
const stored = async (name: string) => {
  const filter = { principal: `user:${name}`, limit: 500 }
  return (await db.database.read(DEFAULT_TENANT, (tx) => selectDecisions(tx, filter))).map((row) => row.id)
}
const settings = {
  clock: systemClock,
  logger: silentLogger,
  flushMs: 60_000,
  capacity: 100,
  retentionMs: 3_600_000,
}

/** A database that fails as told before, or only after, the commit. */
function unreliable(): { database: Pick<Database, 'tx'>; fail: (how: 'before' | 'after' | 'never') => void } {
  let mode = 'never'
  const tx: Database['tx'] = async (tenant, work) => {
    if (mode === 'before') throw new Error('the database is away')
    const result = await db.database.tx(tenant, work)
    if (mode === 'after') throw new Error('the connection was lost during commit')
    return result
  }
  return {
    database: { tx },
    fail: (how) => {
      mode = how
    },
  }
}

test('decisions wait while the database is away and are written once it is back', async () => {
  const { database, fail } = unreliable()
  const log = createDecisionLog({ ...settings, database })
  fail('before')
  for (let i = 0; i < 20; i++) log.add(decision(`waits-${i}`))
  await log.flush()
  assert.deepEqual(await stored('waits'), [])
  assert.equal(log.repeat('waits-3'), true)
  fail('never')
  await log.stop()
  assert.equal((await stored('waits')).length, 20)
  assert.equal(log.repeat('waits-3'), false)
})

test('a commit whose outcome is unknown is repeated without doubling', async () => {
  const { database, fail } = unreliable()
  const log = createDecisionLog({ ...settings, database })
  fail('after')
  log.add(decision('unknown-1'))
  await log.flush()
  fail('never')
  log.add(decision('unknown-2'))
  await log.stop()
  assert.deepEqual((await stored('unknown')).sort(), ['unknown-1', 'unknown-2'])
})

test('what exceeds the capacity is dropped and counted', async () => {
  const { database, fail } = unreliable()
  const metrics = createMetrics()
  const log = createDecisionLog({ ...settings, database, metrics, capacity: 10 })
  fail('before')
  for (let i = 0; i < 15; i++) log.add(decision(`full-${i}`))
  await log.flush()
  assert.match(await metrics.registry.metrics(), /rampart_policy_decisions_dropped_total 5/)
  fail('never')
  await log.stop()
  assert.equal((await stored('full')).length, 10)
})

test('a reader that keeps its place gets each decision once, also one that commits late', async (t) => {
  // On a shared server, transactions of other suites may keep decisions of earlier tests behind the head.
  const read = async (place: DecisionPlace) => {
    const all = await db.database.read(DEFAULT_TENANT, (tx) => selectDecisionsAfter(tx, place, 100))
    return all.filter(({ id }) => id.startsWith('late-'))
  }
  const head = await db.database.read(DEFAULT_TENANT, selectDecisionHead)
  const late = Promise.withResolvers<void>()
  // Left open, the transaction would hold back the readers of every suite on the server.
  t.after(() => late.resolve())
  const inserted = Promise.withResolvers<void>()
  const slow = db.database.tx(DEFAULT_TENANT, async (tx) => {
    await insertDecisions(tx, [decision('late-1')])
    inserted.resolve()
    await late.promise
  })
  await inserted.promise
  await db.database.tx(DEFAULT_TENANT, (tx) => insertDecisions(tx, [decision('late-2')]))
  assert.deepEqual(await read(head), [])
  late.resolve()
  await slow
  await until(async () => (await read(head)).length === 2)
  const both = await read(head)
  assert.deepEqual(
    both.map(({ id }) => id),
    ['late-1', 'late-2'],
  )
  assert.deepEqual(await read(both[1]?.place ?? head), [])
})
