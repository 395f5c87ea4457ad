/** Starts the control plane from this checkout on a free port and an empty state folder, for proofs and peer tests. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { root } from './files.ts'

const READY_WITHIN_MS = 120_000
const STOP_WITHIN_MS = 30_000
const LOGIN_LINK = /http\S+\/login\?code=\S+/

export type RunningControlPlane = {
  readonly url: string
  /** HOST:PORT of inference over gRPC. */
  readonly grpcAddress: string
  readonly pid: number
  readonly home: string
  /** Signs a browser in, once. */
  readonly loginUrl: string
  /** For `rampart` and other clients of this server. */
  readonly env: NodeJS.ProcessEnv
  /** Exit code after SIGTERM; removes the state folder. */
  stop(): Promise<number | null>
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

/** Polls `/readyz` until it is 200; throws when the server ends or the deadline passes. */
export const untilReady = async (
  url: string,
  server: ChildProcess,
  withinMs = READY_WITHIN_MS,
): Promise<void> => {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await wait(200)) {
    if (server.exitCode !== null || server.signalCode !== null)
      throw new Error(`the server ended with ${server.exitCode ?? server.signalCode}`)
    const answer = await fetch(`${url}/readyz`).catch(() => undefined)
    if (answer?.status === 200) return
  }
  throw new Error(`${url}/readyz was not 200 within ${withinMs / 1000} s`)
}

/** SIGTERM, then SIGKILL when it does not listen; the exit code, null after a kill. */
export const terminate = async (server: ChildProcess): Promise<number | null> => {
  if (server.exitCode !== null || server.signalCode !== null) return server.exitCode
  const ended = new Promise<number | null>((resolve) => server.once('exit', resolve))
  server.kill('SIGTERM')
  const timer = setTimeout(() => server.kill('SIGKILL'), STOP_WITHIN_MS)
  const code = await ended
  clearTimeout(timer)
  return code
}

/** A state folder that the embedded database's user can enter when we are root. */
export const stateFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-state-'))
  chmodSync(folder, 0o755)
  return folder
}

export const startControlPlane = async (): Promise<RunningControlPlane> => {
  const home = stateFolder()
  const port = await freePort()
  const grpcPort = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = {
    ...process.env,
    PORT: String(port),
    GRPC_PORT: String(grpcPort),
    RAMPART_HOME: home,
    RAMPART_SERVER: url,
    RAMPART_LOG_LEVEL: 'warn',
  }
  const main = join(root, 'apps', 'control-plane', 'src', 'main.ts')
  const server = spawn(process.execPath, [main], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  server.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const stop = async (): Promise<number | null> => {
    const code = await terminate(server)
    rmSync(home, { recursive: true, force: true })
    return code
  }
  await untilReady(url, server).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return {
    url,
    grpcAddress: `127.0.0.1:${grpcPort}`,
    pid: server.pid ?? 0,
    home,
    loginUrl: LOGIN_LINK.exec(said)?.[0] ?? '',
    env,
    stop,
  }
}
