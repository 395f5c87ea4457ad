import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { componentPrincipal, type Registry, type RegistrySpec } from '@rampart/domain'
import { AppError } from '@rampart/kit'
import { until as poll } from '@rampart/kit/testing'
import { createMemoryRegistry, type MemoryRegistry, type RegistriesRig, startRegistries } from './testing.ts'

const ADMIN = componentPrincipal('test', ['admin'])
const adapters = new Map<string, Registry>()
let rig: RegistriesRig
let next = 0
let name = ''
let memory: MemoryRegistry

before(async () => {
  rig = await startRegistries(adapters, {
    maxVersions: 200,
    maxPages: 60,
    maxFiles: 20,
    maxFileBytes: 1_000_000,
    callMs: 2_000,
    slowWindowMs: 150,
    minBytesPerSecond: 1_000,
  })
})
after(() => rig.stop())
beforeEach(() => {
  name = `reg-${++next}`
  memory = createMemoryRegistry()
  adapters.set(name, memory)
})

/** Eight at once on two cores are slow. */
const until = (condition: () => Promise<boolean>) => poll(condition, 60_000)

const spec = (over: Partial<RegistrySpec> = {}): RegistrySpec => ({
  type: 'mlflow',
  url: 'memory:',
  poll: '1h',
  parameters: { namePrefix: `${name}-` },
  ...over,
})
const put = (over: Partial<RegistrySpec> = {}) => rig.room().put(ADMIN, { name, spec: spec(over) })
const status = async () => (await rig.room().view('default', name)).status
const rowOf = (model: string, version: string) => rig.room().version('default', name, model, version)
const mine = async () => (await rig.events()).filter(({ registry }) => registry === name)
const changes = async () => (await mine()).map(({ change }) => change)

/** A walk that began after this call has ended, and nothing is left that could be worked on. */
const synced = async (): Promise<void> => {
  const before = (await status()).lastSyncEndedAt
  await rig.room().sync(ADMIN, name)
  await until(async () => {
    const now = await status()
    return now.state === 'ok' && now.lastSyncEndedAt !== before
  })
}
const settled = () => until(async () => (await status()).state === 'ok')

const unavailable = (retryAfterMs?: number) =>
  new AppError({
    kind: 'Unavailable',
    code: 'TEST_AWAY',
    message: 'away',
    ...(retryAfterMs === undefined ? {} : { details: { retryAfterMs } }),
  })

test('every version is registered once, and a second walk asks for pages only', async () => {
  for (let at = 0; at < 35; at++)
    memory.put(`Model ${at % 3}`, `${at}`, { 'model.onnx': `weights ${at}`, 'README.md': 'the same in all' })
  const before = rig.inventory.registrations()
  await put()
  await settled()
  assert.equal(rig.inventory.registrations() - before, 35)
  const { versions, downloads, bytesDownloaded } = await status()
  assert.deepEqual([versions.registered, versions.refused, versions.pending], [35, 0, 0])
  // One README for all: by its digest.
  assert.equal(downloads, 36)
  assert.ok([...memory.sent.values()].every((times) => times === 1))
  assert.ok(bytesDownloaded > 0)
  const version = rig.inventory.versions.get(`${name}-model-1:1`)
  assert.equal(version?.createdBy, `registry:${name}`)
  assert.deepEqual(version?.spec.labels, {
    registry: name,
    'registry-model': 'Model 1',
    'registry-version': '1',
  })
  assert.deepEqual(version?.artifacts.map(({ role }) => role).sort(), ['card', 'model'])
  await synced()
  assert.deepEqual((await status()).lastSync, { requests: 4, versions: 35 })
  assert.equal((await changes()).filter((change) => change === 'version-registered').length, 35)
})

