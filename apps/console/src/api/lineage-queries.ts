/** Where versions come from, and what differs between two. */
import type { AnswerTo } from '@rampart/client'
import { queryOptions } from '@tanstack/react-query'
import { get } from './client.ts'

export type LineageGraph = AnswerTo<'get', '/api/v1/lineage/{name}/{version}'>
export type LineageNode = LineageGraph['nodes'][number]
export type Direction = 'both' | 'ancestors' | 'descendants'
export type VersionDifference = AnswerTo<'get', '/api/v1/models/{name}/difference'>
export type DifferenceSide = VersionDifference['from']
export type DifferenceSection = VersionDifference['sections']['metrics']
export type DifferenceChange = DifferenceSection['changes'][number]

export const lineageQueries = {
  graph: (name: string, version: string, filter: { depth: number; direction: Direction }) =>
    queryOptions({
      queryKey: ['lineage', name, version, filter],
      queryFn: ({ signal }) =>
        get('/api/v1/lineage/{name}/{version}', { path: { name, version }, query: filter }, signal),
      retry: false,
    }),
  difference: (name: string, from: string, to: string) =>
    queryOptions({
      queryKey: ['difference', name, from, to],
      queryFn: ({ signal }) =>
        get('/api/v1/models/{name}/difference', { path: { name }, query: { from, to } }, signal),
      enabled: from !== '' && to !== '' && from !== to,
      retry: false,
    }),
}
