import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Principal } from '@rampart/domain'
import { createFakeClock, silentLogger, type TestDatabase, testDatabase } from '@rampart/kit/testing'
import { emptyReading } from '@rampart/serving'
import { createEd25519Signer, generateEd25519Pem } from '@rampart/signing'
import { createGateways } from './gateways.ts'
import { isSoundBody, type Report, type ReportItem } from './report.ts'
import { openSnapshot, type SnapshotContent } from './snapshot-document.ts'

const dir = fileURLToPath(new URL('../migrations', import.meta.url))
const signer = createEd25519Signer(generateEd25519Pem())
const clock = createFakeClock()
let db: TestDatabase
before(async () => {
  db = await testDatabase({ sources: [{ module: 'gateways', dir }] })
})
after(() => db.stop())

const principal = (tenant: string, id = 'edge'): Principal => ({
  kind: 'service',
  id,
  tenant,
  roles: ['gateway'],
  via: 'api-key',
})

/** A control plane of which only what gateways ask of it is there; it notes what it was handed. */
const start = () => {
  const took: string[] = []
  const state = { failing: false, roles: 1 }
  const content = async (): Promise<SnapshotContent> => ({
    mode: 'production',
    routes: [],
    plans: [],
    deployed: [],
    policy: { pack: 'inference', version: state.roles, digest: `sha256:${'d'.repeat(64)}`, files: {} },
    callers: { keys: [] },
    layouts: [],
  })
  const gateways = createGateways({
    database: db.database,
    clock,
    logger: silentLogger,
    signer,
    content,
    offlineMs: 3_600_000,
    anchor: async ({ id }) => void took.push(`anchor ${id}`),
    raiseSignal: async (tenant, { key }) => void took.push(`signal ${tenant} ${key}`),
    auditDenied: async (_tx, { tenant, principal: who, count }) => {
      if (state.failing) throw new Error('the database is away')
      took.push(`denied ${tenant} ${who} ${count}`)
    },
    auditDropped: async (_tx, tenant, gateway, dropped) =>
      void took.push(`dropped ${tenant} ${gateway} ${dropped}`),
    logDecision: (tenant, { id }) => void took.push(`decision ${tenant} ${id}`),
    absorb: async (tenant, { model }) => void took.push(`sketches ${tenant} ${model}`),
  })
  return { gateways, took, state }
}

const time = '2026-11-23T10:00:00.000Z'
const hex = 'e'.repeat(64)
const items: ReportItem[] = [
  {
    sequence: 10,
    kind: 'denied',
    body: {
      principal: 'user:eve',
      route: 'm',
      model: 'm',
      version: '1.0.0',
      decisionId: 'd1',
      reasons: ['no'],
      count: 3,
      from: time,
      to: time,
      tenant: 'another',
    },
  },
  {
    sequence: 11,
    kind: 'decision',
    body: {
      id: 'd1',
      pack: 'inference',
      principal: 'user:eve',
      allow: false,
      reasons: ['no'],
      obligations: {},
      bundleDigest: `sha256:${hex}`,
      inputDigest: `sha256:${hex}`,
      evaluationMicros: 10,
      time,
    },
  },
  {
    sequence: 12,
    kind: 'sketches',
    body: { model: 'm', version: '1.0.0', layout: 'x', rows: 1, features: [], absent: 0, shapeChanged: 0 },
  },
]

const report = (changes: Partial<Report> = {}): Report => ({
  gateway: 'gw-1',
  version: '0.1.0',
  addresses: ['http://127.0.0.1:7080'],
  startedAt: time,
  epoch: 0,
  ready: true,
  requests: 0,
  dropped: 0,
  waiting: 0,
  stream: 's1',
  items: [],
  ...changes,
})

test('items are taken once, for the caller’s tenant alone, however often they come', async () => {
  const { gateways, took } = start()
  assert.deepEqual(items.map(isSoundBody), [true, true, true])
  const anchors = [{ kind: 'segment', id: 'a1' }]
  const first = await gateways.report(principal('once'), report({ items, anchors }))
  assert.equal(first.accepted, 12)
  const taken = ['anchor a1', 'denied once user:eve 3', 'decision once d1', 'sketches once m']
  assert.deepEqual(took, taken)
  const repeats = await Promise.all(
    Array.from({ length: 5 }, () => gateways.report(principal('once'), report({ items }))),
  )
  assert.deepEqual(
    repeats.map(({ accepted }) => accepted),
    repeats.map(() => 12),
  )
  assert.deepEqual(took, taken)
  const other = await gateways.report(principal('once'), report({ items: items.slice(0, 1), stream: 's2' }))
  assert.equal(other.accepted, 10, 'another stream has numbers of its own')
})

test('a report that could not be kept is not acknowledged, and is taken whole the next time', async () => {
  const { gateways, took, state } = start()
  state.failing = true
  await assert.rejects(gateways.report(principal('kept'), report({ items })))
  assert.deepEqual(took, [])
  state.failing = false
  assert.equal((await gateways.report(principal('kept'), report({ items }))).accepted, 12)
  assert.equal(took.length, 3)
})

