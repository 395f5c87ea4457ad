/** HTTP ↔ approvals. Who may approve is the pack `approval`'s answer; the action only keeps strangers out. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { formatModelVersionRef, type ModelVersionRef } from '@rampart/domain'
import { type Clock, cursorOf, readCursor } from '@rampart/kit'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { ApprovalRoom } from './approval-room.ts'
import { refOf } from './changes.ts'
import type { Delegation } from './delegation-store.ts'
import { approvalErrors } from './errors.ts'
import type { Answered } from './giving.ts'
import * as schema from './schemas.ts'
import type { ApprovalRequest } from './store.ts'
import type { RequestView } from './views.ts'

export type ApprovalRouteDeps = {
  readonly room: Pick<ApprovalRoom, 'approvals' | 'delegations'> & {
    readonly views: Pick<ApprovalRoom['views'], 'list' | 'detail'>
  }
  readonly clock: Clock
}

const withTypes = (instance: FastifyInstance) => instance.withTypeProvider<TypeBoxTypeProvider>()
type App = ReturnType<typeof withTypes>

const byId = (request: { params: unknown }) => ({
  kind: 'approval' as const,
  id: (request.params as { id: string }).id,
})
const byVersion = (request: { params: unknown }) => ({
  kind: 'model-version' as const,
  id: formatModelVersionRef(request.params as ModelVersionRef),
})

const revisionOf = (header: unknown): { readonly revision?: number } => {
  if (header === undefined) return {}
  const found = /^"(\d{1,9})"$/.exec(String(header))
  if (found === null) throw approvalErrors.APPROVAL_INVALID('If-Match is a revision in double quotes.')
  return { revision: Number(found[1]) }
}

const answered = ({ request, met, missing }: Answered) => ({
  id: request.id,
  name: refOf(request),
  state: request.state,
  revision: request.revision,
  met,
  missing: [...missing],
})

const changed = (request: ApprovalRequest) => ({
  id: request.id,
  name: refOf(request),
  state: request.state,
  revision: request.revision,
})
const ChangedView = Type.Pick(schema.AnsweredView, ['id', 'name', 'state', 'revision'])

const shown = <V extends RequestView>(view: V) => view as never

export const registerApprovalRoutes = (instance: FastifyInstance, deps: ApprovalRouteDeps): void => {
  const app = withTypes(instance)
  registerReads(app, deps)
  registerAnswers(app, deps)
  registerTalk(app, deps)
  registerDelegations(app, deps)
}

const registerReads = (app: App, { room }: ApprovalRouteDeps): void => {
  app.get(
    '/approvals',
    {
      config: { action: 'approval:read' },
      schema: {
        tags: ['approvals'],
        operationId: 'listApprovals',
        summary: 'Requests for approval, newest first',
        querystring: schema.ApprovalListQuery,
        response: {
          200: Type.Object({
            items: Type.Array(schema.ApprovalView),
            nextCursor: Type.Optional(Type.String()),
          }),
        },
      },
    },
    async ({ principal, query }) => {
      const { limit = 100, cursor, model, ...rest } = query
      const before = cursor === undefined ? undefined : readCursor<{ seq: string }>(cursor, ['seq']).seq
      if (before !== undefined && !/^\d{1,19}$/.test(before))
        throw approvalErrors.APPROVAL_INVALID('The cursor is not one that this server gave out.')
      const { items, next } = await room.views.list(principal, {
        ...rest,
        limit,
        ...(model === undefined ? {} : { name: model }),
        ...(before === undefined ? {} : { before }),
      })
      return {
        items: items.map(shown),
        ...(next === undefined ? {} : { nextCursor: cursorOf({ seq: next }) }),
      }
    },
  )
  app.get(
    '/approvals/:id',
    {
      config: { action: 'approval:read', entity: byId },
      schema: {
        tags: ['approvals'],
        operationId: 'getApproval',
        summary: 'One request with its history, its approvals and why some do not count',
        params: schema.IdParams,
        response: { 200: schema.ApprovalDetail },
      },
    },
    async ({ principal, params }, reply) => {
      const detail = await room.views.detail(principal, params.id)
      reply.header('etag', `"${detail.revision}"`)
      return shown(detail)
    },
  )
}

const registerAnswers = (app: App, { room: { approvals } }: ApprovalRouteDeps): void => {
  app.post(
    '/approvals',
    {
      config: { action: 'approval:request' },
      schema: {
        tags: ['approvals'],
        operationId: 'openApproval',
        summary:
          'Ask for the approval of a version; a version that passed its assessment is asked for by itself',
        body: schema.OpenBody,
        response: { 201: ChangedView },
      },
    },
    async ({ principal, body }, reply) => {
      const { model, version, ...asked } = body
      return reply.code(201).send(changed(await approvals.open(principal, { name: model, version }, asked)))
    },
  )
  app.post(
    '/models/:name/versions/:version/approvals',
    {
      config: { action: 'approval:answer', entity: byVersion },
      schema: {
        tags: ['approvals'],
        operationId: 'approveModelVersion',
        summary: 'Give one approval; the last one needed moves the version to approved',
        params: schema.RefParams,
        body: schema.AnswerBody,
        response: { 200: schema.AnsweredView },
      },
    },
    async ({ principal, params, body }) => answered(await approvals.approve(principal, params, body)),
  )
  app.post(
    '/models/:name/versions/:version/rejections',
    {
      config: { action: 'approval:answer', entity: byVersion },
      schema: {
        tags: ['approvals'],
        operationId: 'rejectModelVersion',
        summary: 'Refuse a version as it is; its approvals count no more',
        params: schema.RefParams,
        body: schema.AnswerBody,
        response: { 200: schema.AnsweredView },
      },
    },
    async ({ principal, params, body }) => answered(await approvals.reject(principal, params, body)),
  )
  for (const [verb, what] of [
    ['approve', 'Give one approval in answer to this request'],
    ['reject', 'Refuse the version as it is'],
  ] as const)
    app.post(
      `/approvals/:id/${verb}`,
      {
        config: { action: 'approval:answer', entity: byId },
        schema: {
          tags: ['approvals'],
          operationId: `${verb}Approval`,
          summary: `${what}; If-Match names the revision that was looked at`,
          params: schema.IdParams,
          body: schema.AnswerBody,
          response: { 200: schema.AnsweredView },
        },
      },
      async ({ principal, params, body, headers }) => {
        const { name, version } = await approvals.request(principal.tenant, params.id)
        const request = { id: params.id, ...revisionOf(headers['if-match']) }
        return answered(await approvals[verb](principal, { name, version }, { ...body, request }))
      },
    )
}

const registerTalk = (app: App, { room: { approvals } }: ApprovalRouteDeps): void => {
  app.post(
    '/approvals/:id/comments',
    {
      config: { action: 'approval:comment', entity: byId },
      schema: {
        tags: ['approvals'],
        operationId: 'commentApproval',
        summary: 'Say something about a request',
        params: schema.IdParams,
        body: schema.TextBody,
        response: { 201: ChangedView },
      },
    },
    async ({ principal, params, body }, reply) =>
      reply.code(201).send(changed(await approvals.comment(principal, params.id, body.text))),
  )
  app.post(
    '/approvals/:id/withdraw',
    {
      config: { action: 'approval:request', entity: byId },
      schema: {
        tags: ['approvals'],
        operationId: 'withdrawApproval',
        summary: 'Take a request back; its approvals count no more',
        params: schema.IdParams,
        body: schema.TextBody,
        response: { 200: ChangedView },
      },
    },
    async ({ principal, params, body }) => changed(await approvals.withdraw(principal, params.id, body.text)),
  )
}

const registerDelegations = (app: App, { room: { delegations }, clock }: ApprovalRouteDeps): void => {
  const view = ({ createdAt, until, revokedAt, revokedBy: _, roles, ...rest }: Delegation) => ({
    ...rest,
    roles: [...roles],
    createdAt: createdAt.toISOString(),
    until: until.toISOString(),
    state:
      revokedAt !== null
        ? ('revoked' as const)
        : until.getTime() > clock.now()
          ? ('active' as const)
          : ('ended' as const),
  })
  app.get(
    '/approvals/delegations',
    {
      config: { action: 'approval:read' },
      schema: {
        tags: ['approvals'],
        operationId: 'listDelegations',
        summary: 'Rights to approve that were handed over, newest first',
        response: { 200: Type.Object({ items: Type.Array(schema.DelegationView) }) },
      },
    },
    async ({ principal }) => ({ items: (await delegations.list(principal.tenant)).map(view) }),
  )
  app.post(
    '/approvals/delegations',
    {
      config: { action: 'approval:delegate' },
      schema: {
        tags: ['approvals'],
        operationId: 'delegateApproval',
        summary: 'Hand the own right to approve to another person for a time',
        body: schema.DelegateBody,
        response: { 201: schema.DelegationView },
      },
    },
    async ({ principal, body }, reply) =>
      reply.code(201).send(view(await delegations.delegate(principal, body))),
  )
  app.delete(
    '/approvals/delegations/:id',
    {
      config: { action: 'approval:delegate' },
      schema: {
        tags: ['approvals'],
        operationId: 'revokeDelegation',
        summary: 'Take a right back, or give it back',
        params: schema.IdParams,
        response: { 204: Type.Null() },
      },
    },
    async ({ principal, params }, reply) => {
      await delegations.revoke(principal, params.id)
      return reply.code(204).send(null)
    },
  )
}
