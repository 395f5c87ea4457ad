/** Simulations on a running plane: they repeat what was decided, refuse what is no bundle, and hold nobody up. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { until } from '@rampart/kit/testing'
import { assertProblem, startTestPlane, type TestPlane } from './testing.ts'

const HOSTS = 5
type Told = {
  readonly candidate: { readonly acted: number; readonly faults: number }
  readonly differences: readonly unknown[]
}

let plane: TestPlane
let files: Record<string, string>

before(async () => {
  // A fast machine asks for its health more often than a client may.
  plane = await startTestPlane({ flags: { 'limits-requests-per-minute': '1000000' } })
  for (let n = 0; n < HOSTS; n += 1) {
    const about = { entity: { kind: 'host', id: `10.0.0.${n}` }, evidence: {} }
    const body = {
      time: new Date().toISOString(),
      detector: `ids-${n}`,
      title: 'Odd',
      severity: 'high',
      ...about,
    }
    assert.equal((await plane.call('POST', '/api/v1/signals', { body })).status, 201)
  }
  const decided = async (): Promise<number> => {
    const { json } = await plane.call('GET', '/api/v1/response/runs?limit=100')
    return (json?.['items'] as unknown[] | undefined)?.length ?? 0
  }
  await until(async () => (await decided()) >= HOSTS, 60_000)
  const { json } = await plane.call('GET', '/api/v1/policies/response')
  files = json?.['files'] as Record<string, string>
})
after(() => plane.stop())

const since = (): string => new Date(Date.now() - 3_600_000).toISOString()
const simulate = (bundle: Record<string, string>) =>
  plane.call('POST', '/api/v1/simulations/response', { body: { files: bundle, since: since() } })
const withSettings = (change: Record<string, unknown>): Record<string, string> => {
  const data = JSON.parse(files['data.json'] ?? '') as {
    rampart: { response_config: Record<string, unknown> }
  }
  Object.assign(data.rampart.response_config, change)
  return { ...files, 'data.json': JSON.stringify(data) }
}

test('the bundle in force decides again what it decided', async () => {
  const { status, json } = await simulate(files)
  assert.equal(status, 200)
  const { active, candidate, differences } = json as Record<string, Record<string, number>>
  assert.deepEqual([active?.['decided'], active?.['repeated']], [HOSTS, HOSTS])
  assert.deepEqual([json?.['decisions'], json?.['unchanged'], differences], [HOSTS, HOSTS, []])
  assert.equal(active?.['digest'], candidate?.['digest'])
})

test('another bundle is told apart', async () => {
  const { json } = await simulate(withSettings({ default_mode: 'act', max_actions_per_hour: 3 }))
  assert.equal((json as Told).candidate.acted, 3)
  assert.equal((json as Told).differences.length, 3)
})

test('what is no bundle, or over, is refused with the reason', async () => {
  const codeOf = async (bundle: Record<string, string>): Promise<unknown> =>
    assertProblem(await simulate(bundle)).json?.['code']
  const torn = { 'response.rego': 'package rampart.response\ndecision := {' }
  assert.equal(await codeOf(torn), 'REGO_COMPILE_FAILED')
  const over = withSettings({ valid_until: '2020-01-01T00:00:00Z' })
  assert.equal(await codeOf(over), 'THREATS_SIMULATION_BUNDLE_EXPIRED')
  assert.equal(await codeOf({ '../etc/passwd.rego': 'package x' }), 'POLICY_FILE_REFUSED')
  assert.equal(
    await codeOf({ ...files, 'big.rego': `package x\n# ${'x'.repeat(1_100_000)}` }),
    'SERVER_BAD_REQUEST',
  )
})

test('a bundle that never ends is counted as broken, and nobody else waits for it', async () => {
  const endless = `package rampart.response
decision := {"allow": true, "reasons": [], "obligations": {"actions": []}} if {
	count([1 | some a in numbers.range(1, 3000); some b in numbers.range(1, 3000); some c in numbers.range(1, 3000); a + b == c]) > 0
}`
  const from = performance.now()
  let isOver = false
  const asked = simulate({ 'response.rego': endless }).finally(() => {
    isOver = true
  })
  let slowest = 0
  while (!isOver) {
    const at = performance.now()
    assert.equal((await plane.call('GET', '/healthz')).status, 200)
    slowest = Math.max(slowest, performance.now() - at)
  }
  const took = performance.now() - from
  const { json } = await asked
  assert.equal((json as Told).candidate.faults, HOSTS)
  assert.ok(slowest < took / 2, `${slowest} of ${took} ms`)
})
