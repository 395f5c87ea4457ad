import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { SignalInput } from '@rampart/domain'
import { cryptoRandom, systemClock } from '@rampart/kit'
import { silentLogger, type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { STORM_LIMITS } from '../storm-guard.ts'
import { createThreats } from '../threats.ts'
import { createIncidents } from './incidents.ts'

let store: TestDatabase
let incidents: ReturnType<typeof createIncidents>
let threats: ReturnType<typeof createThreats>
let decisions = 0

before(async () => {
  const dir = fileURLToPath(new URL('../../migrations', import.meta.url))
  store = await testDatabase({ sources: [{ module: 'threats', dir }] })
  const deps = {
    ...store,
    clock: systemClock,
    random: cryptoRandom,
    audit: { record: async () => undefined },
  }
  threats = createThreats({ ...deps, stormLimits: { ...STORM_LIMITS, burst: 60, perSecond: 5 } })
  const decide = async () => {
    decisions += 1
    return {
      ...{ allow: false, reasons: ['none'], obligations: {}, id: `d${decisions}`, pack: 'response' },
      ...{ principal: 'p', evaluationMicros: 1, time: systemClock.iso() },
      ...({ bundleDigest: 'sha256:a', inputDigest: 'sha256:b' } as const),
    }
  }
  incidents = createIncidents({ ...deps, logger: silentLogger, policy: { decide }, settleMs: 1_500 })
  await incidents.start()
})
after(async () => {
  await incidents.stop()
  await threats.stop()
  await store.stop()
})

const raise = (kind: string, id: string, over: Partial<SignalInput> = {}) =>
  threats.raiseAs('default', 'component:test', {
    time: systemClock.iso(),
    key: `${over.detector ?? 'noisy'}:${id}`,
    detector: 'noisy',
    title: 'Something odd',
    severity: 'high',
    entity: { kind, id },
    evidence: {},
    ...over,
  })

test('a storm is one incident with one decision, and an attack beside it opens as if there were none', async () => {
  for (let from = 0; from < 1_500; from += 20)
    await Promise.all(Array.from({ length: 20 }, (_, i) => raise('caller', `c${from + i}`)))
  await raise('host', 'victim', { detector: 'ids' })
  await raise('host', 'victim', { detector: 'miner' })
  await until(
    async () =>
      (await incidents.list('default', { entity: { kind: 'host', id: 'victim' }, limit: 5 })).length === 1,
    60_000,
  )
  const stormOf = async () =>
    (await incidents.list('default', { limit: 500 })).filter(({ title }) => !title.includes('victim'))
  await until(async () => (await stormOf()).some(({ signals }) => signals > 50), 60_000)
  await until(async () => decisions >= 2, 60_000)
  const all = await incidents.list('default', { limit: 500 })
  assert.equal(all.length, 2, JSON.stringify(all.map(({ title, signals }) => [title, signals])))
  assert.equal(decisions, 2)
  const stored = await threats.list('default', { limit: 500 })
  assert.ok(stored.length < 300, String(stored.length))
})
