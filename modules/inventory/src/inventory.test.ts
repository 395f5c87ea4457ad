import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Decision, Principal, Stage } from '@rampart/domain'
import { cryptoRandom, systemClock } from '@rampart/kit'
import { type TestDatabase, testDatabase } from '@rampart/kit/testing'
import { createLocalArtifactStore } from './artifact-store.ts'
import { createInventory, type InventoryDeps } from './inventory.ts'

type Entry = Parameters<InventoryDeps['audit']['record']>[1]

const principal = (tenant = 'one'): Principal => ({
  kind: 'user',
  id: 'ann',
  tenant,
  roles: ['admin'],
  via: 'api-key',
})
const audited: Entry[] = []
const published: string[] = []
const asked: string[] = []
const met = { met: true, reasons: [], counted: [], persons: ['user:ann'] }
let denial: string | undefined
let store: TestDatabase
let folder: string
let inventory: ReturnType<typeof createInventory>

const answer = (): Decision => ({
  id: 'decision-1',
  pack: 'promotion',
  principal: 'user:ann',
  bundleDigest: `sha256:${'0'.repeat(64)}`,
  inputDigest: `sha256:${'1'.repeat(64)}`,
  allow: denial === undefined,
  reasons: denial === undefined ? [] : [denial],
  obligations: {},
  evaluationMicros: 1,
  time: systemClock.iso(),
})

before(async () => {
  const dir = fileURLToPath(new URL('../migrations', import.meta.url))
  store = await testDatabase({ sources: [{ module: 'inventory', dir }] })
  folder = await mkdtemp(join(tmpdir(), 'rampart-inventory-'))
  inventory = createInventory({
    database: store.database,
    eventLog: { publish: async (_tx, _tenant, event) => void published.push(event.type) },
    clock: systemClock,
    artifacts: await createLocalArtifactStore({ folder, random: cryptoRandom }),
    policy: { decide: async () => answer() },
    audit: { record: async (_tx, entry) => void audited.push(entry) },
    evidence: { evidenceIn: async () => [] },
    approvals: {
      standing: async () => met,
      preview: async () => ({ allow: true, reasons: [] }),
      approve: async (who, ref, { reason, revision }) => {
        const before = await store.database.tx(who.tenant, async (tx) => {
          const version = await inventory.lock(tx, ref, revision)
          asked.push(version.digest)
          await inventory.approve({ tx, principal: who, version, reason, approval: met })
          return version
        })
        await inventory.settle(who.tenant, ref, before.stage)
      },
    },
    maxArtifactBytes: 1024,
  })
})
after(async () => {
  await store.stop()
  await rm(folder, { recursive: true })
})

const put = async (text: string) => (await inventory.putArtifact(Readable.from([Buffer.from(text)]))).digest
const register = async (name: string, text = 'weights', version = '1.0.0', who = principal()) =>
  inventory.register(who, {
    name,
    version,
    artifacts: [{ path: 'model.onnx', role: 'model', digest: await put(text) }],
    spec: { labels: { b: '2', a: '1' }, description: 'd' },
  })

test('a version is registered once; the same again changes nothing, other content is refused', async () => {
  const first = await register('twice')
  const again = await register('twice')
  assert.deepEqual([first.created, again.created, again.version.revision], [true, false, 1])
  assert.deepEqual(again.version, first.version)
  await assert.rejects(register('twice', 'other weights'), { code: 'INVENTORY_VERSION_EXISTS' })
  const entries = audited.filter(({ entity }) => entity.id === 'twice:1.0.0')
  assert.deepEqual(
    entries.map(({ action, outcome, principal }) => [action, outcome, principal]),
    [['model-version.register', 'success', 'user:ann']],
  )
})

test('two registrations at once make one version', async () => {
  const both = await Promise.all([register('race'), register('race')])
  assert.equal(both.filter(({ created }) => created).length, 1)
})

