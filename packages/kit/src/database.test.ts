import assert from 'node:assert/strict'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { ALL_TENANTS, openDatabase } from './database.ts'
import { cryptoRandom, systemClock } from './index.ts'
import { migrate } from './migrate.ts'
import { uniqueViolation } from './postgres-errors.ts'
import { silentLogger, type TestDatabase, testDatabase, until } from './testing.ts'

let db: TestDatabase

const asOwner = async <T extends pg.QueryResultRow>(sql: string): Promise<T[]> => {
  const client = new pg.Client({ connectionString: db.url })
  await client.connect()
  try {
    const result: unknown = await client.query<T>(sql)
    return Array.isArray(result) ? [] : (result as pg.QueryResult<T>).rows
  } finally {
    await client.end()
  }
}

before(async () => {
  db = await testDatabase()
  await asOwner(`
    CREATE TABLE thing (id int PRIMARY KEY, tenant text NOT NULL DEFAULT current_setting('rampart.tenant'), v int NOT NULL DEFAULT 0);
    SELECT kit_tenant_table('thing');
    CREATE TABLE ledger (id int PRIMARY KEY, tenant text NOT NULL DEFAULT current_setting('rampart.tenant'));
    SELECT kit_tenant_table('ledger', 'SELECT, INSERT')`)
})
after(() => db.stop())

const ids = async (tenant: string): Promise<number[]> =>
  (await db.database.read(tenant, (tx) => tx.query<{ id: number }>('SELECT id FROM thing ORDER BY id'))).map(
    (row) => row.id,
  )

test('a tenant neither sees nor changes nor plants rows of another', async () => {
  const { database } = db
  await database.tx('acme', (tx) => tx.query('INSERT INTO thing (id) VALUES (1)'))
  await database.tx('globex', (tx) => tx.query('INSERT INTO thing (id) VALUES (2)'))
  assert.deepEqual([await ids('acme'), await ids('globex'), await ids('nobody')], [[1], [2], []])
  assert.deepEqual(await ids(ALL_TENANTS), [1, 2])
  const changed = await database.tx('acme', (tx) =>
    tx.query('UPDATE thing SET v = 9 WHERE id = 2 RETURNING id'),
  )
  assert.deepEqual(changed, [])
  assert.deepEqual(
    await database.tx('acme', (tx) => tx.query('DELETE FROM thing WHERE id = 2 RETURNING id')),
    [],
  )
  const planted = (sql: string, tenant: string) =>
    assert.rejects(
      database.tx(tenant, (tx) => tx.query(sql)),
      { code: '42501' },
    )
  await planted("INSERT INTO thing (id, tenant) VALUES (3, 'globex')", 'acme')
  await planted("UPDATE thing SET tenant = 'globex' WHERE id = 1", 'acme')
  await planted('INSERT INTO thing (id) VALUES (3)', ALL_TENANTS)
})

test('isolation holds although the login is a superuser and owns the tables', async () => {
  const [row] = await asOwner<{ super: boolean }>(
    'SELECT rolsuper AS super FROM pg_roles WHERE rolname = current_user',
  )
  const [who] = await db.database.read('acme', (tx) => tx.query<{ u: string }>('SELECT current_user AS u'))
  assert.deepEqual([row?.super, who?.u], [true, 'rampart_app'])
})

test('the tenant of one transaction does not leak into the next on the same connection', async () => {
  const one = openDatabase({ url: db.url, logger: silentLogger, clock: systemClock, poolSize: 1 })
  try {
    await one.tx('acme', (tx) => tx.query('SELECT 1'))
    await one.tx('acme', (tx) => tx.query('SELECT 1/0')).catch(() => undefined)
    const rows = await one.read('nobody', (tx) => tx.query('SELECT id FROM thing'))
    assert.deepEqual(rows, [])
  } finally {
    await one.close()
  }
})

test('a table granted SELECT and INSERT is append-only', async () => {
  await db.database.tx('acme', (tx) => tx.query('INSERT INTO ledger VALUES (1)'))
  for (const sql of [
    'UPDATE ledger SET id = 2',
    'DELETE FROM ledger',
    'TRUNCATE ledger',
    'DROP TABLE ledger',
  ]) {
    await assert.rejects(
      db.database.tx(ALL_TENANTS, (tx) => tx.query(sql)),
      { code: '42501' },
    )
  }
})

test('tenant names that are not legal never reach SQL', async () => {
  for (const tenant of ['', "a'; DROP TABLE thing; --", 'A', '-a', 'a'.repeat(64), '**', 'ä']) {
    await assert.rejects(
      db.database.tx(tenant, async () => undefined),
      { code: 'KIT_TENANT_INVALID' },
    )
  }
})

