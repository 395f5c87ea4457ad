import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { componentPrincipal, type Digest, type Registry, type RegistryWriter } from '@rampart/domain'
import { AppError, systemClock } from '@rampart/kit'
import { silentLogger, until } from '@rampart/kit/testing'
import { createMemoryRegistry, type RegistriesRig, startRegistries } from '../testing.ts'
import { createRegistryAliases } from './aliases.ts'
import { approvedAliasOf } from './approved-alias.ts'
import type { VerdictSaid } from './desired.ts'
import { selectConflicts } from './store.ts'
import { createWriteBack, type WriteBack } from './write-back.ts'

const ADMIN = componentPrincipal('test', ['admin'])
const ALIAS = 'rampart-approved'
const memory = createMemoryRegistry()
const said = new Map<Digest, VerdictSaid>()
let rig: RegistriesRig
let writeBack: WriteBack
let writes = 0
let signings = 1
/** What is beside versions, by the source it is about. */
const beside = new Map<string, string>()

const refuse = (found: string | undefined) =>
  new AppError({
    kind: 'Conflict',
    code: 'TEST_CHANGED',
    message: 'changed',
    details: { found: found ?? null },
  })

const writer: RegistryWriter = {
  attestations: {
    put: async ({ source }, { envelope }) => {
      writes += 1
      const said = Buffer.from(envelope).toString()
      beside.set(`${source} ${said}`, said)
      return Buffer.from(said).toString('hex')
    },
    remove: async ({ source }, name) => {
      writes += 1
      beside.delete(`${source} ${Buffer.from(name, 'hex').toString()}`)
    },
  },
  setTag: async () => undefined,
  setAlias: async (model, alias, version, expected) => {
    writes += 1
    const aliases = memory.pointers.get(model) ?? new Map<string, string>()
    memory.pointers.set(model, aliases)
    const found = aliases.get(alias)
    if (found === version) return
    if (found !== expected) throw refuse(found)
    if (version === undefined) aliases.delete(alias)
    else aliases.set(alias, version)
  },
}

before(async () => {
  memory.writer = writer
  memory.put('m', '1', { 'model.onnx': 'one' })
  memory.put('m', '2', { 'model.onnx': 'two' })
  rig = await startRegistries(new Map<string, Registry>([['reg', memory]]))
  await rig
    .room()
    .put(ADMIN, { name: 'reg', spec: { type: 'mlflow', url: 'memory:', poll: '1h', writeBack: true } })
  await until(async () => (await rig.room().view('default', 'reg')).status.versions.registered === 2, 30_000)
  writeBack = createWriteBack({
    database: rig.store.database,
    eventLog: rig.store.eventLog,
    clock: systemClock,
    logger: silentLogger,
    open: async () => memory,
    verdict: (_tenant, digest) => said.get(digest),
    statements: {
      signing: () => `signing-${signings}`,
      verdict: () => ({ predicateType: 'verdict', envelope: Buffer.from(`verdict ${signings}`) }),
      evidence: async (_tenant, id) => ({
        predicateType: 'approval',
        envelope: Buffer.from(`approval ${id}`),
      }),
    },
    onConflict: () => undefined,
  })
})
after(async () => {
  await writeBack.stop()
  await rig.stop()
})

const approve = async (version: string, at: string | undefined): Promise<void> => {
  const digest = (await rig.room().version('default', 'reg', 'm', version))?.digest
  assert.ok(digest !== undefined)
  const name = `m:${version}`
  said.set(digest, {
    decision: at === undefined ? 'deny' : 'allow',
    subjects: [{ name, stage: at === undefined ? 'retracted' : 'deployed' }],
    approvals:
      at === undefined
        ? []
        : [{ subject: name, approver: 'user:ann', reason: '', at, evidence: `of-${version}` }],
  })
  await writeBack.settled()
}
const pointsAt = (alias = ALIAS) => memory.pointers.get('m')?.get(alias)
/** The registry is asked again, as a webhook or a walk does. */
const seen = async () => {
  await rig.room().look('default', 'reg', { model: 'm' })
  await writeBack.settled()
}
const conflicts = () => rig.store.database.read('default', selectConflicts)

test('the alias is on the version approved last, and leaves it with its approval', async () => {
  await writeBack.settled()
  assert.equal(pointsAt(), undefined)
  await approve('1', '2026-01-01T00:00:00Z')
  assert.equal(pointsAt(), '1')
  await approve('2', '2026-01-02T00:00:00Z')
  assert.equal(pointsAt(), '2')
  await seen()
  const before = writes
  await seen()
  assert.equal(writes, before, 'nothing is written twice')
  await approve('2', undefined)
  assert.equal(pointsAt(), '1')
  await approve('1', undefined)
  assert.equal(pointsAt(), undefined)
  await approve('2', '2026-01-03T00:00:00Z')
  assert.equal(pointsAt(), '2')
})

