import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { componentPrincipal, DEFAULT_TENANT, type Principal } from '@rampart/domain'
import { assetPath, cryptoRandom, isAppError, systemClock, type Tx } from '@rampart/kit'
import { silentLogger, type TestDatabase, testDatabase } from '@rampart/kit/testing'
import { createPolicy, type PackFiles, type PackName, type Policy, type PolicyDeps } from './index.ts'
import { PACKS, readShippedPack } from './pack-files.ts'

const admin: Principal = { kind: 'user', id: 'ada', tenant: DEFAULT_TENANT, roles: ['admin'], via: 'token' }
const sources = [{ module: 'policy', dir: assetPath('modules/policy/migrations') }]
const shipped = Object.fromEntries(
  await Promise.all(PACKS.map(async (pack) => [pack, await readShippedPack(pack)])),
) as Record<PackName, PackFiles>

let db: TestDatabase
const running: Policy[] = []
const audited: { action: string; details: Readonly<Record<string, unknown>> }[] = []

before(async () => {
  db = await testDatabase({ sources })
})
after(async () => {
  for (const policy of running) await policy.stop()
  await db.stop()
})

async function start(over: Partial<PolicyDeps> = {}): Promise<Policy> {
  const audit = {
    record: async (_tx: Tx, entry: { action: string; details: Readonly<Record<string, unknown>> }) => {
      audited.push(entry)
    },
  }
  const { database, eventLog } = db
  const deps = { database, eventLog, audit, clock: systemClock, random: cryptoRandom, logger: silentLogger }
  const policy = await createPolicy({ ...deps, ...over })
  await policy.start()
  running.push(policy)
  return policy
}

