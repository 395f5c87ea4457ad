/** HTTP ↔ the decision log. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { EntityKind } from '@rampart/domain'
import { cursorOf, ListQuery, readCursor } from '@rampart/kit'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Policy } from './policy.ts'
import { DecisionSchema } from './schemas.ts'

const DecisionQuery = Type.Object(
  {
    ...ListQuery.properties,
    pack: Type.Optional(Type.String({ maxLength: 64 })),
    principal: Type.Optional(Type.String({ maxLength: 256, description: 'kind:id' })),
    allow: Type.Optional(Type.Boolean()),
    routine: Type.Optional(
      Type.Boolean({
        description: 'false leaves out allowed reads, of which every look at a page makes some.',
      }),
    ),
    entity: Type.Optional(Type.String({ maxLength: 600, pattern: '^[a-z-]+:.+$', description: 'kind:id' })),
  },
  { additionalProperties: false },
)

const entityOf = (text: string) => {
  const at = text.indexOf(':')
  return { kind: text.slice(0, at) as EntityKind, id: text.slice(at + 1) }
}

/** Registers the decision log's route. */
export function registerDecisionRoutes(
  instance: FastifyInstance,
  { policy }: { readonly policy: Pick<Policy, 'decisions'> },
): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/decisions',
    {
      config: { action: 'decision:read' },
      schema: {
        tags: ['decisions'],
        operationId: 'listDecisions',
        summary: 'Decisions, newest first',
        querystring: DecisionQuery,
        response: {
          200: Type.Object({
            items: Type.Array(DecisionSchema),
            nextCursor: Type.Optional(Type.String()),
          }),
        },
      },
    },
    async (request) => {
      const { limit = 100, cursor, entity, ...filter } = request.query
      const before = cursor === undefined ? undefined : readCursor<{ seq: string }>(cursor, ['seq']).seq
      const found = await policy.decisions(request.principal.tenant, {
        ...filter,
        limit: limit + 1,
        ...(entity !== undefined && { entity: entityOf(entity) }),
        ...(before !== undefined && /^\d{1,18}$/.test(before) && { before }),
      })
      const items = found.slice(0, limit).map(({ tenant: _, reasons, obligations, ...rest }) => ({
        ...rest,
        reasons: [...reasons],
        obligations: { ...obligations },
      }))
      const last = items.at(-1)
      return { items, ...(found.length > limit && last && { nextCursor: cursorOf({ seq: last.seq }) }) }
    },
  )
}
