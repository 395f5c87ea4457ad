/** HTTP of webhooks: the one public route of registries, believed by its signature alone. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Notices } from './notices.ts'

const BODY_LIMIT = 64 * 1024

const Name = Type.String({ pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' })
const Tenant = Type.String({ pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$', default: 'default' })

const textHeaders = (headers: Readonly<Record<string, string | string[] | undefined>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? undefined : value]),
  )

/** The signature covers the bytes as they were sent, so this route reads no JSON. */
export const registerRegistryNoticeRoutes = (
  app: FastifyInstance,
  { notices }: { readonly notices: Notices },
): void => {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
      (_request, body, done) => done(null, body),
    )
    scope.post<{ Params: { name: string }; Querystring: { tenant: string }; Body: Buffer }>(
      '/registries/:name/notices',
      {
        bodyLimit: BODY_LIMIT,
        config: { public: true },
        schema: {
          tags: ['registries'],
          operationId: 'sendRegistryNotice',
          summary: 'Webhook of a registry: signed by it, answered at once, makes it be read again',
          security: [],
          params: Type.Object({ name: Name }),
          querystring: Type.Object({ tenant: Type.Optional(Tenant) }, { additionalProperties: false }),
          response: {
            202: Type.Object({ accepted: Type.Boolean({ description: 'False when it came before.' }) }),
          },
        },
      },
      async (request, reply) => {
        const { params, query, headers, body } = request
        const accepted = await notices.accept(
          query.tenant ?? 'default',
          params.name,
          textHeaders(headers),
          body,
        )
        return reply.code(202).send({ accepted })
      },
    )
  })
}
