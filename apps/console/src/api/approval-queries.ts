/** Requests for approval: the inbox, one with its history, and the answers to it. */
import type { AnswerTo } from '@rampart/client'
import { queryOptions } from '@tanstack/react-query'
import { call, get } from './client.ts'

export type Approval = AnswerTo<'get', '/api/v1/approvals'>['items'][number]
export type ApprovalDetail = AnswerTo<'get', '/api/v1/approvals/{id}'>
export type Delegation = AnswerTo<'get', '/api/v1/approvals/delegations'>['items'][number]
export type ApprovalFilter = {
  readonly state?: Approval['state']
  readonly waitingForMe?: boolean
  readonly model?: string
  readonly version?: string
}

export const approvalQueries = {
  list: (query: ApprovalFilter = {}) =>
    queryOptions({
      queryKey: ['approvals', 'list', query],
      queryFn: ({ signal }) => get('/api/v1/approvals', { query: { ...query, limit: 200 } }, signal),
    }),
  delegations: () =>
    queryOptions({
      queryKey: ['approvals', 'delegations'],
      queryFn: ({ signal }) => get('/api/v1/approvals/delegations', {}, signal),
    }),
  one: (id: string) =>
    queryOptions({
      queryKey: ['approvals', 'one', id],
      queryFn: ({ signal }) => get('/api/v1/approvals/{id}', { path: { id } }, signal),
    }),
}

export type AnswerVerb = 'approve' | 'reject'

/** The revision that was looked at goes along: a request that changed meanwhile is not answered unseen. */
export const answerApproval = (verb: AnswerVerb, { id, revision, mayApprove }: Approval, reason: string) =>
  call(
    'post',
    `/api/v1/approvals/{id}/${verb}`,
    {
      path: { id },
      body: { reason, ...(mayApprove.onBehalfOf === undefined ? {} : { onBehalfOf: mayApprove.onBehalfOf }) },
    },
    { headers: { 'if-match': `"${revision}"` } },
  )

export const commentApproval = (id: string, text: string) =>
  call('post', '/api/v1/approvals/{id}/comments', { path: { id }, body: { text } })

export const withdrawApproval = (id: string, text: string) =>
  call('post', '/api/v1/approvals/{id}/withdraw', { path: { id }, body: { text } })

export const delegateApproval = (body: { to: string; until: string; reason: string }) =>
  call('post', '/api/v1/approvals/delegations', { body })

export const endDelegation = (id: string) =>
  call('delete', '/api/v1/approvals/delegations/{id}', { path: { id } })
