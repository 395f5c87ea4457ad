import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { migrate } from './migrate.ts'
import { silentLogger, type TestDatabase, testDatabase } from './testing.ts'

let db: TestDatabase
let dir: string
let module = 0

before(async () => {
  db = await testDatabase()
})
after(() => db.stop())
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'migrations-'))
  module += 1
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const write = (name: string, sql: string): void => writeFileSync(join(dir, name), sql)
const run = () => migrate({ url: db.url, sources: [{ module: `m${module}`, dir }], logger: silentLogger })
const exists = async (table: string): Promise<boolean> => {
  const rows = await db.database.read('default', (tx) =>
    tx.query('SELECT to_regclass($1) IS NOT NULL AS there', [table]),
  )
  return rows[0]?.there === true
}

test('each file is applied once, later ones when they come', async () => {
  write('0001_first.sql', 'CREATE TABLE first (x int)')
  assert.deepEqual(await run(), [`m${module}/0001_first.sql`])
  assert.deepEqual(await run(), [])
  write('0002_second.sql', 'CREATE TABLE second (x int)')
  assert.deepEqual(await run(), [`m${module}/0002_second.sql`])
})

test('an applied file that changed or vanished is refused', async () => {
  write('0001_a.sql', 'CREATE TABLE changed (x int)')
  await run()
  write('0001_a.sql', 'CREATE TABLE changed (x int, y int)')
  await assert.rejects(run(), { code: 'KIT_MIGRATION_CHANGED' })
  rmSync(join(dir, '0001_a.sql'))
  write('0001_b.sql', 'SELECT 1')
  await assert.rejects(run(), { code: 'KIT_MIGRATION_CHANGED' })
})

test('a failing file leaves nothing behind and names itself', async () => {
  write('0001_half.sql', 'CREATE TABLE half (x int); SELECT 1/0')
  await assert.rejects(run(), { code: 'KIT_MIGRATION_FAILED', message: /0001_half\.sql: division by zero/ })
  assert.equal(await exists('half'), false)
  write('0001_half.sql', 'CREATE TABLE half (x int)')
  await run()
  assert.equal(await exists('half'), true)
})

test('gaps and odd names are refused', async () => {
  write('0002_late.sql', 'SELECT 1')
  await assert.rejects(run(), { code: 'KIT_MIGRATION_FAILED' })
  rmSync(join(dir, '0002_late.sql'))
  write('one.sql', 'SELECT 1')
  await assert.rejects(run(), { code: 'KIT_MIGRATION_FAILED' })
})

test('two starters do not race', async () => {
  write('0001_once.sql', 'CREATE TABLE once (x int)')
  const results = await Promise.all([run(), run(), run()])
  assert.deepEqual(results.map((applied) => applied.length).sort(), [0, 0, 1])
})
