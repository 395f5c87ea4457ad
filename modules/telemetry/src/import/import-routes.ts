/** HTTP: a table of reference rows in, streamed; what the profile is made of out. */
import type { Readable } from 'node:stream'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { formatModelVersionRef } from '@rampart/domain'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { RefParams } from '../schemas.ts'
import { type ReferenceImport, TABLE_FORMATS } from './reference-import.ts'

const Query = Type.Object(
  {
    format: Type.Enum([...TABLE_FORMATS], { description: 'Of the body' }),
    delimiter: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1, description: 'Of CSV; a comma, in TSV a tab' }),
    ),
  },
  { additionalProperties: false },
)

const refOf = ({ model, version }: { readonly model: string; readonly version: string }) => ({
  name: model,
  version,
})

export const registerImportRoutes = (instance: FastifyInstance, imports: ReferenceImport): void => {
  // A parser of its own: the body is a stream, counted as it comes, and no other route takes this type.
  instance.register(async (scoped) => {
    scoped.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))
    scoped.withTypeProvider<TypeBoxTypeProvider>().put(
      '/telemetry/:model/:version/reference',
      {
        bodyLimit: Number.MAX_SAFE_INTEGER,
        config: {
          action: 'telemetry:write',
          entity: (request) => ({
            kind: 'model-version',
            id: formatModelVersionRef(refOf(request.params as { model: string; version: string })),
          }),
        },
        schema: {
          tags: ['telemetry'],
          operationId: 'putTelemetryReference',
          summary: 'Replace the reference profile of a version by that of a table: CSV, TSV, Parquet or npz',
          consumes: ['application/octet-stream'],
          params: RefParams,
          querystring: Query,
          response: {
            200: Type.Object({
              rows: Type.Integer(),
              features: Type.Array(Type.String(), { description: 'What is watched from now on' }),
              ignored: Type.Array(Type.String(), {
                description: 'Columns that are no input or output of the model',
              }),
            }),
          },
        },
      },
      async (request) => {
        const { format, delimiter } = request.query
        const { rows, features, ignored } = await imports.importReference(request.principal, {
          ref: refOf(request.params),
          format,
          delimiter,
          body: request.body as Readable,
        })
        return { rows, features, ignored: [...ignored] }
      },
    )
  })
}
