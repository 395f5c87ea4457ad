/** For the tests of the process: a whole control plane in this process, on an embedded database and a temporary home. */
import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, type LogLevel, loadConfig } from '@rampart/kit'
import { until } from '@rampart/kit/testing'
import { tinyClassifier } from '@rampart/onnx/testing'
import { type AppConfig, configSchema } from './app-config.ts'
import { lifecycleFor, startControlPlane } from './compose.ts'

export type LogLine = { readonly level: string; readonly msg: string; readonly err?: unknown }

export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The parsed body; undefined when it is not JSON. */
  readonly json: Record<string, unknown> | undefined
}

export type CallOptions = {
  readonly body?: unknown
  /** Null sends no Authorization. */
  readonly token?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

export type TestPlane = Awaited<ReturnType<typeof startTestPlane>>

const parsed = (text: string): Record<string, unknown> | undefined => {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** Sends bytes as they are and gives all that comes back until the server closes the connection. */
export const exchange = (
  port: number,
  bytes: string | Uint8Array,
  waitMs = 5_000,
): Promise<{ readonly text: string; readonly closed: boolean }> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const chunks: Buffer[] = []
    const finish = (closed: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ text: Buffer.concat(chunks).toString('latin1'), closed })
    }
    const timer = setTimeout(() => finish(false), waitMs)
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', () => finish(true))
    socket.on('close', () => finish(true))
    socket.write(bytes)
  })

type Settings = {
  readonly flags?: Record<string, string>
  readonly level?: LogLevel
  readonly hooks?: Parameters<typeof startControlPlane>[3]
}

const configure = (home: string, flags: Record<string, string>): AppConfig =>
  loadConfig({
    schema: configSchema,
    env: {},
    flags: { home, port: '0', 'grpc-port': '0', 'examples-enabled': 'false', ...flags },
  })

/** Starts the process as main does, without examples; `errors()` are the log lines that ask for a human. */
export const startTestPlane = async ({ flags = {}, level = 'warn', hooks = {} }: Settings = {}) => {
  const home = await mkdtemp(join(tmpdir(), 'rampart-plane-'))
  // As root the database runs as another user, which must be able to pass through.
  await chmod(home, 0o711)
  const lines: LogLine[] = []
  const write = (text: string): void => void lines.push(JSON.parse(text) as LogLine)
  const logger = createLogger({ level, name: 'test', destination: { write } })
  const config = configure(home, flags)
  const lifecycle = lifecycleFor(config, logger)
  const remove = () => rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  const running = await startControlPlane(config, logger, lifecycle, hooks).catch(async (error: unknown) => {
    await lifecycle.stop('start failed')
    await remove()
    throw error
  })
  const adminToken =
    running.mode === 'development' ? (await readFile(join(home, 'token'), 'utf8')).trim() : undefined
  const port = Number(new URL(running.url).port)

  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const { body, token = adminToken ?? null, headers = {} } = options
    const response = await fetch(`${running.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: parsed(text) }
  }

  return {
    ...running,
    port,
    adminToken,
    call,
    log: () => lines,
    errors: () => lines.filter((line) => line.level === 'error'),
    stop: async () => {
      await lifecycle.stop('test over')
      await remove()
    },
  }
}

const expectStatus = (answer: Answer, status: number): Answer => {
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}: ${answer.text}`)
  return answer
}

/** Uploads bytes as an artifact and gives their digest. */
export const uploadArtifact = async (
  plane: Pick<TestPlane, 'call'>,
  bytes: Uint8Array,
  token?: string,
): Promise<string> => {
  const answer = await plane.call('POST', '/api/v1/artifacts', {
    body: bytes,
    ...(token === undefined ? {} : { token }),
    headers: { 'content-type': 'application/octet-stream' },
  })
  return String(expectStatus(answer, 201).json?.['digest'])
}

/** A key of a service account of its own, with these roles. */
export const issueKey = async (
  plane: Pick<TestPlane, 'call'>,
  account: string,
  roles: readonly string[],
): Promise<string> => {
  expectStatus(await plane.call('POST', '/api/v1/service-accounts', { body: { id: account, roles } }), 201)
  const body = { name: account, serviceAccount: account, roles }
  const issued = expectStatus(await plane.call('POST', '/api/v1/api-keys', { body }), 201)
  return String(issued.json?.['secret'])
}

export const stageOf = async (plane: Pick<TestPlane, 'call'>, name: string, version: string) =>
  (await plane.call('GET', `/api/v1/models/${name}/versions/${version}`)).json?.['stage']

/** Registers, assesses, approves and deploys a classifier of some features by two accounts; gives its digest. */
export const deployClassifier = async (
  plane: TestPlane,
  name: string,
  version: string,
  features = 4,
): Promise<string> => {
  const digest = await uploadArtifact(plane, tinyClassifier(features))
  const path = `/api/v1/models/${name}/versions`
  const artifacts = [{ path: 'model.onnx', role: 'model', digest }]
  expectStatus(await plane.call('POST', path, { body: { version, artifacts, spec: {} } }), 201)
  await until(async () => (await stageOf(plane, name, version)) === 'assessed', 90_000, 20)
  const approver = await issueKey(plane, `approver-of-${name}-${version.replaceAll('.', '-')}`, ['approver'])
  for (const [to, token] of [
    ['approved', approver],
    ['deployed', undefined],
  ] as const) {
    const body = { to, reason: 'test' }
    const step = { body, ...(token === undefined ? {} : { token }) }
    expectStatus(await plane.call('POST', `${path}/${version}/transitions`, step), 200)
  }
  return digest
}

const described = (answer: Answer): string => `${answer.status} ${answer.text.slice(0, 300)}`

/** An RFC 9457 problem with a 4xx; without `status`, any of them. */
export const assertProblem = (answer: Answer, status?: number): Answer => {
  if (status === undefined) assert.ok(answer.status >= 400 && answer.status < 500, described(answer))
  else assert.equal(answer.status, status, described(answer))
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/, described(answer))
  for (const field of ['type', 'title', 'detail', 'code'])
    assert.equal(typeof answer.json?.[field], 'string', `${field} in ${described(answer)}`)
  assert.equal(answer.json?.['status'], answer.status)
  return answer
}

/** The error object of the Open Inference Protocol with a 4xx. */
export const assertOipError = (answer: Answer, status?: number): Answer => {
  if (status === undefined) assert.ok(answer.status >= 400 && answer.status < 500, described(answer))
  else assert.equal(answer.status, status, described(answer))
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/, described(answer))
  assert.equal(typeof answer.json?.['error'], 'string', described(answer))
  return answer
}
