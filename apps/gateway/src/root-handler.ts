/** What a gateway answers beside inference: probes and metrics. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Principal } from '@rampart/domain'
import { type Metrics, toAppError, toProblem } from '@rampart/kit'
import { gatewayErrors } from './errors.ts'

export type RootDeps = {
  readonly metrics: Metrics
  /** What the gateway waits for; empty when it is ready. */
  readonly waitingFor: () => readonly string[]
  readonly mode: () => 'development' | 'production' | undefined
  readonly authenticate: (authorization: string | undefined) => Principal | Promise<Principal>
}

const READERS: readonly string[] = ['viewer', 'operator', 'approver', 'admin']

const notFound = (path: string) => gatewayErrors.GATEWAY_NOT_FOUND(`There is nothing at ${path}.`)

const refuse = (request: IncomingMessage, response: ServerResponse, error: unknown): void => {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
  const { status, body } = toProblem(toAppError(error), { instance: path })
  response.writeHead(status, { 'content-type': 'application/problem+json' })
  response.end(JSON.stringify(body))
}

export const createRootHandler = (deps: RootDeps): RequestListener => {
  const writeMetrics = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const caller = await deps.authenticate(request.headers.authorization)
    if (deps.mode() !== 'development' && !caller.roles.some((role) => READERS.includes(role)))
      throw gatewayErrors.GATEWAY_FORBIDDEN('Metrics need the role viewer, or one above it.')
    response.writeHead(200, { 'content-type': deps.metrics.registry.contentType })
    response.end(await deps.metrics.registry.metrics())
  }

  const writeJson = (response: ServerResponse, status: number, value: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value))
  }

  return (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    const waitingFor = deps.waitingFor()
    if (path === '/healthz') writeJson(response, 200, { status: 'ok' })
    else if (path === '/readyz')
      writeJson(response, waitingFor.length === 0 ? 200 : 503, { ready: waitingFor.length === 0, waitingFor })
    else if (path === '/metrics')
      writeMetrics(request, response).catch((error: unknown) => refuse(request, response, error))
    else refuse(request, response, notFound(path))
    request.resume()
  }
}
