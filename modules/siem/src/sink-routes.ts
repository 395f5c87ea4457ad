/** HTTP ↔ sinks. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { MODEL_NAME_PATTERN } from '@rampart/domain'
import { cursorOf, ListQuery, readCursor } from '@rampart/kit'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { IfMatch, readRevision } from './revision-header.ts'
import { SinkSpecSchema } from './sink-spec.ts'
import type { Sinks } from './sinks.ts'

const Params = Type.Object(
  { name: Type.String({ pattern: MODEL_NAME_PATTERN }) },
  { additionalProperties: false },
)
const Status = Type.Object({
  phase: Type.Enum(['idle', 'sending', 'waiting', 'stopped']),
  queued: Type.Integer(),
  held: Type.Integer({
    description: 'Written without acknowledgement, kept 30 s in case the connection breaks.',
  }),
  dead: Type.Integer(),
  delivered: Type.Integer(),
  leftOut: Type.Integer({
    description: 'Records of inference and decisions that the filter and the sample left out.',
  }),
  lagSeconds: Type.Number(),
  failures: Type.Integer(),
  lastDeliveredAt: Type.Optional(Type.String()),
  lastError: Type.Optional(Type.String()),
  lastErrorAt: Type.Optional(Type.String()),
})

const SinkViewSchema = Type.Object({
  name: Type.String(),
  spec: SinkSpecSchema,
  revision: Type.Integer(),
  updatedBy: Type.String(),
  updatedAt: Type.String(),
  status: Status,
})

const DeadLetter = Type.Object({
  seq: Type.String(),
  eventId: Type.String(),
  reason: Type.String(),
  queuedAt: Type.String(),
  record: Type.Record(Type.String(), Type.Unknown()),
})

const tags = ['sinks']
const entity = (request: { params: unknown }) => ({
  kind: 'sink',
  id: (request.params as { name: string }).name,
})

const registerResources = (instance: FastifyInstance, sinks: Sinks): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/sinks',
    {
      config: { action: 'sink:read' },
      schema: {
        tags,
        operationId: 'listSinks',
        summary: 'Where records are exported to, with the state of each queue',
        response: { 200: Type.Object({ items: Type.Array(SinkViewSchema) }) },
      },
    },
    async (request) => ({ items: (await sinks.list(request.principal.tenant)) as never }),
  )
  app.get(
    '/sinks/:name',
    {
      config: { action: 'sink:read', entity },
      schema: {
        tags,
        operationId: 'getSink',
        summary: 'One sink; ETag is the revision for If-Match',
        params: Params,
        response: { 200: SinkViewSchema },
      },
    },
    async ({ principal, params }, reply) => {
      const found = await sinks.get(principal.tenant, params.name)
      reply.header('etag', `"${found.revision}"`)
      return found as never
    },
  )
  app.put(
    '/sinks/:name',
    {
      config: { action: 'sink:write', entity },
      schema: {
        tags,
        operationId: 'putSink',
        summary: 'Create or replace a sink; a new one begins with what happens from now on',
        params: Params,
        headers: IfMatch,
        body: SinkSpecSchema,
        response: { 200: SinkViewSchema },
      },
    },
    async ({ principal, params, body, headers }, reply) => {
      const saved = await sinks.put(principal, { name: params.name, spec: body, ...readRevision(headers) })
      reply.header('etag', `"${saved.revision}"`)
      return saved as never
    },
  )
  app.delete(
    '/sinks/:name',
    {
      config: { action: 'sink:write', entity },
      schema: {
        tags,
        operationId: 'deleteSink',
        summary: 'Remove a sink and everything that waits in its queue',
        params: Params,
        headers: IfMatch,
      },
    },
    async ({ principal, params, headers }, reply) => {
      await sinks.remove(principal, params.name, readRevision(headers).revision)
      return reply.code(204).send()
    },
  )
}

const registerDeadLetters = (instance: FastifyInstance, sinks: Sinks): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/sinks/:name/dead-letters',
    {
      config: { action: 'sink:read', entity },
      schema: {
        tags,
        operationId: 'listDeadLetters',
        summary: 'Records that the receiver will never take, newest first, each with the reason',
        params: Params,
        querystring: ListQuery,
        response: {
          200: Type.Object({ items: Type.Array(DeadLetter), nextCursor: Type.Optional(Type.String()) }),
        },
      },
    },
    async ({ principal, params, query }) => {
      const { limit = 100, cursor } = query
      const before = cursor === undefined ? undefined : readCursor<{ seq: string }>(cursor, ['seq']).seq
      const found = await sinks.deadLetters(principal.tenant, params.name, before, limit + 1)
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return {
        items,
        ...(found.length > limit && last !== undefined ? { nextCursor: cursorOf({ seq: last.seq }) } : {}),
      }
    },
  )
  app.post(
    '/sinks/:name/dead-letters/retry',
    {
      config: { action: 'sink:write', entity },
      schema: {
        tags,
        operationId: 'retryDeadLetters',
        summary: 'Put dead letters back into the queue, all or the named ones',
        params: Params,
        body: Type.Object(
          { eventIds: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 1000 })) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ requeued: Type.Integer() }) },
      },
    },
    async ({ principal, params, body }) => ({
      requeued: await sinks.requeue(principal, params.name, body.eventIds),
    }),
  )
}

export const registerSinkRoutes = (instance: FastifyInstance, { sinks }: { readonly sinks: Sinks }): void => {
  registerResources(instance, sinks)
  registerDeadLetters(instance, sinks)
}