test('a throw rolls back; read refuses writes', async () => {
  const boom = new Error('boom')
  const failing = db.database.tx('acme', async (tx) => {
    await tx.query('INSERT INTO thing (id) VALUES (50)')
    throw boom
  })
  await assert.rejects(failing, (error) => error === boom)
  assert.equal((await ids('acme')).includes(50), false)
  await assert.rejects(
    db.database.read('acme', (tx) => tx.query('INSERT INTO thing (id) VALUES (51)')),
    { code: '25006' },
  )
})

test('a swallowed failure does not pass for a commit', async () => {
  const swallowing = db.database.tx('acme', async (tx) => {
    await tx.query('INSERT INTO thing (id) VALUES (60)')
    await tx.query('SELECT 1/0').catch(() => undefined)
    return 'fine'
  })
  await assert.rejects(swallowing, { code: 'KIT_TRANSACTION_ABORTED' })
  assert.equal((await ids('acme')).includes(60), false)
})

test('a transaction handle is dead after its transaction', async () => {
  let kept: { query(sql: string): Promise<unknown> } | undefined
  await db.database.tx('acme', async (tx) => {
    kept = tx
  })
  await assert.rejects(async () => kept?.query('SELECT 1'), { code: 'KIT_TRANSACTION_ABORTED' })
})

test('deadlocks are retried until both sides are through', async () => {
  await db.database.tx('acme', (tx) => tx.query('INSERT INTO thing (id) VALUES (70), (71)'))
  const bump = (first: number, second: number) =>
    db.database.tx('acme', async (tx) => {
      await tx.query('UPDATE thing SET v = v + 1 WHERE id = $1', [first])
      await tx.query('SELECT pg_sleep(0.05)')
      await tx.query('UPDATE thing SET v = v + 1 WHERE id = $1', [second])
    })
  await Promise.all([bump(70, 71), bump(71, 70)])
  const rows = await db.database.read('acme', (tx) => tx.query('SELECT v FROM thing WHERE id IN (70, 71)'))
  assert.deepEqual(rows, [{ v: 2 }, { v: 2 }])
})

test('a violated unique constraint can be told from other failures', async () => {
  await db.database.tx('acme', (tx) => tx.query('INSERT INTO thing (id) VALUES (80)'))
  const again = db.database.tx('acme', (tx) => tx.query('INSERT INTO thing (id) VALUES (80)'))
  await assert.rejects(again, (error) => uniqueViolation(error) === 'thing_pkey')
  await assert.rejects(
    db.database.tx('acme', (tx) => tx.query('SELECT 1/0')),
    (error) => uniqueViolation(error) === undefined,
  )
})

test('statements and waits for a connection have deadlines', async () => {
  const options = { url: db.url, logger: silentLogger, clock: systemClock, random: cryptoRandom }
  const impatient = openDatabase({ ...options, poolSize: 1, statementTimeoutMs: 100, acquireTimeoutMs: 100 })
  try {
    await assert.rejects(
      impatient.tx('acme', (tx) => tx.query('SELECT pg_sleep(10)')),
      { code: 'KIT_DATABASE_BUSY' },
    )
    let release: () => void = () => undefined
    const held = impatient.tx(
      'acme',
      () =>
        new Promise<void>((resolve) => {
          release = resolve
        }),
    )
    await assert.rejects(
      impatient.read('acme', (tx) => tx.query('SELECT 1')),
      { code: 'KIT_DATABASE_BUSY' },
    )
    release()
    await held
  } finally {
    await impatient.close()
  }
})

test('an unreachable server is Unavailable and retryable, not a hang', async () => {
  const nowhere = openDatabase({
    url: 'postgres://a:b@127.0.0.1:1/x',
    logger: silentLogger,
    clock: systemClock,
  })
  await assert.rejects(
    nowhere.tx('acme', async () => undefined),
    { code: 'KIT_DATABASE_UNAVAILABLE', retryable: true },
  )
  assert.equal(await nowhere.ready(), false)
  await nowhere.close()
})

test('a listener hears its channel, and comes back after its connection is killed', async () => {
  const heard: string[] = []
  const stop = await db.database.listen('kit_test', (payload) => heard.push(payload))
  const notify = (text: string) =>
    db.database.tx('acme', (tx) => tx.query("SELECT pg_notify('kit_test', $1)", [text]))
  await notify('one')
  await until(() => heard.includes('one'))
  await asOwner(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rampart-listen'",
  )
  await until(() => heard.includes(''))
  await notify('two')
  await until(() => heard.includes('two'))
  await stop()
  await assert.rejects(db.database.listen('x; DROP TABLE thing', () => undefined))
})

