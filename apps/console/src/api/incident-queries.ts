/** Incidents, what is done with them, and what another response bundle would have done. */
import type { AnswerTo, InputOf } from '@rampart/client'
import { queryOptions } from '@tanstack/react-query'
import { call, callWithEtag, get } from './client.ts'

export type Incident = AnswerTo<'get', '/api/v1/incidents'>['items'][number]
export type IncidentDetail = AnswerTo<'get', '/api/v1/incidents/{id}'>
export type IncidentStatus = Incident['status']
export type Contribution = IncidentDetail['ledger']['contributions'][number]
export type ResponseAction = IncidentDetail['decisions'][number]['actions'][number]
export type Neighbourhood = IncidentDetail['neighbourhood']
export type Simulation = AnswerTo<'post', '/api/v1/simulations/response'>
export type Disposition = NonNullable<Incident['disposition']>

export const incidentQueries = {
  list: () =>
    queryOptions({
      queryKey: ['incidents'],
      queryFn: ({ signal }) => get('/api/v1/incidents', { query: { limit: 500 } }, signal),
    }),
  /** For counting: kept with the overview, which every change of an incident makes stale. */
  open: () =>
    queryOptions({
      queryKey: ['overview', 'incidents'],
      queryFn: ({ signal }) => get('/api/v1/incidents', { query: { open: true, limit: 100 } }, signal),
    }),
  one: (id: string) =>
    queryOptions({
      queryKey: ['incidents', id],
      queryFn: ({ signal }) => callWithEtag('get', '/api/v1/incidents/{id}', { path: { id } }, { signal }),
    }),
  ofSignal: (signalId: string) =>
    queryOptions({
      queryKey: ['incidents', 'of-signal', signalId],
      queryFn: ({ signal }) => get('/api/v1/incidents', { query: { signal: signalId, limit: 1 } }, signal),
    }),
}

type TransitionBody = InputOf<'post', '/api/v1/incidents/{id}/transitions'>['body']

const ifMatch = (etag: string) => ({ headers: { 'if-match': etag } })

export const moveIncident = (id: string, body: TransitionBody, etag: string) =>
  call('post', '/api/v1/incidents/{id}/transitions', { path: { id }, body }, ifMatch(etag))

export const assignIncident = (id: string, owner: string | null, etag: string) =>
  call('put', '/api/v1/incidents/{id}/owner', { path: { id }, body: { owner } }, ifMatch(etag))

export const commentIncident = (id: string, text: string) =>
  call('post', '/api/v1/incidents/{id}/comments', { path: { id }, body: { text } })

export const simulateResponse = (files: Record<string, string>, since: string) =>
  call('post', '/api/v1/simulations/response', { body: { files, since } })
