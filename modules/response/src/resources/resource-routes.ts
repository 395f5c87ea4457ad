/** HTTP ↔ notebooks and playbooks: one form for both, since both are a spec with a revision. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { MODEL_NAME_PATTERN } from '@rampart/domain'
import type { FastifyInstance } from 'fastify'
import { type TSchema, Type } from 'typebox'
import type { StoredResource } from './resource-store.ts'
import type { Resources } from './resources.ts'

const Params = Type.Object(
  { name: Type.String({ pattern: MODEL_NAME_PATTERN }) },
  { additionalProperties: false },
)

const IfMatch = Type.Object({ 'if-match': Type.Optional(Type.String({ pattern: '^"\\d{1,9}"$' })) })

const revisionOf = (headers: { readonly 'if-match'?: string }): { readonly revision?: number } => {
  const text = headers['if-match']
  return text === undefined ? {} : { revision: Number(text.slice(1, -1)) }
}

type About = {
  /** Plural; the path. */
  readonly path: 'notebooks' | 'playbooks' | 'protected-entities'
  /** For operation ids: Notebook, Playbook; `titles` where the plural is no s. */
  readonly title: string
  readonly titles?: string
  readonly what: string
  readonly spec: TSchema
}

export const registerResourceRoutes = <S>(
  instance: FastifyInstance,
  resources: Resources<S>,
  { path, title, titles = `${title}s`, what, spec }: About,
): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const tags = ['response']
  const View = Type.Object({
    name: Type.String(),
    spec,
    revision: Type.Integer(),
    updatedBy: Type.String(),
    updatedAt: Type.String(),
  })
  const view = (one: StoredResource<S>): never => ({ ...one }) as never

  app.get(
    `/${path}`,
    {
      config: { action: 'response:read' },
      schema: {
        tags,
        operationId: `list${titles}`,
        summary: what,
        response: { 200: Type.Object({ items: Type.Array(View) }) },
      },
    },
    async ({ principal }) => ({ items: (await resources.list(principal.tenant)).map(view) }),
  )
  app.get(
    `/${path}/:name`,
    {
      config: { action: 'response:read' },
      schema: {
        tags,
        operationId: `get${title}`,
        summary: 'One of them; ETag is the revision for If-Match',
        params: Params,
        response: { 200: View },
      },
    },
    async ({ principal, params }, reply) => {
      const found = await resources.get(principal.tenant, params.name)
      reply.header('etag', `"${found.revision}"`)
      return view(found)
    },
  )
  app.put(
    `/${path}/:name`,
    {
      config: { action: 'response:configure' },
      schema: {
        tags,
        operationId: `put${title}`,
        summary: 'Create or replace it; every revision stays',
        params: Params,
        headers: IfMatch,
        body: spec,
        response: { 200: View },
      },
    },
    async ({ principal, params, body, headers }, reply) => {
      const saved = await resources.put(principal, {
        name: params.name,
        spec: body as S,
        ...revisionOf(headers),
      })
      reply.header('etag', `"${saved.revision}"`)
      return view(saved)
    },
  )
  app.delete(
    `/${path}/:name`,
    {
      config: { action: 'response:configure' },
      schema: { tags, operationId: `delete${title}`, summary: 'Remove it', params: Params, headers: IfMatch },
    },
    async ({ principal, params, headers }, reply) => {
      await resources.remove(principal, params.name, revisionOf(headers).revision)
      return reply.code(204).send()
    },
  )
}
