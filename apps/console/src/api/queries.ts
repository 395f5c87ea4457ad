/** Every read of the console as a query; the first part of a key is the noun that events invalidate. */
import { queryOptions } from '@tanstack/react-query'
import { get } from './client.ts'
import { readPolicy } from './mutations.ts'
import type * as Api from './types.ts'

const enc = encodeURIComponent
const LIVE_MS = 5000

export const queries = {
  session: () =>
    queryOptions({
      queryKey: ['session'],
      queryFn: ({ signal }) => get<Api.Session>('/session', {}, signal),
      staleTime: 60_000,
      retry: false,
    }),
  overview: () =>
    queryOptions({
      queryKey: ['overview'],
      queryFn: ({ signal }) => get<Api.Overview>('/overview', {}, signal),
      refetchInterval: LIVE_MS,
    }),
  models: () =>
    queryOptions({
      queryKey: ['models'],
      queryFn: ({ signal }) => get<Api.Page<Api.ModelVersionItem>>('/models', { limit: 500 }, signal),
    }),
  model: (name: string) =>
    queryOptions({
      queryKey: ['models', name],
      queryFn: ({ signal }) =>
        get<{ name: string; versions: Api.ModelVersionItem[] }>(`/models/${enc(name)}`, {}, signal),
    }),
  passport: (name: string, version: string) =>
    queryOptions({
      queryKey: ['models', name, version],
      queryFn: ({ signal }) => get<Api.Passport>(`/models/${enc(name)}/versions/${enc(version)}`, {}, signal),
    }),
  evidence: (id: string) =>
    queryOptions({
      queryKey: ['evidence', id],
      queryFn: ({ signal }) => get<Api.Evidence>(`/evidence/${enc(id)}`, {}, signal),
    }),
  routes: () =>
    queryOptions({
      queryKey: ['routes'],
      queryFn: ({ signal }) => get<Api.Page<Api.Route>>('/routes', {}, signal),
    }),
  route: (name: string) =>
    queryOptions({
      queryKey: ['routes', name],
      queryFn: ({ signal }) => get<Api.Route>(`/routes/${enc(name)}`, {}, signal),
    }),
  routeStats: (name: string) =>
    queryOptions({
      queryKey: ['routes', name, 'stats'],
      queryFn: ({ signal }) => get<Api.RouteStats>(`/routes/${enc(name)}/stats`, {}, signal),
      refetchInterval: LIVE_MS,
    }),
  telemetry: () =>
    queryOptions({
      queryKey: ['telemetry'],
      queryFn: ({ signal }) => get<Api.Page<Api.TelemetryItem>>('/telemetry', {}, signal),
      refetchInterval: LIVE_MS,
    }),
  telemetryOf: (model: string, version: string) =>
    queryOptions({
      queryKey: ['telemetry', model, version],
      queryFn: ({ signal }) =>
        get<Api.TelemetryDetail>(`/telemetry/${enc(model)}/${enc(version)}`, {}, signal),
      refetchInterval: LIVE_MS,
    }),
  feature: (model: string, version: string, feature: string) =>
    queryOptions({
      queryKey: ['telemetry', model, version, feature],
      queryFn: ({ signal }) =>
        get<Api.FeatureDetail>(
          `/telemetry/${enc(model)}/${enc(version)}/features/${enc(feature)}`,
          {},
          signal,
        ),
      refetchInterval: LIVE_MS,
    }),
  signals: () =>
    queryOptions({
      queryKey: ['signals'],
      queryFn: ({ signal }) => get<Api.Page<Api.Signal>>('/signals', { limit: 500 }, signal),
    }),
  signal: (id: string) =>
    queryOptions({
      queryKey: ['signals', id],
      queryFn: ({ signal }) => get<Api.Signal>(`/signals/${enc(id)}`, {}, signal),
    }),
  policies: () =>
    queryOptions({
      queryKey: ['policies'],
      queryFn: ({ signal }) => get<Api.Page<Api.PolicySummary>>('/policies', {}, signal),
    }),
  policy: (pack: string) =>
    queryOptions({
      queryKey: ['policies', pack],
      queryFn: ({ signal }) => readPolicy(pack, signal),
    }),
  policyHistory: (pack: string) =>
    queryOptions({
      queryKey: ['policies', pack, 'history'],
      queryFn: ({ signal }) =>
        get<Api.Page<Api.PolicyRevision>>(`/policies/${enc(pack)}/history`, {}, signal),
    }),
  decisions: (filter: {
    pack?: string
    principal?: string
    allow?: string
    entity?: string
    cursor?: string
  }) =>
    queryOptions({
      queryKey: ['decisions', filter],
      queryFn: ({ signal }) => get<Api.Page<Api.Decision>>('/decisions', { ...filter, limit: 100 }, signal),
    }),
  auditEntries: (filter: { cursor?: string; principal?: string; action?: string }) =>
    queryOptions({
      queryKey: ['audit', 'entries', filter],
      queryFn: ({ signal }) =>
        get<Api.Page<Api.AuditEntry>>('/audit/entries', { limit: 100, ...filter }, signal),
    }),
  checkpoint: () =>
    queryOptions({
      queryKey: ['audit', 'checkpoint'],
      queryFn: ({ signal }) => get<Api.Checkpoint>('/audit/checkpoint', {}, signal),
    }),
  auditEntry: (index: number) =>
    queryOptions({
      queryKey: ['audit', 'entry', index],
      queryFn: ({ signal }) => get<Api.InclusionProof>(`/audit/entries/${index}`, {}, signal),
      // A proof must be judged on what the server says now, not on what it said earlier.
      staleTime: 0,
    }),
  apiKeys: () =>
    queryOptions({
      queryKey: ['api-keys'],
      queryFn: ({ signal }) => get<Api.Page<Api.ApiKey>>('/api-keys', {}, signal),
    }),
  serviceAccounts: () =>
    queryOptions({
      queryKey: ['service-accounts'],
      queryFn: ({ signal }) => get<Api.Page<Api.ServiceAccount>>('/service-accounts', {}, signal),
    }),
} as const
