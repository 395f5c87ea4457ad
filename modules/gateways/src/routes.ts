/** HTTP ↔ gateways: who they are, what they follow, what they report. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { Digest } from '@rampart/domain'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { gatewaysErrors } from './errors.ts'
import type { Gateways } from './gateways.ts'
import { DigestParam, Report, ReportAnswer } from './report.ts'

const REPORT_BYTES = 16 * 1024 * 1024
const MAX_WAIT_SECONDS = 30

const GatewayView = Type.Object({
  id: Type.String(),
  principal: Type.String(),
  epoch: Type.Integer({ description: 'Of the snapshot it serves by.' }),
  lag: Type.Integer({ description: 'Epochs behind the control plane.' }),
  connected: Type.Boolean({ description: 'Heard of in the last 15 s.' }),
  ready: Type.Boolean(),
  requests: Type.Integer({ description: 'Calls answered by the versions it serves now.' }),
  problem: Type.Optional(Type.String()),
  firstSeen: Type.String(),
  lastSeen: Type.String(),
  startedAt: Type.String(),
  version: Type.String(),
  addresses: Type.Array(Type.String()),
  hosts: Type.Optional(Type.Array(Type.String(), { description: 'Addresses and name of its machine.' })),
  dropped: Type.Integer({ description: 'Reports it could not keep, since it started.' }),
  waiting: Type.Integer({ description: 'Reports that wait on its disk.' }),
})

const EnvelopeView = Type.Object({
  payloadType: Type.String(),
  payload: Type.String(),
  signatures: Type.Array(Type.Object({ keyid: Type.String(), sig: Type.String() })),
})

export type GatewayRoutesDeps = {
  readonly gateways: Pick<Gateways, 'list' | 'snapshot' | 'mayRead' | 'publicKey' | 'report'>
  readonly openArtifact: (digest: Digest) => Promise<NodeJS.ReadableStream>
}

/** Aborts when the caller hangs up. */
const untilGone = (reply: FastifyReply): AbortSignal => {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return gone.signal
}

export const registerGatewayRoutes = (
  instance: FastifyInstance,
  { gateways, openArtifact }: GatewayRoutesDeps,
): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const sync = { action: 'gateway:sync' } as const

  app.get(
    '/gateways',
    {
      config: { action: 'gateway:read' },
      schema: {
        tags: ['gateways'],
        operationId: 'listGateways',
        summary: 'Serving processes away from this one: what they serve by, when they were heard of',
        response: { 200: Type.Object({ items: Type.Array(GatewayView) }) },
      },
    },
    async ({ principal }) => ({
      items: (await gateways.list(principal.tenant)).map(({ hosts, ...one }) => ({
        ...one,
        addresses: [...one.addresses],
        ...(hosts === undefined ? {} : { hosts: [...hosts] }),
      })),
    }),
  )

  app.get(
    '/gateways/snapshot',
    {
      config: sync,
      schema: {
        tags: ['gateways'],
        operationId: 'getGatewaySnapshot',
        summary: 'The signed snapshot once its epoch is above `after`; 204 when the wait is over',
        querystring: Type.Object(
          {
            after: Type.Optional(Type.Integer({ minimum: -1, default: -1 })),
            wait: Type.Optional(
              Type.Integer({ minimum: 0, maximum: MAX_WAIT_SECONDS, default: 0, description: 's' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: EnvelopeView, 204: Type.Null() },
      },
    },
    async ({ principal, query: { after = -1, wait = 0 } }, reply) => {
      const found = await gateways.snapshot(principal.tenant, {
        after,
        waitMs: wait * 1000,
        signal: untilGone(reply),
      })
      if (found === undefined) return reply.code(204).send(null)
      const { payloadType, payload, signatures } = found.envelope
      return { payloadType, payload, signatures: signatures.map((one) => ({ ...one })) }
    },
  )

  app.get(
    '/gateways/key',
    {
      config: sync,
      schema: {
        tags: ['gateways'],
        operationId: 'getGatewayKey',
        summary: 'The public key by which snapshots are signed',
        response: { 200: Type.Object({ keyid: Type.String(), pem: Type.String() }) },
      },
    },
    async () => ({ keyid: gateways.publicKey().keyid, pem: gateways.publicKey().pem }),
  )

  app.get(
    '/gateways/artifacts/:digest',
    {
      config: sync,
      schema: {
        tags: ['gateways'],
        operationId: 'getGatewayArtifact',
        summary: 'The bytes of a model file that the caller’s gateways serve, and of no other',
        params: DigestParam,
      },
    },
    async ({ principal, params }, reply) => {
      const digest = params.digest as Digest
      if (!(await gateways.mayRead(principal.tenant, digest)))
        throw gatewaysErrors.GATEWAY_ARTIFACT_UNKNOWN(`${digest} is not served by gateways`)
      return reply.type('application/octet-stream').send(await openArtifact(digest))
    },
  )

  app.post(
    '/gateways/reports',
    {
      config: sync,
      bodyLimit: REPORT_BYTES,
      schema: {
        tags: ['gateways'],
        operationId: 'reportGateway',
        summary: 'What a gateway saw since its last report; items that were taken before are not taken again',
        body: Report,
        response: { 200: ReportAnswer },
      },
    },
    async ({ principal, body }) => gateways.report(principal, body),
  )
}
