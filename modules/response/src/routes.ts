/** HTTP ↔ runs, containments, the kill switch, and retraction. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { EntityKind } from '@rampart/domain'
import { cursorOf, ListQuery, readCursor } from '@rampart/kit'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Response } from './response.ts'
import type { Retract } from './retract.ts'
import { RUN_STATES, type StoredRun } from './run.ts'
import {
  Reason,
  RetractionView,
  RetractParams,
  RunPage,
  RunParams,
  RunView,
  StartBody,
  viewOf,
} from './schemas.ts'

export type ResponseRoutesDeps = { readonly response: Response; readonly retract: Retract }

const typed = (instance: FastifyInstance) => instance.withTypeProvider<TypeBoxTypeProvider>()
type App = ReturnType<typeof typed>

const tags = ['response']
const closed = { additionalProperties: false } as const
const WAIT_MS = 20_000

const pageOf = (found: readonly StoredRun[], limit: number) => {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(viewOf),
    ...(found.length > limit && last !== undefined ? { nextCursor: cursorOf({ seq: last.seq }) } : {}),
  }
}

const beforeOf = (cursor: string | undefined) =>
  cursor === undefined ? {} : { before: readCursor<{ seq: string }>(cursor, ['seq']).seq }

const registerReads = (app: App, response: Response): void => {
  app.get(
    '/response/runs',
    {
      config: { action: 'response:read' },
      schema: {
        tags,
        operationId: 'listResponseRuns',
        summary: 'Runs of actions, newest first',
        querystring: Type.Object(
          {
            ...ListQuery.properties,
            state: Type.Optional(Type.Enum([...RUN_STATES])),
            incident: Type.Optional(Type.String({ maxLength: 64 })),
          },
          closed,
        ),
        response: { 200: RunPage },
      },
    },
    async ({ principal, query: { limit = 100, cursor, state, incident } }) =>
      pageOf(
        await response.list(principal.tenant, {
          limit: limit + 1,
          ...beforeOf(cursor),
          ...(state === undefined ? {} : { states: [state] }),
          ...(incident === undefined ? {} : { incident }),
        }),
        limit,
      ),
  )
  app.get(
    '/containments',
    {
      config: { action: 'response:read' },
      schema: {
        tags,
        operationId: 'listContainments',
        summary: 'Runs that have, or may have, something in force, newest first',
        querystring: Type.Object({ ...ListQuery.properties }, closed),
        response: { 200: RunPage },
      },
    },
    async ({ principal, query: { limit = 100, cursor } }) =>
      pageOf(await response.containments(principal.tenant, { limit: limit + 1, ...beforeOf(cursor) }), limit),
  )
  for (const [path, operationId] of [
    ['/response/runs/:id', 'getResponseRun'],
    ['/containments/:id', 'getContainment'],
  ] as const)
    app.get(
      path,
      {
        config: { action: 'response:read' },
        schema: {
          tags,
          operationId,
          summary: 'One run with its steps',
          params: RunParams,
          response: { 200: RunView },
        },
      },
      async ({ principal, params }) => viewOf(await response.get(principal.tenant, params.id)),
    )
  app.get(
    '/response/actions',
    {
      config: { action: 'response:read' },
      schema: {
        tags,
        operationId: 'listResponseActions',
        summary: 'What runs are made of',
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                name: Type.String(),
                title: Type.String(),
                permission: Type.String(),
                isReversible: Type.Boolean(),
                parameters: Type.Unknown({ description: 'JSON Schema' }),
              }),
            ),
          }),
        },
      },
    },
    async () => ({
      items: response.actions().map(({ name, title, permission, inverse, schema }) => ({
        name,
        title,
        permission,
        isReversible: inverse !== undefined,
        parameters: schema as unknown,
      })),
    }),
  )
}

const registerRuns = (app: App, response: Response): void => {
  app.post(
    '/response/runs',
    {
      config: { action: 'response:write' },
      schema: {
        tags,
        operationId: 'startResponseRun',
        summary: 'Start a run of actions; equal idempotency keys are one run',
        body: StartBody,
        response: { 201: RunView },
      },
    },
    async ({ principal, body }, reply) => {
      const { ttlSeconds, approvalSeconds, waitSeconds = 0, subject, ...request } = body
      const run = await response.start(principal, {
        ...request,
        subject: { kind: subject.kind as EntityKind, id: subject.id },
        ...(ttlSeconds === undefined ? {} : { ttlMs: ttlSeconds * 1000 }),
        ...(approvalSeconds === undefined ? {} : { approvalMs: approvalSeconds * 1000 }),
      })
      const settled =
        waitSeconds === 0 ? run : await response.settle(principal.tenant, run.id, waitSeconds * 1000)
      return reply.code(201).send(viewOf(settled))
    },
  )
  const command = (
    verb: string,
    about: { readonly action: string; readonly operationId: string; readonly summary: string },
    work: (principal: Parameters<Response['revert']>[0], id: string, reason: string) => Promise<StoredRun>,
  ): void => {
    app.post(
      `/response/runs/:id/${verb}`,
      {
        config: { action: about.action },
        schema: {
          tags,
          operationId: about.operationId,
          summary: about.summary,
          params: RunParams,
          body: Type.Object({ reason: Reason }, closed),
          response: { 200: RunView },
        },
      },
      async ({ principal, params, body }) => viewOf(await work(principal, params.id, body.reason)),
    )
  }
  command(
    'revert',
    {
      action: 'response:write',
      operationId: 'revertResponseRun',
      summary:
        'Undo what is in force, last step first; answers when it is undone, or after 20 s as it is then',
    },
    async (principal, id, reason) => {
      await response.revert(principal, id, reason)
      return response.settle(principal.tenant, id, WAIT_MS)
    },
  )
  command(
    'resume',
    {
      action: 'response:write',
      operationId: 'resumeResponseRun',
      summary: 'Go on with a halted run, or try again what is not proven',
    },
    async (principal, id) => {
      await response.resume(principal, id)
      return response.settle(principal.tenant, id, WAIT_MS)
    },
  )
  command(
    'decline',
    { action: 'response:approve', operationId: 'declineResponseRun', summary: 'Say no to a run that waits' },
    (principal, id, reason) => response.decline(principal, id, reason),
  )
}

const registerDecisions = (app: App, response: Response): void => {
  app.post(
    '/response/runs/:id/approvals',
    {
      config: { action: 'response:approve' },
      schema: {
        tags,
        operationId: 'approveResponseRun',
        summary: 'Agree to exactly this plan; counted once per person, in time',
        params: RunParams,
        body: Type.Object({ planDigest: Type.String({ maxLength: 80 }), reason: Reason }, closed),
        response: { 200: RunView },
      },
    },
    async ({ principal, params, body }) => viewOf(await response.approve(principal, params.id, body)),
  )
  app.post(
    '/response/runs/:id/resolution',
    {
      config: { action: 'response:approve' },
      schema: {
        tags,
        operationId: 'resolveResponseRun',
        summary: 'Tell whether a step took effect that nothing could tell about; then the run goes on',
        params: RunParams,
        body: Type.Object({ tookEffect: Type.Boolean(), note: Reason }, closed),
        response: { 200: RunView },
      },
    },
    async ({ principal, params, body }) => {
      await response.resolve(principal, params.id, body)
      return viewOf(await response.settle(principal.tenant, params.id, WAIT_MS))
    },
  )
  const KillSwitch = Type.Object({
    on: Type.Boolean(),
    reason: Type.Optional(Type.String()),
    by: Type.Optional(Type.String()),
    at: Type.Optional(Type.String()),
  })
  app.get(
    '/response/kill-switch',
    {
      config: { action: 'response:read' },
      schema: {
        tags,
        operationId: 'getKillSwitch',
        summary: 'Whether anything new is dispatched',
        response: { 200: KillSwitch },
      },
    },
    async ({ principal }) => {
      const found = await response.killSwitch(principal.tenant)
      return { on: found !== undefined, ...found }
    },
  )
  app.put(
    '/response/kill-switch',
    {
      config: { action: 'response:kill-switch' },
      schema: {
        tags,
        operationId: 'setKillSwitch',
        summary: 'On: nothing new is dispatched and what runs halts before its next step; reverts go on',
        body: Type.Object({ on: Type.Boolean(), reason: Reason }, closed),
        response: { 200: KillSwitch },
      },
    },
    async ({ principal, body: { on, reason } }) => ({
      on,
      ...(await response.setKillSwitch(principal, on, reason)),
    }),
  )
}

export const registerResponseRoutes = (
  instance: FastifyInstance,
  { response, retract }: ResponseRoutesDeps,
): void => {
  const app = typed(instance)
  registerReads(app, response)
  registerRuns(app, response)
  registerDecisions(app, response)
  app.post(
    '/models/:name/versions/:version/retraction',
    {
      config: { action: 'model:transition' },
      schema: {
        tags,
        operationId: 'retractModelVersion',
        summary:
          'Take a version’s bytes out of every route, cache and registry alias; answers when it is proven',
        params: RetractParams,
        body: Type.Object({ reason: Reason }, closed),
        response: { 200: RetractionView },
      },
    },
    async ({ principal, params, body }) => {
      const { run, ...answer } = await retract(principal, { ...params, reason: body.reason })
      return {
        run: viewOf(run),
        ...answer,
        sameBytes: [...answer.sameBytes],
        descendants: [...answer.descendants],
      }
    },
  )
}
