/** HTTP ↔ routes and their live statistics. The inference API itself is served by `handle`, not by these. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { MODEL_NAME_PATTERN } from '@rampart/domain'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { RouteResources } from './route-resources.ts'
import type { RouteResource } from './store.ts'

const Name = Type.String({ pattern: MODEL_NAME_PATTERN })
const Params = Type.Object({ name: Name }, { additionalProperties: false })
const Schema = Type.Record(Type.String(), Type.Unknown())

const RouteView = Type.Object({
  name: Type.String(),
  model: Type.String(),
  payloadSchema: Type.Optional(Schema),
  revision: Type.Integer(),
  updatedBy: Type.String(),
  updatedAt: Type.String(),
  versions: Type.Array(
    Type.Object({ version: Type.String(), digest: Type.String(), isDefault: Type.Boolean() }),
  ),
})

/** What the router serves under a name right now. */
export type ServedVersion = { readonly version: string; readonly digest: string; readonly isDefault: boolean }

export type RouteRoutesDeps = {
  readonly routes: RouteResources
  /** Every route name being served, with the model behind it. */
  readonly served: (
    tenant: string,
  ) => readonly (ServedVersion & { readonly name: string; readonly model: string })[]
  readonly stats: (tenant: string, name: string) => unknown
}

/** Stored routes and those that exist by a model's own name, in one list. */
const viewAll = (
  stored: readonly RouteResource[],
  served: ReturnType<RouteRoutesDeps['served']>,
): (RouteResource & { versions: ServedVersion[] })[] => {
  const versionsOf = (name: string) =>
    served
      .filter((one) => one.name === name)
      .map(({ version, digest, isDefault }) => ({ version, digest, isDefault }))
  const implicit = [...new Map(served.map(({ name, model }) => [name, model]))]
    .filter(([name]) => !stored.some((route) => route.name === name))
    .map(([name, model]) => ({ name, model, revision: 0, updatedBy: 'component:serving', updatedAt: '' }))
  return [...stored, ...implicit]
    .map((route) => ({ ...route, versions: versionsOf(route.name) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

export const registerServingRoutes = (instance: FastifyInstance, deps: RouteRoutesDeps): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const entity = (request: { params: unknown }) => ({
    kind: 'route',
    id: (request.params as { name: string }).name,
  })
  const list = async (tenant: string) => viewAll(await deps.routes.list(tenant), deps.served(tenant))

  app.get(
    '/routes',
    {
      config: { action: 'route:read' },
      schema: {
        tags: ['routes'],
        operationId: 'listRoutes',
        summary: 'Routes, stored and implied by deployed models',
        response: { 200: Type.Object({ items: Type.Array(RouteView) }) },
      },
    },
    async (request) => ({ items: (await list(request.principal.tenant)) as never }),
  )

  app.get(
    '/routes/:name',
    {
      config: { action: 'route:read', entity },
      schema: {
        tags: ['routes'],
        operationId: 'getRoute',
        summary: 'One route',
        params: Params,
        response: { 200: RouteView },
      },
    },
    async (request) => {
      const { tenant } = request.principal
      const found = (await list(tenant)).find((route) => route.name === request.params.name)
      return (found ?? (await deps.routes.get(tenant, request.params.name))) as never
    },
  )

  app.put(
    '/routes/:name',
    {
      config: { action: 'route:write', entity },
      schema: {
        tags: ['routes'],
        operationId: 'putRoute',
        summary: 'Create or replace a route',
        params: Params,
        body: Type.Object(
          { model: Name, payloadSchema: Type.Optional(Schema) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Omit(RouteView, ['versions']) },
      },
    },
    async (request) =>
      (await deps.routes.put(request.principal, { name: request.params.name, ...request.body })) as never,
  )

  app.delete(
    '/routes/:name',
    {
      config: { action: 'route:write', entity },
      schema: {
        tags: ['routes'],
        operationId: 'deleteRoute',
        summary: 'Remove a stored route',
        params: Params,
      },
    },
    async (request, reply) => {
      await deps.routes.remove(request.principal, request.params.name)
      return reply.code(204).send()
    },
  )

  app.get(
    '/routes/:name/stats',
    {
      config: { action: 'route:read', entity },
      schema: {
        tags: ['routes'],
        operationId: 'getRouteStats',
        summary: 'Live latency, errors, decisions and predictions of one route',
        params: Params,
        response: { 200: Type.Record(Type.String(), Type.Unknown()) },
      },
    },
    async (request) => deps.stats(request.principal.tenant, request.params.name) as Record<string, unknown>,
  )
}
