import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { createEventLog, type EventLog, type StoredEvent } from './event-log.ts'
import { createEventSchemas } from './event-schemas.ts'
import type { Tx } from './index.ts'
import { cryptoRandom, systemClock } from './index.ts'
import { silentLogger, type TestDatabase, testDatabase } from './testing.ts'
import { until } from './testing-poll.ts'

const TYPE = 'rampart.test.batched.v1'
const schemaDir = mkdtempSync(join(tmpdir(), 'event-schemas-'))
writeFileSync(join(schemaDir, `${TYPE}.schema.json`), JSON.stringify({ type: 'object' }))
const schemas = createEventSchemas(schemaDir)
const deps = { clock: systemClock, random: cryptoRandom, logger: silentLogger, schemas, slowPollMs: 200 }

let db: TestDatabase
let log: EventLog

before(async () => {
  db = await testDatabase({ schemas, poolSize: 16 })
  log = createEventLog({ ...deps, database: db.database })
  const client = new pg.Client({ connectionString: db.url })
  await client.connect()
  await client.query(
    'CREATE TABLE batch_effect (at bigint GENERATED ALWAYS AS IDENTITY, consumer text, n integer)',
  )
  await client.query('GRANT SELECT, INSERT ON batch_effect TO rampart_app')
  await client.end()
})
after(async () => {
  await log.stop()
  await db.stop()
  rmSync(schemaDir, { recursive: true })
})

const publish = (numbers: readonly number[], tenant = 'default'): Promise<void> =>
  db.database.tx(tenant, async (tx) => {
    for (const n of numbers)
      await log.publish(tx, tenant, { type: TYPE, subject: `s-${n}`, principal: 'user:test', data: { n } })
  })
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at)
const numbersOf = (events: readonly StoredEvent[]): number[] => events.map(({ data }) => Number(data['n']))

const note = async (consumer: string, numbers: readonly number[], tx: Tx): Promise<void> => {
  await tx.query(
    'INSERT INTO batch_effect (consumer, n) SELECT $1, n FROM unnest($2::int[]) WITH ORDINALITY AS given (n, at) ORDER BY at',
    [consumer, numbers],
  )
}
const noted = async (consumer: string): Promise<number[]> =>
  (
    await db.database.read('*', (tx) =>
      tx.query<{ n: number }>('SELECT n FROM batch_effect WHERE consumer = $1 ORDER BY at', [consumer]),
    )
  ).map(({ n }) => n)

/** A consumer that begins with what is published from now on. */
const startHere = async (options: Parameters<EventLog['consumer']>[0]) => {
  const consumer = log.consumer(options)
  await consumer.replay(await log.head('*'))
  await consumer.start()
  return consumer
}

test('a batch is one transaction of one tenant, in order', async () => {
  const batches: number[][] = []
  const consumer = await startHere({
    name: 'whole',
    handleBatch: async (events, tx) => {
      assert.equal(new Set(events.map(({ tenant }) => tenant)).size, 1)
      await note('whole', numbersOf(events), tx)
      batches.push(numbersOf(events))
      return events.length
    },
  })
  await publish(range(0, 250))
  await publish(range(250, 260), 'acme')
  await publish(range(260, 300))
  await until(async () => (await noted('whole')).length === 300)
  assert.deepEqual(await noted('whole'), range(0, 300))
  assert.ok(batches.length <= 12, `${batches.length} batches`)
  await consumer.stop()
})

test('a consumer of one tenant sees no other', async () => {
  const seen: number[] = []
  const consumer = await startHere({
    name: 'own',
    tenant: 'acme',
    handleBatch: async (events) => {
      seen.push(...numbersOf(events))
      return events.length
    },
  })
  await publish([1], 'default')
  await publish([2], 'acme')
  await publish([3], 'default')
  await publish([4], 'acme')
  await until(() => seen.length === 2)
  assert.deepEqual(seen, [2, 4])
  await consumer.stop()
})

test('what a batch did not take is offered again, and nothing twice', async () => {
  let room = 7
  const consumer = await startHere({
    name: 'partial',
    handleBatch: async (events, tx) => {
      const taken = events.slice(0, room)
      await note('partial', numbersOf(taken), tx)
      room -= taken.length
      return taken.length
    },
  })
  await publish(range(0, 20))
  await until(async () => (await noted('partial')).length === 7)
  room = 5
  await until(async () => (await noted('partial')).length === 12)
  room = 100
  await until(async () => (await noted('partial')).length === 20)
  assert.deepEqual(await noted('partial'), range(0, 20))
  await consumer.stop()
})

test('one event at fault costs its batch nothing: alone it becomes a dead letter', async () => {
  const consumer = await startHere({
    name: 'faulty',
    baseMs: 1,
    maxMs: 2,
    maxAttempts: 3,
    handleBatch: async (events, tx) => {
      await note('faulty', numbersOf(events), tx)
      if (numbersOf(events).includes(13)) throw new Error('cannot digest')
      return events.length
    },
  })
  await publish(range(0, 30))
  await until(async () => (await noted('faulty')).length === 29)
  assert.deepEqual(
    await noted('faulty'),
    range(0, 30).filter((n) => n !== 13),
  )
  const letters = await db.database.read('default', (tx) =>
    tx.query('SELECT attempts, error FROM kit_dead_letter WHERE consumer = $1', ['faulty']),
  )
  assert.deepEqual(letters, [{ attempts: 3, error: 'cannot digest' }])
  await consumer.stop()
})

test('two processes with one consumer of batches repeat nothing', async () => {
  const other = createEventLog({ ...deps, database: db.database })
  const options = {
    name: 'shared',
    batchSize: 16,
    handleBatch: async (events: readonly StoredEvent[], tx: Tx) => {
      await note('shared', numbersOf(events), tx)
      return events.length
    },
  }
  const here = await startHere(options)
  const there = other.consumer(options)
  await there.start()
  for (let from = 0; from < 200; from += 20) await publish(range(from, from + 20))
  await until(async () => (await noted('shared')).length >= 200)
  await here.stop()
  await there.stop()
  assert.deepEqual(await noted('shared'), range(0, 200))
  await other.stop()
})
