/** HTTP ↔ the inference log. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { type Principal, principalName } from '@rampart/domain'
import { type Clock, cursorOf, readCursor } from '@rampart/kit'
import type { LocalAnswer, LocalCall } from '@rampart/serving'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { InferenceLog } from './inference-log.ts'
import { replay } from './replay.ts'
import {
  EraseBody,
  ErasureView,
  ProofView,
  QueryBody,
  QueryView,
  RecordParams,
  RecordView,
  ReplayBody,
  ReplayView,
  SearchPageView,
  SearchQuery,
  StateView,
} from './schemas.ts'
import type { RecordCursor } from './store.ts'

export type InferenceLogRoutesDeps = {
  readonly log: InferenceLog
  readonly clock: Clock
  /** An inference call from inside the server, guarded and recorded as any other. */
  readonly call: (caller: Principal, call: LocalCall) => Promise<LocalAnswer>
}

const entity = (request: { params: unknown }) => ({
  kind: 'inference-log',
  id: (request.params as { id: string }).id,
})

const readPlace = (cursor: string): RecordCursor => {
  const { time, epoch, sequence } = readCursor<{ time: string; epoch: string; sequence: string }>(cursor, [
    'time',
    'epoch',
    'sequence',
  ])
  return { time, epoch, sequence: Number(sequence) }
}

const read = (operationId: string, summary: string) => ({ tags: ['inference log'], operationId, summary })

export const registerInferenceLogRoutes = (instance: FastifyInstance, deps: InferenceLogRoutesDeps): void => {
  registerSearch(instance, deps)
  registerRecord(instance, deps)
  registerErasures(instance, deps)
}

const registerSearch = (instance: FastifyInstance, { log, clock }: InferenceLogRoutesDeps): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()

  app.get(
    '/inference-log',
    {
      config: { action: 'inference-log:read' },
      schema: {
        ...read('searchInferenceLog', 'Records of inference calls, newest first'),
        querystring: SearchQuery,
        response: { 200: SearchPageView },
      },
    },
    async (request) => {
      const { limit = 50, cursor, ...filter } = request.query
      const before = cursor === undefined ? undefined : readPlace(cursor)
      const { items, next } = await log.find(request.principal.tenant, filter, limit, before)
      return {
        items: [...items],
        ...(next === undefined ? {} : { nextCursor: cursorOf({ ...next, sequence: String(next.sequence) }) }),
      } as never
    },
  )

  app.get(
    '/inference-log/state',
    {
      config: { action: 'inference-log:read' },
      schema: {
        ...read('getInferenceLogState', 'How much the log holds, and what is not Parquet yet'),
        response: { 200: StateView },
      },
    },
    async () => log.state(),
  )

  app.post(
    '/inference-log/query',
    {
      config: { action: 'inference-log:query' },
      schema: {
        ...read('queryInferenceLog', "One SELECT over the caller's tenant's records"),
        body: QueryBody,
        response: { 200: QueryView },
      },
    },
    async (request) => {
      const startMs = clock.monotonic()
      const { sql, maxRows } = request.body
      const result = await log.query(request.principal.tenant, sql, maxRows)
      return { ...result, elapsedMs: Math.round(clock.monotonic() - startMs) } as never
    },
  )
}

const registerRecord = (instance: FastifyInstance, { log, call }: InferenceLogRoutesDeps): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()

  app.get(
    '/inference-log/:id',
    {
      config: { action: 'inference-log:read', entity },
      schema: {
        ...read('getInferenceRecord', 'One record'),
        params: RecordParams,
        response: { 200: RecordView },
      },
    },
    async (request) => (await log.get(request.principal.tenant, request.params.id)) as never,
  )

  app.get(
    '/inference-log/:id/proof',
    {
      config: { action: 'inference-log:read', entity },
      schema: {
        ...read('proveInferenceRecord', 'The record with the proof that it is as it was written'),
        params: RecordParams,
        response: { 200: ProofView },
      },
    },
    async (request) => (await log.prove(request.principal.tenant, request.params.id)) as never,
  )

  app.post(
    '/inference-log/:id/replay',
    {
      config: { action: 'inference-log:replay', entity },
      schema: {
        ...read(
          'replayInferenceRecord',
          "Send the record's payload again, as the caller of this, and compare",
        ),
        params: RecordParams,
        body: ReplayBody,
        response: { 200: ReplayView },
      },
    },
    async (request) => {
      const record = await log.get(request.principal.tenant, request.params.id)
      return (await replay(call, request.principal, record, request.body)) as never
    },
  )
}

const registerErasures = (instance: FastifyInstance, { log }: InferenceLogRoutesDeps): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()

  app.post(
    '/inference-log/erasures',
    {
      config: { action: 'inference-log:erase' },
      schema: {
        ...read('eraseCaller', 'Remove every record of a caller up to now'),
        body: EraseBody,
        response: { 200: ErasureView },
      },
    },
    async (request) => {
      const { tenant } = request.principal
      return (await log.erase(tenant, request.body.caller, principalName(request.principal))) as never
    },
  )

  app.get(
    '/inference-log/erasures',
    {
      config: { action: 'inference-log:erase' },
      schema: {
        ...read('listErasures', 'Erasures and whether they are done'),
        response: { 200: Type.Object({ items: Type.Array(ErasureView) }) },
      },
    },
    async (request) => ({ items: [...log.erasures(request.principal.tenant)] }) as never,
  )
}
