import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ModelVersion, PREDICATE } from '@rampart/domain'
import { type TestDatabase, until } from '@rampart/kit/testing'
import { approvalsDatabase, createTestRoom, digestOf, person } from './testing.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
let db: TestDatabase
before(async () => {
  db = await approvalsDatabase()
})
after(() => db.stop())

const ann = person('ann', 'approver')
const ben = person('ben', 'approver')
const cleo = person('cleo', 'approver')
const olga = person('olga', 'admin')
const vic = person('vic', 'viewer')
const RISKY = { spec: { labels: { risk: 'high' } } }

const states = async (room: Awaited<ReturnType<typeof createTestRoom>>, name: string) =>
  (await room.views.list(ann, { name, limit: 50 })).items.map(({ state }) => state)

test('one approval is enough by default: statement, state, history and step in one call', async () => {
  const room = await createTestRoom(db)
  const version = await room.version('one')
  const { met, request } = await room.approve(ann, version)
  assert.deepEqual([met, request.state, await room.stage(version)], [true, 'approved', 'approved'])
  const detail = await room.views.detail(ann, request.id)
  assert.deepEqual(
    detail.history.map(({ action }) => action),
    ['opened', 'given', 'approved'],
  )
  const [given] = detail.approvals
  assert.deepEqual([given?.approver, given?.counts, given?.roles], ['user:ann', true, ['approver']])
  assert.ok(Date.parse(given?.expiresAt ?? '') > Date.now() + 364 * DAY)
  assert.deepEqual(room.settled, ['one:1'])
  await assert.rejects(room.approve(ben, version), { code: 'TEST_ILLEGAL' })
})

test('who registered or made a version, who is no person, and who lacks the role may not; it is on record', async () => {
  const room = await createTestRoom(db)
  const version = await room.version('own', { spec: { labels: { author: 'ann' } } })
  const denials: [typeof ann, RegExp][] = [
    [olga, /registered this version/],
    [ann, /made this model/],
    [vic, /needs approver; user:vic has viewer/],
    [{ ...ben, kind: 'service' }, /service:ben is not a person/],
  ]
  for (const [who, message] of denials)
    await assert.rejects(room.approve(who, version), { code: 'APPROVAL_DENIED', message })
  assert.equal(room.audited.filter(({ outcome }) => outcome === 'denied').length, denials.length)
  assert.equal(await room.stage(version), 'assessed')
  assert.deepEqual(await states(room, 'own'), [])
  const open = await createTestRoom(db, { mode: 'development' })
  assert.equal((await open.approve(olga, version)).met, true)
})

test('a quorum of two: what is missing is said, nobody counts twice, two at once are two', async () => {
  const room = await createTestRoom(db)
  const version = await room.version('two', RISKY)
  const first = await room.approve(ann, version)
  assert.deepEqual([first.met, first.missing], [false, ['needs 1 more approval by approver']])
  await assert.rejects(room.approve(ann, version), { message: /has already approved/ })
  const views = await room.views.list(ben, { waitingForMe: true, name: 'two', limit: 10 })
  assert.deepEqual(
    views.items.map(({ given, mayApprove }) => [given, mayApprove.allow]),
    [[1, true]],
  )
  assert.equal((await room.views.list(ann, { waitingForMe: true, name: 'two', limit: 10 })).items.length, 0)
  assert.equal((await room.approve(ben, version)).met, true)
  const race = await room.version('race', RISKY)
  const both = await Promise.all([room.approve(ann, race), room.approve(ben, race)])
  assert.deepEqual(both.map(({ met }) => met).sort(), [false, true])
  assert.deepEqual([await room.stage(race), await states(room, 'race')], ['approved', ['approved']])
  const same = await room.version('same', RISKY)
  const twice = await Promise.allSettled([room.approve(ann, same), room.approve(ann, same)])
  assert.equal(twice.filter(({ status }) => status === 'fulfilled').length, 1)
})

test('what fails after the statement leaves nothing behind', async () => {
  let broken = true
  const room = await createTestRoom(db, { breakAt: () => broken })
  const version = await room.version('broken')
  await assert.rejects(room.approve(ann, version), { code: 'TEST_BROKEN' })
  assert.deepEqual([await room.stage(version), await states(room, 'broken')], ['assessed', []])
  assert.equal((await room.count(version)).counted.length, 0)
  broken = false
  assert.equal((await room.approve(ann, version)).met, true)
})

test('an approval counts no more when evidence or policy change, when it ends, and after a rejection', async () => {
  const room = await createTestRoom(db)
  const version = await room.version('bound')
  await room.approve(ann, version)
  const counts = async () => (await room.count(version)).met
  const ends = (await room.count(version)).expiresAt
  assert.equal(await counts(), true)
  room.bound.evidence = digestOf('f')
  assert.match((await room.count(version)).reasons.join(), /the evidence has changed since/)
  room.bound.evidence = digestOf('e')
  room.bound.policy = digestOf('2')
  assert.match((await room.count(version)).reasons.join(), /the policy has changed since/)
  room.bound.policy = digestOf('1')
  assert.equal(await counts(), true)
  room.pass(Date.parse(ends ?? '') - Date.now())
  assert.match((await room.count(version)).reasons.join(), /it has expired/)
  const again = await room.approve(ben, version)
  assert.deepEqual([again.met, await counts()], [true, true])
})

