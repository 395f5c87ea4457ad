/** Conventions of every HTTP route: who calls, what action it is, how lists page, how errors look. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { toProblem } from './error-mapping.ts'
import { type Span, traceIdOf } from './tracing.ts'

/** Same structure as domain's Principal (kit imports nothing of ours). */
export type RequestPrincipal = {
  readonly kind: 'user' | 'service' | 'component' | 'anonymous'
  readonly id: string
  readonly tenant: string
  readonly roles: readonly ('viewer' | 'operator' | 'approver' | 'admin' | 'gateway')[]
  readonly via: 'token' | 'api-key' | 'oidc' | 'cookie' | 'mtls' | 'none' | 'internal'
}

/** What a route acts on, given to the authorisation policy. */
export type RouteEntity = { readonly kind: string; readonly id: string }

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `noun:verb`; a route without one that is not public refuses to start. */
    action?: string
    public?: boolean
    // Method syntax: bivariant, so a route may declare its own narrower request type.
    entity?(request: FastifyRequest): RouteEntity
  }
  interface FastifyRequest {
    principal: RequestPrincipal
    /** While tracing is on. */
    span?: Span
  }
}

export const ListQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    cursor: Type.Optional(Type.String({ maxLength: 512 })),
  },
  { additionalProperties: false },
)
export type ListQuery = Static<typeof ListQuery>

export const problemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String(),
    instance: Type.Optional(Type.String()),
    request_id: Type.Optional(Type.String()),
    trace_id: Type.Optional(Type.String()),
    details: Type.Optional(Type.Unknown()),
    help: Type.Optional(Type.String()),
  },
  { $id: 'Problem', description: 'RFC 9457 problem details' },
)

/** Trace id of the request: its span's, or that of the caller's trace context. */
export const requestTraceId = ({ span, headers }: FastifyRequest): string | undefined => {
  const { traceparent } = headers
  return span?.traceId ?? traceIdOf(typeof traceparent === 'string' ? traceparent : undefined)
}

/** Answers with the problem document of `error`. */
export const sendProblem = (request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply => {
  const path = request.url.split('?', 1)[0] ?? '/'
  const traceId = requestTraceId(request)
  const { status, body } = toProblem(error, {
    instance: path,
    requestId: request.id,
    ...(traceId === undefined ? {} : { traceId }),
  })
  // RFC 9110 section 15.5.2: a 401 must say how to authenticate.
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  return reply.code(status).type('application/problem+json').send(JSON.stringify(body))
}
