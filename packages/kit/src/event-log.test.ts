import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import pg from 'pg'
import { kitErrors } from './errors.ts'
import { createEventLog, type EventLog, type StoredEvent } from './event-log.ts'
import { createEventSchemas } from './event-schemas.ts'
import type { Tx } from './index.ts'
import { createSeededRandom, cryptoRandom, migrate, systemClock } from './index.ts'
import { silentLogger, type TestDatabase, testDatabase } from './testing.ts'
import { until } from './testing-poll.ts'

const TYPE = 'rampart.test.counted.v1'
const OTHER = 'rampart.test.other.v1'
const schemaDir = mkdtempSync(join(tmpdir(), 'event-schemas-'))
for (const type of [TYPE, OTHER]) {
  const schema = {
    type: 'object',
    properties: { n: { type: 'integer' } },
    required: ['n'],
    additionalProperties: false,
  }
  writeFileSync(join(schemaDir, `${type}.schema.json`), JSON.stringify(schema))
}

let db: TestDatabase
let log: EventLog
const schemas = createEventSchemas(schemaDir)
const createLog = (): EventLog =>
  createEventLog({
    database: db.database,
    clock: systemClock,
    random: cryptoRandom,
    logger: silentLogger,
    schemas,
    slowPollMs: 500,
  })

before(async () => {
  db = await testDatabase({ schemas, poolSize: 16 })
})
after(async () => {
  await log.stop()
  await db.stop()
  rmSync(schemaDir, { recursive: true })
})
beforeEach(async () => {
  await log?.stop()
  log = createLog()
  const client = new pg.Client({ connectionString: db.url })
  await client.connect()
  await client.query('TRUNCATE kit_event, kit_consumer, kit_dead_letter')
  await client.query('CREATE TABLE IF NOT EXISTS effect (n integer)')
  await client.query('GRANT SELECT, INSERT ON effect TO rampart_app')
  await client.query('TRUNCATE effect')
  await client.end()
})

const event = (n: number, type = TYPE) => ({ type, subject: `s-${n}`, principal: 'user:test', data: { n } })
const publish = (n: number, tenant = 'default', type = TYPE): Promise<void> =>
  db.database.tx(tenant, (tx) => log.publish(tx, tenant, event(n, type)))
const numbers = (events: readonly StoredEvent[]): unknown[] => events.map((stored) => stored.data.n)
const readAll = async (tenant = 'default'): Promise<unknown[]> =>
  numbers((await log.read({ tenant, limit: 1000 })).events)
/** Transactions in other databases of a shared server hold the horizon back: poll until all of `expected` is readable. */
const assertReads = async (expected: readonly unknown[], tenant = 'default'): Promise<void> => {
  await until(async () => (await readAll(tenant)).length >= expected.length)
  assert.deepEqual(await readAll(tenant), expected)
}

/** A transaction that publishes at once and commits when told. */
const openTransaction = async (n: number): Promise<{ commit(): Promise<void>; abort(): Promise<void> }> => {
  let finish: (commit: boolean) => void = () => undefined
  let published: () => void = () => undefined
  const ready = new Promise<void>((resolve) => {
    published = resolve
  })
  const done = db.database.tx('default', async (tx) => {
    await log.publish(tx, 'default', event(n))
    published()
    const commit = await new Promise<boolean>((resolve) => {
      finish = resolve
    })
    if (!commit) throw new Error('abort')
  })
  await ready
  return {
    commit: () => {
      finish(true)
      return done
    },
    abort: () => {
      finish(false)
      return done.catch(() => undefined)
    },
  }
}

const effect = (n: unknown, tx: Tx) => tx.query('INSERT INTO effect VALUES ($1)', [n])
const effects = async (): Promise<number[]> =>
  (await db.database.read('default', (tx) => tx.query<{ n: number }>('SELECT n FROM effect'))).map(
    (row) => row.n,
  )

test('an event is a CloudEvent, and is there only if its transaction is', async () => {
  await publish(1)
  await assert.rejects(
    db.database.tx('default', async (tx) => {
      await log.publish(tx, 'default', event(2))
      throw new Error('rolled back')
    }),
  )
  await assertReads([1])
  const { events, cursor } = await log.read({ tenant: 'default', limit: 10 })
  const stored = events[0]
  assert.equal(stored?.specversion, '1.0')
  assert.equal(stored?.source, 'rampart')
  assert.equal(stored?.cursor, cursor)
  assert.match(stored?.id ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-7/)
})