test('a rejection closes the request, takes the approvals in it along, and stands until it is asked again', async () => {
  const room = await createTestRoom(db)
  const version = await room.version('rejected', RISKY)
  await room.approve(ann, version)
  await assert.rejects(room.reject(vic, version), { code: 'APPROVAL_DENIED' })
  const signed = async () =>
    (await room.statements(version, PREDICATE.rejection)).filter(({ model }) => model === 'rejected')
  assert.equal((await signed()).length, 0, 'a refused rejection states nothing')
  const rejected = await room.reject(ben, version)
  assert.equal(rejected.request.state, 'rejected')
  const [statement] = await signed()
  assert.deepEqual(
    [statement?.['rejectedBy'], statement?.['reason'], statement?.['request'], statement?.['evidenceDigest']],
    ['user:ben', 'not like this', rejected.request.id, room.bound.evidence],
  )
  assert.match((await room.count(version)).reasons.join(), /its request was rejected/)
  await assert.rejects(room.approve(cleo, version), { code: 'APPROVAL_REJECTED' })
  const request = await room.approvals.open(olga, version, { reason: 'explained', approvers: ['user:ann'] })
  await assert.rejects(room.approvals.open(olga, version, { reason: 'again' }), { code: 'APPROVAL_OPEN' })
  assert.equal((await room.approve(ann, version, { request: { id: request.id, revision: 1 } })).met, false)
  assert.equal((await room.approve(cleo, version)).met, true)
})

test('what is not open any more, was changed since, or has expired is not approved by its id', async () => {
  const room = await createTestRoom(db)
  const version = await room.version('closed')
  const open = (more = {}) => room.approvals.open(olga, version, { reason: 'please', ...more })
  const first = await open()
  await assert.rejects(room.approvals.withdraw(ben, first.id, 'no'), { code: 'APPROVAL_DENIED' })
  await room.approvals.withdraw(olga, first.id, 'not yet')
  await assert.rejects(room.approve(ann, version, { request: { id: first.id } }), { code: 'APPROVAL_CLOSED' })
  const second = await open({ expiresAt: room.iso(HOUR) })
  const said = await room.approvals.comment(vic, second.id, 'looks good')
  assert.equal(said.revision, 2)
  await assert.rejects(room.approve(ann, version, { request: { id: second.id, revision: 1 } }), {
    code: 'APPROVAL_REVISION_CHANGED',
  })
  room.bound.evidence = digestOf('f')
  await assert.rejects(room.approve(ann, version, { request: { id: second.id, revision: 2 } }), {
    code: 'APPROVAL_REVISION_CHANGED',
  })
  assert.deepEqual(await states(room, 'closed'), ['open', 'stale', 'withdrawn'])
  const third = (await room.views.list(ann, { name: 'closed', limit: 1 })).items[0]?.id ?? ''
  room.pass(15 * DAY)
  await assert.rejects(room.approve(ann, version, { request: { id: third } }), { code: 'APPROVAL_CLOSED' })
  await room.follow.sweep()
  assert.equal((await states(room, 'closed'))[0], 'expired')
  for (const expiresAt of [room.iso(-1), room.iso(91 * DAY), 'soon'])
    await assert.rejects(open({ expiresAt }), { code: 'APPROVAL_INVALID' })
})

test('a statement that is forged, replayed, of another tenant or version does not count', async () => {
  const room = await createTestRoom(db)
  const version = await room.version('forged')
  const request = await room.approvals.open(olga, version, { reason: 'please' })
  const other = await room.version('forged-other')
  const elsewhere = await room.approvals.open(olga, other, { reason: 'please' })
  const predicate = {
    model: 'forged',
    version: '1',
    tenant: 'default',
    approver: 'user:ann',
    roles: ['approver'],
    request: request.id,
    evidenceDigest: room.bound.evidence,
    policyDigest: room.bound.policy,
    approvedAt: room.iso(),
  }
  const statement = { subjectName: 'forged:1', digest: version.digest, predicateType: PREDICATE.approval }
  const met = async () => (await room.count(version)).met
  await room.plant(statement, predicate, false)
  await room.plant({ ...statement, digest: digestOf('b') }, predicate)
  await room.plant({ ...statement, subjectName: 'forged-other:1' }, predicate)
  await room.plant(statement, { ...predicate, tenant: 'acme' })
  await room.plant(statement, { ...predicate, version: '2' })
  await room.plant(statement, { ...predicate, request: elsewhere.id })
  await room.plant(statement, { ...predicate, request: 'no such request' })
  await room.plant(statement, { ...predicate, expiresAt: 'whenever' })
  await room.plant(statement, { ...predicate, roles: 'admin' })
  const { request: _, ...unbound } = predicate
  await room.plant(statement, unbound)
  assert.equal(await met(), false)
  await room.plant(statement, predicate)
  assert.equal(await met(), true)
})

