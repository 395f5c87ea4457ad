/** HTTP ↔ the difference of two versions. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { closed, NameSchema, VersionSchema } from '../schemas.ts'
import { type createDifference, SECTIONS } from './difference.ts'

const text = Type.String()
const Section = Type.Object({
  same: Type.Integer(),
  total: Type.Integer({ description: 'Changes; more than are listed when they were cut.' }),
  changes: Type.Array(
    Type.Object({
      change: Type.Enum(['added', 'removed', 'changed']),
      kind: text,
      name: text,
      from: Type.Optional(text),
      to: Type.Optional(text),
    }),
  ),
})
const Side = Type.Object({
  version: text,
  digest: text,
  stage: text,
  createdAt: text,
  createdBy: text,
  verdict: Type.Optional(Type.Object({ decision: Type.Enum(['allow', 'deny']), reasons: Type.Array(text) })),
})
const sections = Object.fromEntries(SECTIONS.map((name) => [name, Section])) as Record<
  (typeof SECTIONS)[number],
  typeof Section
>
const count = Type.Integer()

export const DifferenceSchema = Type.Object({
  name: text,
  from: Side,
  to: Side,
  sections: Type.Object(sections),
  graph: Type.Object({
    unavailable: Type.Optional(Type.String({ description: 'Why there is no comparison of graphs.' })),
    verdict: Type.Optional(Type.Enum(['identical', 'metadata', 'weights', 'architecture'])),
    nodes: Type.Optional(Type.Object({ same: count, added: count, removed: count, changed: count })),
    tensors: Type.Optional(Type.Object({ same: count, added: count, removed: count, changed: count })),
  }),
})

export const registerDifferenceRoute = (
  instance: FastifyInstance,
  { difference }: { readonly difference: ReturnType<typeof createDifference> },
): void => {
  instance.withTypeProvider<TypeBoxTypeProvider>().get(
    '/models/:name/difference',
    {
      config: { action: 'model:read' },
      schema: {
        tags: ['models'],
        operationId: 'getVersionDifference',
        summary: 'What lies between two versions of a model',
        params: Type.Object({ name: NameSchema }, closed),
        querystring: Type.Object({ from: VersionSchema, to: VersionSchema }, closed),
        response: { 200: DifferenceSchema },
      },
    },
    async (request) => {
      const { from, to } = request.query
      return (await difference(request.principal.tenant, request.params.name, from, to)) as never
    },
  )
}
