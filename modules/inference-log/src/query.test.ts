import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { callerDigestOf } from './erasures.ts'
import { VIEW_COLUMNS } from './log-columns.ts'
import { cleanMessage } from './query.ts'
import { openLocked, runStatement, type SandboxQuestion } from './sandbox.ts'
import { inHome, openTestLog, writeSegment } from './testing.ts'

const question = (changes: Partial<SandboxQuestion>): SandboxQuestion => ({
  files: [],
  segments: [],
  tenant: 'default',
  erasures: [],
  sql: 'select 1',
  maxRows: 100,
  maxBytes: 100_000,
  timeoutMs: 2_000,
  memoryMb: 128,
  ...changes,
})

/** A home with records of two tenants, as Parquet and as an open segment, and a locked connection for one of them. */
const inSandbox = (
  work: (ask: (sql: string) => Promise<string>, home: string, files: readonly string[]) => Promise<void>,
): Promise<void> =>
  inHome(async (home) => {
    const { log, segments, folder } = await openTestLog(home)
    const records = ['default', 'red', 'default', 'red'].map((tenant) => ({ tenant, label: `of-${tenant}` }))
    await writeSegment(segments, records)
    await log.convert()
    const open = await writeSegment(segments, records, { isOpen: true })
    await log.stop()
    const { readdirSync } = await import('node:fs')
    const files = readdirSync(join(folder, 'parquet'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.parquet'))
      .map((name) => join(folder, 'parquet', name))
    const own = files.filter((path) => path.includes('/default/'))
    const connection = await openLocked(question({ files: own, segments: [open.path] }))
    const ask = async (sql: string): Promise<string> => {
      try {
        const answer = await runStatement(connection, question({ sql }))
        return answer.ok ? JSON.stringify(answer.rows) : `${answer.reason}: ${answer.message}`
      } catch (error) {
        return `error: ${error instanceof Error ? error.message : String(error)}`
      }
    }
    await work(ask, home, files)
    connection.closeSync()
  })

test('a query sees its tenant’s records, Parquet or not, and no other way to a file exists', () =>
  inSandbox(async (ask, home, files) => {
    assert.equal(
      await ask('select count(*), min(label), max(label) from inference_log'),
      '[["4","of-default","of-default"]]',
    )
    const other = files.find((path) => path.includes('/red/')) ?? ''
    const evil = join(home, 'evil')
    const refusals = [
      `select * from read_parquet('${other}')`,
      `select * from '${other}'`,
      `select * from read_parquet('${join(other, '..', '..', '..', '**', '*.parquet')}')`,
      `select * from parquet_metadata('${other}')`,
      `from read_text('/etc/passwd')`,
      `from read_blob('/proc/self/environ')`,
      `from read_csv('/dev/stdin')`,
      `from sniff_csv('/etc/passwd')`,
      `from glob('/etc/*')`,
      `copy (select 1) to '${evil}'`,
      `copy inference_log to '${evil}'`,
      `export database '${evil}'`,
      `attach '${evil}'`,
      `attach ':memory:' as x`,
      'install httpfs',
      'load httpfs',
      'set enable_external_access = true',
      "set allowed_paths = ['/etc/passwd']",
      'reset lock_configuration',
      'pragma enable_profiling',
      `pragma profiling_output = '${evil}'`,
      'create table x as select 1',
      'create or replace view inference_log as select 1',
      'drop view inference_log',
      'insert into recent select * from recent',
      'delete from recent',
      'select 1; select 2',
      "from query('copy (select 1) to ''x''')",
      'prepare v as select 1',
      'create secret s (type s3)',
      'from duckdb_secrets()',
      "call pragma_database_list('x')",
      'begin transaction',
      'vacuum',
      'select ?',
      'select $1',
      '',
      ' -- nothing\n /* at all */ ; ',
      "select getenv('HOME')",
    ]
    for (const sql of refusals) assert.match(await ask(sql), /^(refused|error): /, sql)
    assert.equal(existsSync(evil), false)
    assert.equal(await ask('select count(*) from inference_log'), '[["4"]]')
    const members = [...new Set(JSON.parse(await ask('select distinct tenant from recent')) as string[][])]
    assert.deepEqual(members, [['default']])
  }))

test('whatever text is asked, the answer is data or a refusal, and the records stay as they are', () =>
  inSandbox(async (ask, home) => {
    const words = fc.constantFrom(
      ...[
        'select',
        '*',
        'from',
        'inference_log',
        'recent',
        'union',
        'all',
        'copy',
        'to',
        '(',
        ')',
        ',',
        ';',
        "'/etc/passwd'",
      ],
      ...[
        'attach',
        'set',
        'pragma',
        'drop',
        'table',
        'where',
        '1',
        '=',
        'read_text',
        'with',
        'x',
        'as',
        '--',
        '/*',
        '\u0000',
        '💥',
      ],
    )
    const sql = fc.oneof(
      fc.array(words, { maxLength: 14 }).map((parts) => parts.join(' ')),
      fc.string({ maxLength: 60 }),
    )
    await fc.assert(
      fc.asyncProperty(sql, async (text) => {
        assert.doesNotMatch(await ask(text), /root:|of-red/)
      }),
      { numRuns: 150 },
    )
    assert.equal(await ask('select count(*) from inference_log'), '[["4"]]')
    assert.equal(existsSync(join(home, 'x')), false)
  }))

test('answers end at their limits, and erased callers are in none', () =>
  inHome(async (home) => {
    const { log, segments } = await openTestLog(home, {
      queryTimeoutMs: 1_000,
      queryMemoryMb: 64,
      queryBytes: 20_000,
    })
    await writeSegment(segments, [{ caller: 'user:bob' }, { caller: 'user:ann' }], { isOpen: true })
    const first = await log.query('default', 'select * from range(1000)', 7)
    assert.deepEqual([first.rows.length, first.truncated, first.rows[6]], [7, true, [6]])
    const wide = await log.query('default', "select repeat('x', 9000) from range(10)")
    assert.deepEqual([wide.rows.length, wide.truncated], [2, true])
    const counted = log.query('default', 'select count(*) from range(1000000000) a, range(1000000) b')
    await assert.rejects(counted, { code: 'INFERENCE_LOG_QUERY_TIMEOUT' })
    await assert.rejects(log.query('default', 'select list(range) from range(100000000)'), {
      code: 'INFERENCE_LOG_QUERY_MEMORY',
    })
    await assert.rejects(
      log.query('default', 'select nope from inference_log'),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'INFERENCE_LOG_SQL')
        assert.match(error.message, /column "nope" not found/)
        assert.ok(!error.message.includes(home))
        return true
      },
    )
    await log.erase('default', 'user:bob', 'user:admin')
    const left = await log.query('default', 'select principal from inference_log')
    assert.deepEqual(left.rows, [['user:ann']])
    await log.stop()
  }))

test('no more queries run at once than may', () =>
  inHome(async (home) => {
    const { log } = await openTestLog(home, { queriesAtOnce: 1 })
    const running = log.query('default', 'select 1')
    await assert.rejects(log.query('default', 'select 1'), { code: 'INFERENCE_LOG_QUERY_BUSY' })
    assert.deepEqual((await running).rows, [[1]])
    await log.stop()
  }))

test('messages say what is wrong and not where things are', () => {
  const text =
    'Permission Error: Cannot access file "/srv/home/inference-log/parquet/red/x.parquet" - disabled\n\nLINE 1: …'
  assert.equal(
    cleanMessage(text, '/srv/home/inference-log'),
    'Cannot access file a file - disabled\n\nLINE 1: …',
  )
  assert.equal(callerDigestOf('default', 'user:a').length, 64)
  assert.equal(new Set(VIEW_COLUMNS.map(([name]) => name)).size, VIEW_COLUMNS.length)
})
