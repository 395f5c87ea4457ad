/** Requests to one registry: paths on its origin, and one more attempt after a login that it asked for. */
import { createHash } from 'node:crypto'
import type {
  OutboundAnswer,
  OutboundBytes,
  OutboundHeaders,
  OutboundHttp,
  OutboundRequest,
  OutboundStream,
} from '../outbound/index.ts'
import type { Authorization, Scope } from './authorization.ts'

export type Call = { readonly signal: AbortSignal }

export type SessionDeps = {
  readonly http: Pick<OutboundHttp, 'stream' | 'bytes'>
  readonly registry: URL
  readonly authorization: Authorization
}

/** Scopes of the token specification. */
export const scopes = {
  catalog: 'registry:catalog:*',
  pull: (repository: string): Scope => `repository:${repository}:pull`,
  push: (repository: string): Scope => `repository:${repository}:pull,push`,
  delete: (repository: string): Scope => `repository:${repository}:pull,delete`,
} as const

export const manifestPath = (repository: string, reference: string): string =>
  `/v2/${repository}/manifests/${reference}`

export const digestOf = (bytes: Uint8Array, like = 'sha256:'): string => {
  const algorithm = like.startsWith('sha512:') ? 'sha512' : 'sha256'
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
}

export const createDistributionSession = ({ http, registry, authorization }: SessionDeps) => {
  const withLogin = async <A extends OutboundAnswer>(
    scope: Scope,
    request: OutboundRequest,
    send: (request: OutboundRequest) => Promise<A>,
    drop: (answer: A) => void,
  ): Promise<A> => {
    const attempt = async () => {
      const header = await authorization.header(scope)
      const headers: OutboundHeaders = header === undefined ? {} : { authorization: header }
      return send({ ...request, headers: { ...request.headers, ...headers } })
    }
    const answer = await attempt()
    // A storage host behind a redirect is not the one to ask us for a login.
    if (answer.status !== 401 || answer.url.host !== registry.host) return answer
    drop(answer)
    const again = await authorization.answer(answer.headers['www-authenticate'], scope, request.signal)
    return again ? attempt() : answer
  }
  return {
    registry,
    at: (path: string): URL => new URL(path, registry.origin),
    /** A whole answer of at most `maxBytes`, whatever its status. */
    ask: (scope: Scope, request: OutboundRequest & { readonly maxBytes: number }): Promise<OutboundBytes> =>
      withLogin(
        scope,
        request,
        (full) => http.bytes({ ...full, maxBytes: request.maxBytes }),
        () => undefined,
      ),
    stream: (scope: Scope, request: OutboundRequest): Promise<OutboundStream> =>
      withLogin(scope, request, http.stream, ({ body }) => body.destroy()),
  }
}

export type DistributionSession = ReturnType<typeof createDistributionSession>
