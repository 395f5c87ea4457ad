/** Every read of the console as a query; the first part of a key is the noun that events invalidate. */
import { queryOptions } from '@tanstack/react-query'
import { get } from './client.ts'
import { packPath, readPolicy } from './mutations.ts'

const LIVE_MS = 5000

export const queries = {
  session: () =>
    queryOptions({
      queryKey: ['session'],
      queryFn: ({ signal }) => get('/api/v1/session', {}, signal),
      staleTime: 60_000,
      retry: false,
    }),
  overview: () =>
    queryOptions({
      queryKey: ['overview'],
      queryFn: ({ signal }) => get('/api/v1/overview', {}, signal),
      refetchInterval: LIVE_MS,
    }),
  models: () =>
    queryOptions({
      queryKey: ['models'],
      queryFn: ({ signal }) => get('/api/v1/models', { query: { limit: 500 } }, signal),
    }),
  model: (name: string) =>
    queryOptions({
      queryKey: ['models', name],
      queryFn: ({ signal }) => get('/api/v1/models/{name}', { path: { name } }, signal),
    }),
  passport: (name: string, version: string) =>
    queryOptions({
      queryKey: ['models', name, version],
      queryFn: ({ signal }) =>
        get('/api/v1/models/{name}/versions/{version}', { path: { name, version } }, signal),
    }),
  evidence: (id: string) =>
    queryOptions({
      queryKey: ['evidence', id],
      queryFn: ({ signal }) => get('/api/v1/evidence/{id}', { path: { id } }, signal),
    }),
  routes: () =>
    queryOptions({
      queryKey: ['routes'],
      queryFn: ({ signal }) => get('/api/v1/routes', {}, signal),
    }),
  route: (name: string) =>
    queryOptions({
      queryKey: ['routes', name],
      queryFn: ({ signal }) => get('/api/v1/routes/{name}', { path: { name } }, signal),
    }),
  routeStats: (name: string) =>
    queryOptions({
      queryKey: ['routes', name, 'stats'],
      queryFn: ({ signal }) => get('/api/v1/routes/{name}/stats', { path: { name } }, signal),
      refetchInterval: LIVE_MS,
    }),
  routePlan: (name: string) =>
    queryOptions({
      queryKey: ['routes', name, 'plan'],
      queryFn: ({ signal }) => get('/api/v1/routes/{name}/plan', { path: { name } }, signal),
      refetchInterval: LIVE_MS,
    }),
  telemetry: () =>
    queryOptions({
      queryKey: ['telemetry'],
      queryFn: ({ signal }) => get('/api/v1/telemetry', {}, signal),
      refetchInterval: LIVE_MS,
    }),
  telemetryOf: (model: string, version: string) =>
    queryOptions({
      queryKey: ['telemetry', model, version],
      queryFn: ({ signal }) =>
        get('/api/v1/telemetry/{model}/{version}', { path: { model, version } }, signal),
      refetchInterval: LIVE_MS,
    }),
  feature: (model: string, version: string, feature: string) =>
    queryOptions({
      queryKey: ['telemetry', model, version, feature],
      queryFn: ({ signal }) =>
        get(
          '/api/v1/telemetry/{model}/{version}/features/{feature}',
          { path: { model, version, feature } },
          signal,
        ),
      refetchInterval: LIVE_MS,
    }),
  signals: () =>
    queryOptions({
      queryKey: ['signals'],
      queryFn: ({ signal }) => get('/api/v1/signals', { query: { limit: 500 } }, signal),
    }),
  signal: (id: string) =>
    queryOptions({
      queryKey: ['signals', id],
      queryFn: ({ signal }) => get('/api/v1/signals/{id}', { path: { id } }, signal),
    }),
  policies: () =>
    queryOptions({
      queryKey: ['policies'],
      queryFn: ({ signal }) => get('/api/v1/policies', {}, signal),
    }),
  policy: (pack: string) =>
    queryOptions({
      queryKey: ['policies', pack],
      queryFn: ({ signal }) => readPolicy(pack, signal),
    }),
  policyHistory: (pack: string) =>
    queryOptions({
      queryKey: ['policies', pack, 'history'],
      queryFn: ({ signal }) => get('/api/v1/policies/{pack}/history', { path: packPath(pack) }, signal),
    }),
  decisions: (filter: {
    pack?: string
    principal?: string
    allow?: boolean
    routine?: boolean
    entity?: string
    cursor?: string
  }) =>
    queryOptions({
      queryKey: ['decisions', filter],
      queryFn: ({ signal }) => get('/api/v1/decisions', { query: { ...filter, limit: 100 } }, signal),
    }),
  auditEntries: (filter: { cursor?: string; principal?: string; action?: string }) =>
    queryOptions({
      queryKey: ['audit', 'entries', filter],
      queryFn: ({ signal }) => get('/api/v1/audit/entries', { query: { limit: 100, ...filter } }, signal),
    }),
  requests: (filter: {
    route?: string
    principal?: string
    requestId?: string
    decision?: 'allow' | 'deny'
    minLatencyMs?: number
    cursor?: string
  }) =>
    queryOptions({
      queryKey: ['requests', filter],
      queryFn: ({ signal }) => get('/api/v1/inference-log', { query: { ...filter, limit: 50 } }, signal),
    }),
  request: (id: string) =>
    queryOptions({
      queryKey: ['requests', 'one', id],
      queryFn: ({ signal }) => get('/api/v1/inference-log/{id}', { path: { id } }, signal),
    }),
  requestProof: (id: string) =>
    queryOptions({
      queryKey: ['requests', 'one', id, 'proof'],
      queryFn: ({ signal }) => get('/api/v1/inference-log/{id}/proof', { path: { id } }, signal),
      // A proof must be judged on what the server says now, not on what it said earlier.
      staleTime: 0,
      retry: false,
    }),
  checkpoint: () =>
    queryOptions({
      queryKey: ['audit', 'checkpoint'],
      queryFn: ({ signal }) => get('/api/v1/audit/checkpoint', {}, signal),
    }),
  auditEntry: (index: number) =>
    queryOptions({
      queryKey: ['audit', 'entry', index],
      queryFn: ({ signal }) =>
        get('/api/v1/audit/entries/{index}', { path: { index: String(index) } }, signal),
      // A proof must be judged on what the server says now, not on what it said earlier.
      staleTime: 0,
    }),
  keys: () =>
    queryOptions({
      queryKey: ['keys'],
      queryFn: ({ signal }) => get('/api/v1/keys', {}, signal),
      staleTime: 300_000,
    }),
  apiKeys: () =>
    queryOptions({
      queryKey: ['api-keys'],
      queryFn: ({ signal }) => get('/api/v1/api-keys', {}, signal),
    }),
  serviceAccounts: () =>
    queryOptions({
      queryKey: ['service-accounts'],
      queryFn: ({ signal }) => get('/api/v1/service-accounts', {}, signal),
    }),
} as const
