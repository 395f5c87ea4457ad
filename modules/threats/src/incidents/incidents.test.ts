import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Principal, SignalInput } from '@rampart/domain'
import { cryptoRandom, type StoredEvent, systemClock } from '@rampart/kit'
import { silentLogger, type TestDatabase, testDatabase, until } from '@rampart/kit/testing'
import { createThreats } from '../threats.ts'
import { createIncidents } from './incidents.ts'
import type { IncidentDeps } from './ports.ts'

const TENANT = 'default'
const ann: Principal = { kind: 'user', id: 'ann', tenant: TENANT, roles: ['operator'], via: 'token' }

let store: TestDatabase
let incidents: ReturnType<typeof createIncidents>
let threats: ReturnType<typeof createThreats>
const asked: Record<string, unknown>[] = []
const audited: string[] = []

/** Proposes to isolate every host of a high incident, as the shipped policy would. */
const policy: IncidentDeps['policy'] = {
  decide: async ({ input }) => {
    asked.push({ ...input })
    const { entities, incident } = input as {
      entities: { kind: string; id: string; subject: boolean }[]
      incident: { severity: string }
    }
    const hosts = entities.filter(({ kind, subject }) => kind === 'host' && subject)
    const actions = hosts.map(({ kind, id }) => ({
      action: 'network.segment',
      entity: { kind, id },
      parameters: { host: id },
      mode: 'act',
      approvals_needed: 0,
      ttl_s: 60,
      reasons: ['test'],
    }))
    const isHigh = ['high', 'critical'].includes(incident.severity)
    return {
      allow: isHigh,
      reasons: ['test'],
      obligations: { actions: isHigh ? [...actions, { action: 'no.such' }] : [] },
      id: `decision-${asked.length}`,
      pack: 'response',
      principal: 'component:threats',
      bundleDigest: `sha256:${'a'.repeat(64)}`,
      inputDigest: `sha256:${'b'.repeat(64)}`,
      evaluationMicros: 1,
      time: systemClock.iso(),
    }
  },
}

before(async () => {
  const dir = fileURLToPath(new URL('../../migrations', import.meta.url))
  store = await testDatabase({ sources: [{ module: 'threats', dir }] })
  const audit = { record: async (_: unknown, { action }: { action: string }) => void audited.push(action) }
  const deps = { ...store, clock: systemClock, random: cryptoRandom, audit }
  threats = createThreats(deps)
  incidents = createIncidents({ ...deps, logger: silentLogger, policy, settleMs: 300 })
  await incidents.start()
})
after(async () => {
  await incidents.stop()
  await store.stop()
})

let serial = 0
const raise = (kind: string, id: string, over: Partial<SignalInput> = {}, tenant = TENANT) => {
  serial += 1
  return threats.raiseAs(tenant, `component:${over.detector ?? 'd'}`, {
    time: systemClock.iso(),
    key: `k${serial}`,
    detector: 'd',
    title: `Signal about ${id}`,
    severity: 'high',
    entity: { kind, id },
    evidence: {},
    ...over,
  })
}
const open = async (entity: { kind: string; id: string }, tenant = TENANT) =>
  (await incidents.list(tenant, { entity, limit: 10 }))[0]
const opened = async (kind: string, id: string) => {
  await until(async () => (await open({ kind, id })) !== undefined)
  return (await open({ kind, id })) as NonNullable<Awaited<ReturnType<typeof open>>>
}
const changes = async (id: string): Promise<StoredEvent[]> => {
  const { events } = await store.eventLog.read({ tenant: TENANT, limit: 1000 })
  return events.filter(({ subject }) => subject === id)
}

