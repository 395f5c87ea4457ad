import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { until } from '@rampart/kit/testing'
import { tinyClassifier, tinyIdentity } from '@rampart/onnx/testing'
import type { SnapshotPlan, SnapshotRoute } from './snapshot.ts'
import { versionKey } from './snapshot.ts'
import { type ServingFixture, startServing } from './testing.ts'

const WIDTH = 4
const body = (id?: string) => ({
  ...(id === undefined ? {} : { id }),
  inputs: [{ name: 'features', datatype: 'FP32', shape: [1, WIDTH], data: [1, 2, 3, 4] }],
})
const plan = (
  name: string,
  weights: readonly [string, number][],
  more: Partial<SnapshotPlan> = {},
): SnapshotPlan => ({
  tenant: 'default',
  name,
  backends: weights.map(([version, weight]) => ({ model: 'tiny', version, weight })),
  ...more,
})

let up: ServingFixture
before(async () => {
  up = await startServing()
})
after(() => up.stop())

/** Three versions of one model on a route; one after the other, for they share a file. */
const three = async (name: string): Promise<SnapshotRoute[]> => {
  const routes: SnapshotRoute[] = []
  for (const version of ['1', '2', '3'])
    routes.push(
      await up.route(name, tinyClassifier(WIDTH), {
        model: 'tiny',
        version,
        digest: `sha256:${version.repeat(64)}`,
        isDefault: version === '1',
      }),
    )
  return routes
}

const artifact = async (routes: Promise<SnapshotRoute[]>, file: SnapshotRoute): Promise<SnapshotRoute[]> =>
  (await routes).map((route) => ({ ...route, artifactDigest: file.digest }))

const setPlans = async (name: string, ...plans: SnapshotPlan[]): Promise<void> => {
  const file = await up.route('file', tinyClassifier(WIDTH))
  const routes: SnapshotRoute[] = []
  for (const one of new Set(plans.map((each) => each.name)))
    routes.push(...(await artifact(three(one), file)))
  const report = await up.serving.setSnapshot({
    routes: routes.map((route) => {
      const { path } = plans.find((one) => one.name === route.name) ?? {}
      return path === undefined ? route : { ...route, path }
    }),
    plans,
  })
  assert.deepEqual(report.failed, [], name)
}

const versionOf = async (
  name: string,
  id?: string,
  headers: Record<string, string> = {},
): Promise<string> => {
  const response = await up.infer(name, body(id), headers)
  assert.equal(response.status, 200)
  const { model_name, model_version } = (await response.json()) as {
    model_name: string
    model_version: string
  }
  return model_name === name ? model_version : `${model_name}/${model_version}`
}

const many = async (count: number, one: (index: number) => Promise<string>): Promise<Map<string, number>> => {
  const found = new Map<string, number>()
  const answers = await Promise.all(Array.from({ length: count }, (_, index) => one(index)))
  for (const answer of answers) found.set(answer, (found.get(answer) ?? 0) + 1)
  return found
}

