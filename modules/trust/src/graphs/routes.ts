/** HTTP ↔ graphs of model versions. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { MODEL_NAME_PATTERN, VERSION_PATTERN } from '@rampart/domain'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { createModelGraphs, type ModelGraphDeps } from './model-graphs.ts'
import { DiffView, GraphViewSchema } from './schemas.ts'

const closed = { additionalProperties: false } as const
const params = Type.Object(
  { name: Type.String({ pattern: MODEL_NAME_PATTERN }), version: Type.String({ pattern: VERSION_PATTERN }) },
  closed,
)

export const registerModelGraphRoutes = (instance: FastifyInstance, deps: ModelGraphDeps): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const graphs = createModelGraphs(deps)
  app.get(
    '/models/:name/versions/:version/graph',
    {
      config: { action: 'model:read' },
      schema: {
        tags: ['models'],
        operationId: 'getModelGraph',
        summary: 'The graph of an ONNX model: lint findings and a picture of bounded size',
        params,
        response: { 200: GraphViewSchema },
      },
    },
    async (request) => (await graphs.graph(request.principal.tenant, request.params)) as never,
  )
  app.get(
    '/models/:name/versions/:version/graph/diff',
    {
      config: { action: 'model:read' },
      schema: {
        tags: ['models'],
        operationId: 'getModelGraphDiff',
        summary: 'What changed in the graph since another version: by default the one that is served',
        params,
        querystring: Type.Object(
          {
            against: Type.Optional(
              Type.String({ pattern: VERSION_PATTERN, description: 'Version of the same model.' }),
            ),
          },
          closed,
        ),
        response: { 200: DiffView },
      },
    },
    async (request) =>
      (await graphs.diff(request.principal.tenant, request.params, request.query.against)) as never,
  )
}
