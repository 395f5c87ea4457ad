/** What response does: containments in force, runs, the kill switch, playbooks and their runs. */
import type { AnswerTo } from '@rampart/client'
import { queryOptions } from '@tanstack/react-query'
import { call, get } from './client.ts'

export type RunItem = AnswerTo<'get', '/api/v1/response/runs'>['items'][number]
export type RunStep = RunItem['steps'][number]
export type PlaybookItem = AnswerTo<'get', '/api/v1/playbooks'>['items'][number]
export type PlaybookRunItem = AnswerTo<'get', '/api/v1/playbook-runs'>['items'][number]

export type ProtectedItem = AnswerTo<'get', '/api/v1/protected-entities'>['items'][number]

const LIVE_MS = 3000

/**
 * The newest runs, and whatever else is in force or waits: however many runs came after it, what may have to be undone
 * is on the list.
 */
const readRuns = async (signal: AbortSignal) => {
  const [newest, inForce, waiting] = await Promise.all([
    get('/api/v1/response/runs', { query: { limit: 200 } }, signal),
    get('/api/v1/containments', { query: { limit: 500 } }, signal),
    get('/api/v1/response/runs', { query: { state: 'waiting', limit: 500 } }, signal),
  ])
  const runs = new Map([...inForce.items, ...waiting.items, ...newest.items].map((run) => [run.id, run]))
  return { items: [...runs.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt)) }
}

export const responseQueries = {
  runs: () =>
    queryOptions({
      queryKey: ['response', 'runs'],
      queryFn: ({ signal }) => readRuns(signal),
      refetchInterval: LIVE_MS,
    }),
  ofIncident: (incident: string) =>
    queryOptions({
      queryKey: ['response', 'runs', 'of-incident', incident],
      queryFn: ({ signal }) => get('/api/v1/response/runs', { query: { incident, limit: 100 } }, signal),
      refetchInterval: LIVE_MS,
    }),
  run: (id: string) =>
    queryOptions({
      queryKey: ['response', 'runs', id],
      queryFn: ({ signal }) => get('/api/v1/response/runs/{id}', { path: { id } }, signal),
      refetchInterval: LIVE_MS,
    }),
  killSwitch: () =>
    queryOptions({
      queryKey: ['response', 'kill-switch'],
      queryFn: ({ signal }) => get('/api/v1/response/kill-switch', {}, signal),
      refetchInterval: LIVE_MS,
    }),
  playbooks: () =>
    queryOptions({
      queryKey: ['response', 'playbooks'],
      queryFn: ({ signal }) => get('/api/v1/playbooks', {}, signal),
    }),
  playbook: (name: string) =>
    queryOptions({
      queryKey: ['response', 'playbooks', name],
      queryFn: ({ signal }) => get('/api/v1/playbooks/{name}', { path: { name } }, signal),
    }),
  protectedEntities: () =>
    queryOptions({
      queryKey: ['response', 'protected'],
      queryFn: ({ signal }) => get('/api/v1/protected-entities', {}, signal),
    }),
  playbookRuns: () =>
    queryOptions({
      queryKey: ['response', 'playbook-runs'],
      queryFn: ({ signal }) => get('/api/v1/playbook-runs', { query: { limit: 100 } }, signal),
      refetchInterval: LIVE_MS,
    }),
}

export const setKillSwitch = (on: boolean, reason: string) =>
  call('put', '/api/v1/response/kill-switch', { body: { on, reason } })

export type RunVerb = 'revert' | 'resume' | 'decline'

export const commandRun = (id: string, verb: RunVerb, reason: string) =>
  call('post', `/api/v1/response/runs/{id}/${verb}`, { path: { id }, body: { reason } })

/** The plan that was looked at goes along: another plan is not approved unseen. */
export const approveRun = ({ id, planDigest }: RunItem, reason: string) =>
  call('post', '/api/v1/response/runs/{id}/approvals', { path: { id }, body: { planDigest, reason } })

export const resolveRun = (id: string, tookEffect: boolean, note: string) =>
  call('post', '/api/v1/response/runs/{id}/resolution', { path: { id }, body: { tookEffect, note } })

export const answerStep = (id: string, key: string, ok: boolean, note: string) =>
  call('post', '/api/v1/playbook-runs/{id}/answers', { path: { id }, body: { key, ok, note } })

/** If-Match "0": a name that somebody else has taken meanwhile is not overwritten. */
export const protectEntity = (name: string, body: { kind: string; id: string; reason: string }) =>
  call(
    'put',
    '/api/v1/protected-entities/{name}',
    { path: { name }, body },
    { headers: { 'if-match': '"0"' } },
  )

export const unprotectEntity = ({ name, revision }: ProtectedItem) =>
  call(
    'delete',
    '/api/v1/protected-entities/{name}',
    { path: { name } },
    { headers: { 'if-match': `"${revision}"` } },
  )
