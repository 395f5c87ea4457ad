/** HTTP ↔ signals. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { principalName, SEVERITIES, type SignalInput, SignalSchema } from '@rampart/domain'
import { cursorOf, ListQuery, readCursor } from '@rampart/kit'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Threats } from './threats.ts'

const StoredSignalSchema = Type.Intersect([
  Type.Object({ ...SignalSchema.properties }),
  Type.Object({
    seq: Type.String(),
    firstTime: Type.String(),
    lastTime: Type.String(),
    occurrences: Type.Integer(),
  }),
])

const { schema, id, key, state, source, ...required } = SignalSchema.properties
const SignalBody = Type.Object(
  {
    ...required,
    schema: Type.Optional(schema),
    id: Type.Optional(id),
    key: Type.Optional(key),
    state: Type.Optional(state),
    source: Type.Optional(
      Type.Object({
        name: Type.String(),
        tenant: Type.Optional(Type.String()),
        trace_id: Type.Optional(Type.String()),
      }),
    ),
  },
  { additionalProperties: false },
)

export const registerThreatsRoutes = (
  instance: FastifyInstance,
  { threats }: { readonly threats: Threats },
): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/signals',
    {
      config: { action: 'signal:read' },
      schema: {
        tags: ['signals'],
        operationId: 'listSignals',
        summary: 'Signals, newest first',
        querystring: Type.Object(
          {
            ...ListQuery.properties,
            open: Type.Optional(Type.Boolean()),
            state: Type.Optional(SignalSchema.properties.state),
            severity: Type.Optional(Type.Enum([...SEVERITIES])),
            entity: Type.Optional(Type.String({ maxLength: 600, description: 'kind:id' })),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            items: Type.Array(StoredSignalSchema),
            nextCursor: Type.Optional(Type.String()),
          }),
        },
      },
    },
    async (request) => {
      const { limit = 100, cursor, open, state, severity, entity } = request.query
      const before = cursor === undefined ? undefined : readCursor<{ seq: string }>(cursor, ['seq']).seq
      const found = await threats.list(request.principal.tenant, {
        limit: limit + 1,
        ...(open === undefined ? {} : { open }),
        ...(state === undefined ? {} : { state }),
        ...(severity === undefined ? {} : { severity }),
        ...(entity === undefined ? {} : { entity }),
        ...(before === undefined ? {} : { before }),
      })
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return {
        items,
        ...(found.length > limit && last !== undefined ? { nextCursor: cursorOf({ seq: last.seq }) } : {}),
      }
    },
  )

  app.get(
    '/signals/:id',
    {
      config: { action: 'signal:read' },
      schema: {
        tags: ['signals'],
        operationId: 'getSignal',
        summary: 'One signal with its evidence',
        params: Type.Object({ id: Type.String({ maxLength: 128 }) }),
        response: { 200: StoredSignalSchema },
      },
    },
    async (request) => threats.get(request.principal.tenant, request.params.id),
  )

  app.post(
    '/signals',
    {
      config: { action: 'signal:write' },
      schema: {
        tags: ['signals'],
        operationId: 'raiseSignal',
        summary: 'Report a condition: raises it, updates it while it is open, or clears it',
        body: SignalBody,
        response: { 201: Type.Object({ ...SignalSchema.properties }) },
      },
    },
    async (request, reply) => {
      const { tenant } = request.principal
      const signal = await threats.raiseAs(
        tenant,
        principalName(request.principal),
        request.body as SignalInput,
      )
      return reply.code(201).send(signal)
    },
  )

  app.post(
    '/signals/batch',
    {
      bodyLimit: 8 * 1024 * 1024,
      config: { action: 'signal:write' },
      schema: {
        tags: ['signals'],
        operationId: 'raiseSignals',
        summary: 'Report many conditions at once; what is not a signal is refused by itself',
        body: Type.Object(
          {
            signals: Type.Array(
              Type.Unsafe<SignalInput>({
                type: 'object',
                additionalProperties: true,
                description: 'As for POST /signals',
              }),
              { minItems: 1, maxItems: 1000 },
            ),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            kept: Type.Integer(),
            counted: Type.Integer({
              description: "Beyond their detector's budget: counted and told of as one condition",
            }),
            refused: Type.Array(
              Type.Object({
                index: Type.Integer(),
                code: Type.String(),
                details: Type.Optional(Type.Unknown()),
              }),
            ),
          }),
        },
      },
    },
    async ({ principal, body }) => {
      const answer = await threats.raiseMany(principal.tenant, principalName(principal), body.signals)
      return { ...answer, refused: [...answer.refused] }
    },
  )
}