test('data that does not match the schema of its type is refused', async () => {
  await db.database.tx('default', async (tx) => {
    await assert.rejects(log.publish(tx, 'default', { ...event(1), data: { n: 'one' } }), {
      code: 'KIT_EVENT_INVALID',
    })
    await assert.rejects(log.publish(tx, 'default', { ...event(1), data: { n: 1, m: 2 } }), {
      code: 'KIT_EVENT_INVALID',
    })
    for (const type of ['rampart.test.unknown.v1', '../../etc/passwd', 'rampart.test.counted.v0']) {
      await assert.rejects(log.publish(tx, 'default', event(1, type)), { code: 'KIT_EVENT_TYPE_UNKNOWN' })
    }
  })
})

test('a transaction that commits late is not skipped, and order is the same for every reader', async () => {
  const late = await openTransaction(1)
  await publish(2)
  await publish(3)
  // 2 and 3 are committed, but 1 could still come before them.
  await assertReads([])
  const seen: unknown[] = []
  const consumer = log.consumer({ name: 'order', handle: async ({ data }) => void seen.push(data.n) })
  await consumer.start()
  await consumer.drain()
  assert.deepEqual(seen, [])
  await late.commit()
  await until(() => seen.length === 3)
  assert.deepEqual(seen, [1, 2, 3])
  await assertReads([1, 2, 3])
  await consumer.stop()
})

test('an aborted transaction in between does not hold readers back', async () => {
  const aborted = await openTransaction(1)
  await publish(2)
  await aborted.abort()
  await assertReads([2])
})

test('many writers that commit in random order lose nothing and repeat nothing', async () => {
  const random = createSeededRandom(7)
  const seen: unknown[] = []
  const live: unknown[] = []
  const consumer = log.consumer({
    name: 'many',
    handle: async ({ data }, tx) => {
      await effect(data.n, tx)
      seen.push(data.n)
    },
  })
  await consumer.start()
  const unsubscribe = log.subscribe('default', ({ data }) => live.push(data.n))
  await log.head('default')
  const open: { commit(): Promise<void> }[] = []
  let n = 0
  while (n < 120) {
    if (open.length < 6 && random.float() < 0.6) {
      open.push(await openTransaction(n))
      n += 1
    } else await open.splice(Math.floor(random.float() * open.length), 1)[0]?.commit()
  }
  for (const transaction of open) await transaction.commit()
  await until(() => seen.length >= 120 && live.length >= 120)
  await until(async () => (await readAll()).length >= n)
  const order = await readAll()
  assert.deepEqual(seen, order)
  assert.deepEqual(live, order)
  assert.equal(new Set(order).size, 120)
  assert.deepEqual(
    (await effects()).sort((a, b) => a - b),
    Array.from({ length: 120 }, (_, i) => i),
  )
  unsubscribe()
  await consumer.stop()
})

test('a consumer resumes at its checkpoint, and replays when told', async () => {
  const seen: unknown[] = []
  const create = () =>
    log.consumer({ name: 'resume', types: [TYPE], handle: async ({ data }) => void seen.push(data.n) })
  const first = create()
  await first.start()
  await publish(1)
  await publish(99, 'default', OTHER)
  await until(() => seen.length === 1)
  await first.stop()
  await publish(2)
  const second = create()
  await second.start()
  await until(() => seen.length === 2)
  assert.deepEqual(seen, [1, 2])
  await second.replay()
  await until(() => seen.length === 4)
  assert.deepEqual(seen, [1, 2, 1, 2])
  await second.stop()
})

test('effects of a handler that fails are rolled back; it is tried again', async () => {
  let failures = 0
  const consumer = log.consumer({
    name: 'flaky',
    baseMs: 1,
    maxMs: 5,
    handle: async ({ data }, tx) => {
      await effect(data.n, tx)
      failures += 1
      if (failures < 3) throw new Error('not yet')
    },
  })
  await consumer.start()
  await publish(1)
  await until(async () => (await effects()).length > 0)
  await consumer.drain()
  assert.deepEqual(await effects(), [1])
  assert.equal(failures, 3)
  await consumer.stop()
})

test('an event that keeps failing becomes a dead letter of its tenant, and the next ones go on', async () => {
  const seen: unknown[] = []
  const consumer = log.consumer({
    name: 'poisoned',
    baseMs: 1,
    maxMs: 2,
    maxAttempts: 3,
    handle: async ({ data }) => {
      if (data.n === 1) throw new Error('cannot digest')
      seen.push(data.n)
    },
  })
  await consumer.start()
  await publish(1, 'acme')
  await publish(2, 'acme')
  await until(() => seen.length === 1)
  const letters = await db.database.read('acme', (tx) =>
    tx.query('SELECT consumer, attempts, error FROM kit_dead_letter'),
  )
  assert.deepEqual(letters, [{ consumer: 'poisoned', attempts: 3, error: 'cannot digest' }])
  assert.deepEqual(await db.database.read('default', (tx) => tx.query('SELECT 1 FROM kit_dead_letter')), [])
  await consumer.stop()
})