test('where a person moved it, it stays and is a conflict until it agrees or is free', async () => {
  memory.pointers.get('m')?.set(ALIAS, '1')
  await seen()
  assert.equal(pointsAt(), '1')
  assert.deepEqual(
    (await conflicts()).map(({ model, version, key, found, value }) => [model, version, key, found, value]),
    [['m', '', `alias:${ALIAS}`, '1', '2']],
  )
  const before = writes
  await seen()
  assert.equal(writes, before, 'a conflict that is known is not tried again and again')
  await approve('1', '2026-01-05T00:00:00Z')
  assert.deepEqual([pointsAt(), (await conflicts()).length], ['1', 0], 'by now it is what is said here too')
  await approve('1', undefined)
  assert.equal(pointsAt(), '2')
  memory.pointers.get('m')?.set(ALIAS, '1')
  await seen()
  assert.equal((await conflicts()).length, 1)
  memory.pointers.get('m')?.delete(ALIAS)
  await seen()
  await rig.room().sync(ADMIN, 'reg')
  await until(async () => {
    await writeBack.settled()
    return pointsAt() === '2' && (await conflicts()).length === 0
  }, 30_000)
})

test('under another name the old one is taken away; none means none', async () => {
  const put = async (approvedAlias: string) => {
    const parameters = { approvedAlias }
    await rig.room().put(ADMIN, {
      name: 'reg',
      spec: { type: 'mlflow', url: 'memory:', poll: '1h', writeBack: true, parameters },
    })
    await writeBack.settled()
  }
  await put('released')
  assert.deepEqual([pointsAt(), pointsAt('released')], [undefined, '2'])
  await put('none')
  assert.equal(pointsAt('released'), undefined)
  for (const name of ['latest', 'v1', '1', 'a b', '', 'x'.repeat(101)])
    await assert.rejects(put(name), { code: 'REGISTRIES_INVALID' }, name)
})

test('in OCI registries it is a tag, and set only when it is named', () => {
  const spec = { type: 'oci', url: 'https://registry.example' } as const
  assert.equal(approvedAliasOf(spec), undefined)
  assert.equal(approvedAliasOf({ ...spec, parameters: { approvedAlias: 'approved' } }), 'approved')
  assert.equal(approvedAliasOf({ type: 'azureml', url: 'azureml://x' }), ALIAS)
})

test('the verdict as signed now and the approvals that count are beside the version, others are not', async () => {
  assert.deepEqual([...beside.keys()], [], 'only where the registry keeps them')
  await rig
    .room()
    .put(ADMIN, { name: 'reg', spec: { type: 'oci', url: 'memory:', poll: '1h', writeBack: true } })
  await approve('2', '2026-01-04T00:00:00Z')
  const at = (version: string, ...said: string[]) => said.map((one) => `memory:m/${version} ${one}`)
  assert.deepEqual(
    [...beside.keys()].sort(),
    [...at('1', 'verdict 1'), ...at('2', 'approval of-2', 'verdict 1')].sort(),
  )
  const before = writes
  await writeBack.settled()
  assert.equal(writes, before, 'nothing is written twice')
  signings = 2
  await approve('2', undefined)
  assert.deepEqual([...beside.keys()].sort(), [...at('1', 'verdict 2'), ...at('2', 'verdict 2')].sort())
})

test('aliases that were moved since the registry was last seen are known, and who does not answer is named', async () => {
  const digest = (await rig.room().version('default', 'reg', 'm', '1'))?.digest
  assert.ok(digest !== undefined)
  await seen()
  const aliases = createRegistryAliases({ database: rig.store.database, open: async () => memory })
  const before = await aliases.pointingAt('default', digest)
  memory.pointers.get('m')?.set('since', '1').set('other', '2')
  assert.deepEqual(await aliases.pointingAt('default', digest), before)
  const since = { registry: 'reg', model: 'm', alias: 'since', version: '1' }
  assert.deepEqual(await aliases.pointingNow('default', digest), { aliases: [since], unread: [] })
  const away = createRegistryAliases({
    database: rig.store.database,
    open: () => Promise.reject(new Error('away')),
  })
  assert.deepEqual(await away.pointingNow('default', digest), { aliases: before, unread: ['reg'] })
})
