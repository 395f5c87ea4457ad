import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Signal } from '@rampart/domain'
import { createMetrics, createSeededRandom, type RequestPrincipal, sendProblem } from '@rampart/kit'
import { createFakeClock, silentLogger, type TestDatabase, testDatabase } from '@rampart/kit/testing'
import Fastify, { type FastifyInstance } from 'fastify'
import { registerTelemetryRoutes } from './routes.ts'
import { createTelemetry } from './telemetry.ts'
import { sampleBatch, sampleReference } from './testing.ts'

const SEED = 20261123
const principal: RequestPrincipal = {
  kind: 'user',
  id: 'v',
  tenant: 'default',
  roles: ['viewer'],
  via: 'token',
}

let db: TestDatabase
let app: FastifyInstance

before(async () => {
  const dir = fileURLToPath(new URL('../migrations', import.meta.url))
  db = await testDatabase({ sources: [{ module: 'telemetry', dir }] })
  const clock = createFakeClock()
  const telemetry = createTelemetry({
    database: db.database,
    eventLog: db.eventLog,
    clock,
    random: createSeededRandom(SEED),
    logger: silentLogger,
    metrics: createMetrics(),
    signals: { raise: async (_tenant, input) => input as Signal },
  })
  await telemetry.setReference(sampleReference({ seed: SEED }))
  await telemetry.setReference(sampleReference({ seed: SEED, name: 'mail' }))
  telemetry.sink.observeBatch(sampleBatch({ name: 'unmeasured', rows: 5, seed: 1 }))
  for (const factor of [1, 3]) {
    telemetry.sink.observeBatch(sampleBatch({ rows: 300, seed: 2, factor }))
    clock.advance(1000)
    telemetry.sink.observeBatch(sampleBatch({ rows: 300, seed: 3, factor }))
    await telemetry.settled()
  }
  app = Fastify()
  app.decorateRequest('principal', { getter: () => principal })
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error))
  registerTelemetryRoutes(app, {
    telemetry,
    imports: { importReference: async () => assert.fail('no table is sent here') },
  })
})
after(async () => {
  await app.close()
  await db.stop()
})

const get = async (url: string) => {
  const response = await app.inject({ url })
  return { status: response.statusCode, body: response.json() }
}

test('the list pages over versions and ends with those that have no profile', async () => {
  const first = await get('/telemetry?limit=1')
  assert.deepEqual(
    first.body.items.map((item: Record<string, unknown>) => [item['model'], item['verdict'], item['rows']]),
    [['card', 'drifted', 600]],
  )
  const second = await get(`/telemetry?limit=10&cursor=${first.body.nextCursor}`)
  assert.deepEqual(
    second.body.items.map((item: Record<string, unknown>) => [item['model'], item['verdict']]),
    [
      ['mail', 'unknown'],
      ['unmeasured', 'absent'],
    ],
  )
  assert.equal(second.body.nextCursor, undefined)
})

test('a version shows its windows oldest first, with statistics and thresholds', async () => {
  const { body } = await get('/telemetry/card/1.0.0')
  assert.deepEqual(
    body.windows.map((window: { verdict: string }) => window.verdict),
    ['stable', 'drifted'],
  )
  assert.equal(body.reference.rows, 2000)
  assert.deepEqual([body.thresholds.psiRaise, body.thresholds.alpha], [0.2, 0.001])
  const amount = body.windows[1].features.find((feature: { name: string }) => feature.name === 'amount')
  assert.ok(amount.psi > 0.2 && amount.ks.statistic > 0.2 && amount.wasserstein > 50)
  assert.equal((await get('/telemetry/card/1.0.0?limit=1')).body.windows.length, 1)
})

test('a feature shows reference and newest window over the same bins', async () => {
  const { body } = await get('/telemetry/card/1.0.0/features/amount')
  const sum = (bins: { counts: number[]; below: number; above: number }) =>
    bins.counts.reduce((total, count) => total + count, bins.below + bins.above)
  assert.deepEqual(body.reference.edges, body.current.edges)
  assert.equal(body.current.counts.length, body.current.edges.length - 1)
  assert.deepEqual([sum(body.reference), sum(body.current)], [2000, 600])
  assert.deepEqual([body.verdict, body.side, body.history.length], ['drifted', 'input', 2])
  const prediction = (await get('/telemetry/card/1.0.0/features/prediction')).body
  assert.deepEqual(prediction.current.labels, ['legit', 'fraud', '(other)'])
  const unseen = (await get('/telemetry/mail/1.0.0/features/amount')).body
  assert.deepEqual([unseen.verdict, unseen.rows, sum(unseen.current)], ['unknown', 0, 0])
})

test('what does not exist is a problem that says why', async () => {
  const absent = await get('/telemetry/unmeasured/1.0.0')
  assert.deepEqual([absent.status, absent.body.code], [404, 'TELEMETRY_ABSENT'])
  const feature = await get('/telemetry/card/1.0.0/features/nope')
  assert.deepEqual([feature.status, feature.body.code], [404, 'TELEMETRY_FEATURE_NOT_FOUND'])
})
