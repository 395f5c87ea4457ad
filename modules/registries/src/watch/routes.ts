/** HTTP of the watch: one table of what is approved, what the registries say, and what is served. */
import { DIGEST_PATTERN } from '@rampart/domain'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { WatchRow } from './judge.ts'
import type { RegistryWatch } from './watch.ts'

const Digest = Type.String({ pattern: DIGEST_PATTERN })
const Text = Type.String()

const STATES = [
  'match',
  'other-served',
  'not-served',
  'unapproved',
  'bytes-changed',
  'source-changed',
  'deleted',
  'unknown',
] as const satisfies readonly WatchRow['state'][]

const Approved = Type.Object({ name: Text, version: Text, digest: Digest })
const Served = Type.Object({
  route: Text,
  name: Text,
  version: Text,
  digest: Digest,
  where: Type.String({ description: '`control-plane` or the id of a gateway' }),
})

const Row = Type.Object({
  registry: Text,
  model: Type.String({ description: 'In the names of the registry' }),
  alias: Type.Optional(Text),
  version: Type.String({ description: 'What the registry says' }),
  since: Type.String({ format: 'date-time' }),
  name: Type.Optional(Type.String({ description: 'Name of the model here' })),
  ref: Type.Optional(Type.String({ description: 'NAME:VERSION here, once registered' })),
  digest: Type.Optional(Digest),
  observedDigest: Type.Optional(Digest),
  state: Type.Enum([...STATES]),
  reasons: Type.Array(Text),
  approved: Type.Array(Approved),
  served: Type.Array(Served),
  signals: Type.Array(Text, { description: 'Keys of open signals' }),
})

const Query = Type.Object(
  {
    registry: Type.Optional(Type.String({ maxLength: 63 })),
    name: Type.Optional(Type.String({ maxLength: 63, description: 'Name of a model here' })),
    state: Type.Optional(Type.Enum([...STATES])),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 5000, default: 500 })),
  },
  { additionalProperties: false },
)

type Query = { registry?: string; name?: string; state?: WatchRow['state']; limit?: number }

const isWanted =
  ({ registry, name, state }: Query) =>
  (row: WatchRow): boolean =>
    (registry === undefined || row.registry === registry) &&
    (name === undefined || row.name === name) &&
    (state === undefined || row.state === state)

export const registerRegistryWatchRoutes = (
  app: FastifyInstance,
  { watch }: { readonly watch: Pick<RegistryWatch, 'table'> },
): void => {
  app.get<{ Querystring: Query }>(
    '/registry-watch',
    {
      config: { action: 'registry:read' },
      schema: {
        tags: ['registries'],
        operationId: 'listRegistryWatch',
        summary:
          'What is approved, what the registries say, and what is served: one row per alias or changed version',
        querystring: Query,
        response: {
          200: Type.Object({
            items: Type.Array(Row),
            total: Type.Integer({ description: 'Rows that fit the query, shown or not' }),
          }),
        },
      },
    },
    async ({ principal, query }) => {
      const rows = (await watch.table(principal.tenant)).filter(isWanted(query))
      return { items: rows.slice(0, query.limit ?? 500), total: rows.length }
    },
  )
}
