/** A playbook isolates a real Jupyter Server on this host: what it started can no longer send, and gets its network back. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { cgroupOf } from '@rampart/connectors/nftables'
import { assetPath } from '@rampart/kit'
import { until } from '@rampart/kit/testing'
import { parse } from 'yaml'
import { startTestPlane, type TestPlane } from './testing.ts'

const bin = process.env.RAMPART_JUPYTER ?? ''
const token = randomBytes(24).toString('hex')
let folder = ''
let plane: TestPlane
let jupyter: ChildProcess | undefined

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rampart-notebooks-'))
  process.env.RAMPART_SECRET_NOTEBOOK_TOKEN = token
  plane = await startTestPlane({ flags: { 'response-nft': 'nft' } })
})

after(async () => {
  if (jupyter?.pid !== undefined && jupyter.exitCode === null) process.kill(-jupyter.pid, 'SIGKILL')
  const miner = await minerPid().catch(() => undefined)
  if (miner !== undefined) process.kill(miner, 'SIGKILL')
  await plane.stop()
  await rm(folder, { recursive: true, force: true })
})

const minerPid = async (): Promise<number> => Number(await readFile(join(folder, 'miner.pid'), 'utf8'))

/** A Jupyter Server on a port it chooses; it says which in a file of its runtime folder. */
const startJupyter = async (): Promise<URL> => {
  jupyter = spawn(
    join(bin, 'jupyter-server'),
    [
      '--allow-root',
      '--no-browser',
      '--ip=127.0.0.1',
      '--port=0',
      `--IdentityProvider.token=${token}`,
      `--ServerApp.root_dir=${folder}`,
    ],
    { env: { ...process.env, HOME: folder }, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  )
  let log = ''
  jupyter.stderr?.on('data', (chunk: Buffer) => {
    log += chunk
  })
  const found = () => /http:\/\/127\.0\.0\.1:(\d+)\//.exec(log)?.[1]
  await until(() => found() !== undefined, 120_000, 100)
  const url = new URL(`http://127.0.0.1:${found()}/`)
  const headers = { authorization: `token ${token}` }
  const up = () =>
    fetch(new URL('/api/status', url), { headers }).then(
      ({ ok }) => ok,
      () => false,
    )
  await until(up, 120_000, 200)
  return url
}

/** A kernel starts a process of its own session, as miners do to outlive the kernel. */
const mine = async (url: URL): Promise<void> => {
  const headers = { authorization: `token ${token}`, 'content-type': 'application/json' }
  const made = await fetch(new URL('/api/kernels', url), {
    method: 'POST',
    headers,
    body: '{"name":"python3"}',
  })
  const { id } = (await made.json()) as { id: string }
  const socket = new WebSocket(`ws://${url.host}/api/kernels/${id}/channels?token=${token}`)
  await once(socket, 'open')
  const pidFile = JSON.stringify(join(folder, 'miner.pid'))
  const code = `
import subprocess, sys
miner = subprocess.Popen([sys.executable, '-c', 'import time\\nwhile True: time.sleep(0.1)'], start_new_session=True)
open(${pidFile}, 'w').write(str(miner.pid))`
  const header = { msg_id: 'm1', msg_type: 'execute_request', username: 'x', session: 's1', version: '5.3' }
  const content = { code, silent: false, store_history: false, user_expressions: {}, allow_stdin: false }
  const message = { header, parent_header: {}, metadata: {}, content, channel: 'shell', buffers: [] }
  socket.send(JSON.stringify(message))
  await until(() => existsSync(join(folder, 'miner.pid')), 120_000, 100)
  socket.close()
}

test('the shipped playbook isolates a notebook with a miner; reverting it gives the network back', async () => {
  const url = await startJupyter()
  await mine(url)
  const miner = await minerPid()
  const home = await cgroupOf(miner)
  const spec = { type: 'jupyter-server', url: url.href, tokenRef: 'notebook-token', local: true }
  assert.equal((await plane.call('PUT', '/api/v1/notebooks/research', { body: spec })).status, 200)
  const playbook = parse(await readFile(assetPath('playbooks/isolate-notebook.yaml'), 'utf8')) as unknown
  const put = await plane.call('PUT', '/api/v1/playbooks/isolate-notebook', { body: playbook })
  assert.equal(put.status, 200, put.text)

  const started = await plane.call('POST', '/api/v1/playbooks/isolate-notebook/runs', {
    body: {
      reason: 'a miner',
      subject: { kind: 'notebook', id: 'research' },
      variables: { __notebook__: 'research' },
    },
  })
  assert.equal(started.status, 201, started.text)
  type Step = { key: string; kind: string; state: string; run?: string; why?: string }
  const steps = async (): Promise<Step[]> =>
    (await plane.call('GET', `/api/v1/playbook-runs/${String(started.json?.id)}`)).json?.steps as Step[]
  await until(
    async () => (await steps()).length === 2 || (await steps())[0]?.state === 'failed',
    120_000,
    200,
  )
  const [isolated, manual] = await steps()
  assert.equal(isolated?.state, 'succeeded', isolated?.why)
  await assert.rejects(fetch(new URL('/api/status', url)))
  assert.match((await cgroupOf(miner)) ?? '', /^\/rampart-egress-/)

  const answered = await plane.call('POST', `/api/v1/playbook-runs/${String(started.json?.id)}/answers`, {
    body: { key: manual?.key, ok: true },
  })
  assert.equal(answered.json?.phase, 'completed', answered.text)
  const reverted = await plane.call('POST', `/api/v1/response/runs/${isolated?.run}/revert`, {
    body: { reason: 'looked at' },
  })
  assert.equal(reverted.json?.state, 'reverted', reverted.text)
  assert.equal(await cgroupOf(miner), home)
  assert.deepEqual(plane.errors(), [])
})
