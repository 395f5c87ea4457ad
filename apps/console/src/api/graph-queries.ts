/** Graphs of model versions; they never change for the same version, so they are fetched once. */
import type { AnswerTo } from '@rampart/client'
import { queryOptions } from '@tanstack/react-query'
import { get } from './client.ts'

export type ModelGraph = AnswerTo<'get', '/api/v1/models/{name}/versions/{version}/graph'>
export type ModelGraphDiff = AnswerTo<'get', '/api/v1/models/{name}/versions/{version}/graph/diff'>
export type GraphPictureData = ModelGraph['picture']
export type GraphFinding = ModelGraph['lint']['findings'][number]

const MINUTE_MS = 60_000

export const graphQueries = {
  graph: (name: string, version: string) =>
    queryOptions({
      queryKey: ['graphs', name, version],
      queryFn: ({ signal }) =>
        get('/api/v1/models/{name}/versions/{version}/graph', { path: { name, version } }, signal),
      staleTime: MINUTE_MS,
      retry: false,
    }),
  diff: (name: string, version: string, against: string | undefined) =>
    queryOptions({
      queryKey: ['graphs', name, version, 'diff', against ?? ''],
      queryFn: ({ signal }) =>
        get(
          '/api/v1/models/{name}/versions/{version}/graph/diff',
          { path: { name, version }, query: against === undefined ? {} : { against } },
          signal,
        ),
      staleTime: MINUTE_MS,
      retry: false,
    }),
}