test('a connection killed in mid-transaction is an error, and the pool goes on', async () => {
  const killed = db.database.tx('acme', async (tx) => {
    await tx.query('INSERT INTO thing (id) VALUES (90)')
    const [row] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    await asOwner(`SELECT pg_terminate_backend(${row?.pid})`)
    await tx.query('SELECT 1')
  })
  await assert.rejects(killed, { code: 'KIT_DATABASE_UNAVAILABLE' })
  assert.equal(await db.database.ready(), true)
  assert.equal((await ids('acme')).includes(90), false)
})

test('a connection lost at commit is "unknown", never success and never retryable', async () => {
  const lost = db.database.tx('acme', async (tx) => {
    await tx.query('INSERT INTO thing (id) VALUES (91)')
    const [row] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    await asOwner(`SELECT pg_terminate_backend(${row?.pid})`)
  })
  await assert.rejects(lost, { code: 'KIT_COMMIT_UNKNOWN', retryable: false })
})

test('a login without superuser rights suffices once it may act as the application role', async () => {
  const name = `plain_${Date.now()}`
  await asOwner(`CREATE ROLE ${name} LOGIN PASSWORD 'plain'`)
  const url = new URL(db.url)
  url.username = name
  url.password = 'plain'
  url.pathname = `/${name}`
  const refused = migrate({ url: url.href, sources: [], logger: silentLogger })
  await assert.rejects(refused, 'the database does not exist yet')
  await asOwner(`CREATE DATABASE ${name} OWNER ${name}`)
  await assert.rejects(migrate({ url: url.href, sources: [], logger: silentLogger }), {
    code: 'KIT_MIGRATION_FAILED',
    help: /GRANT rampart_app TO/,
  })
  await asOwner(`GRANT rampart_app TO ${name}`)
  await migrate({ url: url.href, sources: [], logger: silentLogger })
  const plain = openDatabase({ url: url.href, logger: silentLogger, clock: systemClock })
  try {
    assert.equal(await plain.ready(), true)
  } finally {
    await plain.close()
    await asOwner(`DROP DATABASE ${name}`)
    await asOwner(`DROP ROLE ${name}`)
  }
})

test('a server that goes silent is given up, and silence at commit is "unknown"', async () => {
  const target = new URL(db.url)
  const proxy = await startProxy(Number(target.port))
  target.port = String(proxy.port)
  const database = openDatabase({
    url: target.href,
    logger: silentLogger,
    clock: systemClock,
    statementTimeoutMs: 50,
    readTimeoutMs: 200,
  })
  try {
    await database.tx('acme', (tx) => tx.query('SELECT 1'))
    const silent = database.tx('acme', async (tx) => {
      proxy.hold()
      await tx.query('SELECT 1')
    })
    await assert.rejects(silent, { code: 'KIT_DATABASE_BUSY' })
    proxy.release()
    const unknown = database.tx('acme', async (tx) => {
      await tx.query('INSERT INTO thing (id) VALUES (95)')
      proxy.hold()
    })
    await assert.rejects(unknown, { code: 'KIT_COMMIT_UNKNOWN' })
    // The commit had reached the server: "unknown" was the truth.
    proxy.release()
    await until(async () => (await ids('acme')).includes(95))
  } finally {
    await database.close()
    await proxy.stop()
  }
})

/** A TCP relay whose way back can be held: requests arrive, answers do not. */
const startProxy = async (targetPort: number) => {
  let held = false
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('data', (chunk) => upstream.write(chunk))
    upstream.on('data', (chunk) => {
      if (!held) client.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    hold: () => {
      held = true
    },
    release: () => {
      held = false
    },
    stop: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

test('a server that dies in the breath of its greeting is an unreachable database, not the end of this process', async (t) => {
  const message = (type: string, body: Buffer): Buffer => {
    const length = Buffer.alloc(4)
    length.writeInt32BE(body.length + 4)
    return Buffer.concat([Buffer.from(type), length, body])
  }
  const greeting = Buffer.concat([
    message('R', Buffer.alloc(4)),
    message('Z', Buffer.from('I')),
    message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection\0\0')),
  ])
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(greeting))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const database = openDatabase({
    url: `postgres://any:any@127.0.0.1:${port}/any`,
    logger: silentLogger,
    clock: systemClock,
  })
  t.after(async () => {
    await database.close()
    server.close()
  })
  assert.equal(await database.ready(), false)
})
