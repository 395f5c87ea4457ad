/** MLflow's own scoring server behind a route: it gives the registered file's answers through `/invocations`. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { after, before, test } from 'node:test'
import { assetPath } from '@rampart/kit'
import { until } from '@rampart/kit/testing'
import { type ServingFixture, startServing } from './testing.ts'

const python = process.env['RAMPART_MLFLOW_PYTHON']
const folder = process.env['RAMPART_MLFLOW_MODEL']
if (python === undefined || folder === undefined)
  throw new Error('run this by `npm run test:peers -- backends`')

const model = readFileSync(assetPath('examples/card-fraud/model.onnx'))
let server: ChildProcess
let url: string
let up: ServingFixture

before(async () => {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  url = `http://127.0.0.1:${port}`
  up = await startServing()
  const args = ['-m', 'mlflow', 'models', 'serve', '-m', folder, '--env-manager', 'local', '-h', '127.0.0.1']
  // A group of its own: the command starts the server as a child.
  server = spawn(python, [...args, '-p', String(port)], {
    env: { ...process.env, PATH: `${dirname(python)}:${process.env['PATH']}`, MLFLOW_MODELS_WORKERS: '1' },
    detached: true,
    stdio: 'ignore',
  })
  await until(async () => {
    assert.equal(server.exitCode, null, 'the scoring server ended')
    return (await fetch(`${url}/ping`).catch(() => undefined))?.status === 200
  }, 90_000)
})
after(async () => {
  if (server.pid !== undefined) process.kill(-server.pid, 'SIGKILL')
  await up.stop()
})

test('the scoring server passes the probe and gives the registered file’s answers', async () => {
  const here = await up.route('here', model, { model: 'card-fraud' })
  const there = {
    ...here,
    name: 'there',
    backend: 'mlflow',
    remote: { protocol: 'mlflow' as const, urls: [url] },
  }
  assert.deepEqual((await up.serving.setSnapshot({ routes: [here, there] })).failed, [])
  assert.equal(up.serving.plan('default', 'there')?.backends[0]?.endpoints?.[0]?.state, 'up')
  for (let seed = 0; seed < 10; seed++) {
    const data = Array.from({ length: 26 }, (_, i) => ((i * 7 + seed * 13) % 29) / 8)
    const body = { inputs: [{ name: 'features', datatype: 'FP32', shape: [1, 26], data }] }
    const answers = await Promise.all(
      ['here', 'there'].map(async (name) => {
        const response = await up.infer(name, body)
        assert.equal(response.status, 200)
        return ((await response.json()) as { outputs: { data: number[] }[] }).outputs
      }),
    )
    for (const [index, output] of (answers[0] ?? []).entries())
      for (const [i, value] of output.data.entries())
        assert.ok(Math.abs(value - (answers[1]?.[index]?.data[i] as number)) < 1e-5)
  }
})