const code = (expected: string) => (error: unknown) => isAppError(error) && error.code === expected
const edited = (pack: PackName, file: string, from: string, to: string): PackFiles => {
  const text = shipped[pack][file] ?? ''
  assert.ok(text.includes(from))
  return { ...shipped[pack], [file]: text.replace(from, to) }
}
async function eventually(check: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
    if (await check()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.fail('not within 10 s')
}
const newest = async (policy: Policy, pack: PackName) => (await policy.history(pack, { limit: 1 }))[0]
const asks = (action: string, principal: Principal = admin) => ({
  pack: 'authz',
  principal,
  input: { principal: { ...principal }, action, mode: 'production', via: principal.via },
})

test('the first start seeds version 1 and audits it; the second changes nothing', async () => {
  audited.length = 0
  const policy = await start()
  for (const pack of PACKS) {
    assert.equal(policy.hot(pack).version, 1)
    assert.equal((await newest(policy, pack))?.origin, 'shipped')
    assert.equal(policy.hot(pack).digest, await policy.shippedDigest(pack))
  }
  assert.deepEqual(
    audited.map((entry) => entry.action),
    PACKS.map(() => 'policy.activate'),
  )
  await start()
  assert.equal(audited.length, PACKS.length)
})

test('unknown packs are refused, before start everything is', async () => {
  const policy = await start()
  await assert.rejects(
    policy.decide({ pack: 'nope', principal: admin, input: {} }),
    code('POLICY_PACK_UNKNOWN'),
  )
  const { database, eventLog } = db
  const audit = { record: async () => undefined }
  const cold = await createPolicy({
    database,
    eventLog,
    audit,
    clock: systemClock,
    random: cryptoRandom,
    logger: silentLogger,
  })
  assert.throws(() => cold.hot('authz'), code('POLICY_NOT_STARTED'))
})

test('requireActions throws for an action without a rule', async () => {
  const policy = await start()
  policy.requireActions(['model:read', 'policy:write'])
  assert.throws(
    () => policy.requireActions(['model:read', 'model:teleport']),
    (error) => {
      assert.ok(code('POLICY_ACTION_WITHOUT_RULE')(error) && isAppError(error))
      assert.deepEqual(error.details, { actions: ['model:teleport'] })
      return true
    },
  )
})

test('a decision in a transaction is logged exactly if the transaction commits', async () => {
  const policy = await start()
  const question = (id: string) => ({ ...asks('model:register'), entity: { kind: 'model', id } as const })
  const committed = await db.database.tx(DEFAULT_TENANT, (tx) => policy.decide({ ...question('kept'), tx }))
  const rolledBack = db.database.tx(DEFAULT_TENANT, async (tx) => {
    await policy.decide({ ...question('gone'), tx })
    throw new Error('no')
  })
  await assert.rejects(rolledBack, /no/)
  const find = (id: string) => policy.decisions(DEFAULT_TENANT, { entity: { kind: 'model', id }, limit: 10 })
  const [row] = await find('kept')
  assert.equal(row?.id, committed.id)
  assert.equal(row?.allow, true)
  assert.equal(row?.action, 'model:register')
  assert.equal(row?.principal, 'user:ada')
  assert.equal(row?.bundleDigest, policy.hot('authz').digest)
  assert.match(row?.inputDigest ?? '', /^sha256:[0-9a-f]{64}$/)
  assert.ok((row?.evaluationMicros ?? 0) > 0)
  assert.deepEqual(await find('gone'), [])
})

test('equal questions share one decision and are counted; a preview leaves no trace', async () => {
  const policy = await start()
  const curious: Principal = { ...admin, id: 'curious', roles: ['viewer'] }
  const all = await Promise.all(Array.from({ length: 50 }, () => policy.decide(asks('signal:read', curious))))
  const preview = await policy.decide({ ...asks('policy:write', curious), dryRun: true })
  assert.equal(preview.allow, false)
  await policy.stop()
  const rows = await policy.decisions(DEFAULT_TENANT, { principal: 'user:curious', limit: 100 })
  assert.equal(
    rows.reduce((sum, row) => sum + row.times, 0),
    50,
  )
  assert.ok(rows.length < 5)
  assert.ok(all.every((decision) => rows.some((row) => row.id === decision.id)))
})

test('a decision made outside, on the hot path, is logged too', async () => {
  const policy = await start()
  const { digest: bundleDigest } = policy.hot('inference')
  const made = {
    allow: true,
    reasons: [],
    obligations: { log: 'full' },
    pack: 'inference',
    evaluationMicros: 12.5,
  }
  const inputDigest = `sha256:${'0'.repeat(64)}` as const
  const time = systemClock.iso()
  policy.logDecision(DEFAULT_TENANT, {
    ...made,
    id: 'hot-1',
    principal: 'service:hot',
    bundleDigest,
    inputDigest,
    time,
  })
  await policy.stop()
  const [row] = await policy.decisions(DEFAULT_TENANT, { principal: 'service:hot', limit: 1 })
  assert.deepEqual([row?.id, row?.action, row?.evaluationMicros], ['hot-1', 'inference', 12.5])
  assert.deepEqual(row?.obligations, { log: 'full' })
})

test('a deny is written at once, whatever text it carries', async () => {
  const policy = await start()
  const odd: Principal = { ...admin, id: 'odd\u0000\ud800', roles: [] }
  const decision = await policy.decide(asks('model:\u0000read', odd))
  assert.equal(decision.allow, false)
  await eventually(async () =>
    (await policy.decisions(DEFAULT_TENANT, { allow: false, limit: 10 })).some(
      (row) => row.id === decision.id,
    ),
  )
})

test('an edit is tested, activated here and in another process, and can be rolled back', async () => {
  const [here, there] = [await start(), await start()]
  const changes: number[] = []
  there.onChange((change) => changes.push(change.epoch))
  const before = here.hot('inference')
  const question = {
    caller: { kind: 'service', id: 'shop', roles: ['viewer'], tenant: 'default' },
    route: { stage: 'deployed', tenant: 'default', labels: {} },
    mode: 'production',
  }
  const files = edited('inference', 'data.json', '"denied_callers": []', '"denied_callers": ["service:shop"]')
  const version = await here.edit('inference', admin, {
    files,
    message: 'shop misbehaves',
    expectedVersion: 1,
  })
  assert.equal(version.version, 2)
  assert.equal(version.author, 'user:ada')
  assert.equal(here.hot('inference').evaluate(question).allow, false)
  assert.ok(here.hot('inference').epoch > before.epoch)
  assert.equal(before.evaluate(question).allow, true, 'a holder keeps the policy that it holds')
  await eventually(() => there.hot('inference').version === 2)
  assert.equal(there.hot('inference').evaluate(question).allow, false)
  assert.equal(changes.length, 1)

  await assert.rejects(
    here.edit('inference', admin, { files: shipped.inference, message: '', expectedVersion: 1 }),
    code('POLICY_REVISION_CHANGED'),
  )
  const back = await there.rollback('inference', admin, { version: 1, expectedVersion: 2 })
  assert.equal(back.version, 3)
  assert.equal(back.origin, 'rollback')
  await eventually(() => here.hot('inference').evaluate(question).allow)
  const history = await here.history('inference', { limit: 10 })
  assert.deepEqual(
    history.map((one) => [one.version, one.origin]),
    [
      [3, 'rollback'],
      [2, 'edited'],
      [1, 'shipped'],
    ],
  )
})

test('a draft that does not compile, fails its tests or locks out is refused and changes nothing', async () => {
  const policy = await start()
  const was = policy.hot('authz')
  const attempt = (files: PackFiles) =>
    policy.edit('authz', admin, { files, message: 'x', expectedVersion: was.version })
  await assert.rejects(
    attempt({ ...shipped.authz, 'authz.rego': 'package rampart.authz\nx {' }),
    code('REGO_COMPILE_FAILED'),
  )
  await assert.rejects(
    attempt({ ...shipped.authz, 'extra.rego': 'package extra\nx := nope(1)' }),
    code('REGO_COMPILE_FAILED'),
  )
  await assert.rejects(attempt({ ...shipped.authz, 'data.json': '{"a": }' }), code('REGO_COMPILE_FAILED'))
  await assert.rejects(
    attempt({ ...shipped.authz, '../evil.rego': 'package a' }),
    code('POLICY_FILE_REFUSED'),
  )
  await assert.rejects(
    attempt(
      edited(
        'authz',
        'authz.rego',
        '"model:register": ["operator", "admin"]',
        '"model:register": ["viewer"]',
      ),
    ),
    code('POLICY_TESTS_FAILED'),
  )
  const untested = { 'authz.rego': shipped.authz['authz.rego'] ?? '' }
  await assert.rejects(
    attempt({
      'authz.rego': untested['authz.rego'].replace('"policy:write": ["admin"]', '"policy:write": []'),
    }),
    code('POLICY_LOCKS_OUT'),
  )
  policy.requireActions(['signal:write'])
  await assert.rejects(
    attempt({ 'authz.rego': untested['authz.rego'].replace('"signal:write": ["operator", "admin"],', '') }),
    code('POLICY_ACTION_WITHOUT_RULE'),
  )
  assert.equal(policy.hot('authz'), was)
  assert.equal((await newest(policy, 'authz'))?.version, was.version)
})

test('check reports faults and test results as data', async () => {
  const policy = await start()
  const bad = policy.check('promotion', { 'p.rego': 'package rampart.promotion\n\ndecision := ' })
  assert.equal(bad.ok, false)
  assert.equal(bad.faults[0]?.file, 'p.rego')
  const wrong = policy.check(
    'inference',
    edited('inference', 'inference.rego', 'stage == "deployed"', 'stage == "retired"'),
  )
  assert.equal(wrong.ok, false)
  assert.ok(wrong.tests.some((one) => !one.passed))
  assert.equal(policy.check('inference', shipped.inference).ok, true)
})

test('a new release replaces an untouched pack, keeps an edited one, and restores it when told to', async () => {
  const own = await testDatabase({ sources })
  const release = (n: number) => (pack: PackName) =>
    Promise.resolve({ ...shipped[pack], 'note.rego': `package note\nrelease := ${n}` })
  const at = (over: Partial<PolicyDeps>) => start({ database: own.database, eventLog: own.eventLog, ...over })
  try {
    const first = await at({ shipped: release(1) })
    const files = { ...shipped.authz, 'mine.rego': 'package mine\nx := 1' }
    await first.edit('authz', admin, { files, message: 'mine', expectedVersion: 1 })
    const second = await at({ shipped: release(2) })
    assert.deepEqual([second.hot('promotion').version, second.hot('authz').version], [2, 2])
    assert.equal((await newest(second, 'promotion'))?.origin, 'shipped')
    assert.equal((await newest(second, 'authz'))?.origin, 'edited')
    assert.notEqual(await second.shippedDigest('authz'), second.hot('authz').digest)
    const third = await at({ shipped: release(2), restore: ['authz'] })
    assert.equal(third.hot('authz').version, 3)
    assert.equal(third.hot('authz').digest, await third.shippedDigest('authz'))
    assert.match((await newest(third, 'authz'))?.message ?? '', /policy\.restore/)
    const fourth = await at({ shipped: release(2), restore: ['authz'] })
    assert.equal(fourth.hot('authz').version, 3, 'a start that restores twice restores once')
    await fourth.stop()
    for (const policy of [first, second, third]) await policy.stop()
  } finally {
    await own.stop()
  }
})

test('a stored version that cannot be compiled is passed over and reported', async () => {
  const own = await testDatabase({ sources })
  try {
    const at = (over: Partial<PolicyDeps> = {}) =>
      start({ database: own.database, eventLog: own.eventLog, ...over })
    await (await at()).stop()
    const broken = JSON.stringify({ 'authz.rego': 'package rampart.authz\ndecision := {' })
    await own.database.tx(DEFAULT_TENANT, (tx) =>
      tx.query(
        `INSERT INTO policy_version (pack, version, digest, origin, files, tests_passed, message, author, created_at)
         VALUES ('authz', 2, 'sha256:bad', 'edited', $1, 0, '', 'user:x', now())`,
        [broken],
      ),
    )
    const errors: string[] = []
    const logger = {
      ...silentLogger,
      error: (_fields: unknown, event?: string) => void errors.push(event ?? ''),
    }
    const policy = await at({ logger })
    assert.equal(policy.hot('authz').version, 1)
    assert.deepEqual(errors, ['policy.version-unusable'])
    assert.equal((await policy.decide(asks('model:read'))).allow, true)
    const fixed = await policy.edit('authz', admin, {
      files: shipped.authz,
      message: 'repaired',
      expectedVersion: 2,
    })
    assert.equal(fixed.version, 3)
    assert.equal(policy.hot('authz').version, 3)
    await policy.stop()
  } finally {
    await own.stop()
  }
})

test('a policy that breaks while deciding denies, and says so', async () => {
  const own = await testDatabase({ sources })
  try {
    const twice =
      'package rampart.authz\nactions := {"policy:read": [], "policy:write": []}\ndecision := {"allow": true} if input.action\ndecision := {"allow": false} if input.odd'
    const rego = { 'authz.rego': twice }
    const policy = await start({
      database: own.database,
      eventLog: own.eventLog,
      shipped: (pack) => Promise.resolve(pack === 'authz' ? rego : shipped[pack]),
    })
    const decision = await policy.decide({
      pack: 'authz',
      principal: admin,
      input: { action: 'a', odd: true },
    })
    assert.equal(decision.allow, false)
    assert.match(decision.reasons[0] ?? '', /could not be evaluated/)
    await policy.stop()
  } finally {
    await own.stop()
  }
})

test('old decisions are deleted', async () => {
  const own = await testDatabase({ sources })
  try {
    const policy = await start({
      database: own.database,
      eventLog: own.eventLog,
      decisionRetentionMs: -60_000,
    })
    await db.database.ready()
    await own.database.tx(DEFAULT_TENANT, (tx) =>
      policy.decide({ ...asks('model:read', componentPrincipal('c', ['viewer'])), tx }),
    )
    await eventually(async () => (await policy.decisions(DEFAULT_TENANT, { limit: 1 })).length === 0)
    await policy.stop()
  } finally {
    await own.stop()
  }
})
