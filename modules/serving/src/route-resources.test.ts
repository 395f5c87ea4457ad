import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Principal, SignalInput } from '@rampart/domain'
import { assetPath, systemClock } from '@rampart/kit'
import { createFakeClock, silentLogger, type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { createBackendResources } from './backend-resources.ts'
import type { BackendSpec } from './backend-spec.ts'
import { emptyReading } from './canary.ts'
import { type CanaryReadings, createCanaryRunner } from './canary-runner.ts'
import { resolveRoute } from './resolve-route.ts'
import { createRouteResources, type RouteResources } from './route-resources.ts'
import type { RouteSpec } from './route-spec.ts'

const ada: Principal = { kind: 'user', id: 'ada', tenant: 'default', roles: ['admin'], via: 'token' }
const audited: { action: string; outcome: string }[] = []
let db: TestDatabase
let routes: RouteResources
let changes = 0

before(async () => {
  db = await testDatabase({ sources: [{ module: 'serving', dir: assetPath('modules/serving/migrations') }] })
  routes = createRouteResources({
    ...db,
    clock: systemClock,
    audit: { record: async (_tx, { action, outcome }) => void audited.push({ action, outcome }) },
    afterChange: async () => {
      changes += 1
    },
  })
})
after(() => db.stop())

const put = (name: string, spec: RouteSpec, revision?: number) =>
  routes.put(ada, { name, spec, ...(revision === undefined ? {} : { revision }) })

test('a route is written, read, replaced by its revision only, and removed', async () => {
  const spec: RouteSpec = {
    backends: [
      { model: 'a', version: '1', weight: 90 },
      { model: 'a', version: '2', weight: 10 },
    ],
    sticky: { header: 'X-User' },
    payloadSchema: { type: 'object' },
  }
  const first = await put('r', spec, 0)
  assert.deepEqual([first.revision, first.model, first.spec], [1, 'a', spec])
  await assert.rejects(put('r', spec, 0), { code: 'SERVING_REVISION_CHANGED' })
  assert.equal((await put('r', { backends: [{ model: 'b' }] }, 1)).revision, 2)
  assert.deepEqual((await routes.get('default', 'r')).spec, { backends: [{ model: 'b' }] })
  await assert.rejects(routes.remove(ada, 'r', 1), { code: 'SERVING_REVISION_CHANGED' })
  await routes.remove(ada, 'r', 2)
  await assert.rejects(routes.get('default', 'r'), { code: 'SERVING_ROUTE_UNKNOWN' })
  assert.ok(changes >= 3)
})

test('a spec that cannot work is refused with its reason', async () => {
  const cases: [unknown, RegExp][] = [
    [{ backends: [] }, /backends/],
    [{ backends: [{ model: 'a', weight: 0 }] }, /weight above 0/],
    [{ backends: [{ model: 'a' }, { model: 'a' }] }, /\/spec\/backends\/1: appears twice/],
    [{ backends: [{ model: 'a', version: '1', alias: 'latest' }] }, /\/spec\/backends\/0: .*not both/],
    [{ backends: [{ model: 'a' }], canary: { model: 'a', version: '2', steps: [50, 5] } }, /ascend/],
    [{ backends: [{ model: 'a' }], match: {} }, /\/spec\/match: needs/],
    [{ backends: [{ model: 'a' }], extra: 1 }, /extra: is not known/],
    [
      { backends: [{ model: 'a', weight: -1 }, { model: 'B' }], shadow: { model: 'a', x: 1 }, retries: 2 },
      /\/spec\/backends\/0\/weight: .*\/spec\/backends\/1\/model: .*\/spec\/shadow\/x: is not known.*|\/spec\/retries/,
    ],
    [{}, /\/spec: .*backends/],
    ['text', /\/spec: .*object/],
    [{ backends: [{ model: '../a' }] }, /pattern/],
  ]
  for (const [spec, message] of cases)
    await assert.rejects(put('bad', spec as RouteSpec), { code: 'SERVING_ROUTE_INVALID', message })
  await assert.rejects(put('bad', { backends: [{ model: 'a' }], payloadSchema: { type: 'nothing' } }), {
    code: 'SERVING_PAYLOAD_SCHEMA',
  })
})

const CANARY: RouteSpec = {
  backends: [{ model: 'm', version: '1' }],
  canary: { model: 'm', version: '2', steps: [10, 50], intervalMs: 1000, minRequests: 10 },
}

const runner = (readings: () => CanaryReadings | undefined) => {
  const clock = createFakeClock(0)
  const signals: SignalInput[] = []
  const canaries = createCanaryRunner({
    clock,
    logger: silentLogger,
    routes,
    readings: (_tenant, name) => (name === 'c' ? readings() : undefined),
    raiseSignal: async (_tenant, signal) => signals.push(signal),
  })
  return { clock, signals, canaries }
}

test('a canary goes up its steps and is promoted; the same file applied again does not start it over', async () => {
  await put('c', CANARY)
  let answered = 0
  const { clock, canaries, signals } = runner(() => ({
    candidate: { ...emptyReading(), answered },
    baseline: { ...emptyReading(), answered: answered * 9 },
  }))
  const phase = async () => (await routes.get('default', 'c')).canary
  for (let step = 0; step < 2; step++) {
    await canaries.tick()
    answered += 20
    clock.advance(2000)
    await canaries.tick()
  }
  assert.equal((await phase())?.phase, 'promoted')
  await put('c', CANARY)
  assert.equal((await phase())?.phase, 'promoted')
  assert.deepEqual(signals, [])
  const actions = audited.map(({ action }) => action)
  assert.ok(actions.includes('route.canary-advanced') && actions.includes('route.canary-promoted'))
})

test('a candidate that fails is rolled back: state, audit, event and signal', async () => {
  await put('c', {
    ...CANARY,
    canary: { ...CANARY.canary, version: '3' } as NonNullable<RouteSpec['canary']>,
  })
  let failed = 0
  const { clock, canaries, signals } = runner(() => ({
    candidate: { ...emptyReading(), failed, answered: 10 },
    baseline: { ...emptyReading(), answered: 1000 },
  }))
  await canaries.tick()
  failed = 20
  clock.advance(10)
  await canaries.tick()
  await canaries.tick()
  const { canary } = await routes.get('default', 'c')
  assert.equal(canary?.phase, 'rolled-back')
  assert.match(canary?.reason ?? '', /error rate/)
  assert.equal(signals.length, 1)
  assert.deepEqual(signals[0]?.entity, { kind: 'route', id: 'c' })
  assert.ok(audited.some(({ action }) => action === 'route.canary-rolled-back'))
  await until(async () => {
    const { events } = await db.eventLog.read({ tenant: 'default', limit: 100 })
    return events.some(({ data }) => data['action'] === 'canary-rolled-back')
  })
})

test('a person may promote or roll back, but only a canary', async () => {
  const who = { tenant: 'default', by: 'user:ada' }
  const moved = await routes.moveCanary(who, 'c', { phase: 'promoted', step: 0 })
  assert.equal(moved.canary?.phase, 'promoted')
  await put('plain', { backends: [{ model: 'a' }] })
  await assert.rejects(routes.moveCanary(who, 'plain', { phase: 'promoted', step: 0 }), {
    code: 'SERVING_NO_CANARY',
  })
})

const version = (number: string, stage: 'deployed' | 'retired', deployedAt: string, alias?: string) => ({
  name: 'm',
  version: number,
  stage,
  digest: `sha256:${'a'.repeat(64)}` as const,
  deployedAt,
  spec: alias === undefined ? {} : { labels: { alias } },
})

test('versions are found by number, by alias and by being the latest; the canary comes first', () => {
  const versions = [
    version('1', 'deployed', '2026-01-01', 'stable'),
    version('2', 'deployed', '2026-01-02'),
    version('3', 'retired', '2026-01-03'),
  ]
  const resolve = (spec: RouteSpec, canary?: Parameters<typeof resolveRoute>[2]) => {
    const { plan, versions: found } = resolveRoute({ tenant: 't', name: 'r', spec }, versions, canary)
    return {
      shares: plan?.backends.map((one) => [one.version, one.weight]),
      default: found.find(({ isDefault }) => isDefault)?.version.version,
      all: found.map((one) => one.version.version),
    }
  }
  assert.deepEqual(resolve({ backends: [{ model: 'm' }] }), {
    shares: undefined,
    default: '2',
    all: ['2', '1', '3'],
  })
  assert.equal(resolve({ backends: [{ model: 'm', alias: 'previous' }] }).default, '1')
  assert.equal(resolve({ backends: [{ model: 'm', alias: 'stable' }] }).default, '1')
  assert.deepEqual(resolve({ backends: [{ model: 'm', version: '3' }] }), {
    shares: undefined,
    default: '3',
    all: ['3'],
  })
  const canary: RouteSpec = {
    backends: [{ model: 'm', version: '1' }],
    canary: { model: 'm', version: '2', steps: [20] },
  }
  assert.deepEqual(resolve(canary).shares, [
    ['2', 20],
    ['1', 80],
  ])
})

test('a backend is written within the allowed addresses and stays while a route leads to it', async () => {
  const backends = createBackendResources({
    ...db,
    clock: systemClock,
    audit: { record: async (_tx, { action, outcome }) => void audited.push({ action, outcome }) },
    afterChange: async () => undefined,
    addresses: { allowLoopback: true, allowed: ['10.1.0.0/16', 'mlserver:8080'] },
  })
  const spec = (url: string, more: Partial<BackendSpec> = {}): BackendSpec => ({
    protocol: 'v2-rest',
    urls: [url],
    ...more,
  })
  const at = (url: string, more: Partial<BackendSpec> = {}) =>
    backends.put(ada, { name: 'far', spec: spec(url, more) })
  for (const url of ['http://169.254.169.254/latest', 'http://10.2.0.1', 'http://[fd00::1]:80'])
    await assert.rejects(at(url), { code: 'INFERENCE_URL_REFUSED' })
  for (const url of ['file:///etc/passwd', 'http://a:b@example.com', 'nonsense', 'http://example.com/?a=b'])
    await assert.rejects(at(url), { code: 'INFERENCE_URL_REFUSED' })
  await assert.rejects(at('grpc://127.0.0.1:1'), { code: 'SERVING_BACKEND_INVALID' })
  await assert.rejects(at('http://127.0.0.1', { retries: 99 }), { code: 'SERVING_BACKEND_INVALID' })
  assert.equal((await at('http://10.1.2.3:8080')).revision, 1)
  assert.equal((await at('http://mlserver:8080')).revision, 2)
  await assert.rejects(put('remote', { backends: [{ model: 'a', backend: 'nowhere' }] }), {
    code: 'SERVING_BACKEND_UNKNOWN',
  })
  await put('remote', { backends: [{ model: 'a', version: '1', backend: 'far' }] })
  await assert.rejects(backends.remove(ada, 'far'), { code: 'SERVING_BACKEND_USED' })
  await routes.remove(ada, 'remote')
  await backends.remove(ada, 'far', 2)
  assert.deepEqual(await backends.list('default'), [])
})
