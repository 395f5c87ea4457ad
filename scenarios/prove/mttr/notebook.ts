/** A notebook server in which a miner runs: a real Jupyter Server, or in the quick form a process that speaks its REST API. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { root } from '../../../tools/files.ts'
import { POOL_PORT } from './attacker.ts'
import { ATTACKER } from './network.ts'

const PROGRAM = fileURLToPath(new URL('./notebook-process.ts', import.meta.url))
const WITHIN_MS = 120_000
const EVERY_MS = 50

export type Notebook = {
  readonly url: string
  /** Starts the miner where it does not run yet. */
  readonly mine: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Where the programs of a real Jupyter are; installed by the peers' recipe, which needs the network of this machine. */
export const installJupyter = (): string =>
  execFileSync('bash', [join(root, 'peers/jupyter.sh'), 'install'], { encoding: 'utf8' }).trim()

const until = async (what: string, look: () => boolean | Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + WITHIN_MS; !(await look()); await delay(50))
    if (Date.now() > end) throw new Error(`not within ${WITHIN_MS} ms: ${what}`)
}

const minerOf = (folder: string) => {
  const file = join(folder, 'miner.pid')
  return {
    file,
    runs: (): boolean => existsSync(file) && readFileSync(file, 'utf8') !== '',
    kill: (): void => {
      if (!existsSync(file)) return
      try {
        process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL')
      } catch {
        // It is gone already.
      }
      rmSync(file)
    },
  }
}

const stopGroup = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  await gone
}

export const startStandIn = async (folder: string, token: string): Promise<Notebook> => {
  mkdirSync(folder, { recursive: true })
  const miner = minerOf(folder)
  const code = `
    const net = require('node:net'), fs = require('node:fs')
    const go = ${JSON.stringify(join(folder, 'go'))}
    fs.writeFileSync(${JSON.stringify(miner.file)}, String(process.pid))
    setInterval(() => {
      if (!fs.existsSync(go)) return
      const socket = net.connect({ host: '${ATTACKER}', port: ${POOL_PORT}, timeout: 300 })
      socket.on('connect', () => socket.destroy()).on('timeout', () => socket.destroy()).on('error', () => {})
    }, ${EVERY_MS})`
  const child = spawn(process.execPath, [PROGRAM, token, code], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    detached: true,
  })
  const [port] = (await once(child, 'message')) as [number]
  child.disconnect()
  await until('the kernel runs', miner.runs)
  return {
    url: `http://127.0.0.1:${port}`,
    mine: async () => void mkdirSync(join(folder, 'go'), { recursive: true }),
    stop: async () => {
      miner.kill()
      rmSync(join(folder, 'go'), { recursive: true, force: true })
      await stopGroup(child)
    },
  }
}

const ask = async (url: URL, token: string, body?: string): Promise<unknown> => {
  const headers = { authorization: `token ${token}`, 'content-type': 'application/json' }
  const answer = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers,
    ...(body && { body }),
  })
  return answer.json()
}

const execute = async (url: URL, token: string, kernel: string, code: string): Promise<void> => {
  const socket = new WebSocket(`ws://${url.host}/api/kernels/${kernel}/channels?token=${token}`)
  await once(socket, 'open')
  const header = { msg_id: 'm1', msg_type: 'execute_request', username: 'x', session: 's1', version: '5.3' }
  const content = { code, silent: false, store_history: false, user_expressions: {}, allow_stdin: false }
  socket.send(
    JSON.stringify({ header, parent_header: {}, metadata: {}, content, channel: 'shell', buffers: [] }),
  )
  await delay(100)
  socket.close()
}

export const startJupyter = async (bin: string, folder: string, token: string): Promise<Notebook> => {
  mkdirSync(folder, { recursive: true })
  const miner = minerOf(folder)
  const args = ['--allow-root', '--no-browser', '--ip=127.0.0.1', '--port=0']
  const child = spawn(
    join(bin, 'jupyter-server'),
    [...args, `--IdentityProvider.token=${token}`, `--ServerApp.root_dir=${folder}`],
    { env: { ...process.env, HOME: folder }, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  )
  let log = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk
  })
  const port = (): string | undefined => /http:\/\/127\.0\.0\.1:(\d+)\//.exec(log)?.[1]
  await until('Jupyter says its port', () => port() !== undefined)
  const url = new URL(`http://127.0.0.1:${port()}/`)
  const up = () => ask(new URL('/api/status', url), token).then(Boolean, () => false)
  await until('Jupyter answers', up)
  const made = (await ask(new URL('/api/kernels', url), token, '{"name":"python3"}')) as { id: string }
  const go = join(folder, 'go')
  const program = `import os, socket, time
while True:
    time.sleep(${EVERY_MS / 1000})
    if not os.path.exists(${JSON.stringify(go)}): continue
    try: socket.create_connection(('${ATTACKER}', ${POOL_PORT}), timeout=0.3).close()
    except OSError: pass`
  await execute(
    url,
    token,
    made.id,
    `import subprocess, sys
miner = subprocess.Popen([sys.executable, '-c', ${JSON.stringify(program)}], start_new_session=True)
open(${JSON.stringify(miner.file)}, 'w').write(str(miner.pid))`,
  )
  await until('the kernel runs', miner.runs)
  return {
    url: url.href,
    mine: async () => void mkdirSync(go, { recursive: true }),
    stop: async () => {
      miner.kill()
      rmSync(go, { recursive: true, force: true })
      await stopGroup(child)
    },
  }
}