test('moved aliases, changed bytes, another source, a deletion and a return are told, and nothing is replaced', async () => {
  memory.put('m', '1', { 'model.onnx': 'one' })
  memory.put('m', '2', { 'model.onnx': 'two' })
  memory.pointers.set('m', new Map([['champion', '1']]))
  await put()
  await settled()
  const [first, second] = [await rowOf('m', '1'), await rowOf('m', '2')]
  assert.deepEqual(first?.aliases, ['champion'])
  memory.pointers.set('m', new Map([['champion', '2']]))
  await rig.room().look('default', name, { model: 'm', version: '2' })
  const moved = (await mine()).at(-1)
  assert.deepEqual(
    [moved?.['change'], moved?.['from'], moved?.['to'], moved?.['digest']],
    ['alias-moved', '1', '2', second?.digest],
  )
  const held = memory.contents.get('m')?.get('1')
  assert.ok(held !== undefined)
  held.files['model.onnx'] = Buffer.from('hijacked')
  held.source = 'memory:elsewhere'
  await synced()
  const changed = await rowOf('m', '1')
  assert.equal(changed?.digest, first?.digest)
  assert.equal(changed?.observedDigest, `sha256:${createHash('sha256').update('hijacked').digest('hex')}`)
  assert.equal(changed?.reason?.code, 'REGISTRIES_BYTES_CHANGED')
  assert.equal(rig.inventory.versions.get(`${name}-m:1`)?.digest, first?.digest)
  memory.contents.get('m')?.delete('2')
  memory.pointers.set('m', new Map())
  await synced()
  assert.ok((await rowOf('m', '2'))?.deletedAt !== undefined)
  memory.put('m', '2', { 'model.onnx': 'two' })
  await synced()
  assert.equal((await rowOf('m', '2'))?.deletedAt, undefined)
  const told = await changes()
  for (const change of [
    'bytes-changed',
    'source-changed',
    'version-deleted',
    'version-returned',
    'alias-moved',
  ])
    assert.ok(told.includes(change as never), change)
  assert.equal((await mine()).findLast(({ change }) => change === 'alias-moved')?.['to'], undefined)
})

test('what is hostile is refused with a reason, and the rest goes on', async () => {
  memory.put('fine', '1', { 'model.onnx': 'fine' })
  for (const version of [
    'size',
    'digest',
    'path',
    'control',
    'many',
    'large',
    'twice',
    'none',
    'drip',
    'short',
  ])
    memory.put('bad', version, { 'model.onnx': `bytes of ${version}` })
  memory.put('in\u0000valid', '1', { 'model.onnx': 'x' })
  memory.put('not\ufffdutf8', '1', { 'model.onnx': 'x' })
  memory.put('\ud800', '1', { 'model.onnx': 'x' })
  memory.put('…', '1', { 'model.onnx': 'x' })
  memory.put('Fine', '1', { 'model.onnx': 'other' })
  const { files, open } = memory
  memory.files = async (version, call) => {
    const [file] = await files(version, call)
    assert.ok(file !== undefined)
    const lies: Record<string, object[]> = {
      size: [{ ...file, digest: undefined, sizeBytes: 3 }],
      short: [{ ...file, digest: undefined, sizeBytes: 3_000 }],
      digest: [{ ...file, digest: `sha256:${'0'.repeat(64)}` }],
      path: [{ ...file, path: '../../etc/passwd' }],
      control: [{ ...file, path: 'model\u001b.onnx' }],
      many: Array.from({ length: 21 }, (_, at) => ({ ...file, path: `${at}` })),
      large: [{ ...file, sizeBytes: 2_000_000 }],
      twice: [file, file],
      none: [],
      drip: [{ ...file, path: 'drip.onnx', digest: undefined, sizeBytes: 100_000 }],
    }
    return (lies[version.version] ?? [file]) as never
  }
  memory.open = async (file, offset, call) => {
    if (file.path !== 'drip.onnx') return open(file, offset, call)
    const stream = (async function* () {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        yield Buffer.from('.')
      }
    })()
    return { stream, offset }
  }
  await put()
  await until(async () => (await status()).versions.refused === 15)
  const refused = await rig.room().versions('default', { registry: name, state: 'refused', limit: 100 })
  const codes = Object.fromEntries(
    refused.filter(({ model }) => model === 'bad').map(({ version, reason }) => [version, reason?.code]),
  )
  assert.deepEqual(codes, {
    control: 'REGISTRIES_FILES_REFUSED',
    digest: 'REGISTRIES_DIGEST_MISMATCH',
    drip: 'REGISTRIES_TOO_SLOW',
    large: 'REGISTRIES_TOO_LARGE',
    many: 'REGISTRIES_FILES_REFUSED',
    none: 'REGISTRIES_FILES_REFUSED',
    path: 'REGISTRIES_FILES_REFUSED',
    short: 'REGISTRIES_SIZE_MISMATCH',
    size: 'REGISTRIES_SIZE_MISMATCH',
    twice: 'REGISTRIES_FILES_REFUSED',
  })
  // Both would be `fine`; side by side, either may be the first to ask.
  const rivals = [await rowOf('fine', '1'), await rowOf('Fine', '1')]
  assert.deepEqual(rivals.map((one) => one?.state).sort(), ['refused', 'registered'])
  assert.equal(rivals.find((one) => one?.state === 'refused')?.reason?.code, 'REGISTRIES_NAME_TAKEN')
  for (const { model } of refused) assert.doesNotMatch(model, /[\p{Cc}\p{Cs}\ufffd]/u)
})

