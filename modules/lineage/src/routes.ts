/** HTTP ↔ lineage. `POST /lineage` takes what OpenLineage clients send to `/api/v1/lineage`. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Lineage } from './lineage.ts'
import { RunEventSchema } from './openlineage/event-schema.ts'
import {
  closed,
  DatasetQuery,
  DatasetVersionsSchema,
  EventsQuery,
  GraphQuery,
  LineageGraphSchema,
  NameSchema,
  VersionParams,
  VersionSchema,
} from './schemas.ts'

const withTypes = (instance: FastifyInstance) => instance.withTypeProvider<TypeBoxTypeProvider>()
type App = ReturnType<typeof withTypes>

export const registerLineageRoutes = (
  instance: FastifyInstance,
  { lineage }: { readonly lineage: Lineage },
): void => {
  const app = withTypes(instance)
  registerOpenLineage(app, lineage)
  registerReads(app, lineage)
}

const registerOpenLineage = (app: App, lineage: Lineage): void => {
  app.post(
    '/lineage',
    {
      bodyLimit: 262_144,
      config: { action: 'lineage:write' },
      schema: {
        tags: ['lineage'],
        operationId: 'recordLineageEvent',
        summary: 'Take in an OpenLineage RunEvent; the same event again changes nothing',
        body: RunEventSchema,
        response: { 201: Type.Object({ outcome: Type.Enum(['recorded', 'known', 'own']) }) },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await lineage.recordEvent(request.principal, request.body)),
  )
  app.get(
    '/lineage/events',
    {
      config: { action: 'lineage:read' },
      schema: {
        tags: ['lineage'],
        operationId: 'listLineageEvents',
        summary: 'What Rampart did with versions as OpenLineage RunEvents, oldest first',
        querystring: EventsQuery,
        response: { 200: Type.Object({ items: Type.Array(RunEventSchema), nextCursor: Type.String() }) },
      },
    },
    async (request) => {
      const { after, limit = 100 } = request.query
      const { events, cursor } = await lineage.ownEvents(request.principal.tenant, after, limit)
      return { items: [...events], nextCursor: cursor }
    },
  )
  app.post(
    '/models/:name/versions/:version/bom',
    {
      bodyLimit: 4 * 1024 ** 2,
      config: { action: 'lineage:write' },
      schema: {
        tags: ['lineage'],
        operationId: 'importModelBom',
        summary: 'Take lineage from a CycloneDX bill of materials: datasets, ancestors and code',
        params: VersionParams,
        body: Type.Record(Type.String(), Type.Unknown(), { description: 'CycloneDX 1.5 to 1.7, JSON' }),
        response: {
          201: Type.Object({
            datasets: Type.Integer(),
            ancestors: Type.Integer(),
            digestMatched: Type.Boolean({ description: 'False when the document states no digest.' }),
          }),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await lineage.importBom(request.principal, request.params, request.body)),
  )
}

const registerReads = (app: App, lineage: Lineage): void => {
  app.get(
    '/lineage/:name/:version',
    {
      config: { action: 'lineage:read' },
      schema: {
        tags: ['lineage'],
        operationId: 'getLineage',
        summary: 'What a version was made from and what was made from it',
        params: Type.Object({ name: NameSchema, version: VersionSchema }, closed),
        querystring: GraphQuery,
        response: { 200: LineageGraphSchema },
      },
    },
    async (request) => {
      const { depth = 5, direction = 'both' } = request.query
      const graph = await lineage.graph(request.principal.tenant, request.params, { depth, direction })
      return graph as never
    },
  )
  app.get(
    '/lineage/datasets',
    {
      config: { action: 'lineage:read' },
      schema: {
        tags: ['lineage'],
        operationId: 'listVersionsOfDataset',
        summary: 'Versions that have seen a dataset, directly or by way of others',
        querystring: DatasetQuery,
        response: { 200: DatasetVersionsSchema },
      },
    },
    async (request) => (await lineage.versionsOfDataset(request.principal.tenant, request.query)) as never,
  )
}
