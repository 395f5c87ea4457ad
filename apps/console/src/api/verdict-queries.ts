/** Verdicts about digests, and what they said before. */
import type { AnswerTo } from '@rampart/client'
import { queryOptions } from '@tanstack/react-query'
import { get } from './client.ts'

export type SignedVerdict = AnswerTo<'get', '/api/v1/verdicts/{digest}'>
export type Verdict = SignedVerdict['verdict']
export type VerdictHistory = AnswerTo<'get', '/api/v1/verdicts/{digest}/history'>

export const verdictQueries = {
  verdict: (digest: string) =>
    queryOptions({
      queryKey: ['verdicts', digest],
      queryFn: ({ signal }) => get('/api/v1/verdicts/{digest}', { path: { digest } }, signal),
      retry: false,
    }),
  history: (digest: string) =>
    queryOptions({
      queryKey: ['verdicts', digest, 'history'],
      queryFn: ({ signal }) =>
        get('/api/v1/verdicts/{digest}/history', { path: { digest }, query: { limit: 50 } }, signal),
      retry: false,
    }),
}
