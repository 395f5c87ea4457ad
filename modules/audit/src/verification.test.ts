import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { entity } from '@rampart/domain'
import { ALL_TENANTS, createMetrics, cryptoRandom, systemClock, type Tx } from '@rampart/kit'
import { silentLogger, type TestDatabase, testDatabase } from '@rampart/kit/testing'
import { createEd25519Signer, generateEd25519Pem } from '@rampart/signing'
import fc from 'fast-check'
import { createAudit } from './audit.ts'
import { openAuditSource } from './database-source.ts'
import { auditMigrations } from './index.ts'
import { readAuditTrust } from './mirror.ts'
import { type AuditTrust, type AuditVerification, verifyAuditLog } from './verification.ts'

const SIZE = 530
let db: TestDatabase
let home: string
let trust: AuditTrust

before(async () => {
  db = await testDatabase({ sources: [auditMigrations()] })
  home = await mkdtemp(join(tmpdir(), 'rampart-verify-'))
  const audit = createAudit({
    database: db.database,
    clock: systemClock,
    random: cryptoRandom,
    logger: silentLogger,
    metrics: createMetrics(),
    signer: createEd25519Signer(generateEd25519Pem()),
    home,
  })
  await audit.start()
  for (let from = 0; from < SIZE; from += 53) {
    await db.database.tx('default', async (tx) => {
      for (let n = from; n < from + 53; n++) {
        const details = { n, text: `grüße ${n}` }
        const record = { tenant: 'default', principal: 'user:ana', action: 'model:register', details }
        await audit.record(tx, { ...record, entity: entity('model', `m${n}`), outcome: 'success' })
      }
    })
    await audit.flush()
  }
  await audit.stop()
  trust = await readAuditTrust(home)
})
after(async () => {
  await db.stop()
  await rm(home, { recursive: true, force: true })
})

class Undo extends Error {}

/** What verification says after `change`, made as the owner of the database in a transaction that is then undone. */
const verifyAfter = async (change: (tx: Tx) => Promise<unknown>): Promise<AuditVerification> => {
  let found: AuditVerification | undefined
  const work = db.database.tx(ALL_TENANTS, async (tx) => {
    await tx.query('SET LOCAL ROLE NONE')
    await change(tx)
    const source = openAuditSource({ read: (_tenant, read) => read(tx) })
    found = await verifyAuditLog(source, trust)
    throw new Undo()
  })
  await assert.rejects(work, Undo)
  assert.ok(found)
  return found
}
const sql = (text: string, params: unknown[] = []) => verifyAfter((tx) => tx.query(text, params))

test('the untouched log verifies, with as many checkpoints as batches', async () => {
  const found = await verifyAuditLog(openAuditSource(db.database), trust)
  assert.deepEqual([found.ok, found.size, found.mirrorSize], [true, SIZE, SIZE])
  assert.ok(found.checkpoints >= 10)
})

/** Each column with SQL that changes one byte of its value: `$2` a byte position, `$3` a mask of 1 to 255. */
const BYTEA = (column: string): string =>
  `set_byte(${column}, $2 % octet_length(${column}), get_byte(${column}, $2 % octet_length(${column})) # $3)`
const TEXT = (column: string): string =>
  `overlay(${column} placing (CASE WHEN substr(${column}, 1 + $2 % length(${column}), 1) = chr(33 + $3 % 90)
     THEN '~' ELSE chr(33 + $3 % 90) END) from 1 + $2 % length(${column}) for 1)`
const ENTRY_COLUMNS: readonly (readonly [string, string])[] = [
  ['body', TEXT('body')],
  ['principal', TEXT('principal')],
  ['action', TEXT('action')],
  ['entity_kind', TEXT('entity_kind')],
  ['entity_id', TEXT('entity_id')],
  ['outcome', TEXT('outcome')],
  ['tenant', TEXT('tenant')],
  ['leaf_hash', BYTEA('leaf_hash')],
  ['root', BYTEA('root')],
  // One byte of the eight that PostgreSQL keeps for each of these.
  ['time', `time + make_interval(secs => (1 + $3::int) * power(256, $2::int % 4) / 1000000.0)`],
  ['idx', `idx # ($3::bigint << (8 * ($2::int % 7)))`],
  ['entry_id', `encode(${BYTEA("decode(replace(entry_id::text, '-', ''), 'hex')")}, 'hex')::uuid`],
]

test('one changed byte in any column of any entry is found, and that entry is named', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(SIZE - 1),
      fc.constantFrom(...ENTRY_COLUMNS),
      fc.nat(1000),
      fc.integer({ min: 1, max: 255 }),
      async (index, [column, value], at, mask) => {
        let isTaken = false
        const found = await verifyAfter(async (tx) => {
          // Renumbering onto an entry that exists is refused by the primary key, as it would be for an attacker.
          if (column === 'idx') {
            const [row] = await tx.query<{ taken: boolean }>(
              `SELECT EXISTS (SELECT FROM audit_entry WHERE idx = ($1::bigint # ($3::bigint << (8 * ($2::int % 7))))) AS taken`,
              [index, at, mask],
            )
            isTaken = row?.taken === true
            if (isTaken) return
          }
          await tx.query(`UPDATE audit_entry SET ${column} = ${typed(value)} WHERE idx = $1`, [
            index,
            at,
            mask,
          ])
        })
        if (isTaken) return
        const { ok, firstAltered } = found
        assert.deepEqual(
          [ok, firstAltered?.where, firstAltered?.index],
          [false, 'entry', index],
          `${column}: ${firstAltered?.why}`,
        )
        if (column !== 'idx') assert.equal(found.size, index)
      },
    ),
    { numRuns: 120 },
  )
})

