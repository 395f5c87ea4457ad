import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Principal, ResponseAction } from '@rampart/domain'
import { cryptoRandom } from '@rampart/kit'
import { createFakeClock, silentLogger, type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { createThreats } from '../threats.ts'
import { createIncidents } from './incidents.ts'

const TENANT = 'default'
const ann: Principal = { kind: 'user', id: 'ann', tenant: TENANT, roles: ['operator'], via: 'token' }
const clock = createFakeClock(Date.parse('2026-11-24T12:00:00Z'))

let store: TestDatabase
let incidents: ReturnType<typeof createIncidents>
let threats: ReturnType<typeof createThreats>
let asked = 0
let isBusy = false

const deny = (entity: ResponseAction['entity']): ResponseAction => ({
  ...{ action: 'caller.deny', entity, parameters: { caller: entity.id } },
  ...{ mode: 'act', approvals_needed: 0, reasons: ['test'] },
})

before(async () => {
  const dir = fileURLToPath(new URL('../../migrations', import.meta.url))
  store = await testDatabase({ sources: [{ module: 'threats', dir }] })
  const deps = { ...store, clock, random: cryptoRandom, audit: { record: async () => undefined } }
  threats = createThreats(deps)
  const decide = async ({ input }: { readonly input: Readonly<Record<string, unknown>> }) => {
    asked += 1
    const reasons = isBusy ? ['the policy could not be evaluated: the policy took too long'] : []
    const { entities } = input as { readonly entities: readonly ResponseAction['entity'][] }
    const answer = {
      ...{ allow: !isBusy, reasons, id: `d${asked}`, pack: 'response', principal: 'p' },
      ...{ evaluationMicros: 1, time: clock.iso() },
      obligations: isBusy ? {} : { actions: entities.map(({ kind, id }) => deny({ kind, id })) },
      ...({ bundleDigest: 'sha256:a', inputDigest: 'sha256:b' } as const),
    }
    isBusy = false
    return answer
  }
  incidents = createIncidents({ ...deps, logger: silentLogger, policy: { decide } })
  await incidents.start()
})
after(async () => {
  await incidents.stop()
  await store.stop()
})

/** An incident about the caller, opened and decided. */
const attackBy = async (id: string) => {
  const of = {
    key: `k:${id}`,
    detector: 'd',
    title: `${id} attacks`,
    severity: 'high',
    evidence: {},
  } as const
  await threats.raiseAs(TENANT, 'component:d', { ...of, time: clock.iso(), entity: { kind: 'caller', id } })
  const found = async () =>
    (await incidents.list(TENANT, { entity: { kind: 'caller', id }, limit: 1 }))[0]?.id
  await until(async () => {
    clock.advance(500)
    await incidents.drain()
    return (await found()) !== undefined
  })
  return incidents.detail(TENANT, (await found()) ?? '')
}

/** What response tells where its limit left no room, and how often policy was asked until then. */
const noRoom = async ({ id, decisions, entities }: Awaited<ReturnType<typeof attackBy>>) => {
  const actions = entities.map(deny)
  const freeAt = new Date(clock.now() + 40_000).toISOString()
  const notStarted = { tenant: TENANT, incident: id, decision: decisions[0]?.id ?? '', actions, freeAt }
  await store.database.tx(TENANT, (tx) =>
    incidents.decideAgain(tx, { ...notStarted, why: '30 runs were started within a minute.' }),
  )
  return asked
}

test('what response had no room for is decided again when there may be room, once', async () => {
  const attack = await attackBy('mallory')
  assert.equal(attack.decisions[0]?.acted, 1)
  const before = await noRoom(attack)
  const waiting = await incidents.detail(TENANT, attack.id)
  assert.deepEqual(waiting.decisions[0]?.actions, [])
  assert.equal(waiting.decisions[0]?.acted, 0)
  assert.match(waiting.timeline.at(-1)?.text ?? '', /^caller.deny on caller mallory was not started: 30 runs/)
  clock.advance(39_000)
  await incidents.drain()
  assert.equal(asked, before)
  clock.advance(1_500)
  await until(async () => {
    await incidents.drain()
    return asked > before
  })
  await until(async () => (await incidents.detail(TENANT, attack.id)).decisions.length === 2)
  const { decisions } = await incidents.detail(TENANT, attack.id)
  assert.deepEqual(
    decisions.map(({ acted }) => acted),
    [0, 1],
  )
  clock.advance(3_600_000)
  await incidents.drain()
  assert.equal(asked, before + 1)
})

test('nothing is decided about an incident that a person closed meanwhile', async () => {
  const attack = await attackBy('early')
  const before = await noRoom(attack)
  await incidents.transition(ann, attack.id, 'resolved', { reason: 'known', disposition: 'benign' })
  clock.advance(60_000)
  await incidents.drain()
  assert.equal(asked, before)
  assert.equal((await noRoom(attack)) > before, false)
  assert.equal((await incidents.detail(TENANT, attack.id)).decisions.length, 1)
})

test('a policy that ran out of time on a busy machine is asked once more', async () => {
  isBusy = true
  const { decisions } = await attackBy('unlucky')
  assert.deepEqual(
    decisions.map(({ acted }) => acted),
    [1],
  )
})