test('signals about one host become one incident with a decision, told as events', async () => {
  const first = await raise('host', 'h1', { detector: 'ids', related: [{ kind: 'model', id: 'm1' }] })
  await raise('model', 'm1', { detector: 'telemetry.drift', p_value: 1e-5 })
  const { id } = await opened('host', 'h1')
  await until(async () => (await incidents.detail(TENANT, id)).decisions.length > 0)
  const detail = await incidents.detail(TENANT, id)
  assert.equal(detail.status, 'open')
  assert.equal(detail.signals, 2)
  assert.equal(detail.severity, 'critical')
  assert.deepEqual(
    detail.timeline.map(({ kind }) => kind),
    ['raised', 'correlated', 'decided'],
  )
  assert.equal(detail.conditions[0]?.id, first.id)
  assert.match(detail.summary, /2 signals of 2 detectors/)
  const [decision] = detail.decisions
  assert.deepEqual(
    decision?.actions.map(({ action, mode }) => [action, mode]),
    [['network.segment', 'act']],
  )
  assert.ok(decision?.reasons.some((reason) => reason.includes('is not one')))
  assert.equal(decision?.acted, 1)
  await until(async () => (await changes(id)).some(({ type }) => type === 'rampart.response.decided.v1'))
  assert.ok(audited.includes('incident.opened') && audited.includes('incident.decided'))
  assert.deepEqual(
    detail.neighbourhood.edges.map(({ from, to }) => [from, to]),
    [['host:h1', 'model:m1']],
  )
})

test('two incidents that a later signal joins become one, the older', async () => {
  await raise('host', 'left')
  await raise('caller', 'right')
  const [left, right] = [await opened('host', 'left'), await opened('caller', 'right')]
  assert.notEqual(left.id, right.id)
  await raise('notebook', 'bridge', {
    related: [
      { kind: 'host', id: 'left' },
      { kind: 'caller', id: 'right' },
    ],
  })
  await until(async () => (await incidents.detail(TENANT, left.id)).signals === 3)
  assert.equal((await incidents.detail(TENANT, right.id)).id, left.id)
  const { timeline } = await incidents.detail(TENANT, left.id)
  assert.ok(timeline.some(({ kind, details }) => kind === 'merged' && details.from === right.id))
})

test('what a decided incident is later about is decided too, and nothing is decided twice', async () => {
  const related = [{ kind: 'model', id: 'm9' }]
  await raise('host', 'late-1', { detector: 'ids', severity: 'critical', related })
  const { id } = await opened('host', 'late-1')
  const decisions = async () => (await incidents.detail(TENANT, id)).decisions
  await until(async () => (await decisions()).length === 1)
  await raise('host', 'late-2', { detector: 'ids', severity: 'critical', related })
  await until(async () => (await decisions()).length === 2)
  const acted = (await decisions()).flatMap(({ actions }) =>
    actions.map(({ entity }) => (entity as { id: string }).id),
  )
  assert.deepEqual(acted, ['late-1', 'late-2'])
  await raise('host', 'late-2', { detector: 'ids', severity: 'critical', related })
  await raise('host', 'late-3', { detector: 'ids', severity: 'low', related })
  await until(async () => (await incidents.detail(TENANT, id)).signals === 4)
  assert.equal((await decisions()).length, 2)
})

test('an entity that becomes a hub lets go of what only it held together', async () => {
  const crowd = Array.from({ length: 12 }, (_, i) => `crowd${i}`)
  for (const id of crowd) await raise('model', id, { related: [{ kind: 'host', id: 'popular' }] })
  const { id } = await opened('model', 'crowd0')
  await until(async () => (await incidents.detail(TENANT, id)).signals === 12)
  await raise('model', 'crowd12', { related: [{ kind: 'host', id: 'popular' }] })
  await until(async () => (await incidents.detail(TENANT, id)).signals === 1)
  await until(async () => (await open({ kind: 'model', id: 'crowd12' })) !== undefined)
})

