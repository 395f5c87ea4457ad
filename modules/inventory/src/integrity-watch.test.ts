import assert from 'node:assert/strict'
import { chmod, mkdtemp, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, test } from 'node:test'
import type { Digest, SignalInput } from '@rampart/domain'
import { createMetrics, cryptoRandom, systemClock } from '@rampart/kit'
import { silentLogger, until } from '@rampart/kit/testing'
import { type ArtifactStore, createLocalArtifactStore } from './artifact-store.ts'
import type { GuardedArtifact } from './integrity-signal.ts'
import { createIntegrityWatch, type IntegrityWatch } from './integrity-watch.ts'

const MiB = 1024 * 1024
const WITHIN_MS = 20_000

let folder: string
let store: ArtifactStore
let watch: IntegrityWatch
let raised: { tenant: string; signal: SignalInput }[]
let guarded: GuardedArtifact[]

const put = async (bytes: Buffer): Promise<Digest> =>
  (await store.put(Readable.from([bytes]), { maxBytes: 64 * MiB })).digest

const guard = (digest: Digest, tenant = 'default'): void => {
  guarded.push({ tenant, digest, versions: ['card:1'], versionDigests: [digest] })
}

const begin = (options: { roundMs?: number; bytesPerSecond?: number } = {}): void => {
  watch = createIntegrityWatch({
    guarded: async () => guarded,
    localPath: store.localPath,
    raise: async (tenant, signal) => void raised.push({ tenant, signal }),
    ...{ clock: systemClock, logger: silentLogger, metrics: createMetrics() },
    ...{ bytesPerSecond: 64 * MiB, ...options },
  })
  watch.start()
}

/** Waits for the newest word about the digest to be `state`; the signal. */
const told = async (digest: Digest, state: string): Promise<SignalInput> => {
  const last = () => raised.filter(({ signal }) => signal.entity.id === digest).at(-1)?.signal
  await until(() => last()?.state === state, WITHIN_MS)
  return last() as SignalInput
}

const write = async (path: string, bytes: Buffer): Promise<void> => {
  await chmod(path, 0o600)
  await writeFile(path, bytes)
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rampart-integrity-'))
  store = await createLocalArtifactStore({ folder, random: cryptoRandom })
  raised = []
  guarded = []
})

afterEach(async () => {
  await watch.stop()
  await rm(folder, { recursive: true, force: true })
})

test('a changed file is told with what it has now, in every tenant, and told when it is itself again', async () => {
  const bytes = Buffer.alloc(300_000, 7)
  const digest = await put(bytes)
  guard(digest)
  guard(digest, 'other')
  begin()
  await told(digest, 'cleared')
  const path = await store.localPath(digest)
  const changed = Buffer.from(bytes)
  changed[1000] = 8
  await write(path, changed)
  const signal = await told(digest, 'raised')
  assert.equal(signal.severity, 'critical')
  assert.deepEqual(signal.related, [{ kind: 'model-version', id: 'card:1' }])
  assert.match(String(signal.evidence.found), /^sha256:[0-9a-f]{64}$/)
  const bad = () => raised.filter(({ signal: { state } }) => state === 'raised')
  await until(() => new Set(bad().map(({ tenant }) => tenant)).size === 2, WITHIN_MS)
  assert.deepEqual(new Set(raised.map(({ tenant }) => tenant)), new Set(['default', 'other']))
  await write(path, bytes)
  await told(digest, 'cleared')
})

test('a file that is replaced, its time set back, is told; one that is only touched is not', async () => {
  const [first, second] = [await put(Buffer.alloc(4096, 1)), await put(Buffer.alloc(4096, 2))]
  guard(first)
  guard(second)
  begin()
  await told(first, 'cleared')
  await told(second, 'cleared')
  const [path, other] = [await store.localPath(first), await store.localPath(second)]
  await utimes(other, new Date(0), new Date(0))
  const { atime, mtime } = await stat(path)
  await writeFile(join(folder, 'new'), Buffer.alloc(4096, 3))
  await utimes(join(folder, 'new'), atime, mtime)
  await rename(join(folder, 'new'), path)
  assert.equal((await told(first, 'raised')).evidence.state, 'changed')
  assert.deepEqual(
    raised.filter(({ signal }) => signal.entity.id === second).map(({ signal }) => signal.state),
    ['cleared'],
  )
})

test('a file that is gone is told, and so is one that was changed before the watch began', async () => {
  const [gone, old] = [await put(Buffer.alloc(4096, 4)), await put(Buffer.alloc(4096, 5))]
  await write(await store.localPath(old), Buffer.alloc(4096, 6))
  guard(gone)
  guard(old)
  begin()
  await told(gone, 'cleared')
  assert.equal((await told(old, 'raised')).evidence.state, 'changed')
  await rm(await store.localPath(gone))
  const signal = await told(gone, 'raised')
  assert.deepEqual([signal.severity, signal.evidence.reason], ['high', 'ENOENT'])
})

test('reading everything again keeps to its rate', async () => {
  const digest = await put(Buffer.alloc(4 * MiB, 9))
  guard(digest)
  const from = performance.now()
  begin({ bytesPerSecond: 4 * MiB })
  await told(digest, 'cleared')
  assert.ok(performance.now() - from > 900, 'four MiB at four MiB a second')
})
