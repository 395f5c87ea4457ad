/** A real MLServer behind routes, over REST and gRPC: equal answers, overhead, and its sudden death. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { assetPath } from '@rampart/kit'
import { until } from '@rampart/kit/testing'
import type { BackendSpec } from './backend-spec.ts'
import type { SnapshotRoute } from './snapshot.ts'
import { type ServingFixture, startServing } from './testing.ts'

const WIDTH = 26
const model = readFileSync(assetPath('examples/card-fraud/model.onnx'))
const row = (seed: number) => Array.from({ length: WIDTH }, (_, i) => ((i * 7 + seed * 13) % 29) / 8)
const body = (seed: number) => ({
  inputs: [{ name: 'features', datatype: 'FP32', shape: [1, WIDTH], data: row(seed) }],
})
type Answer = { outputs: { name: string; data: number[] }[] }

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

const program = process.env['RAMPART_MLSERVER']
if (program === undefined) throw new Error('run this by `npm run test:peers -- backends`')

const folder = mkdtempSync(join(tmpdir(), 'rampart-mlserver-'))
let mlserver: ChildProcess
let http: string
let grpc: string
let up: ServingFixture

const writeSettings = async (): Promise<void> => {
  const [httpPort, grpcPort, metricsPort] = [await freePort(), await freePort(), await freePort()]
  const settings = {
    host: '127.0.0.1',
    http_port: httpPort,
    grpc_port: grpcPort,
    metrics_port: metricsPort,
    parallel_workers: 0,
    debug: false,
  }
  http = `http://127.0.0.1:${httpPort}`
  grpc = `grpc://127.0.0.1:${grpcPort}`
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings))
  const implementation = 'mlserver_onnx.OnnxModel'
  const parameters = { uri: join(folder, 'model.onnx') }
  writeFileSync(
    join(folder, 'model-settings.json'),
    JSON.stringify({ name: 'card-fraud', implementation, parameters }),
  )
  writeFileSync(join(folder, 'model.onnx'), model)
  cpSync(assetPath('peers/mlserver_onnx.py'), join(folder, 'mlserver_onnx.py'))
}

before(async () => {
  await writeSettings()
  up = await startServing()
  mlserver = spawn(program, ['start', folder], {
    cwd: folder,
    env: { ...process.env, PYTHONPATH: folder, PATH: `${dirname(program)}:${process.env['PATH']}` },
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  await until(async () => {
    assert.equal(mlserver.exitCode, null, 'MLServer ended')
    const ready = await fetch(`${http}/v2/models/card-fraud/ready`).catch(() => undefined)
    return ready?.status === 200
  }, 60_000)
})
after(async () => {
  if (mlserver.exitCode === null && mlserver.signalCode === null) {
    mlserver.kill('SIGKILL')
    await once(mlserver, 'exit')
  }
  await up.stop()
  rmSync(folder, { recursive: true, force: true })
})

const remote = (name: string, spec: BackendSpec): Promise<SnapshotRoute> =>
  up.route(name, model, {
    model: 'card-fraud',
    backend: name,
    remote: { healthIntervalMs: 200, model: 'card-fraud', ...spec },
  })

const setRoutes = async (): Promise<void> => {
  const here = await up.route('here', model, { model: 'card-fraud' })
  const rest = await remote('rest', { protocol: 'v2-rest', urls: [http] })
  const binary = await remote('grpc', { protocol: 'v2-grpc', urls: [grpc] })
  const guarded = { ...rest, name: 'guarded' }
  const { failed } = await up.serving.setSnapshot({
    routes: [here, rest, binary, guarded, { ...here, name: 'guarded', isDefault: false }],
    plans: [
      {
        tenant: 'default',
        name: 'guarded',
        backends: [
          { model: 'card-fraud', version: '1.0.0', backend: 'rest', weight: 1 },
          { model: 'card-fraud', version: '1.0.0', weight: 0 },
        ],
        fallback: { timeoutMs: 1000 },
      },
    ],
  })
  assert.deepEqual(failed, [])
}

const answerOf = async (name: string, seed: number): Promise<Answer> => {
  const response = await up.infer(name, body(seed))
  const text = await response.text()
  assert.equal(response.status, 200, text)
  return JSON.parse(text) as Answer
}

test('MLServer gives the registered file’s answers over REST and over gRPC', async () => {
  await setRoutes()
  for (const name of ['rest', 'grpc']) {
    const [backend] = up.serving.plan('default', name)?.backends ?? []
    assert.equal(backend?.endpoints?.[0]?.state, 'up', name)
    for (let seed = 0; seed < 25; seed++) {
      const [here, there] = await Promise.all([answerOf('here', seed), answerOf(name, seed)])
      assert.deepEqual(there.outputs[0]?.data, here.outputs[0]?.data)
      for (const [i, value] of (here.outputs[1]?.data ?? []).entries())
        assert.ok(Math.abs(value - (there.outputs[1]?.data[i] as number)) < 1e-5)
    }
  }
})

test('the way over us costs little beside asking MLServer itself', async () => {
  const time = async (url: string): Promise<number> => {
    const from = performance.now()
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body(1)),
    })
    await response.arrayBuffer()
    return performance.now() - from
  }
  const direct: number[] = []
  const through: number[] = []
  for (let i = 0; i < 300; i++) {
    direct.push(await time(`${http}/v2/models/card-fraud/infer`))
    through.push(await time(`${up.url}/v2/models/rest/infer`))
  }
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] as number
  const overhead = median(through) - median(direct)
  process.stdout.write(
    `median ms: direct ${median(direct).toFixed(2)}, through the router ${median(through).toFixed(2)}, overhead ${overhead.toFixed(2)}\n`,
  )
  assert.ok(overhead < 5, `${overhead} ms`)
})

test('MLServer is killed under load and no call fails', async () => {
  const statuses = new Map<number, number>()
  let going = true
  const caller = async (seed: number): Promise<void> => {
    while (going) {
      const response = await up.infer('guarded', body(seed))
      await response.arrayBuffer()
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
    }
  }
  const callers = [caller(1), caller(2), caller(3), caller(4)]
  await until(() => (statuses.get(200) ?? 0) > 100)
  mlserver.kill('SIGKILL')
  await once(mlserver, 'exit')
  const before = statuses.get(200) ?? 0
  await until(() => (statuses.get(200) ?? 0) > before + 300)
  going = false
  await Promise.all(callers)
  assert.deepEqual([...statuses.keys()], [200])
  assert.equal((await up.infer('rest', body(1))).status, 503)
})
