/** HTTP ↔ runs of playbooks. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { type EntityKind, MODEL_NAME_PATTERN } from '@rampart/domain'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { Reason } from '../schemas.ts'
import type { PlaybookRun } from './playbook-run.ts'
import type { Playbooks } from './playbooks.ts'

const text = Type.String()
const maybe = Type.Optional(text)
const closed = { additionalProperties: false } as const
const Variables = Type.Record(Type.String({ maxLength: 250 }), Type.String({ maxLength: 65_536 }))

const PlaybookRunView = Type.Object({
  id: text,
  playbook: text,
  revision: Type.Integer(),
  phase: Type.Enum(['running', 'completed', 'failed']),
  reason: text,
  subject: Type.Object({ kind: text, id: text }),
  requestedBy: text,
  signedBy: text,
  incident: maybe,
  release: Type.Optional(Type.String({ description: 'Version of the product that began it' })),
  parent: maybe,
  failure: Type.Optional(Type.Object({ step: text, reason: text })),
  variables: Type.Record(text, text),
  createdAt: text,
  updatedAt: text,
  steps: Type.Array(
    Type.Object({
      key: text,
      step: text,
      name: text,
      kind: Type.Enum(['wait', 'manual', 'action', 'playbook']),
      state: Type.Enum(['waiting', 'succeeded', 'failed']),
      run: Type.Optional(Type.String({ description: 'The run, or playbook run, that does it' })),
      why: maybe,
      instruction: Type.Optional(Type.String({ description: 'What a person is asked to do' })),
      startedAt: text,
      endedAt: maybe,
    }),
  ),
})

const kindOf = ({ dispatch }: PlaybookRun['steps'][number]): 'wait' | 'manual' | 'action' | 'playbook' =>
  dispatch.kind === 'action' && dispatch.commands.every(({ type }) => type === 'manual')
    ? 'manual'
    : dispatch.kind

const instructionOf = (step: PlaybookRun['steps'][number]): { readonly instruction?: string } => {
  if (kindOf(step) !== 'manual' || step.dispatch.kind !== 'action') return {}
  const texts = step.dispatch.commands.map(({ command, description }) => command ?? description ?? '')
  return { instruction: texts.join('\n').slice(0, 4096) }
}

const viewOf = ({ body, state, ...run }: PlaybookRun) => ({
  id: run.id,
  playbook: run.name,
  revision: run.revision,
  phase: state.phase,
  reason: body.reason,
  subject: { ...body.subject },
  requestedBy: `${body.requestedBy.kind}:${body.requestedBy.id}`,
  signedBy: body.signature.signee,
  variables: { ...state.values },
  createdAt: run.createdAt,
  updatedAt: run.updatedAt,
  ...(body.incident === undefined ? {} : { incident: body.incident }),
  ...(body.release === undefined ? {} : { release: body.release }),
  ...(run.parent === undefined ? {} : { parent: run.parent }),
  ...(state.failure === undefined ? {} : { failure: { ...state.failure } }),
  steps: run.steps.map((step) => ({
    key: step.key,
    step: step.dispatch.step,
    name: step.dispatch.name,
    kind: kindOf(step),
    state:
      step.outcome === undefined
        ? ('waiting' as const)
        : step.outcome.ok
          ? ('succeeded' as const)
          : ('failed' as const),
    startedAt: step.startedAt,
    ...(step.child === undefined ? {} : { run: step.child }),
    ...instructionOf(step),
    ...(step.outcome === undefined || step.outcome.ok ? {} : { why: step.outcome.reason }),
    ...(step.endedAt === undefined ? {} : { endedAt: step.endedAt }),
  })),
})

export const registerPlaybookRoutes = (instance: FastifyInstance, playbooks: Playbooks): void => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const tags = ['response']
  app.post(
    '/playbooks/:name/runs',
    {
      config: { action: 'response:write' },
      schema: {
        tags,
        operationId: 'startPlaybook',
        summary: 'Run a playbook; equal idempotency keys are one run',
        params: Type.Object({ name: Type.String({ pattern: MODEL_NAME_PATTERN }) }, closed),
        body: Type.Object(
          {
            reason: Reason,
            subject: Type.Object(
              { kind: Type.String({ maxLength: 64 }), id: Type.String({ maxLength: 512 }) },
              closed,
            ),
            variables: Type.Optional(Variables),
            incident: Type.Optional(Type.String({ maxLength: 64 })),
            idempotencyKey: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
          },
          closed,
        ),
        response: { 201: PlaybookRunView },
      },
    },
    async ({ principal, params, body }, reply) => {
      const { subject, variables, ...request } = body
      const run = await playbooks.run(principal, {
        ...request,
        name: params.name,
        subject: { kind: subject.kind as EntityKind, id: subject.id },
        ...(variables === undefined ? {} : { inputs: variables }),
      })
      return reply.code(201).send(viewOf(run))
    },
  )
  app.get(
    '/playbook-runs',
    {
      config: { action: 'response:read' },
      schema: {
        tags,
        operationId: 'listPlaybookRuns',
        summary: 'Runs of playbooks, newest first',
        querystring: Type.Object(
          {
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
            cursor: Type.Optional(Type.String({ maxLength: 64 })),
          },
          closed,
        ),
        response: { 200: Type.Object({ items: Type.Array(PlaybookRunView), nextCursor: maybe }) },
      },
    },
    async ({ principal, query: { limit = 50, cursor } }) => {
      const runs = await playbooks.list(principal.tenant, {
        limit,
        ...(cursor === undefined ? {} : { before: cursor }),
      })
      const last = runs.at(-1)
      const more = runs.length === limit && last !== undefined
      return { items: runs.map(viewOf), ...(more ? { nextCursor: last.id } : {}) }
    },
  )
  app.get(
    '/playbook-runs/:id',
    {
      config: { action: 'response:read' },
      schema: {
        tags,
        operationId: 'getPlaybookRun',
        summary: 'One run: what it asked for, and how each step ended',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }, closed),
        response: { 200: PlaybookRunView },
      },
    },
    async ({ principal, params }) => viewOf(await playbooks.get(principal.tenant, params.id)),
  )
  app.post(
    '/playbook-runs/:id/answers',
    {
      config: { action: 'response:write' },
      schema: {
        tags,
        operationId: 'answerPlaybookStep',
        summary: 'Say how a manual step ended',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }, closed),
        body: Type.Object(
          {
            key: Type.String({ minLength: 1, maxLength: 512 }),
            ok: Type.Boolean(),
            note: Type.Optional(Type.String({ maxLength: 1024 })),
            variables: Type.Optional(Variables),
          },
          closed,
        ),
        response: { 200: PlaybookRunView },
      },
    },
    async ({ principal, params, body: { key, ok, note, variables } }) =>
      viewOf(
        await playbooks.finishManual(principal, params.id, {
          key,
          outcome: ok
            ? { ok, ...(variables === undefined ? {} : { outputs: variables }) }
            : { ok, reason: note ?? 'a person said that it failed' },
        }),
      ),
  )
}
