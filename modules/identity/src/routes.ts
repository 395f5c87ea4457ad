/** HTTP ↔ API keys, service accounts and component certificates. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { MODEL_NAME_PATTERN, ROLES } from '@rampart/domain'
import { cursorOf, ListQuery, readCursor } from '@rampart/kit'
import type { LocalCa } from '@rampart/signing'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { MAX_KEY_LIFETIME_MS, MIN_KEY_LIFETIME_MS } from './api-keys.ts'
import type { Identity } from './identity.ts'
import type { ApiKey } from './store.ts'

export type IdentityRoutesDeps = {
  readonly identity: Identity
  /** Absent: no certificates are issued, and the route is not there. */
  readonly ca?: Pick<LocalCa, 'issueComponentCertificate'>
}

// Same alphabet as model names: it is written into records, logs and policies unescaped.
const AccountId = Type.String({ pattern: MODEL_NAME_PATTERN })
const KeyId = Type.String({ pattern: '^[0-9a-f]{16}$' })
const Roles = Type.Array(Type.Enum([...ROLES]), { minItems: 1, maxItems: ROLES.length, uniqueItems: true })
const Name = Type.String({ minLength: 1, maxLength: 128, pattern: '^[^\\u0000-\\u001f\\u007f]*$' })

const ApiKeySchema = Type.Object({
  id: KeyId,
  name: Type.String(),
  owner: Type.Object({ kind: Type.String(), id: Type.String() }),
  roles: Type.Array(Type.String()),
  createdBy: Type.String(),
  createdAt: Type.String(),
  expiresAt: Type.String(),
  revokedAt: Type.Optional(Type.String()),
  lastUsedAt: Type.Optional(Type.String()),
})

const ServiceAccountSchema = Type.Object({
  id: AccountId,
  description: Type.String(),
  roles: Type.Array(Type.String()),
  createdBy: Type.String(),
  createdAt: Type.String(),
})

const view = ({ ownerKind, ownerId, tenant: _tenant, roles, ...key }: ApiKey) => ({
  ...key,
  roles: [...roles],
  owner: { kind: ownerKind, id: ownerId },
})

const withTypes = (instance: FastifyInstance) => instance.withTypeProvider<TypeBoxTypeProvider>()
type App = ReturnType<typeof withTypes>

export const registerIdentityRoutes = (instance: FastifyInstance, deps: IdentityRoutesDeps): void => {
  const app = withTypes(instance)
  registerApiKeys(app, deps.identity)
  registerServiceAccounts(app, deps.identity)
  if (deps.ca !== undefined) registerCertificates(app, deps.ca)
}

