/** HTTP ↔ evidence and the keys that verify it. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { DIGEST_PATTERN } from '@rampart/domain'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { EvidenceRecord } from './evidence-verification.ts'
import type { PublicKeyView, Trust } from './trust.ts'

const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'

const Evidence = Type.Object({
  id: Type.String(),
  predicateType: Type.String(),
  predicate: Type.Record(Type.String(), Type.Unknown()),
  subjectDigest: Type.String(),
  subjectName: Type.String(),
  principal: Type.String(),
  signer: Type.String({ description: 'Key id; empty when no known key signed.' }),
  createdAt: Type.String(),
  verified: Type.Boolean({ description: 'Recomputed from the stored envelope for this answer.' }),
  reasons: Type.Array(Type.String()),
  envelope: Type.Optional(
    Type.Object({
      payloadType: Type.String(),
      payload: Type.String(),
      signatures: Type.Array(Type.Object({ keyid: Type.String(), sig: Type.String() })),
    }),
  ),
})

const view = ({ envelope, reasons, ...rest }: EvidenceRecord) => ({
  ...rest,
  reasons: [...reasons],
  ...(envelope === undefined ? {} : { envelope: { ...envelope, signatures: [...envelope.signatures] } }),
})

export const registerTrustRoutes = (
  instance: FastifyInstance,
  deps: {
    readonly trust: Trust
    /** Keys of other rooms that callers verify with: the audit log's. */
    readonly otherKeys?: () => readonly PublicKeyView[]
  },
): void => {
  const { trust, otherKeys } = deps
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/evidence',
    {
      config: { action: 'evidence:read' },
      schema: {
        tags: ['evidence'],
        operationId: 'listEvidence',
        summary: 'Evidence about a digest, newest first, verified now',
        querystring: Type.Object(
          { digest: Type.String({ pattern: DIGEST_PATTERN }) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ items: Type.Array(Evidence) }) },
      },
    },
    async (request) => ({
      items: (await trust.evidenceFor(request.principal.tenant, request.query.digest)).map(view),
    }),
  )
  app.get(
    '/evidence/:id',
    {
      config: { action: 'evidence:read' },
      schema: {
        tags: ['evidence'],
        operationId: 'getEvidence',
        summary: 'One piece of evidence, verified now',
        params: Type.Object({ id: Type.String({ pattern: UUID }) }),
        response: { 200: Evidence },
      },
    },
    async (request) => view(await trust.evidence(request.principal.tenant, request.params.id)),
  )
  app.get(
    '/keys',
    {
      config: { action: 'evidence:read' },
      schema: {
        tags: ['evidence'],
        operationId: 'listKeys',
        summary: 'Public keys that verify evidence and audit checkpoints',
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                keyid: Type.String(),
                algorithm: Type.String(),
                use: Type.String({ description: 'evidence, or audit for the checkpoints of the audit log.' }),
                pem: Type.String(),
              }),
            ),
          }),
        },
      },
    },
    async () => ({ items: [...trust.publicKeys(), ...(otherKeys?.() ?? [])] }),
  )
}