test('a right is handed over for a time, used once, not handed on, and never to or for the author', async () => {
  const room = await createTestRoom(db)
  const version = await room.version('handed', RISKY)
  const hand = (from: typeof ann, to: string, until = room.iso(DAY)) =>
    room.delegations.delegate(from, { to, until, reason: 'away' })
  const mine = await hand(ann, 'user:vic')
  await hand(vic, 'user:dan')
  await hand(ann, 'user:olga')
  await hand(olga, 'user:eve')
  const dan = person('dan', 'viewer')
  for (const [who, onBehalfOf] of [
    [dan, 'user:ann'],
    [dan, 'user:vic'],
    [olga, 'user:ann'],
    [person('eve', 'viewer'), 'user:olga'],
  ] as const)
    await assert.rejects(room.approve(who, version, { onBehalfOf }), { code: 'APPROVAL_DENIED' })
  assert.equal((await room.approve(vic, version, { onBehalfOf: 'user:ann' })).met, false)
  await assert.rejects(room.approve(ann, version), { code: 'APPROVAL_DENIED', message: /already approved/ })
  assert.equal((await room.approve(ben, version)).met, true)
  const next = await room.version('handed-later')
  await room.delegations.revoke(ann, mine.id)
  await assert.rejects(room.approve(vic, next, { onBehalfOf: 'user:ann' }), {
    message: /has handed no right/,
  })
  await hand(ben, 'user:vic', room.iso(HOUR))
  room.pass(HOUR + 1)
  await assert.rejects(room.approve(vic, next, { onBehalfOf: 'user:ben' }), {
    message: /has handed no right/,
  })
})

test('no circle, no delegation to oneself or to no person, none without end; strangers revoke nothing', async () => {
  const room = await createTestRoom(db)
  const [a, b, c] = ['ring-a', 'ring-b', 'ring-c'].map((id) => person(id, 'approver')) as [
    typeof ann,
    typeof ann,
    typeof ann,
  ]
  const hand = (from: typeof ann, to: string, ms = DAY) =>
    room.delegations.delegate(from, { to, until: room.iso(ms), reason: 'away' })
  await hand(a, 'user:ring-b')
  const last = await hand(b, 'user:ring-c')
  for (const [from, to, ms] of [
    [c, 'user:ring-a', DAY],
    [b, 'user:ring-a', DAY],
    [a, 'user:ring-a', DAY],
    [a, 'service:ci', DAY],
    [a, 'user:x', 91 * DAY],
    [a, 'user:x', -1],
    [{ ...a, kind: 'service' as const }, 'user:x', DAY],
  ] as const)
    await assert.rejects(hand(from, to, ms), { code: 'APPROVAL_DELEGATION_REFUSED' })
  await assert.rejects(room.delegations.revoke(vic, last.id), { code: 'APPROVAL_DELEGATION_NOT_FOUND' })
  await room.delegations.revoke(c, last.id)
  await hand(c, 'user:ring-a')
})

const publish = (type: string, subject: string, data: Record<string, unknown>) =>
  db.database.tx('default', (tx) =>
    db.eventLog.publish(tx, 'default', { type, subject, principal: 'component:test', data }),
  )
const moved = ({ name, version, digest }: ModelVersion, to: string) =>
  publish('rampart.model-version.transitioned.v1', `${name}:${version}`, {
    name,
    version,
    digest,
    from: 'registered',
    to,
    reason: 'r',
    decision_id: 'd',
  })
const judged = (room: Awaited<ReturnType<typeof createTestRoom>>, { name, digest }: ModelVersion) =>
  publish('rampart.verdict.changed.v1', digest, {
    digest,
    decision: 'deny',
    reasons: [],
    subjects: [`${name}:1`],
    verdict_digest: digest,
    policy_digest: digest,
    issued_at: room.iso(),
    expires_at: room.iso(DAY),
    is_renewal: false,
    cause: 'test',
    envelope: { payloadType: 'test', payload: '', signatures: [{ keyid: 'k', sig: 's' }] },
  })

test('requests follow the versions: opened by an assessment, again when approvals lapse, withdrawn with the version', async () => {
  const room = await createTestRoom(db)
  await room.start()
  try {
    const version = await room.version('followed')
    const are = (...expected: string[]) =>
      until(async () => JSON.stringify(await states(room, 'followed')) === JSON.stringify(expected), 20_000)
    await moved(version, 'assessed')
    await are('open')
    room.bound.evidence = digestOf('f')
    await judged(room, version)
    await are('open', 'stale')
    await room.approve(ann, version)
    await room.move(version, 'deployed')
    room.bound.policy = digestOf('2')
    await judged(room, version)
    await are('open', 'approved', 'stale')
    assert.equal((await room.approve(ann, version)).met, true)
    assert.equal(await room.stage(version), 'deployed')
    room.bound.policy = digestOf('3')
    await judged(room, version)
    await are('open', 'approved', 'approved', 'stale')
    await room.move(version, 'quarantined')
    await moved(version, 'quarantined')
    await are('withdrawn', 'approved', 'approved', 'stale')
  } finally {
    await room.stop()
  }
})
