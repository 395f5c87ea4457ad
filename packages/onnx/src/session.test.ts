import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { AppError, cryptoRandom, systemClock } from '@rampart/kit'
import { profileSession } from './profile-session.ts'
import { type RowResult, runRows } from './run-rows.ts'
import { createSession } from './session.ts'
import { syntheticInputs } from './synthetic-inputs.ts'
import { tinyClassifier, tinySlow, writeTinyModel } from './testing.ts'
import { createWorkerSession } from './worker-session.ts'

let folder: string
const paths: Record<string, string> = {}
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rampart-onnx-'))
  const mean = writeTinyModel({
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 2] }],
    nodes: [
      { operator: 'ReduceMean', inputs: ['x'], outputs: ['mean'], ints: { keepdims: 1 } },
      { operator: 'Sub', inputs: ['x', 'mean'], outputs: ['y'] },
    ],
  })
  const files = {
    tiny: tinyClassifier(4),
    mean,
    slow: tinySlow(512, 60),
    bad: tinyClassifier(4).subarray(0, 90),
  }
  for (const [name, bytes] of Object.entries(files)) {
    paths[name] = join(folder, `${name}.onnx`)
    await writeFile(paths[name], bytes)
  }
})
after(() => rm(folder, { recursive: true, force: true }))

const path = (name: string): string => paths[name] as string
const code = (expected: string) => (error: unknown) => error instanceof AppError && error.code === expected
const deps = { clock: systemClock, random: cryptoRandom }

test('inline and worker give the same answer, and a wrong digest is refused by both', async () => {
  const inline = await createSession({ path: path('tiny') })
  const worker = await createWorkerSession({ path: path('tiny') }, deps)
  const inputs = syntheticInputs(inline.inspection.signature, 5, cryptoRandom)
  assert.deepEqual(await worker.run(inputs), await inline.run(inputs))
  await Promise.all([inline.close(), worker.close()])
  await assert.rejects(inline.run(inputs), code('ONNX_SESSION_CLOSED'))
  const wrong = { path: path('tiny'), digest: `sha256:${'0'.repeat(64)}` } as const
  await assert.rejects(createSession(wrong), code('ONNX_DIGEST_MISMATCH'))
  await assert.rejects(createWorkerSession(wrong, deps), code('ONNX_DIGEST_MISMATCH'))
})

test('rows that influence each other are found out', async () => {
  const options = { batchRows: [4, 8], runs: 5, budgetMs: 500 }
  const profiling = { ...deps, threadCpuMs: () => process.threadCpuUsage().user / 1000 }
  const tiny = await createSession({ path: path('tiny') })
  const mean = await createSession({ path: path('mean') })
  assert.equal((await profileSession(tiny, options, profiling)).batchable, true)
  assert.equal((await profileSession(mean, options, profiling)).batchable, false)
  await Promise.all([tiny.close(), mean.close()])
})

test("a worker's death fails the run in flight only; the next one runs in a new thread", async () => {
  const worker = await createWorkerSession({ path: path('slow') }, deps)
  const inputs = syntheticInputs(worker.inspection.signature, 1, cryptoRandom)
  const running = assert.rejects(worker.run(inputs), code('ONNX_WORKER_DIED'))
  await worker.kill()
  await running
  assert.equal((await worker.run(inputs)).length, 1)
  await worker.close()
})

test('a run past its time is stopped', async () => {
  const worker = await createWorkerSession({ path: path('slow'), runTimeoutMs: 20 }, deps)
  const inputs = syntheticInputs(worker.inspection.signature, 1, cryptoRandom)
  await assert.rejects(worker.run(inputs), code('ONNX_WORKER_TIMEOUT'))
  await worker.close()
})

test('rows run in a child process; a broken file, a bad row and too little time are errors of ours', async () => {
  const results: RowResult[] = []
  const onRow = (result: RowResult): void => void results.push(result)
  const rows = [{ inputs: { features: [1, 2, 3, 4] } }, { inputs: { features: [0, 0, 0, 0] } }]
  const report = await runRows({ source: { path: path('tiny') }, rows, onRow, timeoutMs: 30_000 })
  assert.equal(report.rows, 2)
  assert.deepEqual(results[1]?.outputs['probabilities'], [0.5, 0.5])
  const run = (name: string, row: unknown, timeoutMs = 30_000) =>
    runRows({ source: { path: path(name) }, rows: [row], onRow: () => undefined, timeoutMs })
  await assert.rejects(run('bad', rows[0]), code('ONNX_NOT_A_MODEL'))
  await assert.rejects(run('tiny', { inputs: { features: [1] } }))
  await assert.rejects(
    run('slow', { inputs: { x: new Array(512).fill(1) } }, 100),
    code('ONNX_WORKER_TIMEOUT'),
  )
})
