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

const PAGE = 500
/** Of those to handle; of the rest one page: nobody reads on, and the filter of the API finds them. */
const PAGES = 4

/** The queue is sorted here, worst first: a page of the newest alone would hide what is grave and old. */
const readList = async (open: boolean, signal: AbortSignal) => {
  const items: Incident[] = []
  let cursor: string | undefined
  for (let page = 0; page < (open ? PAGES : 1); page += 1) {
    const query = { limit: PAGE, ...(open ? { open } : {}), ...(cursor === undefined ? {} : { cursor }) }
    const answer = await get('/api/v1/incidents', { query }, signal)
    items.push(...answer.items)
    cursor = answer.nextCursor
    if (cursor === undefined) break
  }
  return { items, isCut: cursor !== undefined }
}

export const incidentQueries = {
  /** Only those to handle, or the newest of all. */
  list: (open: boolean) =>
    queryOptions({
      queryKey: ['incidents', 'list', open],
      queryFn: ({ signal }) => readList(open, signal),
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