test('broken items are left behind, dropped ones are audited once, a taken id is refused to others', async () => {
  const { gateways, took } = start()
  const who = principal('broken')
  const broken: ReportItem[] = [
    { sequence: 1, kind: 'denied', body: { principal: 'x' } },
    { sequence: 2, kind: 'signal', body: { title: 1 } },
    { sequence: 3, kind: 'decision', body: { pack: 'authz' } },
  ]
  assert.equal((await gateways.report(who, report({ items: broken, dropped: 4 }))).accepted, 3)
  await gateways.report(who, report({ dropped: 4 }))
  await gateways.report(who, report({ dropped: 6 }))
  assert.deepEqual(took, ['dropped broken gw-1 4', 'dropped broken gw-1 2'])
  await assert.rejects(gateways.report(principal('broken', 'thief'), report()), { code: 'GATEWAY_ID_TAKEN' })
})

test('the epoch grows with the content only, wakes who waits, and survives a restart', async () => {
  const { gateways, state } = start()
  const signal = new AbortController().signal
  const ask = (after: number, waitMs = 0) => gateways.snapshot('epochs', { after, waitMs, signal })
  const first = await ask(-1)
  assert.equal(first?.epoch, 1)
  await gateways.refresh()
  assert.equal(await ask(1), undefined)
  const waiting = ask(1, 60_000)
  state.roles = 2
  await gateways.refresh()
  const second = await waiting
  assert.equal(second?.epoch, 2)
  const opened = openSnapshot(second?.envelope, {
    keys: [signer.publicKey],
    tenant: 'epochs',
    current: undefined,
  })
  assert.equal(opened.policy.version, 2)
  assert.equal(Date.parse(opened.expiresAt) - Date.parse(opened.issuedAt), 3_600_000)
  const next = start()
  next.state.roles = 2
  assert.equal((await next.gateways.snapshot('epochs', { after: -1, waitMs: 0, signal }))?.epoch, 2)
  await gateways.report(principal('epochs'), report({ epoch: 1 }))
  const [listed] = await gateways.list('epochs')
  assert.deepEqual([listed?.lag, listed?.connected, listed?.ready], [1, true, true])
  clock.advance(60_000)
  assert.equal((await gateways.list('epochs'))[0]?.connected, false)
  const last = ask(99, 60_000)
  gateways.endWaits()
  assert.equal(await last, undefined, 'a stop does not wait for those who wait')
  await gateways.stop()
})

test('counters of versions add up over gateways and their lives; a step told twice counts once', async () => {
  const { gateways } = start()
  const outcomes = { ok: 0, invalid: 0, denied: 0, shed: 0, late: 0, failed: 0 }
  const version = { route: 'm', model: 'm', version: '1.0.0' }
  const tell = (gateway: string, startedAt: string, ok: number, requests: number) => {
    const steps = [{ index: 7, requests, errors: 0, denied: 0, shed: 0, latency: [requests] }]
    const served = [{ ...version, rows: ok, outcomes: { ...outcomes, ok }, predictions: { yes: ok }, steps }]
    return gateways.report(principal('served', gateway), report({ gateway, startedAt, served }))
  }
  await tell('a', 't1', 3, 3)
  await tell('a', 't1', 5, 5)
  await tell('b', 't1', 2, 2)
  await tell('b', 't2', 4, 4)
  const counted = gateways.counted('served', version)
  assert.deepEqual(
    counted.map(({ rows, outcomes: { ok }, steps }) => [rows, ok, steps.map(({ requests }) => requests)]),
    [
      [5, 5, [5]],
      [6, 6, [4]],
    ],
  )
  assert.deepEqual(gateways.counted('another', version), [])
})

test('counters of canaries add up over gateways, and over the lives of one', async () => {
  const { gateways } = start()
  const reading = (answered: number) => ({
    ...emptyReading(),
    latency: [],
    labels: {},
    scores: { sum: 0, count: 0 },
    answered,
  })
  const tell = (gateway: string, startedAt: string, candidate: number) =>
    gateways.report(
      principal('canary', gateway),
      report({
        gateway,
        startedAt,
        canaries: [
          { route: 'm', plan: 'p', candidate: reading(candidate), baseline: reading(10 * candidate) },
        ],
      }),
    )
  const total = () => {
    const { candidate, baseline } = gateways.canaryReadings('canary', 'm', 'p')
    return [candidate.answered, baseline.answered]
  }
  await tell('a', 't1', 100)
  assert.deepEqual(total(), [0, 0], 'what it counted before it was heard of belongs to no step')
  await tell('a', 't1', 130)
  await tell('b', 't1', 5)
  await tell('b', 't1', 7)
  assert.deepEqual(total(), [32, 320])
  await tell('a', 't2', 1)
  await tell('a', 't2', 4)
  assert.deepEqual(total(), [35, 350])
})
