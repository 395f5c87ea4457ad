/** The control plane under proof: its process, its database server, and a client of its API. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort, stateFolder, terminate, untilReady } from '../../../tools/control-plane.ts'
import { root } from '../../../tools/files.ts'

export type Answer = { readonly status: number; readonly body: unknown; readonly etag: string | undefined }

export type Plane = Awaited<ReturnType<typeof createPlane>>

const CALL_TIMEOUT_MS = 30_000
const SETTLE_MS = 60_000

/** The arguments of a running process, or an empty text. */
const argumentsOf = (pid: number): string =>
  spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout

/** Line 1 of postmaster.pid is the server's process; after a kill the file stays and the number may be a stranger's. */
const postmasterOf = (home: string): number | undefined => {
  const data = join(home, 'postgres', 'data')
  try {
    const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
    return Number.isSafeInteger(pid) && pid > 1 && argumentsOf(pid).includes(data) ? pid : undefined
  } catch {
    return undefined
  }
}

type PlaneOptions = { readonly program?: string; readonly env?: Readonly<Record<string, string>> }

export const createPlane = async ({
  program = 'apps/control-plane/src/main.ts',
  env: more = {},
}: PlaneOptions = {}) => {
  const home = stateFolder()
  const url = `http://127.0.0.1:${await freePort()}`
  const logFile = `${home}.log`
  const env = {
    ...process.env,
    PORT: new URL(url).port,
    GRPC_PORT: '0',
    RAMPART_HOME: home,
    RAMPART_SERVER: url,
    RAMPART_LOG_LEVEL: 'warn',
    // The load is one caller's; its limit is not what is proved here.
    RAMPART_LIMITS_REQUESTS_PER_MINUTE: '10000000',
    ...more,
  }
  let server: ChildProcess | undefined

  const launch = (): void => {
    const log = openSync(logFile, 'a', 0o600)
    server = spawn(process.execPath, [join(root, program)], {
      cwd: root,
      env,
      stdio: ['ignore', 'ignore', log],
    })
    closeSync(log)
  }

  const running = (): ChildProcess => {
    if (server === undefined) throw new Error('the control plane was not launched')
    return server
  }

  const headers = (body: unknown): Record<string, string> => ({
    authorization: `Bearer ${readFileSync(join(home, 'token'), 'utf8').trim()}`,
    ...(body === undefined
      ? {}
      : { 'content-type': body instanceof Uint8Array ? 'application/octet-stream' : 'application/json' }),
  })

  const call = async (
    method: string,
    path: string,
    body?: unknown,
    more: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      headers: { ...headers(body), ...more },
      ...(body === undefined ? {} : { body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      body: isJson && text !== '' ? JSON.parse(text) : text,
      etag: response.headers.get('etag') ?? undefined,
    }
  }

  /** Asks until the server has an answer of its own: after a kill it may be there before its database is. */
  const ask = async (...question: Parameters<typeof call>): Promise<Answer> => {
    for (const end = Date.now() + SETTLE_MS; ; await delay(100)) {
      const answer = await call(...question).catch(() => undefined)
      if (answer !== undefined && answer.status !== 503 && answer.status !== 429) return answer
      if (Date.now() > end)
        throw new Error(`${question[0]} ${question[1]} was not answered within ${SETTLE_MS} ms`)
    }
  }

  /** SIGKILL to the database server; false when none was running. */
  const killDatabase = (): boolean => {
    const pid = postmasterOf(home)
    if (pid === undefined) return false
    try {
      process.kill(pid, 'SIGKILL')
      return true
    } catch {
      return false
    }
  }

  return {
    home,
    url,
    env,
    launch,
    call,
    ask,
    pid: (): number | undefined => running().pid,
    /** Milliseconds until `/readyz` was 200. */
    ready: async (): Promise<number> => {
      const from = performance.now()
      await untilReady(url, running())
      return performance.now() - from
    },
    hasEnded: (): boolean => running().exitCode !== null || running().signalCode !== null,
    /** SIGKILL; resolves when the process is gone. */
    killProcess: async (): Promise<void> => {
      const victim = running()
      if (victim.exitCode !== null || victim.signalCode !== null) return
      const gone = new Promise((resolve) => victim.once('exit', resolve))
      victim.kill('SIGKILL')
      await gone
    },
    killDatabase,
    /** SIGTERM; the exit code. */
    terminate: (): Promise<number | null> => terminate(running()),
    logTail: (): string =>
      readFileSync(logFile, 'utf8')
        .split('\n')
        .slice(-60)
        .map((line) => line.slice(0, 400))
        .join('\n'),
    /** Also ends the database that a crashed control plane left behind. */
    remove: (): void => {
      killDatabase()
      rmSync(home, { recursive: true, force: true })
      rmSync(logFile, { force: true })
    },
  }
}
