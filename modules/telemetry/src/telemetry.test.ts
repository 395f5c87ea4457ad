import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Signal, SignalInput } from '@rampart/domain'
import { createMetrics, createSeededRandom } from '@rampart/kit'
import { createFakeClock, silentLogger, type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { DEFAULT_TELEMETRY } from './config.ts'
import { createTelemetry } from './telemetry.ts'
import { sampleBatch, sampleReference } from './testing.ts'

const SEED = 20261123
const REF = { name: 'card', version: '1.0.0' }
const dir = fileURLToPath(new URL('../migrations', import.meta.url))

let db: TestDatabase
let raised: SignalInput[]
let failing: boolean
let seed: number
const clock = createFakeClock()

before(async () => {
  db = await testDatabase({ sources: [{ module: 'telemetry', dir }] })
})
after(() => db.stop())
beforeEach(() => {
  raised = []
  failing = false
  seed = SEED
})

const start = (metrics = createMetrics()) =>
  createTelemetry({
    database: db.database,
    eventLog: db.eventLog,
    clock,
    random: createSeededRandom(SEED),
    logger: silentLogger,
    metrics,
    signals: {
      raise: async (_tenant, input) => {
        if (failing) throw new Error('the signal sink is down')
        raised.push(input)
        return input as Signal
      },
    },
  })

/** Sends rows in batches of 50, one second apart, and waits for the verdict. */
const send = async (
  telemetry: ReturnType<typeof start>,
  tenant: string,
  rows: number,
  factor = 1,
): Promise<void> => {
  for (let sent = 0; sent < rows; sent += 50) {
    clock.advance(1000)
    seed += 1
    telemetry.sink.observeBatch(sampleBatch({ tenant, rows: 50, seed, factor }))
    await telemetry.settled()
  }
}

const changes = (): [string | undefined, string | undefined][] => raised.map(({ state, key }) => [state, key])

describe('telemetry', () => {
  test('clean traffic is stable; a feature times three raises; clean windows clear it', async () => {
    const metrics = createMetrics()
    const telemetry = start(metrics)
    await telemetry.setReference(sampleReference({ tenant: 'one', seed: SEED }))
    await send(telemetry, 'one', 1000)
    assert.equal(telemetry.latest('one', REF)?.verdict, 'stable')
    assert.equal(raised.length, 0)
    await send(telemetry, 'one', 500, 3)
    const amount = raised.find(({ key }) => key === 'drift:card:1.0.0:amount')
    assert.ok(amount, JSON.stringify(changes()))
    assert.deepEqual([amount.state, amount.entity], ['raised', { kind: 'model-version', id: 'card:1.0.0' }])
    assert.ok((amount.p_value ?? 1) <= 0.001 && amount.evidence['rows'] === 500)
    // The score and the predicted class follow the amount: more than one feature, so one summary besides.
    assert.ok(raised.some(({ key }) => key === 'drift:card:1.0.0'))
    assert.ok(!raised.some(({ key }) => key?.endsWith(':hour') || key?.endsWith(':foreign')))
    const open = new Set(raised.map(({ key }) => key))
    raised = []
    await send(telemetry, 'one', 1500)
    assert.deepEqual(new Set(raised.filter(({ state }) => state === 'cleared').map(({ key }) => key)), open)
    telemetry.tick()
    const text = await metrics.registry.metrics()
    assert.match(text, /rampart_drift_psi\{model="card",version="1.0.0",feature="amount"\}/)
    assert.match(text, /rampart_telemetry_rows_total\{[^}]*outcome="observed"\} 3000/)
    const { windows, reference } = await telemetry.detail('one', REF, { limit: 10 })
    assert.deepEqual(
      windows.map(({ verdict, rows }) => [verdict, rows]),
      [
        ['stable', 500],
        ['stable', 500],
        ['drifted', 500],
        ['stable', 500],
        ['stable', 500],
        ['stable', 500],
      ],
    )
    assert.deepEqual(
      reference.profiles.map(({ name }) => name),
      ['amount', 'hour', 'foreign', 'prediction', 'probabilities.score'],
    )
    // On a shared server, transactions of others hold back what can be read in order.
    await until(async () => {
      const { events } = await db.eventLog.read({ tenant: 'one', limit: 50 })
      return events.filter(({ type }) => type === 'rampart.telemetry.window-closed.v1').length === 6
    })
  })

  test('a restart in the middle neither raises again nor forgets to clear', async () => {
    const first = start()
    await first.setReference(sampleReference({ tenant: 'two', seed: SEED }))
    await send(first, 'two', 500, 3)
    assert.ok(raised.length > 0 && raised.every(({ state }) => state === 'raised'))
    const keys = new Set(raised.map(({ key }) => key))
    await first.stop()
    raised = []
    const second = start()
    second.sink.observeBatch(sampleBatch({ tenant: 'two', rows: 1, seed: 1 }))
    await second.settled()
    assert.equal(second.latest('two', REF)?.verdict, 'drifted')
    await send(second, 'two', 500, 3)
    assert.deepEqual(
      changes().filter(([state]) => state === 'raised'),
      [],
    )
    await send(second, 'two', 1500)
    const cleared = raised.filter(({ state }) => state === 'cleared').map(({ key }) => key)
    assert.deepEqual(new Set(cleared), keys)
  })

  test('a sink that is down leaves the alarm quiet, so the next window raises', async () => {
    const telemetry = start()
    await telemetry.setReference(sampleReference({ tenant: 'three', seed: SEED }))
    failing = true
    await send(telemetry, 'three', 500, 3)
    assert.equal(raised.length, 0)
    failing = false
    await send(telemetry, 'three', 500, 3)
    assert.ok(changes().some(([state, key]) => state === 'raised' && key === 'drift:card:1.0.0:amount'))
  })

  test('a version without reference is absent, and says so', async () => {
    const telemetry = start()
    await send(telemetry, 'four', 100)
    assert.equal(telemetry.latest('four', REF)?.verdict, 'absent')
    assert.deepEqual(telemetry.absent('four'), [REF])
    await assert.rejects(telemetry.detail('four', REF, { limit: 1 }), { code: 'TELEMETRY_ABSENT' })
    await telemetry.setReference(sampleReference({ tenant: 'four', seed: SEED }))
    await send(telemetry, 'four', 500)
    assert.equal(telemetry.latest('four', REF)?.verdict, 'stable')
  })

  test('a version without reference learns one from its first rows, and a given one replaces it', async () => {
    const telemetry = start()
    // The first batch only starts the look into the database.
    await send(telemetry, 'learner', 50)
    const odd = sampleBatch({ tenant: 'learner', rows: 10, seed: 1 })
    telemetry.sink.observeBatch({ ...odd, outputs: [] })
    await send(telemetry, 'learner', 1950)
    assert.equal(telemetry.latest('learner', REF)?.verdict, 'absent')
    await send(telemetry, 'learner', 50)
    const { reference } = await telemetry.detail('learner', REF, { limit: 1 })
    assert.deepEqual([reference.rows, reference.layout.learnt], [2000, true])
    await send(telemetry, 'learner', 500)
    assert.equal(telemetry.latest('learner', REF)?.verdict, 'stable')
    await send(telemetry, 'learner', 500, 3)
    assert.ok(
      changes().some(([state, key]) => state === 'raised' && key === 'drift:card:1.0.0:features[0]'),
      JSON.stringify(changes()),
    )
    const second = start()
    await send(second, 'learner', 550)
    assert.equal((await second.detail('learner', REF, { limit: 1 })).reference.layout.learnt, true)
    await second.setReference(sampleReference({ tenant: 'learner', seed: SEED }))
    assert.equal((await second.detail('learner', REF, { limit: 1 })).reference.layout.learnt, undefined)
  })

  test('batches of another shape are counted and named, never mixed in', async () => {
    const telemetry = start()
    await telemetry.setReference(sampleReference({ tenant: 'five', seed: SEED }))
    const batch = sampleBatch({ tenant: 'five', rows: 100, seed: 1 })
    const wide = { ...batch, inputs: [{ ...batch.inputs[0], data: new Float32Array(500), shape: [100, 5] }] }
    telemetry.sink.observeBatch(wide as typeof batch)
    telemetry.sink.observeBatch({ ...batch, outputs: [] })
    telemetry.sink.observeBatch({ ...batch, rows: 0 })
    const { openRows, mismatch } = await telemetry.detail('five', REF, { limit: 1 })
    assert.deepEqual([openRows, mismatch], [0, 'output label is missing'])
  })

  test('windows close by age with enough rows; too few rows are carried on, then stored without a verdict', async () => {
    const telemetry = start()
    await telemetry.setReference(sampleReference({ tenant: 'six', seed: SEED }))
    const verdicts = async () =>
      (await telemetry.detail('six', REF, { limit: 10 })).windows.map(({ verdict, rows }) => [verdict, rows])
    await send(telemetry, 'six', 150)
    clock.advance(DEFAULT_TELEMETRY.windowMs)
    telemetry.tick()
    await telemetry.settled()
    assert.deepEqual(await verdicts(), [['stable', 150]])
    await send(telemetry, 'six', 50)
    clock.advance(DEFAULT_TELEMETRY.windowMs)
    telemetry.tick()
    await telemetry.settled()
    assert.equal((await verdicts()).length, 1)
    clock.advance(DEFAULT_TELEMETRY.maxWindowMs)
    telemetry.tick()
    await telemetry.settled()
    assert.deepEqual(await verdicts(), [
      ['stable', 150],
      ['unknown', 50],
    ])
  })

  test('NaN, infinite and extreme values are judged and stored like any others', async () => {
    const telemetry = start()
    await telemetry.setReference(sampleReference({ tenant: 'twelve', seed: SEED }))
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -3e38]) {
      const batch = sampleBatch({ tenant: 'twelve', rows: 500, seed: 1 })
      for (const { data } of batch.inputs) (data as Float32Array).fill(value)
      telemetry.sink.observeBatch(batch)
      clock.advance(DEFAULT_TELEMETRY.minWindowMs)
      telemetry.tick()
      await telemetry.settled()
      const { windows } = await telemetry.detail('twelve', REF, { limit: 1 })
      const amount = windows[0]?.features.find(({ name }) => name === 'amount')
      assert.equal(amount?.verdict, 'drifted', `${value}`)
      assert.ok(amount.histogram.counts.every((count) => count === 0))
      assert.ok(amount.psi > 1 && amount.adjustedPValue < 1e-9)
    }
  })

  test('stopping judges what has enough rows', async () => {
    const telemetry = start()
    await telemetry.setReference(sampleReference({ tenant: 'seven', seed: SEED }))
    await send(telemetry, 'seven', 200)
    await telemetry.stop()
    assert.equal(telemetry.latest('seven', REF)?.rows, 200)
  })

  test('retiring a version clears its open signals', async () => {
    const telemetry = start()
    await telemetry.setReference(sampleReference({ tenant: 'eight', seed: SEED }))
    await send(telemetry, 'eight', 500, 3)
    const keys = new Set(raised.map(({ key }) => key))
    raised = []
    await telemetry.retire('eight', REF)
    assert.deepEqual(new Set(raised.map(({ key }) => key)), keys)
    assert.ok(raised.every(({ state }) => state === 'cleared'))
  })

  test('tenants do not see each other', async () => {
    const telemetry = start()
    await telemetry.setReference(sampleReference({ tenant: 'nine', seed: SEED }))
    await assert.rejects(telemetry.detail('ten', REF, { limit: 1 }), { code: 'TELEMETRY_ABSENT' })
    assert.deepEqual(await telemetry.list('ten', { limit: 10 }), [])
  })

  test('reference rows that do not fit are refused', async () => {
    const telemetry = start()
    const good = sampleReference({ tenant: 'eleven', seed: SEED })
    const wrong = [
      { ...good, rows: good.rows.slice(0, 10), outputs: {} },
      { ...good, rows: [{ inputs: { features: ['x', 1, 2] } }, ...good.rows.slice(1)] },
      { ...good, outputs: { ...good.outputs, label: [1n] } },
    ]
    for (const input of wrong) {
      await assert.rejects(telemetry.setReference(input), { code: 'TELEMETRY_REFERENCE_INVALID' })
    }
  })
})
