/** HTTP ↔ registries. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { DIGEST_PATTERN, type Digest, MODEL_NAME_PATTERN, RegistrySpecSchema } from '@rampart/domain'
import { cursorOf, ListQuery, readCursor } from '@rampart/kit'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { registriesErrors } from './errors.ts'
import type { Registries } from './registries.ts'
import { VERSION_STATES } from './versions/store.ts'

const Params = Type.Object(
  { name: Type.String({ pattern: MODEL_NAME_PATTERN }) },
  { additionalProperties: false },
)

const IfMatch = Type.Object({
  'if-match': Type.Optional(
    Type.String({ description: 'Revision that is to be replaced, as `"7"`; 0 for none yet.' }),
  ),
})

/** Empty when the header is absent: then the last writer wins. */
const readRevision = (headers: { readonly 'if-match'?: unknown }): { readonly revision?: number } => {
  const text = headers['if-match']
  if (text === undefined || text === '*') return {}
  const match = /^"?(\d{1,9})"?$/.exec(String(text))
  if (match === null) throw registriesErrors.REGISTRIES_INVALID('If-Match must be a revision, as "7".')
  return { revision: Number(match[1]) }
}

const Time = Type.String({ format: 'date-time' })
const Reason = Type.Object({ code: Type.String(), message: Type.String() })

const StatusSchema = Type.Object({
  state: Type.Enum(['new', 'ok', 'syncing', 'failing', 'paused']),
  lastSyncStartedAt: Type.Optional(Time),
  lastSyncEndedAt: Type.Optional(Time),
  nextSyncAt: Type.Optional(Time),
  lastSync: Type.Optional(
    Type.Object(
      { requests: Type.Integer(), versions: Type.Integer() },
      { description: 'Of the last complete walk' },
    ),
  ),
  versions: Type.Object({
    seen: Type.Integer(),
    registered: Type.Integer(),
    pending: Type.Integer(),
    refused: Type.Integer(),
    deleted: Type.Integer(),
  }),
  requests: Type.Integer({ description: 'Since the registry was created' }),
  downloads: Type.Integer(),
  bytesDownloaded: Type.Integer(),
  consecutiveFailures: Type.Integer(),
  writeBackConflicts: Type.Integer({
    description: 'Tags and aliases of ours that somebody else set; each is a signal too.',
  }),
  lastError: Type.Optional(Type.Object({ code: Type.String(), message: Type.String(), at: Time })),
})

const ResourceFields = {
  name: Type.String(),
  spec: RegistrySpecSchema,
  revision: Type.Integer(),
  updatedBy: Type.String(),
  updatedAt: Time,
}
const ResourceSchema = Type.Object(ResourceFields)
const ViewSchema = Type.Object({ ...ResourceFields, status: StatusSchema })

const VersionSchema = Type.Object({
  registry: Type.String(),
  model: Type.String({ description: "The registry's own name" }),
  version: Type.String(),
  source: Type.String(),
  revision: Type.String(),
  state: Type.Enum([...VERSION_STATES]),
  reason: Type.Optional(Reason),
  ref: Type.Optional(Type.String({ description: 'NAME:VERSION here' })),
  digest: Type.Optional(Type.String({ description: 'What was registered' })),
  observedDigest: Type.Optional(Type.String({ description: 'What the registry gives now' })),
  aliases: Type.Array(Type.String()),
  stage: Type.Optional(Type.String()),
  tags: Type.Record(Type.String(), Type.String()),
  description: Type.Optional(Type.String()),
  author: Type.Optional(Type.String()),
  lineage: Type.Optional(Type.Unknown()),
  firstSeenAt: Time,
  updatedAt: Time,
  deletedAt: Type.Optional(Time),
})

