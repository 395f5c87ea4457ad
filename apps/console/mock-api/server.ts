/** The mock control plane: the API over an in-memory world, the event stream, and the built console if there is one. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type * as Api from '../src/api/types.ts'
import { type Answer, dispatch, problem, type Role } from './router.ts'
import { approvalRoutes } from './routes-approvals.ts'
import { governingRoutes } from './routes-governing.ts'
import { incidentRoutes } from './routes-incidents.ts'
import { lineageRoutes } from './routes-lineage.ts'
import { modelRoutes } from './routes-models.ts'
import { registryRoutes } from './routes-registries.ts'
import { requestRoutes } from './routes-requests.ts'
import { responseRoutes } from './routes-response.ts'
import { raiseSignal, runningRoutes } from './routes-running.ts'
import { siemRoutes } from './routes-siem.ts'
import { uploadRoutes } from './routes-upload.ts'
import { serveStatic } from './static-files.ts'
import { createWorld, type World } from './world.ts'

export type MockApi = {
  readonly world: World
  readonly url: string
  /** Logs a browser in as this role: open it once. */
  loginUrl: (role?: Role) => string
  raiseSignal: (title: string, severity?: Api.Severity) => Api.Signal
  /** Cuts every open event stream, as a proxy or a restart would. */
  dropStreams: () => void
  close: () => Promise<void>
}

type Options = { port?: number; seed?: number; distDir?: string; empty?: boolean; now?: () => number }

const PRINCIPALS: Record<Role, string> = {
  viewer: 'user:vera',
  operator: 'user:ana',
  approver: 'user:maria',
  admin: 'user:admin',
}
const HEARTBEAT_MS = 2000

const roleOf = (request: IncomingMessage): Role | undefined => {
  const cookie = /rampart_session=(\w+)/.exec(request.headers.cookie ?? '')?.[1]
  const bearer = /^Bearer mock-(\w+)$/.exec(request.headers.authorization ?? '')?.[1]
  const role = bearer ?? cookie
  return role !== undefined && role in PRINCIPALS ? (role as Role) : undefined
}

const readBody = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  // An artifact: all that anybody asks of it is what it hashes to.
  if (request.headers['content-type'] === 'application/octet-stream')
    return { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, sizeBytes: bytes.length }
  const text = bytes.toString('utf8')
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}

const send = (response: ServerResponse, answer: Answer): void => {
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...answer.headers,
  })
  response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body))
}

const stream = (
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  open: Set<ServerResponse>,
): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const write = (event: Api.RampartEvent) =>
    response.write(`id: ${event.cursor}\ndata: ${JSON.stringify(event)}\n\n`)
  const after = request.headers['last-event-id']
  if (typeof after === 'string') for (const event of world.events) if (event.cursor > after) write(event)
  response.write(': open\n\n')
  const beat = setInterval(() => response.write(': beat\n\n'), HEARTBEAT_MS)
  world.bus.on('event', write)
  open.add(response)
  response.on('close', () => {
    clearInterval(beat)
    world.bus.off('event', write)
    open.delete(response)
  })
}

/** Starts on a free port unless one is named; `distDir` also serves the built console with a strict policy. */
export const startMockApi = async (options: Options = {}): Promise<MockApi> => {
  const world = createWorld({
    seed: options.seed ?? 7,
    now: options.now ?? Date.now,
    ...(options.empty === undefined ? {} : { empty: options.empty }),
  })
  const routes = [
    ...modelRoutes(world),
    ...approvalRoutes(world),
    ...lineageRoutes(world),
    ...uploadRoutes(world),
    ...registryRoutes(world),
    ...responseRoutes(world),
    ...incidentRoutes(world),
    ...siemRoutes(world),
    ...runningRoutes(world),
    ...requestRoutes(world),
    ...governingRoutes(world),
  ]
  const open = new Set<ServerResponse>()

  const api = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const role = roleOf(request)
    if (role === undefined) {
      return send(
        response,
        problem(401, 'IDENTITY_UNAUTHENTICATED', 'Sign in first.', {
          help: 'Open the one-time link that npm start prints.',
        }),
      )
    }
    const path = url.pathname.slice('/api/v1'.length)
    if (path === '/events') return stream(world, request, response, open)
    const body = await readBody(request)
    send(
      response,
      dispatch(routes, request.method ?? 'GET', path, {
        query: url.searchParams,
        body,
        headers: request.headers,
        role,
        principal: PRINCIPALS[role],
      }),
    )
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://mock')
    if (url.pathname.startsWith('/api/v1/')) {
      void api(request, response, url).catch(() =>
        send(response, problem(400, 'KIT_BAD_REQUEST', 'The request could not be read.')),
      )
    } else if (url.pathname === '/login') {
      const role = url.searchParams.get('code') ?? ''
      const known = role in PRINCIPALS
      response.writeHead(
        known ? 302 : 401,
        known
          ? { location: '/', 'set-cookie': `rampart_session=${role}; HttpOnly; SameSite=Strict; Path=/` }
          : {},
      )
      response.end()
    } else serveStatic(response, url.pathname, options.distDir)
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const dropStreams = () => {
    for (const response of open) response.destroy()
  }
  return {
    world,
    url,
    loginUrl: (role = 'admin') => `${url}/login?code=${role}`,
    raiseSignal: (title, severity) => raiseSignal(world, title, severity),
    dropStreams,
    close: () => {
      dropStreams()
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
