/** Export to SIEMs and alerts from them: sinks with their queues, dead letters, alert sources and what they saw. */
import type { AnswerTo } from '@rampart/client'
import { queryOptions } from '@tanstack/react-query'
import { call, get } from './client.ts'

export type SinkItem = AnswerTo<'get', '/api/v1/sinks'>['items'][number]
export type DeadLetter = AnswerTo<'get', '/api/v1/sinks/{name}/dead-letters'>['items'][number]
export type AlertSourceItem = AnswerTo<'get', '/api/v1/alert-sources'>['items'][number]
export type SightingItem = AnswerTo<'get', '/api/v1/sightings'>['items'][number]

const LIVE_MS = 3000

export const siemQueries = {
  sinks: () =>
    queryOptions({
      queryKey: ['sinks'],
      queryFn: ({ signal }) => get('/api/v1/sinks', {}, signal),
      refetchInterval: LIVE_MS,
    }),
  sink: (name: string) =>
    queryOptions({
      queryKey: ['sinks', name],
      queryFn: ({ signal }) => get('/api/v1/sinks/{name}', { path: { name } }, signal),
      refetchInterval: LIVE_MS,
    }),
  deadLetters: (name: string, cursor: string) =>
    queryOptions({
      queryKey: ['sinks', name, 'dead-letters', cursor],
      queryFn: ({ signal }) =>
        get(
          '/api/v1/sinks/{name}/dead-letters',
          { path: { name }, query: { limit: 50, ...(cursor === '' ? {} : { cursor }) } },
          signal,
        ),
      refetchInterval: LIVE_MS * 2,
    }),
  sources: () =>
    queryOptions({
      queryKey: ['alert-sources'],
      queryFn: ({ signal }) => get('/api/v1/alert-sources', {}, signal),
      refetchInterval: LIVE_MS,
    }),
  source: (name: string) =>
    queryOptions({
      queryKey: ['alert-sources', name],
      queryFn: ({ signal }) => get('/api/v1/alert-sources/{name}', { path: { name } }, signal),
      refetchInterval: LIVE_MS,
    }),
  sightings: (source: string) =>
    queryOptions({
      queryKey: ['alert-sources', source, 'sightings'],
      queryFn: ({ signal }) => get('/api/v1/sightings', { query: { source, limit: 100 } }, signal),
      refetchInterval: LIVE_MS * 2,
    }),
}

/** All dead letters of a sink, or the named ones, go back into its queue. */
export const retryDeadLetters = (name: string, eventIds?: readonly string[]) =>
  call('post', '/api/v1/sinks/{name}/dead-letters/retry', {
    path: { name },
    body: eventIds === undefined ? {} : { eventIds: [...eventIds] },
  })
