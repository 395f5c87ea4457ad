import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { openDatabase } from './database.ts'
import { type EmbeddedPostgres, embeddedPostgresUrl, startEmbeddedPostgres } from './embedded-postgres.ts'
import { systemClock } from './index.ts'
import { migrate } from './migrate.ts'
import { processStart } from './state-lock.ts'
import { silentLogger, until } from './testing.ts'

const isRoot = process.getuid?.() === 0
const homes: string[] = []
const newHome = (mode = 0o711): string => {
  const home = mkdtempSync(join(tmpdir(), 'embedded-'))
  chmodSync(home, mode)
  homes.push(home)
  return home
}
after(() => {
  for (const home of homes) {
    const pointer = join(home, 'postgres.location')
    if (existsSync(pointer)) rmSync(readFileSync(pointer, 'utf8').trim(), { recursive: true, force: true })
    rmSync(home, { recursive: true, force: true })
  }
})
const start = (home: string): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({ home, logger: silentLogger })

const query = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end().catch(() => undefined)
  }
}

test('starts durable, on loopback only, with a private password; data survives a restart', async () => {
  const home = newHome()
  const first = await start(home)
  const settings = await query(
    first.url,
    "SELECT current_setting('fsync') f, current_setting('synchronous_commit') s, current_setting('listen_addresses') l, current_setting('data_checksums') c",
  )
  assert.deepEqual(settings, [{ f: 'on', s: 'on', l: '127.0.0.1', c: 'on' }])
  assert.equal(statSync(join(home, 'postgres.json')).mode & 0o777, 0o600)
  assert.equal(embeddedPostgresUrl(home), first.url)
  await assert.rejects(query(first.url.replace(/:[0-9a-f]+@/, ':wrong@'), 'SELECT 1'), { code: '28P01' })
  await assert.rejects(start(home), { code: 'KIT_STATE_LOCKED' })
  await query(first.url, 'CREATE TABLE kept (x int)')
  const pid = first.pid() ?? 0
  await first.stop()
  assert.equal(processStart(pid), undefined)
  const second = await start(home)
  assert.deepEqual(await query(second.url, 'SELECT * FROM kept'), [])
  await second.stop()
})

test('a killed server comes back on the same address, and the pool with it', async () => {
  const embedded = await start(newHome())
  await migrate({ url: embedded.url, sources: [], logger: silentLogger })
  const database = openDatabase({ url: embedded.url, logger: silentLogger, clock: systemClock })
  const heard: string[] = []
  const unlisten = await database.listen('kit_test', (payload) => heard.push(payload))
  try {
    assert.equal(await database.ready(), true)
    process.kill(embedded.pid() ?? 0, 'SIGKILL')
    await until(() => embedded.restarts() === 1, 30_000)
    await until(() => database.ready(), 30_000)
    await until(() => heard.includes(''), 30_000)
    // A killed backend makes the server throw everybody out and recover by itself.
    const victim = await database.read('default', (tx) =>
      tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'),
    )
    process.kill(victim[0]?.pid ?? 0, 'SIGKILL')
    await until(() => database.ready(), 30_000)
    assert.equal(embedded.restarts(), 1)
  } finally {
    await unlisten()
    await database.close()
    await embedded.stop()
  }
})

const OWNER = `
  const { startEmbeddedPostgres, createLogger } = await import(process.argv[1])
  const logger = createLogger({ level: 'silent', name: 'owner' })
  const { url } = await startEmbeddedPostgres({ home: process.argv[2], logger })
  console.log(url)
  setInterval(() => {}, 1000)
`
const startOwner = (home: string, uid?: number) =>
  spawn(
    process.execPath,
    ['--input-type=module', '-e', OWNER, new URL('./index.ts', import.meta.url).href, home],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: '/', ...(uid === undefined ? {} : { uid, gid: uid }) },
  )

test('after SIGKILL of the owner the next start needs no help and loses nothing', async () => {
  const home = newHome()
  const owner = startOwner(home)
  const [line] = (await once(owner.stdout, 'data')) as [Buffer]
  const url = line.toString().trim()
  await query(url, 'CREATE TABLE acknowledged (x int)')
  await query(url, 'INSERT INTO acknowledged VALUES (1)')
  const gone = once(owner, 'exit')
  owner.kill('SIGKILL')
  await gone
  // The orphan still answers; the next owner replaces it.
  assert.equal((await query(url, 'SELECT 1')).length, 1)
  const next = await start(home)
  assert.deepEqual(await query(next.url, 'SELECT x FROM acknowledged'), [{ x: 1 }])
  await next.stop()
})

test('owner and server killed together: the stale pid file is no obstacle', async () => {
  const home = newHome()
  const owner = startOwner(home)
  const [line] = (await once(owner.stdout, 'data')) as [Buffer]
  const url = line.toString().trim()
  await query(url, 'CREATE TABLE acknowledged AS SELECT 7 AS x')
  const rows = await query(url, "SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)::int AS pid")
  const pid = Number(rows[0]?.pid)
  const gone = once(owner, 'exit')
  owner.kill('SIGKILL')
  process.kill(pid, 'SIGKILL')
  await gone
  await until(() => processStart(pid) === undefined)
  const next = await start(home)
  assert.deepEqual(await query(next.url, 'SELECT x FROM acknowledged'), [{ x: 7 }])
  await next.stop()
})

// What follows depends on who runs the suite: a root and a non-root run together see all of it.
if (isRoot) {
  test('as root, a home that the server cannot enter is left for another place, which is named', async () => {
    const parent = newHome(0o700)
    const home = join(parent, 'state')
    mkdirSync(home)
    writeFileSync(join(home, 'postgres.location'), '')
    const first = await start(home)
    const pointer = readFileSync(join(home, 'postgres.location'), 'utf8').trim()
    homes.push(pointer)
    assert.equal(first.dataDir, join(pointer, 'data'))
    await query(first.url, 'CREATE TABLE kept (x int)')
    await first.stop()
    const second = await start(home)
    assert.equal(second.dataDir, first.dataDir)
    assert.deepEqual(await query(second.url, 'SELECT * FROM kept'), [])
    await second.stop()
    rmSync(home, { recursive: true })
    const fresh = await start(home)
    homes.push(readFileSync(join(home, 'postgres.location'), 'utf8').trim())
    assert.notEqual(fresh.dataDir, first.dataDir)
    await fresh.stop()
  })
}
