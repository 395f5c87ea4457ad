import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { entity } from '@rampart/domain'
import { ALL_TENANTS, createMetrics, cryptoRandom, migrate, systemClock } from '@rampart/kit'
import { silentLogger, type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import {
  createEd25519Signer,
  generateEd25519Pem,
  hashLeaf,
  type Signer,
  verifyCheckpoint,
  verifyConsistency,
  verifyInclusion,
} from '@rampart/signing'
import { type Audit, createAudit } from './audit.ts'
import { openAuditSource } from './database-source.ts'
import { auditMigrations } from './index.ts'
import { readAuditTrust } from './mirror.ts'
import { verifyAuditLog } from './verification.ts'

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')

let db: TestDatabase
let folder: string
before(async () => {
  db = await testDatabase({ sources: [auditMigrations()] })
  folder = await mkdtemp(join(tmpdir(), 'rampart-audit-'))
})
after(async () => {
  await db.stop()
  await rm(folder, { recursive: true, force: true })
})

const newSigner = (): Signer => createEd25519Signer(generateEd25519Pem())
const open = (database: TestDatabase, home: string, signer: Signer, metrics = createMetrics()): Audit =>
  createAudit({
    database: database.database,
    clock: systemClock,
    random: cryptoRandom,
    logger: silentLogger,
    metrics,
    signer,
    home,
  })

const sample = (n: number, tenant = 'default') => ({
  tenant,
  principal: 'user:alice',
  action: 'model:transition',
  entity: entity('model-version', `card-fraud:${n}`),
  outcome: 'success' as const,
  details: { n, note: 'ü "quoted"', nested: { z: 1, a: [null, 1.5] } },
})
const recordMany = async (
  audit: Audit,
  database: TestDatabase,
  from: number,
  to: number,
  tenant = 'default',
) =>
  database.database.tx(tenant, async (tx) => {
    for (let n = from; n < to; n++) await audit.record(tx, sample(n, tenant))
  })

const freshLog = async (t: { after(fn: () => Promise<void>): void }) => {
  const own = await testDatabase({ sources: [auditMigrations()] })
  const home = await mkdtemp(join(folder, 'home-'))
  const signer = newSigner()
  t.after(() => own.stop())
  return { own, home, signer, audit: open(own, home, signer) }
}

test('recorded entries reach the log, in order, provable by hashes and signatures alone', async () => {
  const signer = newSigner()
  const audit = open(db, join(folder, 'first'), signer)
  await assert.rejects(audit.checkpoint(), { code: 'AUDIT_EMPTY' })
  assert.equal((await audit.verify()).ok, true)
  await audit.start()
  await recordMany(audit, db, 0, 300)
  await audit.flush()
  const older = await audit.checkpoint()
  await recordMany(audit, db, 300, 700)
  await audit.flush()
  await audit.stop()
  const newest = await audit.checkpoint()
  assert.deepEqual([older.size, newest.size], [300, 700])
  assert.equal(verifyCheckpoint(newest.note, newest.origin, signer.publicKey).verdict, 'trusted')

  for (const index of [0, 255, 256, 511, 699]) {
    const { entry, leaf, proof, checkpoint } = await audit.inclusionProof('default', index)
    const leafHash = hashLeaf(Buffer.from(leaf, 'base64'))
    const claim = { index, size: proof.treeSize, leafHash, root: bytes(checkpoint.rootHash) }
    assert.ok(verifyInclusion({ ...claim, proof: proof.hashes.map(bytes) }))
    assert.equal(entry.details.n, index)
    assert.equal(entry.index, index)
  }
  const { hashes } = await audit.consistencyProof(300)
  const roots = { fromRoot: bytes(older.rootHash), toRoot: bytes(newest.rootHash) }
  assert.ok(verifyConsistency({ from: 300, to: 700, ...roots, proof: hashes.map(bytes) }))
  await assert.rejects(audit.consistencyProof(1, 701), { code: 'AUDIT_RANGE_INVALID' })
  const verified = await audit.verify()
  assert.deepEqual([verified.ok, verified.size, verified.mirrorSize], [true, 700, 700])
})

test('what is rolled back is not in the log; what is denied in an own transaction is', async (t) => {
  const { own, audit } = await freshLog(t)
  const work = own.database.tx('default', async (tx) => {
    await audit.record(tx, sample(1))
    throw new Error('undo')
  })
  await assert.rejects(work, /undo/)
  await own.database.tx('default', (tx) => audit.record(tx, { ...sample(2), outcome: 'denied' }))
  await audit.flush()
  const entries = await audit.entries({ tenant: 'default', limit: 10 })
  assert.deepEqual(
    entries.map((entry) => [entry.index, entry.outcome]),
    [[0, 'denied']],
  )
})

test('a tenant sees its own entries only, while proofs cover all', async (t) => {
  const { own, audit } = await freshLog(t)
  await recordMany(audit, own, 0, 2, 'default')
  await recordMany(audit, own, 2, 4, 'other')
  await audit.flush()
  const seen = await audit.entries({ tenant: 'other', limit: 10 })
  assert.deepEqual(
    seen.map((entry) => entry.index),
    [3, 2],
  )
  await assert.rejects(audit.inclusionProof('other', 0), { code: 'AUDIT_ENTRY_NOT_FOUND' })
  assert.equal((await audit.inclusionProof('other', 2)).proof.treeSize, 4)
})

test('entries list newest first, or onward from an index, filtered', async (t) => {
  const { own, audit } = await freshLog(t)
  await recordMany(audit, own, 0, 9)
  await own.database.tx('default', (tx) => audit.record(tx, { ...sample(9), action: 'policy:activate' }))
  await audit.flush()
  const list = async (filter: object) =>
    (await audit.entries({ tenant: 'default', limit: 3, ...filter })).map((entry) => entry.index)
  assert.deepEqual(await list({}), [9, 8, 7])
  assert.deepEqual(await list({ before: 7 }), [6, 5, 4])
  assert.deepEqual(await list({ after: 1 }), [2, 3, 4])
  assert.deepEqual(await list({ action: 'policy:activate' }), [9])
  assert.deepEqual(await list({ entityKind: 'model-version', entityId: 'card-fraud:4' }), [4])
})

test('the application role can neither change nor remove an entry', async (t) => {
  const { own, audit } = await freshLog(t)
  await recordMany(audit, own, 0, 1)
  await audit.flush()
  for (const table of ['audit_entry', 'audit_checkpoint', 'audit_node']) {
    for (const sql of [`DELETE FROM ${table}`, `UPDATE ${table} SET tenant = 'x'`, `TRUNCATE ${table}`]) {
      await assert.rejects(
        own.database.tx(ALL_TENANTS, (tx) => tx.query(sql)),
        /permission denied/,
      )
    }
  }
})

test('several sequencers over one database give one gapless log', async (t) => {
  const { own, home, signer, audit } = await freshLog(t)
  const others = [1, 2].map(() => open(own, home, signer))
  for (const one of [audit, ...others]) await one.start()
  const writers = Array.from({ length: 6 }, (_, at) => recordMany(audit, own, at * 100, at * 100 + 100))
  await Promise.all(writers)
  await Promise.all([audit, ...others].map((one) => one.stop()))
  await audit.flush()
  const verified = await audit.verify()
  assert.deepEqual([verified.ok, verified.size], [true, 600])
  const entries = await audit.entries({ tenant: 'default', after: -1, limit: 1000 })
  assert.equal(new Set(entries.map((entry) => entry.details.n)).size, 600)
})

test('a record of a transaction that began earlier is not overtaken', async (t) => {
  const { own, audit } = await freshLog(t)
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  t.after(async () => release())
  const slow = own.database.tx('default', async (tx) => {
    await audit.record(tx, sample(1))
    await held
  })
  const deadline = Date.now() + 5_000
  const slowRuns = () =>
    own.database.read(ALL_TENANTS, (tx) =>
      tx.query<{ n: string }>(`SELECT count(*) AS n FROM pg_stat_activity
      WHERE datname = current_database() AND backend_xid IS NOT NULL`),
    )
  while ((await slowRuns())[0]?.n === '0' && Date.now() < deadline);
  await own.database.tx('default', (tx) => audit.record(tx, sample(2)))
  await assert.rejects(audit.flush(100), { code: 'AUDIT_FLUSH_LATE' })
  release()
  await slow
  await audit.flush()
  const entries = await audit.entries({ tenant: 'default', after: -1, limit: 10 })
  assert.deepEqual(
    entries.map((entry) => entry.details.n),
    [1, 2],
  )
})

test('entries that cannot be written down exactly are refused', async (t) => {
  const { own, audit } = await freshLog(t)
  const refused = async (change: object, code: string) =>
    assert.rejects(
      own.database.tx('default', (tx) => audit.record(tx, { ...sample(1), ...change })),
      { code },
    )
  await refused({ principal: '' }, 'AUDIT_ENTRY_INVALID')
  await refused({ action: 'a\u0000b' }, 'AUDIT_ENTRY_INVALID')
  await refused({ entity: entity('model', 'x'.repeat(513)) }, 'AUDIT_ENTRY_INVALID')
  await refused({ details: { big: 'x'.repeat(70_000) } }, 'AUDIT_ENTRY_INVALID')
  await refused({ details: { bad: '\ud800' } }, 'SIGNING_NOT_CANONICAL')
  await own.database.tx('default', (tx) =>
    audit.record(tx, { ...sample(1), details: { odd: 'a\u0000b\u2028' } }),
  )
  await audit.flush()
  assert.equal((await audit.verify()).ok, true)
})

test('a database cut back behind the checkpoint outside it is found, now and after more entries', async (t) => {
  const { own, home, signer, audit } = await freshLog(t)
  await audit.start()
  await recordMany(audit, own, 0, 10)
  await audit.flush()
  await recordMany(audit, own, 10, 20)
  await audit.flush()
  await audit.stop()
  await own.database.tx(ALL_TENANTS, async (tx) => {
    await tx.query('SET LOCAL ROLE NONE')
    await tx.query('DELETE FROM audit_entry WHERE idx >= 10')
    await tx.query('DELETE FROM audit_checkpoint WHERE size > 10')
  })
  const verify = async () => verifyAuditLog(openAuditSource(own.database), await readAuditTrust(home))
  assert.deepEqual((await verify()).firstAltered, {
    where: 'entry',
    index: 10,
    why: 'deleted: the checkpoint outside the database covers 20 entries, 10 are stored',
  })
  const restarted = open(own, home, signer)
  await restarted.start()
  await recordMany(restarted, own, 100, 130)
  await restarted.flush()
  await restarted.stop()
  const later = await verify()
  assert.deepEqual([later.ok, later.firstAltered?.where, later.firstAltered?.index], [false, 'mirror', 19])
})

test('after a restart the log goes on; with another key or a damaged edge it stops and keeps what waits', async (t) => {
  const { own, home, signer, audit } = await freshLog(t)
  await recordMany(audit, own, 0, 257)
  await audit.flush()
  const second = open(own, home, signer)
  await recordMany(second, own, 257, 300)
  await second.flush()
  assert.deepEqual([(await second.verify()).ok, (await second.verify()).size], [true, 300])
  await recordMany(second, own, 300, 301)
  await assert.rejects(open(own, home, newSigner()).flush(), { code: 'AUDIT_LOG_DAMAGED' })
  await own.database.tx(ALL_TENANTS, async (tx) => {
    await tx.query('SET LOCAL ROLE NONE')
    await tx.query(
      `UPDATE audit_entry SET leaf_hash = set_byte(leaf_hash, 3, get_byte(leaf_hash, 3) # 1) WHERE idx = 299`,
    )
  })
  await assert.rejects(open(own, home, signer).flush(), { code: 'AUDIT_LOG_DAMAGED' })
  const [row] = await own.database.read(ALL_TENANTS, (tx) =>
    tx.query<{ n: string }>('SELECT count(*) AS n FROM audit_pending'),
  )
  assert.equal(row?.n, '1')
})

test('a damaged log halts the sequencer, says why in health and metrics, and goes on once it is repaired', async (t) => {
  const { own, home, signer, audit } = await freshLog(t)
  await recordMany(audit, own, 0, 10)
  await audit.flush()
  const flip = () =>
    own.database.tx(ALL_TENANTS, async (tx) => {
      await tx.query('SET LOCAL ROLE NONE')
      await tx.query(
        'UPDATE audit_entry SET leaf_hash = set_byte(leaf_hash, 0, get_byte(leaf_hash, 0) # 1) WHERE idx = 9',
      )
    })
  await flip()
  const metrics = createMetrics()
  const halted = open(own, home, signer, metrics)
  assert.equal(halted.halted(), undefined)
  await halted.start()
  t.after(() => halted.stop())
  await recordMany(halted, own, 10, 11)
  await until(() => halted.halted() !== undefined)
  assert.match(halted.halted() ?? '', /damaged/)
  assert.match(await metrics.registry.metrics(), /^rampart_audit_halted 1$/m)
  await flip()
  await halted.flush()
  await until(() => halted.halted() === undefined, 15_000)
  assert.match(await metrics.registry.metrics(), /^rampart_audit_halted 0$/m)
  assert.equal((await halted.verify()).size, 11)
})

test('records from a dump of an older server are appended: no horizon of the new one keeps them waiting', async (t) => {
  const { own, audit } = await freshLog(t)
  await recordMany(audit, own, 0, 2)
  await own.database.tx(ALL_TENANTS, async (tx) => {
    await tx.query('SET LOCAL ROLE NONE')
    await tx.query('UPDATE audit_pending SET xid = (xid::text::bigint + 1000000)::text::xid8')
  })
  await assert.rejects(audit.flush(50), { code: 'AUDIT_FLUSH_LATE' })
  await migrate({ url: own.url, sources: [auditMigrations()], logger: silentLogger })
  await recordMany(audit, own, 2, 4)
  await audit.flush()
  const entries = await audit.entries({ tenant: 'default', after: -1, limit: 10 })
  assert.deepEqual(
    entries.map(({ details }) => details.n),
    [0, 1, 2, 3],
  )
})

test('a spoiled mirror file is reported and never overwritten', async (t) => {
  const { own, home, audit } = await freshLog(t)
  const path = join(home, 'audit', 'checkpoint')
  await mkdir(join(home, 'audit'), { recursive: true })
  await writeFile(path, 'garbage')
  await recordMany(audit, own, 0, 3)
  await audit.flush()
  assert.equal(await readFile(path, 'utf8'), 'garbage')
  assert.equal((await audit.verify()).firstAltered?.where, 'mirror')
  await rm(path)
  await recordMany(audit, own, 3, 4)
  await audit.flush()
  assert.match(await readFile(path, 'utf8'), /\n4\n/)
  assert.equal((await audit.verify()).ok, true)
  await assert.rejects(readAuditTrust(join(folder, 'nowhere')), { code: 'AUDIT_KEY_MISSING' })
})
