/** A real MLflow tracking server of a test's own, on loopback, in a folder that goes away with it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type MlflowServer = {
  readonly url: string
  /** Where its artifact proxy keeps files: what is written here changes bytes behind a version. */
  readonly artifacts: string
  readonly stop: () => Promise<void>
}

export type MlflowServerOptions = {
  /** A Python that has mlflow with its server. */
  readonly python: string
  /** With MLflow's own user accounts: this administrator. */
  readonly admin?: { readonly username: string; readonly password: string }
}

const START_MS = 240_000

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })

const authSettings = async (
  folder: string,
  { username, password }: NonNullable<MlflowServerOptions['admin']>,
): Promise<NodeJS.ProcessEnv> => {
  const path = join(folder, 'auth.ini')
  const lines = [
    '[mlflow]',
    'default_permission = READ',
    `database_uri = sqlite:///${join(folder, 'auth.db')}`,
    `admin_username = ${username}`,
    `admin_password = ${password}`,
    'authorization_function = mlflow.server.auth:authenticate_request_basic_auth',
  ]
  await writeFile(path, `${lines.join('\n')}\n`)
  return { MLFLOW_AUTH_CONFIG_PATH: path, MLFLOW_FLASK_SERVER_SECRET_KEY: randomBytes(16).toString('hex') }
}

/** The server has children of its own, so its process group is ended. */
const end = async (child: ChildProcess): Promise<void> => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    return
  }
  await gone
}

const isUp = async (url: string): Promise<boolean> =>
  fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) }).then(
    ({ ok }) => ok,
    () => false,
  )

/** Resolves when it answers; webhooks to plain HTTP and loopback are allowed, as no server in production should. */
export const startMlflowServer = async ({ python, admin }: MlflowServerOptions): Promise<MlflowServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-mlflow-'))
  const artifacts = join(folder, 'artifacts')
  const log = await open(join(folder, 'log'), 'w')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const args = ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1']
  args.push('--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`)
  args.push('--artifacts-destination', artifacts, '--serve-artifacts')
  if (admin !== undefined) args.push('--app-name', 'basic-auth')
  const child = spawn(python, args, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: {
      ...process.env,
      ...(admin === undefined ? {} : await authSettings(folder, admin)),
      // A Fernet key: 32 bytes in URL-safe base64 with padding.
      MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY: `${randomBytes(32).toString('base64url')}=`,
      MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http,https',
      MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'true',
      MLFLOW_WEBHOOK_CACHE_TTL: '0',
      MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
      MLFLOW_DISABLE_TELEMETRY: 'true',
      DO_NOT_TRACK: 'true',
    },
  })
  const stop = async (): Promise<void> => {
    await end(child)
    await log.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  const deadline = Date.now() + START_MS
  while (!(await isUp(url))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      const text = await readFile(join(folder, 'log'), 'utf8')
      await stop()
      throw new Error(`MLflow did not start:\n${text.slice(-2_000)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return { url, artifacts, stop }
}
