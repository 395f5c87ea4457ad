/** Against a real Jupyter Server and a real JupyterHub, started from the folder of programs in RAMPART_JUPYTER. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import test, { after, before } from 'node:test'
import { until } from '@rampart/kit/testing'
import { listenersOn, processTree } from '../nftables/index.ts'
import { createOutboundHttp } from '../outbound/index.ts'
import { createJupyterHub } from './hub.ts'
import { createJupyterServer } from './server.ts'

const bin = process.env.RAMPART_JUPYTER ?? ''
const token = randomBytes(24).toString('hex')
const children: ChildProcess[] = []
let folder = ''

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

const http = createOutboundHttp({ addresses: { allowLoopback: true, allowed: [] } })
const signal = (): AbortSignal => AbortSignal.timeout(120_000)
const asAdmin = { authorization: `token ${token}`, 'content-type': 'application/json' }

const start = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess => {
  const child = spawn(join(bin, program), args, {
    cwd: folder,
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`, HOME: folder, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  let log = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    log = `${log}${chunk}`.slice(-4_000)
  })
  child.once('exit', (code) => {
    if (code !== 0 && code !== null) process.stderr.write(`${program} ended with ${code}:\n${log}\n`)
  })
  children.push(child)
  return child
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rampart-jupyter-'))
})

after(async () => {
  const left = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
  const ended = left.map((child) => once(child, 'exit'))
  for (const { pid } of left) if (pid !== undefined) process.kill(-pid, 'SIGTERM')
  await Promise.all(ended)
  await http.close()
  await rm(folder, { recursive: true, force: true })
})

const startServer = async () => {
  const port = await freePort()
  start('jupyter-server', [
    '--allow-root',
    '--no-browser',
    '--ip=127.0.0.1',
    `--port=${port}`,
    '--ServerApp.port_retries=0',
    `--IdentityProvider.token=${token}`,
    `--ServerApp.root_dir=${folder}`,
  ])
  const url = new URL(`http://127.0.0.1:${port}/`)
  const server = createJupyterServer({ http, url, token })
  await until(async () => (await server.activity(signal())).up, 120_000, 250)
  return { port, url, server }
}

/** Runs code in a kernel over its websocket, without waiting for it to end. */
const execute = async (url: URL, kernel: string, code: string): Promise<WebSocket> => {
  const socket = new WebSocket(`ws://${url.host}/api/kernels/${kernel}/channels?token=${token}`)
  await once(socket, 'open')
  const header = { msg_id: 'm1', msg_type: 'execute_request', username: 'x', session: 's1', version: '5.3' }
  const content = { code, silent: false, store_history: false, user_expressions: {}, allow_stdin: false }
  socket.send(
    JSON.stringify({ header, parent_header: {}, metadata: {}, content, channel: 'shell', buffers: [] }),
  )
  return socket
}

test('what runs in a Jupyter Server is seen, stopped with what it started, and the server ended', async () => {
  const { port, url, server } = await startServer()
  const post = async (path: string, body: unknown): Promise<{ id?: string; name?: string }> => {
    const answer = await fetch(new URL(path, url), {
      method: 'POST',
      headers: asAdmin,
      body: JSON.stringify(body),
    })
    assert.ok(answer.ok, `${path} answered ${answer.status}`)
    return (await answer.json()) as { id?: string }
  }
  const idle = await listenersOn(port)
  assert.equal(idle.length, 1)
  await post('/api/kernels', { name: 'python3' })
  await post('/api/terminals', {})
  const session = await post('/api/sessions', {
    path: 'miner.ipynb',
    name: 'miner',
    type: 'notebook',
    kernel: { name: 'python3' },
  })
  assert.ok(session.id)
  const busy = await server.activity(signal())
  assert.deepEqual(
    [busy.kernels.length, busy.sessions.length, busy.terminals.length],
    [2, 1, 1],
    JSON.stringify(busy),
  )
  const mined = join(folder, 'mining')
  const socket = await execute(
    url,
    busy.kernels[0] as string,
    `open(${JSON.stringify(mined)}, 'w').write('x')\nwhile True: sum(range(1000))`,
  )
  await until(() => existsSync(mined), 60_000, 100)
  assert.ok((await processTree(idle)).length > 2)

  await server.stopWork(signal())
  socket.close()
  assert.deepEqual(await server.activity(signal()), { up: true, kernels: [], sessions: [], terminals: [] })
  await until(async () => (await processTree(idle)).length === 1, 60_000, 200)
  await server.stopWork(signal())

  const wrong = createJupyterServer({ http, url, token: 'wrong' })
  await assert.rejects(wrong.activity(signal()), { code: 'OUTBOUND_DENIED' })
  await server.shutdown(signal())
  await until(async () => !(await server.activity(signal())).up, 60_000, 200)
  await server.shutdown(signal())
})

