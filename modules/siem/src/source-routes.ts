/** HTTP ↔ alert sources, what they post, and sightings. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { MODEL_NAME_PATTERN } from '@rampart/domain'
import { cursorOf, ListQuery, readCursor } from '@rampart/kit'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { IfMatch, readRevision } from './revision-header.ts'
import { SourceSpecSchema } from './source-spec.ts'
import type { Sources } from './sources.ts'

const Params = Type.Object(
  { name: Type.String({ pattern: MODEL_NAME_PATTERN }) },
  { additionalProperties: false },
)

const View = Type.Object({
  name: Type.String(),
  spec: SourceSpecSchema,
  revision: Type.Integer(),
  updatedBy: Type.String(),
  updatedAt: Type.String(),
  status: Type.Object({
    signals: Type.Integer(),
    sightings: Type.Integer(),
    duplicates: Type.Integer(),
    refused: Type.Integer(),
    dropped: Type.Integer({ description: 'Datagrams beyond the rate or the buffer, broken connections.' }),
    port: Type.Optional(Type.Integer()),
    lastAt: Type.Optional(Type.String()),
    lastError: Type.Optional(Type.String()),
  }),
})

const Sighting = Type.Object({
  seq: Type.String(),
  source: Type.String(),
  count: Type.Integer(),
  firstTime: Type.String(),
  lastTime: Type.String(),
  sighting: Type.Record(Type.String(), Type.Unknown()),
})

const MAX_BODY_BYTES = 4 * 1024 * 1024
const MAX_TOLD = 100
const tags = ['alerts']
const entity = (request: { params: unknown }) => ({
  kind: 'source',
  id: (request.params as { name: string }).name,
})

/** Lines of text, or JSON: one event, a list of events, or `{"lines": […]}`. */
const linesOf = (body: unknown): string[] => {
  if (typeof body === 'string') return body.split('\n')
  const lines = (body as { readonly lines?: unknown } | null)?.lines
  const list = Array.isArray(body) ? body : Array.isArray(lines) ? lines : [body]
  return list.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
}

const registerResources = (instance: FastifyInstance, sources: Sources): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/alert-sources',
    {
      config: { action: 'alert-source:read' },
      schema: {
        tags,
        operationId: 'listAlertSources',
        summary: 'Sensors that tell us alerts, with what came of them',
        response: { 200: Type.Object({ items: Type.Array(View) }) },
      },
    },
    async (request) => ({ items: (await sources.list(request.principal.tenant)) as never }),
  )
  app.get(
    '/alert-sources/:name',
    {
      config: { action: 'alert-source:read', entity },
      schema: {
        tags,
        operationId: 'getAlertSource',
        summary: 'One alert source; ETag is the revision for If-Match',
        params: Params,
        response: { 200: View },
      },
    },
    async ({ principal, params }, reply) => {
      const found = await sources.get(principal.tenant, params.name)
      reply.header('etag', `"${found.revision}"`)
      return found as never
    },
  )
  app.put(
    '/alert-sources/:name',
    {
      config: { action: 'alert-source:write', entity },
      schema: {
        tags,
        operationId: 'putAlertSource',
        summary: 'Create or replace an alert source',
        params: Params,
        headers: IfMatch,
        body: SourceSpecSchema,
        response: { 200: View },
      },
    },
    async ({ principal, params, body, headers }, reply) => {
      const saved = await sources.put(principal, { name: params.name, spec: body, ...readRevision(headers) })
      reply.header('etag', `"${saved.revision}"`)
      return saved as never
    },
  )
  app.delete(
    '/alert-sources/:name',
    {
      config: { action: 'alert-source:write', entity },
      schema: {
        tags,
        operationId: 'deleteAlertSource',
        summary: 'Remove an alert source with its sightings',
        params: Params,
        headers: IfMatch,
      },
    },
    async ({ principal, params, headers }, reply) => {
      await sources.remove(principal, params.name, readRevision(headers).revision)
      return reply.code(204).send()
    },
  )
}

const registerIntake = (instance: FastifyInstance, sources: Sources): void => {
  instance.register(async (scope) => {
    scope.addContentTypeParser(
      'application/x-ndjson',
      { parseAs: 'string', bodyLimit: MAX_BODY_BYTES },
      (_request, body, done) => done(null, body),
    )
    scope.withTypeProvider<TypeBoxTypeProvider>().post(
      '/intake/:name',
      {
        bodyLimit: MAX_BODY_BYTES,
        config: { action: 'intake:write', entity },
        schema: {
          tags,
          operationId: 'postAlerts',
          summary:
            'Alerts of a source: lines (application/x-ndjson), one JSON event, a list, or {"lines": [...]}',
          params: Params,
          body: Type.Unknown(),
          response: {
            200: Type.Object({
              signals: Type.Integer(),
              sightings: Type.Integer(),
              duplicates: Type.Integer(),
              refusedCount: Type.Integer(),
              refused: Type.Array(Type.Object({ line: Type.Integer(), reason: Type.String() }), {
                description: 'The first 100.',
              }),
            }),
          },
        },
      },
      async ({ principal, params, body }) => {
        const { refused, ...counts } = await sources.post(principal.tenant, params.name, linesOf(body))
        return { ...counts, refusedCount: refused.length, refused: refused.slice(0, MAX_TOLD) }
      },
    )
  })
}

export const registerSourceRoutes = (
  instance: FastifyInstance,
  { sources }: { readonly sources: Sources },
): void => {
  registerResources(instance, sources)
  registerIntake(instance, sources)
  instance.withTypeProvider<TypeBoxTypeProvider>().get(
    '/sightings',
    {
      config: { action: 'sighting:read' },
      schema: {
        tags,
        operationId: 'listSightings',
        summary: 'What sensors saw without calling it bad, newest kind first',
        querystring: Type.Object(
          {
            ...ListQuery.properties,
            source: Type.Optional(Type.String({ maxLength: 128 })),
            value: Type.Optional(
              Type.String({
                maxLength: 2048,
                description: 'Of an observable: an address, a domain, a URL …',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({ items: Type.Array(Sighting), nextCursor: Type.Optional(Type.String()) }),
        },
      },
    },
    async ({ principal, query }) => {
      const { limit = 100, cursor, source, value } = query
      const before = cursor === undefined ? undefined : readCursor<{ seq: string }>(cursor, ['seq']).seq
      const found = await sources.sightings(principal.tenant, {
        limit: limit + 1,
        ...(source === undefined ? {} : { source }),
        ...(value === undefined ? {} : { value }),
        ...(before === undefined ? {} : { before }),
      })
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return {
        items: items as never,
        ...(found.length > limit && last !== undefined ? { nextCursor: cursorOf({ seq: last.seq }) } : {}),
      }
    },
  )
}
