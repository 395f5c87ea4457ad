import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Signal } from '@rampart/domain'
import { createMetrics, createSeededRandom } from '@rampart/kit'
import { createFakeClock, silentLogger, type TestDatabase, testDatabase } from '@rampart/kit/testing'
import type { SketchReport } from './sketch-report.ts'
import { createSketcher } from './sketcher.ts'
import { createTelemetry } from './telemetry.ts'
import { sampleBatch, sampleReference } from './testing.ts'

const REF = { name: 'card', version: '1.0.0' }
const dir = fileURLToPath(new URL('../migrations', import.meta.url))
let db: TestDatabase

before(async () => {
  db = await testDatabase({ sources: [{ module: 'telemetry', dir }] })
})
after(() => db.stop())

const clock = createFakeClock()
const raised: string[] = []
const start = () =>
  createTelemetry({
    database: db.database,
    eventLog: db.eventLog,
    clock,
    random: createSeededRandom(1),
    logger: silentLogger,
    metrics: createMetrics(),
    signals: {
      raise: async (tenant, input) => {
        raised.push(`${tenant} ${input.key ?? ''}`)
        return input as Signal
      },
    },
  })

type Telemetry = ReturnType<typeof start>

const sketchersFor = async (telemetry: Telemetry, tenant: string, count: number) => {
  const layouts = await telemetry.layouts(tenant)
  return Array.from({ length: count }, (_, i) =>
    createSketcher({
      random: createSeededRandom(100 + i),
      layoutOf: (_tenant, ref) => layouts.find(({ model }) => model === ref.name)?.layout,
      onFault: (error) => assert.fail(String(error)),
    }),
  )
}

const BATCHES = 20
const ROWS = 25
const batchOf = (tenant: string, index: number, factor: number) =>
  sampleBatch({ tenant, rows: ROWS, seed: 500 + index, factor })

/** The window that one telemetry makes of all rows. */
const asOne = async (telemetry: Telemetry, tenant: string, factor: number) => {
  await telemetry.setReference(sampleReference({ tenant, seed: 3 }))
  clock.advance(1100)
  for (let i = 0; i < BATCHES; i++) {
    telemetry.sink.observeBatch(batchOf(tenant, i, factor))
    if (i === 0) clock.advance(1100)
  }
  await telemetry.settled()
  return (await telemetry.detail(tenant, REF, { limit: 5 })).windows
}

/** The window of the same rows, dealt to three processes that send their sketches over JSON. */
const asThree = async (telemetry: Telemetry, tenant: string, factor: number) => {
  await telemetry.setReference(sampleReference({ tenant, seed: 3 }))
  const sketchers = await sketchersFor(telemetry, tenant, 3)
  for (let i = 0; i < BATCHES; i++) sketchers[i % 3]?.sink.observeBatch(batchOf(tenant, i, factor))
  for (const [i, sketcher] of sketchers.entries()) {
    for (const { tenant: whose, report } of sketcher.take())
      await telemetry.absorb(whose, JSON.parse(JSON.stringify(report)) as SketchReport)
    if (i === 0) clock.advance(1100)
  }
  await telemetry.settled()
  return (await telemetry.detail(tenant, REF, { limit: 5 })).windows
}

test('windows of three processes are judged as those of one, drifted or not', async () => {
  const telemetry = start()
  for (const factor of [1, 3]) {
    const [one] = await asOne(telemetry, `one-${factor}`, factor)
    const [three] = await asThree(telemetry, `three-${factor}`, factor)
    assert.equal(one?.rows, BATCHES * ROWS)
    assert.deepEqual(
      { rows: three?.rows, verdict: three?.verdict, features: three?.features },
      { rows: one?.rows, verdict: one?.verdict, features: one?.features },
    )
    assert.equal(three?.verdict, factor === 1 ? 'stable' : 'drifted')
  }
  const keysOf = (tenant: string) =>
    raised.filter((one) => one.startsWith(`${tenant} `)).map((one) => one.split(' ')[1])
  assert.deepEqual(keysOf('three-3').sort(), keysOf('one-3').sort())
})

test('a broken report changes nothing, one of another layout is counted, what was taken is not sent again', async () => {
  const telemetry = start()
  await telemetry.setReference(sampleReference({ tenant: 'broken', seed: 3 }))
  const [sketcher] = await sketchersFor(telemetry, 'broken', 1)
  sketcher?.sink.observeBatch(batchOf('broken', 1, 1))
  const report = sketcher?.take()[0]?.report as SketchReport
  assert.deepEqual(sketcher?.take(), [])
  const last = report.features.length - 1
  for (const features of [[], report.features.slice(0, last), [...report.features.slice(0, last), '!!!!']])
    await assert.rejects(telemetry.absorb('broken', { ...report, features }), {
      code: 'TELEMETRY_REPORT_INVALID',
    })
  await telemetry.absorb('broken', { ...report, layout: 'other' })
  assert.equal((await telemetry.detail('broken', REF, { limit: 1 })).openRows, 0)
  await telemetry.absorb('broken', report)
  assert.equal((await telemetry.detail('broken', REF, { limit: 1 })).openRows, ROWS)
})

test('a version without a profile is learnt by the process that sees its rows', async () => {
  const telemetry = start()
  const [sketcher] = await sketchersFor(telemetry, 'learning', 1)
  for (let i = 0; i < 80; i++) sketcher?.sink.observeBatch(batchOf('learning', i, 1))
  const taken = sketcher?.take() ?? []
  assert.equal(taken[0]?.report.absent, 80 * ROWS)
  for (const { tenant, report } of taken)
    await telemetry.absorb(tenant, JSON.parse(JSON.stringify(report)) as SketchReport)
  await telemetry.settled()
  assert.equal((await telemetry.detail('learning', REF, { limit: 1 })).reference.rows, 80 * ROWS)
})
