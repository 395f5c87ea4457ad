/** HTTP ↔ backends. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { MODEL_NAME_PATTERN } from '@rampart/domain'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { BackendResources } from './backend-resources.ts'
import { BackendSpecSchema } from './backend-spec.ts'
import { IfMatch, readRevision } from './revision-header.ts'

const Params = Type.Object(
  { name: Type.String({ pattern: MODEL_NAME_PATTERN }) },
  { additionalProperties: false },
)

const BackendView = Type.Object({
  name: Type.String(),
  spec: BackendSpecSchema,
  revision: Type.Integer(),
  updatedBy: Type.String(),
  updatedAt: Type.String(),
})

export const registerBackendRoutes = (
  instance: FastifyInstance,
  { backends }: { readonly backends: BackendResources },
): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const entity = (request: { params: unknown }) => ({
    kind: 'backend',
    id: (request.params as { name: string }).name,
  })
  const tags = ['backends']

  app.get(
    '/backends',
    {
      config: { action: 'backend:read' },
      schema: {
        tags,
        operationId: 'listBackends',
        summary: 'Servers elsewhere that may run registered versions',
        response: { 200: Type.Object({ items: Type.Array(BackendView) }) },
      },
    },
    async (request) => ({ items: (await backends.list(request.principal.tenant)) as never }),
  )

  app.get(
    '/backends/:name',
    {
      config: { action: 'backend:read', entity },
      schema: {
        tags,
        operationId: 'getBackend',
        summary: 'One backend; ETag is the revision for If-Match',
        params: Params,
        response: { 200: BackendView },
      },
    },
    async ({ principal, params }, reply) => {
      const found = await backends.get(principal.tenant, params.name)
      reply.header('etag', `"${found.revision}"`)
      return found as never
    },
  )

  app.put(
    '/backends/:name',
    {
      config: { action: 'backend:write', entity },
      schema: {
        tags,
        operationId: 'putBackend',
        summary: 'Create or replace a backend',
        params: Params,
        headers: IfMatch,
        body: BackendSpecSchema,
        response: { 200: BackendView },
      },
    },
    async ({ principal, params, body, headers }, reply) => {
      const saved = await backends.put(principal, { name: params.name, spec: body, ...readRevision(headers) })
      reply.header('etag', `"${saved.revision}"`)
      return saved as never
    },
  )

  app.delete(
    '/backends/:name',
    {
      config: { action: 'backend:write', entity },
      schema: {
        tags,
        operationId: 'deleteBackend',
        summary: 'Remove a backend that no route leads to',
        params: Params,
        headers: IfMatch,
      },
    },
    async ({ principal, params, headers }, reply) => {
      await backends.remove(principal, params.name, readRevision(headers).revision)
      return reply.code(204).send()
    },
  )
}
