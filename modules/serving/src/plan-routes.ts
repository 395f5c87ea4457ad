/** HTTP ↔ how a route chooses right now, and a person's word on its canary. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { MODEL_NAME_PATTERN, principalName } from '@rampart/domain'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { PlanInfo } from './route-plan.ts'
import type { RouteResources } from './route-resources.ts'

const Params = Type.Object(
  { name: Type.String({ pattern: MODEL_NAME_PATTERN }) },
  { additionalProperties: false },
)
const Count = Type.Integer()
const Told = Type.Object({
  version: Type.String(),
  label: Type.Optional(Type.String()),
  score: Type.Optional(Type.Number()),
})

const ShadowView = Type.Object({
  model: Type.String(),
  version: Type.String(),
  sent: Count,
  compared: Count,
  equal: Count,
  labelsDiffer: Count,
  floatsDiffer: Count,
  failed: Count,
  dropped: Type.Integer({ description: 'Copies not sent because the shadow had not kept up.' }),
  largest: Type.Number({ description: 'Largest distance between two floats.' }),
  examples: Type.Array(
    Type.Object({
      time: Type.String(),
      requestId: Type.Optional(Type.String()),
      rows: Count,
      primary: Told,
      shadow: Told,
      largest: Type.Optional(Type.Number()),
    }),
    { description: 'Answers that differed, newest first; no payloads.' },
  ),
})

const PlanView = Type.Object({
  backends: Type.Array(
    Type.Object({
      model: Type.String(),
      version: Type.String(),
      backend: Type.Optional(Type.String()),
      endpoints: Type.Optional(
        Type.Array(
          Type.Object({
            url: Type.String(),
            state: Type.Enum(['up', 'not-ready', 'unverified', 'ejected']),
          }),
        ),
      ),
      share: Type.Number({ description: 'Of the calls, 0 to 1, among the versions that can answer.' }),
    }),
  ),
  shadow: Type.Optional(ShadowView),
})

export type PlanRoutesDeps = {
  readonly routes: Pick<RouteResources, 'moveCanary'>
  readonly plan: (tenant: string, name: string) => PlanInfo | undefined
}

export const registerPlanRoutes = (instance: FastifyInstance, deps: PlanRoutesDeps): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const entity = (request: { params: unknown }) => ({
    kind: 'route',
    id: (request.params as { name: string }).name,
  })

  app.get(
    '/routes/:name/plan',
    {
      config: { action: 'route:read', entity },
      schema: {
        tags: ['routes'],
        operationId: 'getRoutePlan',
        summary: 'Shares and shadow of one route as they are in force; empty when it has nothing to choose',
        params: Params,
        response: { 200: PlanView },
      },
    },
    async (request) =>
      (deps.plan(request.principal.tenant, request.params.name) ?? { backends: [] }) as never,
  )

  app.post(
    '/routes/:name/canary',
    {
      config: { action: 'route:write', entity },
      schema: {
        tags: ['routes'],
        operationId: 'moveRouteCanary',
        summary: 'Promote the candidate of a canary, or roll it back',
        params: Params,
        body: Type.Object(
          {
            action: Type.Enum(['promote', 'roll-back']),
            reason: Type.Optional(Type.String({ maxLength: 1024 })),
          },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ phase: Type.String(), revision: Type.Integer() }) },
      },
    },
    async ({ principal, params, body }) => {
      const phase = body.action === 'promote' ? ('promoted' as const) : ('rolled-back' as const)
      const who = { tenant: principal.tenant, by: principalName(principal) }
      const reason = body.reason === undefined ? {} : { reason: body.reason }
      const { revision } = await deps.routes.moveCanary(who, params.name, { phase, step: 0, ...reason })
      return { phase, revision }
    },
  )
}