const recordsOf = async (route: string): Promise<Record<string, unknown>[]> => {
  const files = (await readdir(up.recordsDir)).filter((file) => file.includes('.ndjson'))
  const texts = await Promise.all(files.map((file) => readFile(join(up.recordsDir, file), 'utf8')))
  return texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.includes(`"route":"${route}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

test('weights are met, the same id goes the same way, and a growing share keeps its ids', async () => {
  const COUNT = 1000
  await setPlans(
    'weighed',
    plan('weighed', [
      ['1', 10],
      ['2', 30],
      ['3', 60],
    ]),
  )
  const found = await many(COUNT, (index) => versionOf('weighed', `call-${index}`))
  const chi2 = [
    ['1', 0.1],
    ['2', 0.3],
    ['3', 0.6],
  ].reduce((sum, [version, share]) => {
    const expected = COUNT * (share as number)
    return sum + ((found.get(version as string) ?? 0) - expected) ** 2 / expected
  }, 0)
  // 99.9 % quantile of chi² with two degrees of freedom; ids and hash are fixed, so this cannot flake.
  assert.ok(chi2 < 13.8, `chi² ${chi2}`)
  const ids = Array.from({ length: 100 }, (_, index) => `call-${index}`)
  const first = await Promise.all(ids.map((id) => versionOf('weighed', id)))
  assert.deepEqual(await Promise.all(ids.map((id) => versionOf('weighed', id))), first)
  await setPlans(
    'weighed',
    plan('weighed', [
      ['1', 25],
      ['2', 25],
      ['3', 50],
    ]),
  )
  const grown = await Promise.all(ids.map((id) => versionOf('weighed', id)))
  assert.ok(ids.every((_, index) => first[index] !== '1' || grown[index] === '1'))
  const [record] = await untilRecords('weighed')
  assert.equal(record?.choice, 'weight')
  assert.match(String(record?.digest), /^sha256:[123]{64}$/)
})

const untilRecords = async (route: string): Promise<Record<string, unknown>[]> => {
  let found: Record<string, unknown>[] = []
  await until(async () => {
    found = await recordsOf(route)
    return found.length > 0
  })
  return found
}

test('a sticky header or caller holds its version whatever the id', async () => {
  await setPlans(
    'sticky',
    plan(
      'sticky',
      [
        ['1', 1],
        ['2', 1],
        ['3', 1],
      ],
      { sticky: { by: 'header', header: 'x-user' } },
    ),
    plan(
      'by-caller',
      [
        ['1', 1],
        ['2', 1],
        ['3', 1],
      ],
      { sticky: { by: 'caller' } },
    ),
  )
  const users = new Set<string>()
  for (let user = 0; user < 20; user++) {
    const of = await many(8, (index) => versionOf('sticky', `c${index}`, { 'x-user': `u${user}` }))
    assert.equal(of.size, 1)
    users.add([...of.keys()][0] as string)
  }
  assert.equal(users.size, 3)
  up.setCaller({ kind: 'service', id: 'ci', tenant: 'default', roles: [], via: 'token' })
  assert.equal((await many(20, (index) => versionOf('by-caller', `d${index}`))).size, 1)
})

test('rules send some calls elsewhere, the one with most conditions first', async () => {
  await setPlans(
    'open',
    plan('open', [['1', 1]]),
    plan('gold', [['2', 1]], { path: 'open', match: { headers: { 'x-tier': 'gold' } } }),
    plan('gold-ci', [['3', 1]], {
      path: 'open',
      match: { headers: { 'x-tier': 'gold' }, callers: ['service:c*'], tenants: ['default'] },
    }),
    plan('shut', [['1', 1]], { match: { callers: ['user:ada'] } }),
  )
  up.setCaller({ kind: 'user', id: 'bob', tenant: 'default', roles: [], via: 'token' })
  assert.equal(await versionOf('open'), '1')
  assert.equal(await versionOf('open', undefined, { 'x-tier': 'gold' }), '2')
  assert.equal((await up.infer('shut', body())).status, 404)
  up.setCaller({ kind: 'service', id: 'ci', tenant: 'default', roles: [], via: 'token' })
  assert.equal(await versionOf('open', undefined, { 'x-tier': 'gold' }), '3')
})

test('what cannot answer has no share, and what a version refuses is not tried on another', async () => {
  const good = await up.route('guarded', tinyClassifier(WIDTH), { model: 'tiny', version: '1' })
  // Takes an input `x`: what it refuses is the caller's fault and is not tried elsewhere.
  const other = await up.route('guarded', tinyIdentity('FP32', [-1, WIDTH]), {
    model: 'tiny',
    version: '3',
    isDefault: false,
  })
  const { failed } = await up.serving.setSnapshot({
    routes: [good, { ...other, version: '9', stage: 'approved' }],
    plans: [
      plan(
        'guarded',
        [
          ['9', 9],
          ['1', 1],
        ],
        { fallback: { timeoutMs: 50 } },
      ),
    ],
  })
  assert.deepEqual(failed, [])
  assert.equal(await versionOf('guarded', 'x'), '1')
  await up.serving.setSnapshot({
    routes: [good, other],
    plans: [
      plan(
        'guarded',
        [
          ['3', 1],
          ['1', 0],
        ],
        { fallback: {} },
      ),
    ],
  })
  assert.equal((await up.infer('guarded', body())).status, 400)
})

test('a shadow gets copies, its differences are counted, and its failures are nobody’s', async () => {
  const file = await up.route('file', tinyClassifier(WIDTH))
  const routes = await artifact(three('shadowed'), file)
  const twin = routes[1] as SnapshotRoute
  const odd = await up.route('shadowed', tinyIdentity('FP32', [-1, WIDTH]), {
    model: 'odd',
    version: '1',
    isDefault: false,
    isShadow: true,
  })
  const shadow = (model: string, version: string) =>
    plan('shadowed', [['1', 1]], { shadow: { model, version, sampleRate: 1, tolerance: 1e-6 } })
  await up.serving.setSnapshot({
    routes: [routes[0] as SnapshotRoute, { ...twin, isShadow: true }],
    plans: [shadow('tiny', '2')],
  })
  for (let i = 0; i < 20; i++) assert.equal(await versionOf('shadowed', `s${i}`), '1')
  await until(() => up.serving.plan('default', 'shadowed')?.shadow?.compared === 20)
  assert.equal(up.serving.plan('default', 'shadowed')?.shadow?.equal, 20)
  await up.serving.setSnapshot({ routes: [routes[0] as SnapshotRoute, odd], plans: [shadow('odd', '1')] })
  for (let i = 0; i < 20; i++) assert.equal(await versionOf('shadowed', `s${i}`), '1')
  await until(() => up.serving.plan('default', 'shadowed')?.shadow?.failed === 20)
  assert.equal(up.serving.stats('default', 'shadowed')[0]?.outcomes.failed, 0)
})

test('scores are rounded, outputs hidden and headers left out', async () => {
  const route = await up.route('shaped', tinyClassifier(WIDTH), {
    postprocess: { round: 1, hide: ['label'], stripHeaders: true },
  })
  await up.serving.setSnapshot({ routes: [route] })
  const response = await up.infer('shaped', {
    inputs: [{ name: 'features', datatype: 'FP32', shape: [1, WIDTH], data: [0.5, 0.2, 0.3, 0.9] }],
  })
  const { outputs } = (await response.json()) as { outputs: { name: string; data: number[] }[] }
  assert.deepEqual(
    outputs.map(({ name }) => name),
    ['probabilities'],
  )
  assert.ok(outputs[0]?.data.every((value) => Number(value.toFixed(1)) === value && value > 0 && value < 1))
  assert.ok(outputs[0]?.data.some((value) => value !== 0.5))
  assert.ok(![...response.headers.keys()].some((name) => name.startsWith('x-rampart')))
})

test('no call is lost while the route changes every 50 ms between two models', async () => {
  const one = await up.route('busy', tinyClassifier(WIDTH), { model: 'one' })
  const two = await up.route('busy', tinyClassifier(WIDTH), { model: 'two', version: '2.0.0' })
  const deployed = new Set([versionKey(one), versionKey(two)])
  await up.serving.setSnapshot({ routes: [one], deployed })
  const statuses = new Map<number, number>()
  let changing = true
  const caller = async (): Promise<void> => {
    while (changing) {
      const response = await up.infer('busy', body())
      await response.arrayBuffer()
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
    }
  }
  const callers = Array.from({ length: 8 }, caller)
  for (let change = 0; change < 30; change++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    await up.serving.setSnapshot({ routes: [change % 2 === 0 ? two : one], deployed })
  }
  changing = false
  await Promise.all(callers)
  assert.deepEqual([...statuses.keys()], [200])
})

test('policy may ask for fewer digits and fewer outputs than the route does', async () => {
  const route = await up.route('guarded-scores', tinyClassifier(WIDTH), { postprocess: { round: 4 } })
  await up.serving.setSnapshot({ routes: [route] })
  up.setPolicy(() => ({ allow: true, reasons: [], obligations: { round: 1, hide: ['label'] } }))
  const response = await up.infer('guarded-scores', {
    inputs: [{ name: 'features', datatype: 'FP32', shape: [1, WIDTH], data: [0.5, 0.2, 0.3, 0.9] }],
  })
  const { outputs } = (await response.json()) as { outputs: { name: string; data: number[] }[] }
  assert.equal(outputs.length, 1)
  assert.ok(outputs[0]?.data.every((value) => Number(value.toFixed(1)) === value))
  up.setPolicy(() => ({ allow: true, reasons: [], obligations: {} }))
  const open = await up.infer('guarded-scores', body())
  assert.equal(((await open.json()) as { outputs: unknown[] }).outputs.length, 2)
})

test('a canary is judged by what its candidate and the others answered', async () => {
  await setPlans(
    'tried',
    plan(
      'tried',
      [
        ['2', 20],
        ['1', 80],
      ],
      { canary: { model: 'tiny', version: '2' } },
    ),
  )
  const found = await many(100, (index) => versionOf('tried', `t${index}`))
  const readings = up.serving.canaryReadings('default', 'tried')
  assert.equal(readings?.candidate.answered, found.get('2'))
  assert.equal(readings?.baseline.answered, found.get('1'))
  assert.equal(
    Object.values(readings?.candidate.labels ?? {}).reduce((sum, count) => sum + count, 0),
    found.get('2'),
  )
  assert.equal(up.serving.canaryReadings('default', 'weighed'), undefined)
})
