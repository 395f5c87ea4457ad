/** HTTP ↔ verdicts, scans and waivers. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import {
  DIGEST_PATTERN,
  type Digest,
  formatModelVersionRef,
  MODEL_NAME_PATTERN,
  type ModelVersionRef,
  type SignedVerdict,
  VERSION_PATTERN,
} from '@rampart/domain'
import { cursorOf, ListQuery, readCursor } from '@rampart/kit'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Scans } from '../scans/scans.ts'
import type { ScanRow } from '../scans/store.ts'
import type { createWaivers } from '../waivers.ts'
import { HistoryEntry, ScanView, SignedVerdictSchema, VerdictSummary } from './schemas.ts'
import type { Verdicts } from './verdicts.ts'

export type VerdictRouteDeps = {
  readonly verdicts: Pick<Verdicts, 'get' | 'list' | 'history'>
  readonly scans: Pick<Scans, 'request' | 'list'>
  readonly waivers: ReturnType<typeof createWaivers>
}

const closed = { additionalProperties: false } as const
const DigestParams = Type.Object({ digest: Type.String({ pattern: DIGEST_PATTERN }) }, closed)
const RefParams = Type.Object(
  { name: Type.String({ pattern: MODEL_NAME_PATTERN }), version: Type.String({ pattern: VERSION_PATTERN }) },
  closed,
)
const byDigest = (request: { params: unknown }) => ({
  kind: 'artifact' as const,
  id: (request.params as { digest: string }).digest,
})
const byVersion = (request: { params: unknown }) => ({
  kind: 'model-version' as const,
  id: formatModelVersionRef(request.params as ModelVersionRef),
})

const withTypes = (instance: FastifyInstance) => instance.withTypeProvider<TypeBoxTypeProvider>()
type App = ReturnType<typeof withTypes>

export const registerVerdictRoutes = (instance: FastifyInstance, deps: VerdictRouteDeps): void => {
  const app = withTypes(instance)
  registerReads(app, deps)
  registerHistory(app, deps)
  registerScans(app, deps)
  registerWaivers(app, deps)
}

const view = ({ verdict, envelope, verdictDigest }: SignedVerdict) => ({
  verdict: verdict as never,
  envelope: { ...envelope, signatures: [...envelope.signatures] },
  verdictDigest,
})

const summaryOf = ({ verdict, verdictDigest }: SignedVerdict) => ({
  digest: verdict.digest,
  subjects: [...verdict.subjects],
  decision: verdict.decision,
  reasons: [...verdict.reasons],
  scan: verdict.scan.result,
  signature: verdict.signature.result,
  issuedAt: verdict.issuedAt,
  expiresAt: verdict.expiresAt,
  verdictDigest,
})

const isOfModel = ({ verdict }: SignedVerdict, model: string): boolean =>
  verdict.subjects.some(({ name }) => name.startsWith(`${model}:`))

const registerReads = (app: App, { verdicts }: VerdictRouteDeps): void => {
  app.get(
    '/verdicts',
    {
      config: { action: 'verdict:read' },
      schema: {
        tags: ['verdicts'],
        operationId: 'listVerdicts',
        summary: 'What counts now about each digest, by digest',
        querystring: Type.Object(
          {
            ...ListQuery.properties,
            decision: Type.Optional(Type.Union([Type.Literal('allow'), Type.Literal('deny')])),
            model: Type.Optional(Type.String({ pattern: MODEL_NAME_PATTERN })),
          },
          closed,
        ),
        response: {
          200: Type.Object({ items: Type.Array(VerdictSummary), nextCursor: Type.Optional(Type.String()) }),
        },
      },
    },
    async (request) => {
      const { limit = 100, cursor, decision, model } = request.query
      const after = cursor === undefined ? '' : readCursor<{ digest: string }>(cursor, ['digest']).digest
      const found = [...verdicts.list(request.principal.tenant)]
        .filter(
          (one) =>
            one.verdict.digest > after &&
            (decision === undefined || one.verdict.decision === decision) &&
            (model === undefined || isOfModel(one, model)),
        )
        .sort((a, b) => (a.verdict.digest < b.verdict.digest ? -1 : 1))
      const items = found.slice(0, limit).map(summaryOf)
      const last = items.at(-1)
      return {
        items,
        ...(found.length > limit && last !== undefined
          ? { nextCursor: cursorOf({ digest: last.digest }) }
          : {}),
      }
    },
  )
  app.get(
    '/verdicts/:digest',
    {
      // Asked without the digest: a question of its own per digest would cost an evaluation and a logged decision each.
      config: { action: 'verdict:read' },
      schema: {
        tags: ['verdicts'],
        operationId: 'getVerdict',
        summary:
          'The verdict about a digest, with the signed envelope; its ETag is the digest of the envelope',
        params: DigestParams,
        response: { 200: SignedVerdictSchema, 304: Type.Null() },
      },
    },
    async (request, reply) => {
      const found = verdicts.get(request.principal.tenant, request.params.digest as Digest)
      const tag = `"${found.verdictDigest}"`
      reply.header('etag', tag).header('cache-control', 'no-cache')
      if (request.headers['if-none-match'] === tag) return reply.code(304).send(null)
      return view(found)
    },
  )
}

const registerHistory = (app: App, { verdicts }: VerdictRouteDeps): void => {
  app.get(
    '/verdicts/:digest/history',
    {
      config: { action: 'verdict:read', entity: byDigest },
      schema: {
        tags: ['verdicts'],
        operationId: 'listVerdictHistory',
        summary: 'Every verdict about a digest that said something new, newest first',
        params: DigestParams,
        querystring: Type.Object({ ...ListQuery.properties }, closed),
        response: {
          200: Type.Object({ items: Type.Array(HistoryEntry), nextCursor: Type.Optional(Type.String()) }),
        },
      },
    },
    async (request) => {
      const { limit = 100, cursor } = request.query
      const { tenant } = request.principal
      const digest = request.params.digest as Digest
      const before = cursor === undefined ? undefined : readCursor<{ seq: string }>(cursor, ['seq']).seq
      // Tells an unknown digest from one without older verdicts.
      verdicts.get(tenant, digest)
      const found = await verdicts.history(tenant, digest, {
        limit: limit + 1,
        ...(before === undefined ? {} : { before }),
      })
      const page = found.slice(0, limit)
      const last = page.at(-1)
      return {
        items: page.map(({ decision, reasons, cause, issuedAt, envelope }) => ({
          decision,
          reasons: [...reasons],
          cause,
          issuedAt: issuedAt.toISOString(),
          envelope: JSON.parse(envelope) as never,
        })),
        ...(found.length > limit && last !== undefined ? { nextCursor: cursorOf({ seq: last.seq }) } : {}),
      }
    },
  )
}

const scanView = ({ digest, path, state, result, evidenceId, note, updatedAt }: ScanRow) => ({
  digest,
  path,
  state,
  updatedAt: updatedAt.toISOString(),
  ...(result === null ? {} : { result }),
  ...(evidenceId === null ? {} : { evidenceId }),
  ...(note === null ? {} : { note }),
})

const registerScans = (app: App, { scans }: VerdictRouteDeps): void => {
  const response = Type.Object({ items: Type.Array(ScanView) })
  app.get(
    '/artifacts/:digest/scan',
    {
      config: { action: 'evidence:read', entity: byDigest },
      schema: {
        tags: ['artifacts'],
        operationId: 'getArtifactScan',
        summary: 'The scans of an artifact, one for each name it has; findings are in the evidence',
        params: DigestParams,
        response: { 200: response },
      },
    },
    async (request) => ({
      items: (await scans.list(request.principal.tenant, request.params.digest as Digest)).map(scanView),
    }),
  )
  app.post(
    '/artifacts/:digest/scan',
    {
      config: { action: 'scan:write', entity: byDigest },
      schema: {
        tags: ['artifacts'],
        operationId: 'scanArtifact',
        summary: 'Scan an artifact that was not scanned yet; with again, also one that was',
        params: DigestParams,
        body: Type.Optional(Type.Object({ again: Type.Optional(Type.Boolean()) }, closed)),
        response: { 202: response },
      },
    },
    async (request, reply) => {
      const again = request.body?.again === true
      const rows = await scans.request(request.principal, request.params.digest as Digest, { again })
      return reply.code(202).send({ items: rows.map(scanView) })
    },
  )
}

const registerWaivers = (app: App, { waivers }: VerdictRouteDeps): void => {
  app.post(
    '/models/:name/versions/:version/waivers',
    {
      config: { action: 'waiver:write', entity: byVersion },
      schema: {
        tags: ['evidence'],
        operationId: 'waiveFindings',
        summary: 'Take upon oneself what the scan could not verify; covers exactly what it found so far',
        params: RefParams,
        body: Type.Object(
          {
            reason: Type.String({ minLength: 1, maxLength: 2000, pattern: '\\S' }),
            expiresAt: Type.Optional(Type.String({ format: 'date-time' })),
          },
          closed,
        ),
        response: {
          201: Type.Object({
            evidenceId: Type.String(),
            covers: Type.Array(
              Type.Object({ digest: Type.String(), path: Type.String(), rules: Type.Array(Type.String()) }),
            ),
          }),
        },
      },
    },
    async (request, reply) => {
      const { evidenceId, covers } = await waivers.waive(request.principal, request.params, request.body)
      return reply
        .code(201)
        .send({ evidenceId, covers: covers.map((one) => ({ ...one, rules: [...one.rules] })) })
    },
  )
}
