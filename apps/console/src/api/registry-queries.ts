/** Registries elsewhere: how each stands, and what became of its versions here. */
import type { AnswerTo } from '@rampart/client'
import { queryOptions } from '@tanstack/react-query'
import { call, get } from './client.ts'

export type RegistryItem = AnswerTo<'get', '/api/v1/registries'>['items'][number]
export type RegistryState = RegistryItem['status']['state']
export type RegistryVersionPage = AnswerTo<'get', '/api/v1/registries/{name}/versions'>
export type RegistryVersionItem = RegistryVersionPage['items'][number]

export type WatchRow = AnswerTo<'get', '/api/v1/registry-watch'>['items'][number]

const LIVE_MS = 5000

export const registryQueries = {
  watch: (registry: string | undefined) =>
    queryOptions({
      queryKey: ['registry-watch', registry ?? ''],
      queryFn: ({ signal }) =>
        get('/api/v1/registry-watch', { query: registry === undefined ? {} : { registry } }, signal),
      refetchInterval: LIVE_MS,
    }),
  registries: () =>
    queryOptions({
      queryKey: ['registries'],
      queryFn: ({ signal }) => get('/api/v1/registries', {}, signal),
      refetchInterval: LIVE_MS,
    }),
  registry: (name: string) =>
    queryOptions({
      queryKey: ['registries', name],
      queryFn: ({ signal }) => get('/api/v1/registries/{name}', { path: { name } }, signal),
      refetchInterval: LIVE_MS,
    }),
  versions: (name: string, filter: { state?: RegistryVersionItem['state']; cursor?: string }) =>
    queryOptions({
      queryKey: ['registries', name, 'versions', filter],
      queryFn: ({ signal }) =>
        get(
          '/api/v1/registries/{name}/versions',
          { path: { name }, query: { ...filter, limit: 100 } },
          signal,
        ),
      refetchInterval: LIVE_MS,
    }),
}

export const syncRegistry = (name: string) =>
  call('post', '/api/v1/registries/{name}/sync', { path: { name } })
