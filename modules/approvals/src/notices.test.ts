import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { createLogger, cryptoRandom, systemClock } from '@rampart/kit'
import { type TestDatabase, until } from '@rampart/kit/testing'
import { createNotices, type PostNotice } from './notices.ts'
import type { ApprovalRequest } from './store.ts'
import { approvalsDatabase, digestOf } from './testing.ts'

let db: TestDatabase
before(async () => {
  db = await approvalsDatabase()
})
after(() => db.stop())

const request: ApprovalRequest = {
  tenant: 'default',
  id: '0199f5b0-0000-7000-8000-000000000001',
  seq: '1',
  name: 'card-fraud',
  version: '1.0.0',
  digest: digestOf('a'),
  state: 'open',
  reason: 'please',
  requestedBy: 'user:olga',
  approvers: [],
  evidenceDigest: digestOf('e'),
  policyDigest: digestOf('1'),
  expiresAt: new Date(),
  revision: 1,
  createdAt: new Date(),
  updatedAt: new Date(),
}

const open = (post: PostNotice) =>
  createNotices({
    database: db.database,
    clock: systemClock,
    random: cryptoRandom,
    logger: createLogger({ level: 'silent', name: 'test' }),
    webhook: { post, secret: async () => 'shared' },
    baseMs: 1,
  })
const rows = () =>
  db.database.read('default', (tx) =>
    tx.query<{ state: string; attempts: number; note: string | null }>(
      'SELECT state, attempts, note FROM approvals_notice ORDER BY created_at',
    ),
  )
const say = (notices: ReturnType<typeof open>, action: 'opened' | 'commented') =>
  db.database.tx('default', (tx) =>
    notices.onChange(tx, request, { action, principal: 'user:olga', text: 'hi' }),
  )

test('what opens is told, signed, repeated with one id until it is taken; comments are not told', async () => {
  const received: { headers: Readonly<Record<string, string>>; body: string }[] = []
  let failures = 2
  const notices = open(async ({ headers, body }) => {
    received.push({ headers, body })
    failures -= 1
    if (failures === 1) throw new Error('cannot be reached')
    return failures >= 0 ? 503 : 204
  })
  await say(notices, 'commented')
  await say(notices, 'opened')
  await until(async () => {
    notices.look()
    return (await rows()).some(({ state }) => state === 'delivered')
  }, 20_000)
  await notices.stop()
  assert.equal(received.length, 3)
  assert.deepEqual(await rows(), [{ state: 'delivered', attempts: 3, note: null }])
  assert.equal(new Set(received.map(({ headers }) => headers['x-rampart-delivery'])).size, 1)
  for (const { headers, body } of received) {
    const text = `${headers['x-rampart-timestamp']}.${headers['x-rampart-delivery']}.${body}`
    const expected = `v1=${createHmac('sha256', 'shared').update(text).digest('hex')}`
    assert.equal(headers['x-rampart-signature'], expected)
  }
  const said = JSON.parse(received[0]?.body ?? '') as { action: string; version: string; tenant: string }
  assert.deepEqual([said.action, said.version, said.tenant], ['opened', 'card-fraud:1.0.0', 'default'])
})

test('a change that is rolled back is told to nobody', async () => {
  let sent = 0
  const notices = open(async () => {
    sent += 1
    return 200
  })
  const before = (await rows()).length
  const failed = db.database.tx('default', async (tx) => {
    await notices.onChange(tx, request, { action: 'opened', principal: 'user:olga', text: 'hi' })
    throw new Error('rolled back')
  })
  await assert.rejects(failed, /rolled back/)
  notices.look()
  await notices.stop()
  assert.deepEqual([sent, (await rows()).length], [0, before])
})