test('an unavailable database does not use up attempts', async () => {
  let calls = 0
  const consumer = log.consumer({
    name: 'patient',
    baseMs: 1,
    maxMs: 1,
    maxAttempts: 2,
    handle: async () => {
      calls += 1
      if (calls < 6) throw kitErrors.KIT_DATABASE_UNAVAILABLE('away')
    },
  })
  await consumer.start()
  await publish(1)
  await until(() => calls === 6)
  await consumer.drain()
  assert.deepEqual(await db.database.read('*', (tx) => tx.query('SELECT 1 FROM kit_dead_letter')), [])
  await consumer.stop()
})

test('two processes with one consumer share the work and repeat nothing', async () => {
  const other = createLog()
  const options = {
    name: 'shared',
    handle: async ({ data }: StoredEvent, tx: Tx) => void (await effect(data.n, tx)),
  }
  const consumers = [log.consumer(options), other.consumer(options)]
  for (const consumer of consumers) await consumer.start()
  for (let n = 0; n < 40; n += 1) await publish(n)
  await until(async () => (await effects()).length >= 40)
  for (const consumer of consumers) await consumer.stop()
  assert.deepEqual(
    (await effects()).sort((a, b) => a - b),
    Array.from({ length: 40 }, (_, i) => i),
  )
  await other.stop()
})

test('a tenant reads its own events only; pages resume by cursor', async () => {
  for (let n = 0; n < 5; n += 1) await publish(n, n % 2 === 0 ? 'acme' : 'default')
  await assertReads([0, 2, 4], 'acme')
  const first = await log.read({ tenant: 'acme', limit: 2 })
  const second = await log.read({ tenant: 'acme', limit: 2, after: first.cursor })
  const third = await log.read({ tenant: 'acme', limit: 2, after: second.cursor })
  assert.deepEqual([numbers(first.events), numbers(second.events), numbers(third.events)], [[0, 2], [4], []])
  assert.equal(third.cursor, second.cursor)
  for (const after of [
    '',
    'x',
    '1',
    '-1--1',
    `${2n ** 64n}-0`,
    `0-${2n ** 63n}`,
    "0-0'; DROP TABLE kit_event",
  ]) {
    await assert.rejects(log.read({ tenant: 'acme', limit: 1, after }), { code: 'KIT_CURSOR_INVALID' })
  }
})

test('the log can be appended to, never changed', async () => {
  await publish(1)
  for (const sql of ['UPDATE kit_event SET data = $$null$$', 'DELETE FROM kit_event', 'TRUNCATE kit_event']) {
    await assert.rejects(
      db.database.tx('default', (tx) => tx.query(sql)),
      { code: '42501' },
    )
  }
  await assertReads([1])
})

test('a log that was restored on a younger server goes on where it was', async () => {
  await publish(1)
  const seen: unknown[] = []
  const consumer = log.consumer({ name: 'restored', handle: async ({ data }) => void seen.push(data.n) })
  await consumer.start()
  await until(() => seen.length === 1)
  const owner = new pg.Client({ connectionString: db.url })
  await owner.connect()
  try {
    // As if the dump came from a server a million transactions older.
    await owner.query('UPDATE kit_event SET xid = (xid::text::bigint + 1000000)::text::xid8')
    await owner.query('UPDATE kit_consumer SET xid = (xid::text::bigint + 1000000)::text::xid8')
    const head = (await owner.query('SELECT xid::text, id::text FROM kit_event')).rows[0]
    const migrateAgain = () => migrate({ url: db.url, sources: [], logger: silentLogger })
    await migrateAgain()
    await publish(2)
    await migrateAgain()
    await until(() => seen.length === 2)
    await assertReads([1, 2])
    assert.deepEqual(
      numbers((await log.read({ tenant: 'default', after: `${head.xid}-${head.id}`, limit: 9 })).events),
      [2],
    )
    const late = await openTransaction(3)
    await publish(4)
    await assertReads([1, 2])
    await late.commit()
    await assertReads([1, 2, 3, 4])
  } finally {
    await consumer.stop()
    await owner.query('UPDATE kit_xid_offset SET value = 0')
    await owner.end()
  }
})

test('a consumer of a rare type skips the rest, and still finds its own after a replay', async () => {
  const seen: unknown[] = []
  const consumer = log.consumer({
    name: 'rare',
    types: [OTHER],
    handle: async ({ data }) => void seen.push(data.n),
  })
  await consumer.start()
  await publish(1, 'default', OTHER)
  await db.database.tx('default', async (tx) => {
    for (let n = 0; n < 250; n += 1) await log.publish(tx, 'default', event(n))
  })
  await consumer.drain()
  await publish(2, 'default', OTHER)
  await until(() => seen.length === 2)
  await consumer.replay()
  await until(() => seen.length === 4)
  assert.deepEqual(seen, [1, 2, 1, 2])
  await consumer.stop()
})
