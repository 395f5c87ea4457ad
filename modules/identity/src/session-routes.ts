/** HTTP ↔ browser sessions: the one-time login link, who am I, log out. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { Principal } from '@rampart/domain'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { readSessionCookie, SESSION_COOKIE } from './credentials.ts'
import type { Identity } from './identity.ts'

type LoginRouteDeps = {
  readonly identity: Pick<Identity, 'endSession' | 'redeemLoginCode'>
  readonly mode: 'development' | 'production'
  readonly product: { readonly name: string; readonly version: string }
}

export type SessionRoutesDeps = LoginRouteDeps & {
  /** Actions that the policy refuses this caller, with its reasons. */
  readonly denied: (caller: Principal) => readonly { readonly action: string; readonly reasons: string[] }[]
}

// Plain HTTP is spoken on loopback in development only.
const cookieText = (value: string, maxAgeSeconds: number, mode: LoginRouteDeps['mode']): string =>
  `${SESSION_COOKIE}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${mode === 'production' ? '; Secure' : ''}`

/** `GET /login?code=` at the root, outside the API: redeems the code and goes to the console. */
export const registerLoginRoute = (instance: FastifyInstance, deps: LoginRouteDeps): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/login',
    {
      config: { public: true },
      // A HEAD, as link previewers send it, must not use the code up.
      exposeHeadRoute: false,
      schema: { hide: true, querystring: Type.Object({ code: Type.String({ maxLength: 128 }) }) },
    },
    async (request, reply) => {
      const session = await deps.identity.redeemLoginCode(request.query.code)
      return reply
        .header('set-cookie', cookieText(session.cookie, session.maxAgeSeconds, deps.mode))
        .header('cache-control', 'no-store')
        .header('referrer-policy', 'no-referrer')
        .redirect('/', 302)
    },
  )
}

/** `GET` and `DELETE /session`, below the API prefix. */
export const registerSessionRoutes = (instance: FastifyInstance, deps: SessionRoutesDeps): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/session',
    {
      config: { action: 'session:read' },
      schema: {
        tags: ['identity'],
        operationId: 'getSession',
        summary: 'Who the caller is, and what it talks to',
        response: {
          200: Type.Object({
            principal: Type.Object({
              kind: Type.String(),
              id: Type.String(),
              roles: Type.Array(Type.String()),
              tenant: Type.String(),
            }),
            mode: Type.String(),
            product: Type.Object({ name: Type.String(), version: Type.String() }),
            denied: Type.Array(Type.Object({ action: Type.String(), reasons: Type.Array(Type.String()) }), {
              description:
                'API actions that the policy refuses this caller, and why; empty where it depends on the entity',
            }),
          }),
        },
      },
    },
    async (request) => {
      const { kind, id, roles, tenant } = request.principal
      return {
        principal: { kind, id, roles: [...roles], tenant },
        mode: deps.mode,
        product: { ...deps.product },
        denied: [...deps.denied(request.principal)],
      }
    },
  )

  app.delete(
    '/session',
    {
      config: { action: 'session:read' },
      schema: {
        tags: ['identity'],
        operationId: 'endSession',
        summary: 'Log the browser out',
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const cookie = readSessionCookie(request.headers.cookie ?? '')
      if (cookie !== undefined) await deps.identity.endSession(cookie)
      return reply
        .header('set-cookie', cookieText('', 0, deps.mode))
        .code(204)
        .send(null)
    },
  )
}
