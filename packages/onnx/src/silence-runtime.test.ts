import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { assetPath } from '@rampart/kit'

const program = (start: string): string => `
  import { systemClock, cryptoRandom } from '@rampart/kit'
  import { createSession, createWorkerSession, syntheticInputs } from '@rampart/onnx'
  const session = await ${start}
  await session.run(syntheticInputs(session.inspection.signature, 1, cryptoRandom))
  await session.close()`

test('the runtime keeps and sends no usage events, in the main thread and in a worker', async () => {
  const model = JSON.stringify({ path: assetPath('examples/card-fraud/model.onnx') })
  const starts = [
    `createSession(${model})`,
    `createWorkerSession(${model}, { clock: systemClock, random: cryptoRandom })`,
  ]
  for (const start of starts) {
    const home = await mkdtemp(join(tmpdir(), 'rampart-quiet-'))
    const env: NodeJS.ProcessEnv = { ...process.env, HOME: home, XDG_CACHE_HOME: join(home, '.cache') }
    delete env.ORT_DISABLE_TELEMETRY
    try {
      const args = ['--eval', program(start)]
      await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname, env })
      assert.deepEqual(await readdir(home), [])
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  }
})