const HUB_CONFIG = (port: number, hubPort: number, proxyPort: number, home: string) => `
c.JupyterHub.bind_url = 'http://127.0.0.1:${port}/'
c.JupyterHub.hub_bind_url = 'http://127.0.0.1:${hubPort}'
c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:${proxyPort}'
c.ConfigurableHTTPProxy.command = ['${join(bin, '..', 'proxy', 'node_modules', '.bin', 'configurable-http-proxy')}']
c.ConfigurableHTTPProxy.pid_file = '${home}/proxy.pid'
c.JupyterHub.authenticator_class = 'shared-password'
c.SharedPasswordAuthenticator.user_password = '${randomBytes(16).toString('hex')}'
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = 'simple'
c.SimpleLocalProcessSpawner.home_dir_template = '${home}/home/{username}'
c.Spawner.cmd = ['${join(bin, 'jupyterhub-singleuser')}']
c.Spawner.args = ['--allow-root']
c.Spawner.ip = '127.0.0.1'
c.Spawner.start_timeout = 240
c.Spawner.http_timeout = 240
c.Spawner.environment = {'JUPYTERHUB_SINGLEUSER_APP': 'jupyter_server.serverapp.ServerApp'}
c.JupyterHub.services = [{'name': 'rampart', 'api_token': '${token}'}]
c.JupyterHub.load_roles = [{'name': 'rampart', 'scopes': ['admin:users', 'admin:servers', 'admin:server_state', 'tokens', 'list:users'], 'services': ['rampart']}]
c.JupyterHub.cookie_secret_file = '${home}/cookie'
c.JupyterHub.db_url = 'sqlite:///${home}/hub.sqlite'
`

test("a user's servers are stopped and the tokens revoked on a JupyterHub, and may come back", async () => {
  const [port, hubPort, proxyPort] = [await freePort(), await freePort(), await freePort()]
  const config = join(folder, 'jupyterhub_config.py')
  await writeFile(config, HUB_CONFIG(port, hubPort, proxyPort, folder))
  start('jupyterhub', ['-f', config])
  const url = new URL(`http://127.0.0.1:${port}/`)
  const up = () =>
    fetch(new URL('/hub/api/', url)).then(
      ({ ok }) => ok,
      () => false,
    )
  await until(up, 180_000, 300)
  const api = async (method: string, path: string): Promise<Record<string, unknown>> => {
    const answer = await fetch(new URL(`/hub/api${path}`, url), { method, headers: asAdmin })
    assert.ok(answer.ok, `${path} answered ${answer.status}`)
    return (await answer.json()) as Record<string, unknown>
  }
  await api('POST', '/users/bob')
  const hub = createJupyterHub({ http, url, token })
  assert.deepEqual(await hub.user('bob', signal()), { servers: [], tokens: [], pids: [] })
  const { token: stolen } = await api('POST', '/users/bob/tokens')
  const asBob = () =>
    fetch(new URL('/hub/api/user', url), { headers: { authorization: `token ${stolen}` } }).then(
      ({ status }) => status,
    )
  assert.equal(await asBob(), 200)
  await hub.startServer('bob', '', signal())
  await until(async () => (await hub.user('bob', signal())).servers.length === 1, 180_000, 300)

  const { pids } = await hub.user('bob', signal())
  assert.equal(pids.length, 1)
  assert.ok((await processTree(pids)).length > 0)

  await hub.revokeTokens('bob', signal())
  assert.equal(await asBob(), 403)
  const stopped = async () => {
    const { servers } = await hub.user('bob', signal())
    if (servers.length > 0) await hub.stopServers('bob', signal()).catch(() => undefined)
    return servers.length === 0
  }
  await until(stopped, 180_000, 500)
  assert.deepEqual(await hub.user('bob', signal()), { servers: [], tokens: [], pids: [] })

  await assert.rejects(hub.user('nobody', signal()), { code: 'OUTBOUND_NOT_FOUND' })
  for (const name of ['../admin', 'a b', '', '.', 'a/b', 'a%2fb'])
    await assert.rejects(async () => hub.user(name, signal()), { code: 'JUPYTER_NAME_REFUSED' })
})
