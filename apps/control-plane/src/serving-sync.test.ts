import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Digest, SignedVerdict } from '@rampart/domain'
import type { StoredVersion } from '@rampart/inventory'
import type { RouteResource, Snapshot } from '@rampart/serving'
import { createServingSync } from './serving-sync.ts'

const digest = `sha256:${'1'.repeat(64)}` as const
const version = (
  name: string,
  number: string,
  stage: StoredVersion['stage'],
  deployedAt?: string,
): StoredVersion => ({
  tenant: 'default',
  seq: number,
  name,
  version: number,
  digest,
  stage,
  artifacts: [{ path: 'model.onnx', role: 'model', digest, sizeBytes: 1 }],
  spec: {},
  createdBy: 'user:a',
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  revision: 1,
  ...(deployedAt === undefined ? {} : { deployedAt }),
})

/** Only what the sync reads of it. */
const verdictAbout = (digest: Digest) =>
  ({ verdict: { digest, decision: 'allow' }, envelope: ENVELOPE }) as unknown as SignedVerdict
const ENVELOPE = { payloadType: 'x', payload: '', signatures: [] }

const harness = (versions: StoredVersion[], routes: RouteResource[] = []) => {
  const snapshots: Snapshot[] = []
  const sync = createServingSync({
    afterSwap: () => undefined,
    inventory: { list: async () => versions, artifactPath: async () => '/x' },
    routes: { list: async () => routes },
    backends: { list: async () => [] },
    serving: {
      setSnapshot: async (snapshot) => {
        snapshots.push(snapshot)
        return { loaded: [], failed: [] }
      },
    },
    verdicts: { lookup: (_tenant, of) => verdictAbout(of), onChange: () => () => undefined },
    eventLog: { subscribe: () => () => undefined },
    logger: {
      child: () => undefined,
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
    } as never,
  })
  return { sync, snapshots }
}
const route = (name: string, model: string): RouteResource => ({
  name,
  model,
  payloadSchema: { type: 'object' },
  spec: { backends: [{ model }], payloadSchema: { type: 'object' } },
  revision: 1,
  updatedBy: 'user:a',
  updatedAt: '2026-01-01T00:00:00Z',
})

test('the version deployed last is the default; retired and older ones are not', async () => {
  const old = version('a', '1', 'deployed', '2026-01-01T00:00:00Z')
  const latest = version('a', '2', 'deployed', '2026-01-02T00:00:00Z')
  const retired = version('a', '3', 'retired', '2026-01-03T00:00:00Z')
  const { sync, snapshots } = harness([old, latest, retired])
  await sync.refresh()
  const [snapshot] = snapshots
  assert.deepEqual(snapshot?.routes.map((route) => [route.version, route.isDefault]).sort(), [
    ['1', false],
    ['2', true],
    ['3', false],
  ])
  assert.equal(snapshot?.deployed?.size, 2)
  assert.deepEqual(snapshot?.plans, [])
})

test('a model is reached by its own name unless a stored route takes that name', async () => {
  const versions = [version('a', '1', 'deployed', '2026'), version('b', '1', 'deployed', '2026')]
  const names = async (routes: RouteResource[]) => {
    const { sync, snapshots } = harness(versions, routes)
    await sync.refresh()
    return snapshots[0]?.routes.map(({ name, model }) => `${name}→${model}`).sort()
  }
  assert.deepEqual(await names([]), ['a→a', 'b→b'])
  assert.deepEqual(await names([route('fast', 'a')]), ['a→a', 'b→b', 'fast→a'])
  assert.deepEqual(await names([route('a', 'a')]), ['a→a', 'b→b'])
  assert.deepEqual(await names([route('a', 'b')]), ['a→b', 'b→b'])
})

test('callers that arrive while a snapshot is built share the next one, which starts after they asked', async () => {
  const { sync, snapshots } = harness([version('a', '1', 'deployed', '2026')])
  const first = sync.refresh()
  await Promise.resolve()
  await Promise.all([first, sync.refresh(), sync.refresh()])
  assert.ok(snapshots.length <= 2)
  const before = snapshots.length
  await sync.refresh()
  assert.equal(snapshots.length, before + 1)
})

test('an epoch changes with the content of a route and not otherwise', async () => {
  const versions = [version('a', '1', 'deployed', '2026')]
  const { sync, snapshots } = harness(versions)
  await sync.refresh()
  await sync.refresh()
  versions[0] = version('a', '1', 'retired', '2026')
  await sync.refresh()
  const epochs = snapshots.map((snapshot) => snapshot.routes[0]?.epoch)
  assert.equal(epochs[0], epochs[1])
  assert.notEqual(epochs[1], epochs[2])
})
