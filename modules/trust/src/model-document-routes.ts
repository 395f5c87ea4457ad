/** HTTP ↔ bills of materials and provenance of model versions. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { BOM_SPECS, bomMediaType } from '@rampart/codecs'
import { MODEL_NAME_PATTERN, VERSION_PATTERN } from '@rampart/domain'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { createModelDocuments, type ModelDocumentDeps } from './model-documents.ts'

const closed = { additionalProperties: false } as const
const params = Type.Object(
  { name: Type.String({ pattern: MODEL_NAME_PATTERN }), version: Type.String({ pattern: VERSION_PATTERN }) },
  closed,
)
const EnvelopeSchema = Type.Object({
  payloadType: Type.String(),
  payload: Type.String({ description: 'base64 of an in-toto statement' }),
  signatures: Type.Array(Type.Object({ keyid: Type.String(), sig: Type.String() })),
})

export const registerModelDocumentRoutes = (instance: FastifyInstance, deps: ModelDocumentDeps): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const documents = createModelDocuments(deps)
  app.get(
    '/models/:name/versions/:version/bom',
    {
      config: { action: 'model:read' },
      schema: {
        tags: ['models'],
        operationId: 'getModelBom',
        summary: 'CycloneDX bill of materials of a version; the same state gives the same bytes',
        params,
        querystring: Type.Object({ spec: Type.Optional(Type.Enum([...BOM_SPECS])) }, closed),
      },
    },
    async (request, reply) => {
      const { spec = '1.6' } = request.query
      const text = await documents.bom(request.principal.tenant, request.params, spec)
      return reply.type(bomMediaType(spec)).send(Buffer.from(text))
    },
  )
  app.get(
    '/models/:name/versions/:version/provenance',
    {
      config: { action: 'evidence:read' },
      schema: {
        tags: ['evidence'],
        operationId: 'getModelProvenance',
        summary: 'SLSA provenance of a version’s registration, signed with the installation’s key',
        params,
        response: { 200: EnvelopeSchema },
      },
    },
    async (request) => {
      const { signatures, ...rest } = await documents.provenance(request.principal.tenant, request.params)
      return { ...rest, signatures: [...signatures] }
    },
  )
}