test('endless pages end, and what they listed is registered', async () => {
  const { list } = memory
  memory.put('m', '1', { 'model.onnx': 'one' })
  let page = 0
  memory.list = async (_cursor, call) => ({
    versions: (await list(undefined, call)).versions,
    next: `${++page}`,
  })
  await put()
  await until(async () => (await status()).consecutiveFailures > 0)
  assert.equal((await status()).lastError?.code, 'REGISTRIES_ANSWER_INVALID')
  await until(async () => (await status()).versions.registered === 1)
  memory.list = async () => ({ versions: [], next: 'same' })
  await until(async () => ((await status()).lastError?.message ?? '').includes('leads to itself'))
})

test('a registry that dies half way is waited for, and its walk goes on where it was', async () => {
  for (let at = 0; at < 40; at++) memory.put('m', `${at}`, { 'model.onnx': `weights of ${at}` })
  const { list, open } = memory
  const cursors: (string | undefined)[] = []
  let away = false
  memory.list = async (cursor, call) => {
    cursors.push(cursor)
    if (cursor === '20' && !away) {
      away = true
      throw unavailable()
    }
    if (away) throw unavailable(30)
    return list(cursor, call)
  }
  memory.open = async (...parts) => {
    if (away) throw unavailable()
    return open(...parts)
  }
  await put()
  await until(async () => (await status()).consecutiveFailures > 1)
  assert.equal((await status()).state, 'failing')
  const asked = cursors.length
  memory.list = async (cursor, call) => {
    cursors.push(cursor)
    return list(cursor, call)
  }
  away = false
  await settled()
  assert.equal(cursors[asked], '20')
  assert.equal((await status()).versions.registered, 40)
  assert.ok([...memory.sent.values()].every((times) => times === 1))
})

test('a download that broke off goes on at its end, also after a restart', async () => {
  const text = 'x'.repeat(100_000)
  memory.put('m', '1', { 'model.onnx': text })
  const { open } = memory
  memory.open = async (file, offset, call) => {
    const whole = await open(file, offset, call)
    const stream = (async function* () {
      for await (const chunk of whole.stream) yield chunk.subarray(0, 60_000)
      throw unavailable(3_600_000)
    })()
    return { ...whole, stream }
  }
  await put()
  await until(async () => (await rowOf('m', '1'))?.reason?.code === 'TEST_AWAY')
  memory.open = open
  await rig.restart()
  await rig.room().sync(ADMIN, name)
  await until(async () => (await rowOf('m', '1'))?.state === 'registered')
  assert.deepEqual(
    memory.opened.map(({ offset }) => offset),
    [0, 60_000],
  )
})

test('a registry that hangs delays no other one', async () => {
  const hanging = name
  memory.list = () => new Promise(() => undefined)
  await put()
  name = `reg-${++next}`
  memory = createMemoryRegistry()
  adapters.set(name, memory)
  memory.put('m', '1', { 'model.onnx': 'one' })
  await put()
  await settled()
  const slow = async () => (await rig.room().view('default', hanging)).status
  await until(async () => (await slow()).lastError?.code === 'REGISTRIES_TOO_SLOW')
})

test('only included names are taken, and a removed registry forgets', async () => {
  memory.put('fraud-a', '1', { 'model.onnx': 'a' })
  memory.put('spam', '1', { 'model.onnx': 'b' })
  await put({ include: ['fraud-*'] })
  await settled()
  assert.equal((await status()).versions.seen, 1)
  await assert.rejects(rig.room().put(ADMIN, { name, spec: spec(), revision: 7 }), {
    code: 'REGISTRIES_REVISION_CHANGED',
  })
  await rig.room().remove(ADMIN, name, 1)
  await assert.rejects(rig.room().view('default', name), { code: 'REGISTRIES_NOT_FOUND' })
  assert.equal((await rig.room().versions('default', { registry: name, limit: 10 })).length, 0)
  assert.ok(rig.inventory.versions.has(`${name}-fraud-a:1`))
})

test('specs that cannot be are refused', async () => {
  for (const parameters of [
    { requestsPerSecond: '-1' },
    { namePrefix: 'Ä' },
    { password: 'x' },
    { paused: 'maybe' },
  ])
    await assert.rejects(put({ parameters }), { code: 'REGISTRIES_INVALID' })
  await assert.rejects(put({ auth: { kind: 'bearer', secretRef: '../key' } }), { code: 'REGISTRIES_INVALID' })
})