const registerApiKeys = (app: App, identity: Identity): void => {
  app.get(
    '/api-keys',
    {
      config: { action: 'api-key:read' },
      schema: {
        tags: ['identity'],
        operationId: 'listApiKeys',
        summary: 'API keys without their secrets, newest first',
        querystring: ListQuery,
        response: {
          200: Type.Object({ items: Type.Array(ApiKeySchema), nextCursor: Type.Optional(Type.String()) }),
        },
      },
    },
    async (request) => {
      const { limit = 100, cursor } = request.query
      const before =
        cursor === undefined
          ? undefined
          : readCursor<{ createdAt: string; id: string }>(cursor, ['createdAt', 'id'])
      const page = { limit: limit + 1, ...(before === undefined ? {} : { before }) }
      const found = await identity.listApiKeys(request.principal.tenant, page)
      const items = found.slice(0, limit)
      const last = items.at(-1)
      const more = found.length > limit && last !== undefined
      return {
        items: items.map(view),
        ...(more ? { nextCursor: cursorOf({ createdAt: last.createdAt, id: last.id }) } : {}),
      }
    },
  )

  app.post(
    '/api-keys',
    {
      config: { action: 'api-key:write' },
      schema: {
        tags: ['identity'],
        operationId: 'issueApiKey',
        summary: 'Issue an API key; the secret is in this answer only',
        body: Type.Object(
          {
            name: Name,
            serviceAccount: Type.Optional(AccountId),
            roles: Type.Optional(Roles),
            expiresInSeconds: Type.Optional(
              Type.Integer({ minimum: MIN_KEY_LIFETIME_MS / 1000, maximum: MAX_KEY_LIFETIME_MS / 1000 }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 201: Type.Object({ apiKey: ApiKeySchema, secret: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { expiresInSeconds, ...body } = request.body
      const lifetime = expiresInSeconds === undefined ? {} : { ttlMs: expiresInSeconds * 1000 }
      const issued = await identity.issueApiKey(request.principal, { ...body, ...lifetime })
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ apiKey: view(issued.apiKey), secret: issued.secret })
    },
  )

  app.delete(
    '/api-keys/:id',
    {
      config: {
        action: 'api-key:write',
        entity: (request) => ({ kind: 'api-key', id: (request.params as { id: string }).id }),
      },
      schema: {
        tags: ['identity'],
        operationId: 'revokeApiKey',
        summary: 'Revoke an API key, at once',
        params: Type.Object({ id: KeyId }),
        response: { 200: ApiKeySchema },
      },
    },
    async (request) => view(await identity.revokeApiKey(request.principal, request.params.id)),
  )
}

const registerServiceAccounts = (app: App, identity: Identity): void => {
  app.get(
    '/service-accounts',
    {
      config: { action: 'service-account:read' },
      schema: {
        tags: ['identity'],
        operationId: 'listServiceAccounts',
        summary: 'Service accounts by name',
        querystring: ListQuery,
        response: {
          200: Type.Object({
            items: Type.Array(ServiceAccountSchema),
            nextCursor: Type.Optional(Type.String()),
          }),
        },
      },
    },
    async (request) => {
      const { limit = 100, cursor } = request.query
      const after = cursor === undefined ? undefined : readCursor<{ id: string }>(cursor, ['id']).id
      const page = { limit: limit + 1, ...(after === undefined ? {} : { after }) }
      const found = await identity.listServiceAccounts(request.principal.tenant, page)
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return {
        items: items.map((account) => ({ ...account, roles: [...account.roles] })),
        ...(found.length > limit && last !== undefined ? { nextCursor: cursorOf({ id: last.id }) } : {}),
      }
    },
  )

  app.post(
    '/service-accounts',
    {
      config: { action: 'service-account:write' },
      schema: {
        tags: ['identity'],
        operationId: 'createServiceAccount',
        summary: 'Create a service account with at most your own roles',
        body: Type.Object(
          { id: AccountId, description: Type.Optional(Type.String({ maxLength: 1024 })), roles: Roles },
          { additionalProperties: false },
        ),
        response: { 201: ServiceAccountSchema },
      },
    },
    async (request, reply) => {
      const account = await identity.createServiceAccount(request.principal, request.body)
      return reply.code(201).send({ ...account, roles: [...account.roles] })
    },
  )

  app.delete(
    '/service-accounts/:id',
    {
      config: {
        action: 'service-account:write',
        entity: (request) => ({ kind: 'service-account', id: (request.params as { id: string }).id }),
      },
      schema: {
        tags: ['identity'],
        operationId: 'deleteServiceAccount',
        summary: 'Delete a service account and revoke its keys',
        params: Type.Object({ id: AccountId }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await identity.deleteServiceAccount(request.principal, request.params.id)
      return reply.code(204).send(null)
    },
  )
}

const registerCertificates = (app: App, ca: NonNullable<IdentityRoutesDeps['ca']>): void => {
  app.post(
    '/certificates',
    {
      config: { action: 'certificate:issue' },
      schema: {
        tags: ['identity'],
        operationId: 'issueCertificate',
        summary: 'Issue a short-lived mutual-TLS certificate for a component',
        body: Type.Object(
          {
            component: Type.String({ minLength: 1, maxLength: 63 }),
            publicKey: Type.Optional(
              Type.String({ maxLength: 4096, description: 'SPKI PEM; absent: a key is made' }),
            ),
            expiresInSeconds: Type.Optional(Type.Integer({ minimum: 60, maximum: 86_400 })),
            hosts: Type.Optional(Type.Array(Type.String({ maxLength: 253 }), { maxItems: 16 })),
          },
          { additionalProperties: false },
        ),
        response: {
          201: Type.Object({
            certificate: Type.String(),
            authority: Type.String(),
            privateKey: Type.Optional(Type.String()),
            uri: Type.String(),
            serialNumber: Type.String(),
            notAfter: Type.String(),
          }),
        },
      },
    },
    async (request, reply) => {
      const { component, publicKey, expiresInSeconds, hosts } = request.body
      const issued = await ca.issueComponentCertificate({
        tenant: request.principal.tenant,
        id: component,
        ...(publicKey === undefined ? {} : { publicKey }),
        ...(expiresInSeconds === undefined ? {} : { ttlMs: expiresInSeconds * 1000 }),
        ...(hosts === undefined ? {} : { hosts }),
      })
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({
          certificate: issued.certificatePem,
          authority: issued.caPem,
          ...(issued.privateKeyPem === undefined ? {} : { privateKey: issued.privateKeyPem }),
          uri: issued.uri,
          serialNumber: issued.serialNumber,
          notAfter: new Date(issued.notAfter).toISOString(),
        })
    },
  )
}
