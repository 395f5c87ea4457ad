import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Digest } from '@rampart/domain'
import { systemClock } from '@rampart/kit'
import { silentLogger } from '@rampart/kit/testing'
import { tinyClassifier } from '@rampart/onnx/testing'
import { DEFAULT_SERVING_OPTIONS } from './options.ts'
import { createSessionPool } from './session-pool.ts'
import type { SnapshotRoute } from './snapshot.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rampart-pool-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const routeTo = async (file: string, model: Uint8Array, name: string): Promise<SnapshotRoute> => {
  const modelPath = join(folder, file)
  await writeFile(modelPath, model)
  const digest: Digest = `sha256:${createHash('sha256').update(model).digest('hex')}`
  return {
    name,
    model: 'shared',
    version: '1.0.0',
    digest,
    stage: 'deployed',
    tenant: 'default',
    isDefault: true,
    modelPath,
    signature: { inputs: [], outputs: [] },
    labels: {},
    epoch: 1,
  }
}

const row = [{ name: 'features', datatype: 'FP32' as const, shape: [1, 4], data: new Float32Array(4) }]

const poolOf = (warmCount: number) =>
  createSessionPool({
    clock: systemClock,
    logger: silentLogger,
    options: { ...DEFAULT_SERVING_OPTIONS, warmCount },
  })

test('routes to one file share a session until the last of them lets go; then it is loaded anew', async () => {
  const pool = poolOf(0)
  const model = tinyClassifier(4)
  const routes = [await routeTo('one.onnx', model, 'a'), await routeTo('one.onnx', model, 'b')]
  const [a, b] = await Promise.all(routes.map((route) => pool.acquire(route)))
  assert.ok(a !== undefined && b !== undefined)
  assert.equal(a.session, b.session)
  await a.release()
  await a.release()
  assert.equal((await b.session.run(row)).length > 0, true, 'letting go twice counts once')
  await b.release()
  await assert.rejects(b.session.run(row), { code: 'ONNX_SESSION_CLOSED' })
  const again = await pool.acquire(routes[0] as SnapshotRoute)
  assert.notEqual(again.session, a.session)
  await again.release()
})

test('a file that cannot be loaded is tried again for the next holder', async () => {
  const pool = poolOf(0)
  const route = await routeTo('two.onnx', tinyClassifier(4), 'c')
  const wrong: SnapshotRoute = { ...route, digest: `sha256:${'0'.repeat(64)}` }
  await assert.rejects(pool.acquire(wrong), { code: 'ONNX_DIGEST_MISMATCH' })
  await assert.rejects(pool.acquire(wrong), { code: 'ONNX_DIGEST_MISMATCH' })
  await (await pool.acquire(route)).release()
})

test('a session that nobody holds stays warm until others have taken its place', async () => {
  const pool = poolOf(1)
  const route = await routeTo('warm.onnx', tinyClassifier(4), 'a')
  const other = await routeTo('other.onnx', tinyClassifier(4), 'b')
  const { session, release } = await pool.acquire(route)
  await release()
  const again = await pool.acquire(route)
  assert.equal(again.session, session)
  await again.release()
  await (await pool.acquire(other)).release()
  await assert.rejects(session.run(row), { code: 'ONNX_SESSION_CLOSED' })
  await pool.close()
})
