/** HTTP ↔ trusted signers, and signatures of others about a version. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import {
  formatModelVersionRef,
  MODEL_NAME_PATTERN,
  type ModelVersionRef,
  VERSION_PATTERN,
} from '@rampart/domain'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { trustErrors } from '../errors.ts'
import type { createSignatures } from './signatures.ts'
import { type SignerSpec, SignerSpecSchema } from './signer-spec.ts'
import type { SignerResource, Signers } from './signers.ts'

const closed = { additionalProperties: false } as const
const NameParams = Type.Object({ name: Type.String({ pattern: MODEL_NAME_PATTERN }) }, closed)
const RefParams = Type.Object(
  { name: Type.String({ pattern: MODEL_NAME_PATTERN }), version: Type.String({ pattern: VERSION_PATTERN }) },
  closed,
)
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024

const SignerView = Type.Object({
  name: Type.String(),
  spec: SignerSpecSchema,
  revision: Type.Integer(),
  updatedBy: Type.String(),
  updatedAt: Type.String(),
  state: Type.Enum(['trusted', 'revoked']),
  revocation: Type.Optional(
    Type.Object({
      reason: Type.String(),
      since: Type.Optional(Type.String()),
      by: Type.String(),
      at: Type.String(),
    }),
  ),
  identities: Type.Array(Type.String({ description: 'kind and SHA-256 of each identity' })),
})

const view = ({ identities, ...rest }: SignerResource) => ({ ...rest, identities: [...identities] })

const bySigner = (request: { params: unknown }) => ({
  kind: 'signer' as const,
  id: (request.params as { name: string }).name,
})
const byVersion = (request: { params: unknown }) => ({
  kind: 'model-version' as const,
  id: formatModelVersionRef(request.params as ModelVersionRef),
})

const revisionOf = (header: unknown): number | undefined => {
  if (header === undefined) return undefined
  const found = /^"(\d{1,9})"$/.exec(String(header))
  if (found === null) throw trustErrors.TRUST_SIGNER_INVALID('If-Match is a revision in double quotes')
  return Number(found[1])
}

export type SignerRouteDeps = {
  readonly signers: Signers
  readonly signatures: ReturnType<typeof createSignatures>
}

export const registerSignerRoutes = (instance: FastifyInstance, deps: SignerRouteDeps): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  registerReads(app, deps)
  registerWrites(app, deps)
  registerSignatures(app, deps)
}

const withTypes = (instance: FastifyInstance) => instance.withTypeProvider<TypeBoxTypeProvider>()
type App = ReturnType<typeof withTypes>

const registerReads = (app: App, { signers }: SignerRouteDeps): void => {
  app.get(
    '/signers',
    {
      config: { action: 'signer:read' },
      schema: {
        tags: ['signers'],
        operationId: 'listSigners',
        summary: 'Whose signatures count',
        response: { 200: Type.Object({ items: Type.Array(SignerView) }) },
      },
    },
    async (request) => ({ items: (await signers.list(request.principal.tenant)).map(view) }),
  )
  app.get(
    '/signers/:name',
    {
      config: { action: 'signer:read', entity: bySigner },
      schema: {
        tags: ['signers'],
        operationId: 'getSigner',
        summary: 'One signer, and the versions that rest on it',
        params: NameParams,
        response: {
          200: Type.Intersect([SignerView, Type.Object({ dependents: Type.Array(Type.String()) })]),
        },
      },
    },
    async (request) => {
      const { tenant } = request.principal
      const { name } = request.params
      const [signer, dependents] = await Promise.all([
        signers.get(tenant, name),
        signers.dependents(tenant, name),
      ])
      return { ...view(signer), dependents: [...dependents] }
    },
  )
}

const registerWrites = (app: App, { signers }: SignerRouteDeps): void => {
  app.put(
    '/signers/:name',
    {
      config: { action: 'signer:write', entity: bySigner },
      schema: {
        tags: ['signers'],
        operationId: 'putSigner',
        summary:
          'Trust a signer, or rotate its identities; an identity that is dropped takes its signatures with it',
        params: NameParams,
        body: SignerSpecSchema,
        response: { 200: SignerView },
      },
    },
    async (request) => {
      const revision = revisionOf(request.headers['if-match'])
      const spec = request.body as SignerSpec
      const { name } = request.params
      return view(
        await signers.put(request.principal, { name, spec, ...(revision === undefined ? {} : { revision }) }),
      )
    },
  )
  app.post(
    '/signers/:name/revocation',
    {
      config: { action: 'signer:write', entity: bySigner },
      schema: {
        tags: ['signers'],
        operationId: 'revokeSigner',
        summary: 'Revoke a signer for good; every version that rests on it is decided about again',
        params: NameParams,
        body: Type.Object(
          {
            reason: Type.String({ minLength: 1, maxLength: 2000 }),
            since: Type.Optional(
              Type.String({
                format: 'date-time',
                description: 'signatures received before still count; default none does',
              }),
            ),
          },
          closed,
        ),
        response: { 200: Type.Object({ signer: SignerView, dependents: Type.Array(Type.String()) }) },
      },
    },
    async (request) => {
      const { reason, since } = request.body
      const { signer, dependents } = await signers.revoke(request.principal, request.params.name, {
        reason,
        ...(since === undefined ? {} : { since }),
      })
      return { signer: view(signer), dependents: [...dependents] }
    },
  )
  app.delete(
    '/signers/:name',
    {
      config: { action: 'signer:write', entity: bySigner },
      schema: {
        tags: ['signers'],
        operationId: 'deleteSigner',
        summary: 'Forget a signer that nothing rests on',
        params: NameParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await signers.remove(request.principal, request.params.name)
      return reply.code(204).send(null)
    },
  )
}

const registerSignatures = (app: App, { signatures }: SignerRouteDeps): void => {
  app.post(
    '/models/:name/versions/:version/signatures',
    {
      bodyLimit: MAX_DOCUMENT_BYTES,
      config: { action: 'signature:write', entity: byVersion },
      schema: {
        tags: ['evidence'],
        operationId: 'submitSignature',
        summary: 'Hand in a Sigstore bundle or DSSE envelope about a version, made by a trusted signer',
        params: RefParams,
        body: Type.Object(
          { document: Type.String({ description: 'the file, in base64', maxLength: MAX_DOCUMENT_BYTES }) },
          closed,
        ),
        response: {
          201: Type.Object({
            evidenceId: Type.String(),
            signer: Type.String(),
            predicateType: Type.String(),
            isNew: Type.Boolean(),
          }),
        },
      },
    },
    async (request, reply) => {
      // The signature covers exact bytes: as base64 they arrive as they were written.
      const bytes = Buffer.from(request.body.document, 'base64')
      return reply.code(201).send(await signatures.accept(request.principal, request.params, bytes))
    },
  )
}