test('what was never uploaded, is too large or is something else is refused and leaves no file', async () => {
  const never = `sha256:${'a'.repeat(64)}` as const
  await assert.rejects(
    inventory.register(principal(), {
      name: 'never',
      version: '1',
      artifacts: [{ path: 'model.onnx', role: 'model', digest: never }],
      spec: {},
    }),
    { code: 'INVENTORY_ARTIFACT_MISSING' },
  )
  await assert.rejects(put('x'.repeat(1025)), { code: 'INVENTORY_ARTIFACT_TOO_LARGE' })
  await assert.rejects(inventory.putArtifact(Readable.from([Buffer.from('y')]), never), {
    code: 'INVENTORY_DIGEST_MISMATCH',
  })
  await assert.rejects(inventory.openArtifact(never), { code: 'INVENTORY_ARTIFACT_NOT_FOUND' })
  assert.deepEqual(await readdir(join(folder, 'incoming')), [])
})

test('each step is decided, recorded with its decision, announced and audited; approval is asked for where it is counted', async () => {
  const ref = { name: 'steps', version: '1.0.0' }
  await register('steps')
  const path: Stage[] = ['assessed', 'approved', 'deployed', 'retired']
  for (const to of path)
    assert.equal((await inventory.transition(principal(), ref, { to, reason: to })).stage, to)
  const steps = await inventory.transitions('one', ref)
  assert.deepEqual(
    steps.map(({ to, decisionId, principal }) => [to, decisionId, principal]).sort(),
    path.map((to) => [to, 'decision-1', 'user:ann']).sort(),
  )
  assert.equal((await inventory.get('one', ref)).revision, 1 + path.length)
  assert.equal(asked.length, 1)
  assert.equal(
    published.filter((type) => type === 'rampart.model-version.transitioned.v1').length,
    path.length,
  )
})

test('a denied step is audited with its reasons and changes nothing', async () => {
  const ref = { name: 'denied', version: '1.0.0' }
  const { version } = await register('denied')
  denial = 'not on a Friday'
  try {
    await assert.rejects(inventory.transition(principal(), ref, { to: 'assessed', reason: '' }), {
      code: 'INVENTORY_TRANSITION_DENIED',
      details: { decisionId: 'decision-1', reasons: ['not on a Friday'] },
    })
  } finally {
    denial = undefined
  }
  assert.deepEqual(await inventory.get('one', ref), version)
  const last = audited.at(-1)
  assert.deepEqual([last?.outcome, last?.details.reasons], ['denied', ['not on a Friday']])
})

test('a step that does not exist, a stale revision and an unknown version are refused', async () => {
  const ref = { name: 'wrong', version: '1.0.0' }
  await register('wrong')
  const move = (to: Stage, revision?: number, version = '1.0.0') =>
    inventory.transition(
      principal(),
      { ...ref, version },
      { to, reason: 'r', ...(revision === undefined ? {} : { revision }) },
    )
  await assert.rejects(move('deployed'), {
    code: 'INVENTORY_TRANSITION_ILLEGAL',
    help: 'Its assessment is under way or failed: rampart describe model wrong:1.0.0',
  })
  await assert.rejects(move('assessed', 9), { code: 'INVENTORY_REVISION_CHANGED' })
  await assert.rejects(move('assessed', undefined, '2'), { code: 'INVENTORY_NOT_FOUND' })
  const raced = await Promise.allSettled([move('assessed', 1), move('quarantined', 1)])
  assert.equal(raced.filter(({ status }) => status === 'fulfilled').length, 1)
})

test('tenants do not see each other, and may use the same names', async () => {
  await register('shared', 'weights', '1.0.0', principal('one'))
  await register('shared', 'others', '1.0.0', principal('two'))
  const [one, two] = await Promise.all(
    ['one', 'two'].map((tenant) => inventory.get(tenant, { name: 'shared', version: '1.0.0' })),
  )
  assert.notEqual(one?.digest, two?.digest)
  const names = (await inventory.list('two', { limit: 100 })).map(({ name }) => name)
  assert.deepEqual(names, ['shared'])
})
