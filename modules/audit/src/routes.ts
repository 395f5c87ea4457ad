/** HTTP ↔ audit log: entries, proofs, checkpoints, verification. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { Clock } from '@rampart/kit'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Audit } from './audit.ts'
import { auditErrors } from './errors.ts'
import type { AuditVerification } from './verification.ts'

const hash = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256, lower-case hex.' })
const index = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const indexText = Type.String({ pattern: '^[0-9]{1,15}$' })
const label = Type.String({ minLength: 1, maxLength: 512 })

const Entry = Type.Object({
  index,
  id: Type.String(),
  time: Type.String(),
  tenant: Type.String(),
  principal: Type.String(),
  action: Type.String(),
  entity: Type.Object({ kind: Type.String(), id: Type.String() }),
  outcome: Type.Enum(['success', 'denied', 'failure']),
  details: Type.Record(Type.String(), Type.Unknown()),
  body: Type.String({ description: 'Canonical JSON (RFC 8785) exactly as hashed.' }),
  leafHash: Type.String(),
  root: Type.String({ description: 'Root of the tree that ends with this entry.' }),
})

const Checkpoint = Type.Object({
  origin: Type.String(),
  size: index,
  rootHash: hash,
  time: Type.String(),
  keyId: Type.String(),
  note: Type.String({ description: 'C2SP signed note.' }),
})

const Verification = Type.Object({
  ok: Type.Boolean(),
  size: index,
  rootHash: hash,
  checkpoints: Type.Integer(),
  mirrorSize: Type.Optional(index),
  firstAltered: Type.Optional(index),
  where: Type.Optional(Type.String({ description: 'entry, checkpoint, subtree or mirror.' })),
  message: Type.Optional(Type.String()),
  durationMs: Type.Number(),
})

/** Shortest time between two verifications: each reads the whole log. */
const VERIFY_PAUSE_MS = 2_000

const createVerifyGate = (audit: Audit, clock: Clock) => {
  let running: Promise<AuditVerification> | undefined
  let endedMs = Number.NEGATIVE_INFINITY
  return async () => {
    if (running === undefined && clock.monotonic() - endedMs < VERIFY_PAUSE_MS) {
      throw auditErrors.AUDIT_VERIFY_BUSY('the log was verified less than two seconds ago')
    }
    const startMs = clock.monotonic()
    // Whoever asks meanwhile gets the answer that is being computed.
    running ??= audit.verify().finally(() => {
      running = undefined
      endedMs = clock.monotonic()
    })
    const { root, firstAltered, ...rest } = await running
    const altered =
      firstAltered === undefined
        ? {}
        : { firstAltered: firstAltered.index, where: firstAltered.where, message: firstAltered.why }
    return { ...rest, rootHash: root, ...altered, durationMs: Math.round(clock.monotonic() - startMs) }
  }
}

/** A cursor is an index: to go on after it, or with a minus sign below it. */
const readPlace = (after?: string, before?: string, cursor?: string) => {
  const forward = cursor?.startsWith('-') === false ? cursor : after
  const backward = cursor?.startsWith('-') ? cursor.slice(1) : before
  return {
    ...(forward === undefined ? {} : { after: Number(forward) }),
    ...(backward === undefined ? {} : { before: Number(backward) }),
  }
}

const entriesQuery = Type.Object(
  {
    after: Type.Optional(indexText),
    before: Type.Optional(indexText),
    cursor: Type.Optional(
      Type.String({ pattern: '^-?[0-9]{1,15}$', description: 'nextCursor of the last page.' }),
    ),
    principal: Type.Optional(label),
    action: Type.Optional(label),
    entityKind: Type.Optional(label),
    entityId: Type.Optional(label),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  { additionalProperties: false },
)

export const registerAuditRoutes = (
  instance: FastifyInstance,
  { audit, clock }: { readonly audit: Audit; readonly clock: Clock },
): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const verify = createVerifyGate(audit, clock)
  const read = (operationId: string, summary: string) => ({ tags: ['audit'], operationId, summary })

  app.get(
    '/audit/entries',
    {
      config: { action: 'audit:read' },
      schema: {
        ...read('listAuditEntries', 'Entries, newest first; oldest first with `after`'),
        querystring: entriesQuery,
        response: {
          200: Type.Object({ items: Type.Array(Entry), nextCursor: Type.Optional(Type.String()) }),
        },
      },
    },
    async (request) => {
      const { after, before, cursor, limit = 100, ...filter } = request.query
      const place = readPlace(after, before, cursor)
      const items = await audit.entries({ ...filter, ...place, tenant: request.principal.tenant, limit })
      const last = items.at(-1)
      const isFull = items.length === limit && last !== undefined
      const sign = place.after === undefined ? '-' : ''
      return { items: [...items], ...(isFull ? { nextCursor: `${sign}${last.index}` } : {}) }
    },
  )

  app.get(
    '/audit/entries/:index',
    {
      config: { action: 'audit:read' },
      schema: {
        ...read('getAuditEntry', 'One entry with the proof that the newest checkpoint includes it'),
        params: Type.Object({ index: indexText }),
        response: {
          200: Type.Object({
            entry: Entry,
            leaf: Type.String({ description: 'Base64 of the hashed bytes.' }),
            proof: Type.Object({ index, treeSize: index, hashes: Type.Array(hash) }),
            checkpoint: Checkpoint,
          }),
        },
      },
    },
    async (request) => {
      const view = await audit.inclusionProof(request.principal.tenant, Number(request.params.index))
      return { ...view, proof: { ...view.proof, hashes: [...view.proof.hashes] } }
    },
  )

  app.get(
    '/audit/checkpoint',
    {
      config: { action: 'audit:read' },
      schema: {
        ...read('getAuditCheckpoint', 'The newest signed checkpoint'),
        response: { 200: Checkpoint },
      },
    },
    async () => await audit.checkpoint(),
  )

  app.get(
    '/audit/consistency',
    {
      config: { action: 'audit:read' },
      schema: {
        ...read('getAuditConsistency', 'Proof that a larger log begins with a smaller one'),
        querystring: Type.Object({ from: index, to: Type.Optional(index) }, { additionalProperties: false }),
        response: {
          200: Type.Object({ from: index, to: index, hashes: Type.Array(hash), checkpoint: Checkpoint }),
        },
      },
    },
    async (request) => {
      const view = await audit.consistencyProof(request.query.from, request.query.to)
      return { ...view, hashes: [...view.hashes] }
    },
  )

  app.post(
    '/audit/verify',
    {
      config: { action: 'audit:read' },
      schema: {
        ...read('verifyAudit', 'Recompute the whole log and name the first altered entry'),
        response: { 200: Verification },
      },
    },
    async () => await verify(),
  )
}
