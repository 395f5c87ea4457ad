import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { entity } from '@rampart/domain'
import { createMetrics, cryptoRandom, type RequestPrincipal, sendProblem, systemClock } from '@rampart/kit'
import { silentLogger, type TestDatabase, testDatabase } from '@rampart/kit/testing'
import { createEd25519Signer, generateEd25519Pem } from '@rampart/signing'
import fastify, { type FastifyInstance } from 'fastify'
import { createAudit } from './audit.ts'
import { auditMigrations, registerAuditRoutes } from './index.ts'

let db: TestDatabase
let home: string
let app: FastifyInstance
const metrics = createMetrics()

before(async () => {
  db = await testDatabase({ sources: [auditMigrations()] })
  home = await mkdtemp(join(tmpdir(), 'rampart-audit-routes-'))
  const signer = createEd25519Signer(generateEd25519Pem())
  const deps = { database: db.database, clock: systemClock, random: cryptoRandom, logger: silentLogger }
  const audit = createAudit({ ...deps, metrics, signer, home })
  await db.database.tx('default', async (tx) => {
    for (let n = 0; n < 5; n++) {
      const record = { tenant: 'default', principal: 'user:ana', action: 'route:write', details: { n } }
      await audit.record(tx, { ...record, entity: entity('route', `r${n}`), outcome: 'success' })
    }
  })
  await audit.flush()
  app = fastify()
  const principal: RequestPrincipal = {
    kind: 'user',
    id: 'ana',
    tenant: 'default',
    roles: ['viewer'],
    via: 'token',
  }
  app.decorateRequest('principal', { getter: () => principal })
  app.setErrorHandler((error, request, reply) =>
    error instanceof Error && 'validation' in error
      ? reply.code(400).send({})
      : sendProblem(request, reply, error),
  )
  registerAuditRoutes(app, { audit, clock: systemClock })
  await app.ready()
})
after(async () => {
  await app.close()
  await db.stop()
  await rm(home, { recursive: true, force: true })
})

const get = async (url: string) => {
  const answer = await app.inject({ url })
  return { status: answer.statusCode, body: answer.json() }
}

test('pages follow their cursor in both directions', async () => {
  const walk = async (start: string): Promise<number[]> => {
    const seen: number[] = []
    for (let query = start; ; ) {
      const { body } = await get(`/audit/entries?limit=2&${query}`)
      seen.push(...body.items.map((item: { index: number }) => item.index))
      if (body.nextCursor === undefined) return seen
      query = `cursor=${body.nextCursor}`
    }
  }
  assert.deepEqual(await walk(''), [4, 3, 2, 1, 0])
  assert.deepEqual(await walk('after=0'), [1, 2, 3, 4])
})

test('an entry comes with its proof; checkpoint and consistency agree', async () => {
  const { body } = await get('/audit/entries/3')
  assert.equal(JSON.parse(Buffer.from(body.leaf, 'base64').toString()).details.n, 3)
  assert.deepEqual([body.proof.index, body.proof.treeSize, body.checkpoint.size], [3, 5, 5])
  assert.deepEqual((await get('/audit/checkpoint')).body, body.checkpoint)
  assert.equal((await get('/audit/consistency?from=2')).body.to, 5)
})

test('hostile indexes and ranges are a clear 4xx', async () => {
  for (const [url, status] of [
    ['/audit/entries/5', 404],
    ['/audit/entries/-1', 400],
    ['/audit/entries/1e3', 400],
    ['/audit/entries/99999999999999999999', 400],
    ['/audit/entries?limit=501', 400],
    ['/audit/entries?cursor=x', 400],
    ['/audit/consistency?from=6', 400],
    ['/audit/consistency?from=4&to=3', 400],
  ] as const) {
    assert.equal((await get(url)).status, status, url)
  }
})

test('verification answers, shares a run in progress, and then asks to wait', async () => {
  const ask = () => app.inject({ method: 'POST', url: '/audit/verify' })
  const [first, second] = await Promise.all([ask(), ask()])
  assert.deepEqual([first.statusCode, second.statusCode], [200, 200])
  assert.deepEqual([first.json().ok, first.json().size, first.json().checkpoints], [true, 5, 1])
  assert.equal((await ask()).statusCode, 429)
})

test('metrics tell size, pending and latency', async () => {
  const text = await metrics.registry.metrics()
  for (const line of [
    'rampart_audit_entries 5',
    'rampart_audit_pending 0',
    'rampart_audit_append_seconds_count 5',
  ]) {
    assert.ok(text.includes(line), line)
  }
})