test('lifecycle: revisions, dispositions that teach, closing, a condition that goes on', async () => {
  const signal = await raise('host', 'life', { detector: 'teacher' })
  const found = await opened('host', 'life')
  await until(async () => (await incidents.detail(TENANT, found.id)).decisions.length > 0)
  const { id, revision } = await incidents.detail(TENANT, found.id)
  await assert.rejects(incidents.assign(ann, id, 'ben', revision + 7), { code: 'THREATS_INCIDENT_CHANGED' })
  const mine = await incidents.assign(ann, id, 'user:ann', revision)
  const seen = await incidents.transition(ann, id, 'acknowledged', {
    revision: mine.revision,
    reason: 'mine',
  })
  assert.ok(seen.acknowledgedAt)
  await incidents.comment(ann, id, 'looks bad')
  await assert.rejects(incidents.transition(ann, id, 'closed', { reason: '' }), {
    code: 'THREATS_DISPOSITION_MISSING',
  })
  await assert.rejects(incidents.transition(ann, id, 'open', { reason: '' }), {
    code: 'THREATS_INCIDENT_TRANSITION_ILLEGAL',
  })
  await incidents.dispose(ann, id, 'true-positive')
  await incidents.transition(ann, id, 'closed', { reason: 'done', disposition: 'false-positive' })
  const rule = (await incidents.rules(TENANT)).find((one) => one.rule === 'teacher')
  assert.deepEqual(rule, { rule: 'teacher', hits: 0, misses: 1 })
  await raise('host', 'life', { key: signal.key, detector: 'teacher' })
  await raise('host', 'life', { detector: 'other' })
  await until(
    async () =>
      (await incidents.list(TENANT, { entity: { kind: 'host', id: 'life' }, limit: 9 })).length === 2,
  )
  assert.equal((await incidents.detail(TENANT, id)).status, 'closed')
})

test('people merge and split, and correlation keeps to it', async () => {
  const [a, b] = [await raise('host', 'hand-a'), await raise('host', 'hand-b')]
  const [left, right] = [await opened('host', 'hand-a'), await opened('host', 'hand-b')]
  const merged = await incidents.merge(ann, left.id, [right.id])
  assert.equal(merged.signals, 2)
  await raise('host', 'hand-b', { detector: 'later' })
  await until(async () => (await incidents.detail(TENANT, left.id)).signals === 3)
  await incidents.split(ann, left.id, [a.id])
  const apart = await open({ kind: 'host', id: 'hand-a' })
  const rest = await open({ kind: 'host', id: 'hand-b' })
  assert.notEqual(apart?.id, rest?.id)
  assert.equal((apart?.signals ?? 0) + (rest?.signals ?? 0), 3)
  await assert.rejects(incidents.split(ann, rest?.id ?? '', ['nothing']), {
    code: 'THREATS_NOTHING_TO_SPLIT',
  })
  await assert.rejects(incidents.merge(ann, rest?.id ?? '', []), { code: 'THREATS_NOTHING_TO_MERGE' })
  assert.ok(b.id)
})

test('what response tells stands in the timeline, and a containment moves the incident', async () => {
  await raise('host', 'told')
  const { id } = await opened('host', 'told')
  await store.database.tx(TENANT, (tx) =>
    incidents.recordTimeline(tx, {
      tenant: TENANT,
      incident: id,
      kind: 'contained',
      text: 'cut off',
      run: 'r1',
    }),
  )
  await store.database.tx(TENANT, (tx) =>
    incidents.recordTimeline(tx, { tenant: TENANT, incident: 'no-such', kind: 'contained', text: '' }),
  )
  const { status, timeline } = await incidents.detail(TENANT, id)
  assert.equal(status, 'contained')
  assert.ok(timeline.some(({ kind, details }) => kind === 'contained' && details.run === 'r1'))
})

test('another tenant sees nothing of it', async () => {
  await raise('host', 'secret')
  const { id } = await opened('host', 'secret')
  await assert.rejects(incidents.detail('other', id), { code: 'THREATS_INCIDENT_NOT_FOUND' })
  assert.deepEqual(await incidents.list('other', { limit: 10 }), [])
})

test('the list of incidents is newest first, over a power of ten too', async () => {
  const numbers = (await incidents.list(TENANT, { limit: 100 })).map(({ seq }) => Number(seq))
  assert.ok(Math.min(...numbers) < 10 && Math.max(...numbers) >= 10, `${numbers}`)
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => b - a),
  )
})
