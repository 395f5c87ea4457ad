import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assetPath, systemClock } from '@rampart/kit'
import { type TestDatabase, testDatabase } from '@rampart/kit/testing'
import { type AuditAnchorDeps, createAuditAnchor } from './audit-anchor.ts'
import type { AnchorBatch } from './record-anchor.ts'

let db: TestDatabase
before(async () => {
  db = await testDatabase({ sources: [{ module: 'serving', dir: assetPath('modules/serving/migrations') }] })
})
after(() => db.stop())

const expired = (id: string): AnchorBatch => ({ kind: 'expired', id, files: [`${id}.ndjson`], bytes: 1 })

test('a batch that is handed over again, also at the same time, is one audit entry', async () => {
  const recorded: string[] = []
  const record: AuditAnchorDeps['audit']['record'] = async (_tx, { action, entity }) =>
    void recorded.push(`${action} ${entity.id}`)
  const anchor = createAuditAnchor({ database: db.database, clock: systemClock, audit: { record } })
  await Promise.all([anchor(expired('a')), anchor(expired('a')), anchor(expired('b'))])
  await anchor(expired('a'))
  assert.deepEqual(recorded.sort(), ['inference-log.expired a', 'inference-log.expired b'])
})

test('a batch whose audit entry failed may come again', async () => {
  const recorded: string[] = []
  let away = true
  const record: AuditAnchorDeps['audit']['record'] = async (_tx, { entity }) => {
    if (away) throw new Error('away')
    recorded.push(entity.id)
  }
  const anchor = createAuditAnchor({ database: db.database, clock: systemClock, audit: { record } })
  await assert.rejects(anchor(expired('c')), /away/)
  away = false
  await anchor(expired('c'))
  assert.deepEqual(recorded, ['c'])
})