const typed = (value: string): string =>
  value.replaceAll(/\$2(?!::)/g, '$2::int').replaceAll(/\$3(?!::)/g, '$3::int')

test('one changed byte of a checkpoint or a stored subtree is found', async () => {
  const columns = [
    ['audit_checkpoint', 'note', TEXT('note'), 'checkpoint'],
    ['audit_checkpoint', 'tenant', TEXT('tenant'), 'checkpoint'],
    ['audit_checkpoint', 'size', `size # ($3::bigint << (8 * ($2::int % 6)))`, 'checkpoint'],
    ['audit_node', 'hash', BYTEA('hash'), 'subtree'],
    ['audit_node', 'tenant', TEXT('tenant'), 'subtree'],
    ['audit_node', 'idx', `idx # ($3::bigint << (8 * ($2::int % 6)))`, 'subtree'],
    ['audit_node', 'level', `level # ($3::int + 0 * $2::int)`, 'subtree'],
  ] as const
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...columns),
      fc.nat(20),
      fc.nat(1000),
      fc.integer({ min: 1, max: 255 }),
      async ([table, column, value, where], pick, at, mask) => {
        const found = await verifyAfter(async (tx) => {
          await tx.query('SAVEPOINT try_change')
          const target = `ctid = (SELECT ctid FROM ${table} ORDER BY 1 OFFSET $1 % (SELECT count(*) FROM ${table}) LIMIT 1)`
          const change = `UPDATE ${table} SET ${column} = ${typed(value)} WHERE ${target}`
          await tx.query(change, [pick, at, mask]).catch(async (error: unknown) => {
            if (!(error instanceof Error && 'code' in error && error.code === '23505')) throw error
            // The key is taken: change the other part of the row instead.
            await tx.query('ROLLBACK TO SAVEPOINT try_change')
            await tx.query(`UPDATE ${table} SET tenant = 'x' WHERE ${target}`, [pick])
          })
        })
        assert.equal(found.ok, false)
        assert.equal(found.firstAltered?.where, where, `${table}.${column} ${found.firstAltered?.why}`)
      },
    ),
    { numRuns: 80 },
  )
})

test('a deleted, a swapped, an inserted and a re-hashed entry are named', async () => {
  const named = ({ ok, firstAltered }: AuditVerification) => [ok, firstAltered?.where, firstAltered?.index]
  assert.deepEqual(named(await sql('DELETE FROM audit_entry WHERE idx = 17')), [false, 'entry', 17])
  assert.deepEqual(named(await sql('DELETE FROM audit_entry WHERE idx = $1', [SIZE - 1])), [
    false,
    'entry',
    SIZE - 1,
  ])
  assert.deepEqual(named(await sql('DELETE FROM audit_entry')), [false, 'entry', 0])
  const swap = `UPDATE audit_entry SET body = (SELECT body FROM audit_entry o WHERE o.idx = 41 - audit_entry.idx) WHERE idx IN (20, 21)`
  assert.deepEqual(named(await sql(swap)), [false, 'entry', 20])
  const insert = `INSERT INTO audit_entry SELECT $1, gen_random_uuid(), tenant, time, principal, action, entity_kind,
    entity_id, outcome, body, leaf_hash, root FROM audit_entry WHERE idx = 3`
  assert.deepEqual(named(await sql(insert, [SIZE])), [false, 'entry', SIZE])
  assert.deepEqual(named(await sql(insert, [-1]))[0], false)
  const rehash = `UPDATE audit_entry SET body = replace(body, 'user:ana', 'user:eve'), principal = 'user:eve',
    leaf_hash = sha256('\\x00'::bytea || convert_to(replace(body, 'user:ana', 'user:eve'), 'UTF8')) WHERE idx = 300`
  assert.deepEqual(named(await sql(rehash)), [false, 'entry', 300])
})

test('removed checkpoints and subtrees are found, the newest ones too', async () => {
  const sizes = await db.database.read(ALL_TENANTS, (tx) =>
    tx.query<{ size: string }>(
      'SELECT size::text AS size FROM audit_checkpoint ORDER BY audit_checkpoint.size',
    ),
  )
  for (const { size } of [sizes[0], sizes[4], sizes.at(-1)] as { size: string }[]) {
    assert.equal((await sql('DELETE FROM audit_checkpoint WHERE size = $1', [size])).ok, false, size)
  }
  assert.equal((await sql('DELETE FROM audit_checkpoint')).ok, false)
  assert.equal((await sql('DELETE FROM audit_node WHERE idx = 0')).firstAltered?.where, 'subtree')
  assert.equal((await sql('DELETE FROM audit_node')).firstAltered?.where, 'subtree')
  const extra = `INSERT INTO audit_node SELECT 8, 9, tenant, hash FROM audit_node WHERE idx = 0`
  assert.equal((await sql(extra)).firstAltered?.where, 'subtree')
})

test('a whole emptied database is found by the checkpoint outside it', async () => {
  const found = await sql('TRUNCATE audit_entry, audit_checkpoint, audit_node')
  assert.deepEqual([found.ok, found.firstAltered?.index], [false, 0])
})
