/** HTTP ↔ routes and their live statistics. The inference API itself is served by `handle`, not by these. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { MODEL_NAME_PATTERN } from '@rampart/domain'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { BackendResources } from './backend-resources.ts'
import { registerBackendRoutes } from './backend-routes.ts'
import { servingErrors } from './errors.ts'
import { type PlanRoutesDeps, registerPlanRoutes } from './plan-routes.ts'
import { IfMatch, readRevision } from './revision-header.ts'
import type { RouteResources } from './route-resources.ts'
import { type RouteSpec, RouteSpecSchema, specOfModel } from './route-spec.ts'
import { plainStats, StatsView, type VersionStats } from './stats-view.ts'
import type { RouteResource } from './store.ts'

const Name = Type.String({ pattern: MODEL_NAME_PATTERN })
const Params = Type.Object({ name: Name }, { additionalProperties: false })
const Schema = Type.Record(Type.String(), Type.Unknown())

const CanaryView = Type.Object(
  {
    key: Type.String(),
    phase: Type.Enum(['running', 'promoted', 'rolled-back']),
    step: Type.Integer({ description: 'Index of the step in force.' }),
    since: Type.String(),
    reason: Type.Optional(Type.String()),
  },
  { description: 'Where the canary is; absent before its first step was judged.' },
)

const RouteView = Type.Object({
  name: Type.String(),
  model: Type.String({ description: 'Of the first backend.' }),
  payloadSchema: Type.Optional(Schema),
  spec: RouteSpecSchema,
  canary: Type.Optional(CanaryView),
  revision: Type.Integer(),
  updatedBy: Type.String(),
  updatedAt: Type.String(),
  versions: Type.Array(
    Type.Object({ version: Type.String(), digest: Type.String(), isDefault: Type.Boolean() }),
  ),
})

/** What the router serves under a name right now. */
export type ServedVersion = { readonly version: string; readonly digest: string; readonly isDefault: boolean }

export type RouteRoutesDeps = Pick<PlanRoutesDeps, 'plan'> & {
  readonly backends: BackendResources
  readonly routes: RouteResources
  /** Every route name being served, with the model behind it. */
  readonly served: (
    tenant: string,
  ) => readonly (ServedVersion & { readonly name: string; readonly model: string })[]
  /** One entry per served version, the default one first. */
  readonly stats: (tenant: string, name: string) => readonly VersionStats[]
}

/** The earlier form; `body` may be anything, its whole shape is checked where routes are written. */
const isShort = (
  body: unknown,
): body is { readonly model: string; readonly payloadSchema?: Record<string, unknown> } =>
  typeof body === 'object' && body !== null && 'model' in body && !('backends' in body)

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
    .map(([name, model]) => ({
      name,
      model,
      spec: specOfModel(model),
      revision: 0,
      updatedBy: 'component:serving',
      updatedAt: '',
    }))
  return [...stored, ...implicit]
    .map((route) => ({ ...route, versions: versionsOf(route.name) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

export const registerServingRoutes = (instance: FastifyInstance, deps: RouteRoutesDeps): void => {
  registerPlanRoutes(instance, deps)
  registerBackendRoutes(instance, deps)
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
    async (request, reply) => {
      const { tenant } = request.principal
      const found = (await list(tenant)).find((route) => route.name === request.params.name)
      const route = found ?? (await deps.routes.get(tenant, request.params.name))
      reply.header('etag', `"${route.revision}"`)
      return route as never
    },
  )

  app.put(
    '/routes/:name',
    {
      config: { action: 'route:write', entity },
      // The resource tells every mistake with its place; the validator of requests would tell the first.
      attachValidation: true,
      schema: {
        tags: ['routes'],
        operationId: 'putRoute',
        summary: 'Create or replace a route',
        params: Params,
        headers: IfMatch,
        body: Type.Union([
          RouteSpecSchema,
          Type.Object({ model: Name, payloadSchema: Type.Optional(Schema) }, { additionalProperties: false }),
        ]),
        response: { 200: Type.Omit(RouteView, ['versions']) },
      },
    },
    async (request, reply) => {
      const { body, validationError } = request
      if (validationError !== undefined && validationError.validationContext !== 'body') throw validationError
      const spec = isShort(body) ? specOfModel(body.model, body.payloadSchema) : (body as RouteSpec)
      const saved = await deps.routes.put(request.principal, {
        name: request.params.name,
        spec,
        ...readRevision(request.headers),
      })
      reply.header('etag', `"${saved.revision}"`)
      return saved as never
    },
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
        headers: IfMatch,
      },
    },
    async (request, reply) => {
      const { revision } = readRevision(request.headers)
      await deps.routes.remove(request.principal, request.params.name, revision)
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
        response: { 200: Type.Object({ versions: Type.Array(StatsView) }) },
      },
    },
    async ({ principal: { tenant }, params: { name } }) => {
      const versions = deps.stats(tenant, name).map(plainStats)
      const isKnown = versions.length > 0 || (await list(tenant)).some((route) => route.name === name)
      if (!isKnown) throw servingErrors.SERVING_ROUTE_UNKNOWN(`There is no route ${name}.`)
      return { versions }
    },
  )
}