export const registerRegistryRoutes = (
  instance: FastifyInstance,
  { registries }: { readonly registries: Registries },
): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const entity = (request: { params: unknown }) => ({
    kind: 'registry',
    id: (request.params as { name: string }).name,
  })
  const tags = ['registries']

  app.get(
    '/registries',
    {
      config: { action: 'registry:read' },
      schema: {
        tags,
        operationId: 'listRegistries',
        summary: 'Registries that are kept in step, with how each stands',
        response: { 200: Type.Object({ items: Type.Array(ViewSchema) }) },
      },
    },
    async (request) => ({ items: (await registries.views(request.principal.tenant)) as never }),
  )

  app.get(
    '/registries/:name',
    {
      config: { action: 'registry:read', entity },
      schema: {
        tags,
        operationId: 'getRegistry',
        summary: 'One registry; ETag is the revision for If-Match',
        params: Params,
        response: { 200: ViewSchema },
      },
    },
    async ({ principal, params }, reply) => {
      const found = await registries.view(principal.tenant, params.name)
      reply.header('etag', `"${found.revision}"`)
      return found as never
    },
  )

  app.put(
    '/registries/:name',
    {
      config: { action: 'registry:write', entity },
      schema: {
        tags,
        operationId: 'putRegistry',
        summary: 'Create or replace a registry; its sync begins at once',
        params: Params,
        headers: IfMatch,
        body: RegistrySpecSchema,
        response: { 200: ResourceSchema },
      },
    },
    async ({ principal, params, body, headers }, reply) => {
      const request = { name: params.name, spec: body, ...readRevision(headers) }
      const saved = await registries.put(principal, request)
      reply.header('etag', `"${saved.revision}"`)
      return saved as never
    },
  )

  app.delete(
    '/registries/:name',
    {
      config: { action: 'registry:write', entity },
      schema: {
        tags,
        operationId: 'deleteRegistry',
        summary: 'Forget a registry; versions registered from it stay',
        params: Params,
        headers: IfMatch,
      },
    },
    async ({ principal, params, headers }, reply) => {
      await registries.remove(principal, params.name, readRevision(headers).revision)
      return reply.code(204).send()
    },
  )

  app.post(
    '/registries/:name/sync',
    {
      config: { action: 'registry:sync', entity },
      schema: {
        tags,
        operationId: 'syncRegistry',
        summary: 'Sync now; what was refused or postponed is tried again',
        params: Params,
        response: { 202: ViewSchema },
      },
    },
    async ({ principal, params }, reply) => {
      await registries.sync(principal, params.name)
      return reply.code(202).send((await registries.view(principal.tenant, params.name)) as never)
    },
  )

  app.get(
    '/registries/:name/versions',
    {
      config: { action: 'registry:read', entity },
      schema: {
        tags,
        operationId: 'listRegistryVersions',
        summary: "A registry's versions in its own names, and what became of each here",
        params: Params,
        querystring: Type.Object(
          {
            ...ListQuery.properties,
            model: Type.Optional(Type.String({ maxLength: 256 })),
            state: Type.Optional(Type.Enum([...VERSION_STATES])),
            digest: Type.Optional(Type.String({ pattern: DIGEST_PATTERN })),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({ items: Type.Array(VersionSchema), nextCursor: Type.Optional(Type.String()) }),
        },
      },
    },
    async ({ principal, params, query }) => {
      const { limit = 100, cursor, model, state, digest } = query
      await registries.get(principal.tenant, params.name)
      const after =
        cursor === undefined
          ? undefined
          : readCursor<{ model: string; version: string }>(cursor, ['model', 'version'])
      const found = await registries.versions(principal.tenant, {
        registry: params.name,
        limit: limit + 1,
        ...(model === undefined ? {} : { model }),
        ...(state === undefined ? {} : { state }),
        ...(digest === undefined ? {} : { digest: digest as Digest }),
        ...(after === undefined ? {} : { after: { registry: params.name, ...after } }),
      })
      const items = found.slice(0, limit)
      const last = items.at(-1)
      const next =
        found.length > limit && last !== undefined
          ? { nextCursor: cursorOf({ model: last.model, version: last.version }) }
          : {}
      return { items: items as never, ...next }
    },
  )
}
