/** Every change the console can ask for. */
import { call, callWithEtag } from './client.ts'
import type * as Api from './types.ts'

export const transition = (path: { name: string; version: string }, to: Api.Stage, reason: string) =>
  call('post', '/api/v1/models/{name}/versions/{version}/transitions', { path, body: { to, reason } })

/** Which packs exist is the server's to say: an address with another name is answered 404. */
export const packPath = (pack: string) => ({ pack: pack as Api.Pack })

/** The etag goes back in If-Match, so that two editors cannot overwrite each other unseen. */
export const readPolicy = (pack: string, signal: AbortSignal) =>
  callWithEtag('get', '/api/v1/policies/{pack}', { path: packPath(pack) }, { signal })

export const checkPolicy = (pack: string, files: Record<string, string>) =>
  call('post', '/api/v1/policies/{pack}/check', { path: packPath(pack), body: { files } })

export const savePolicy = (
  pack: string,
  body: { files: Record<string, string>; message: string },
  etag: string,
) => call('put', '/api/v1/policies/{pack}', { path: packPath(pack), body }, { headers: { 'if-match': etag } })

export const tryPolicy = (pack: string, input: unknown) =>
  call('post', '/api/v1/policies/{pack}/try', { path: packPath(pack), body: { input } })

export const rollbackPolicy = (pack: string, version: number, etag: string) =>
  call(
    'post',
    '/api/v1/policies/{pack}/rollback',
    { path: packPath(pack), body: { version } },
    { headers: { 'if-match': etag } },
  )

export const putRoute = (name: string, spec: unknown, etag: string) =>
  call(
    'put',
    '/api/v1/routes/{name}',
    // A person wrote it: the server says what is wrong with it.
    { path: { name }, body: spec as Body<Api.Input<'put', '/api/v1/routes/{name}'>> },
    { headers: { 'if-match': etag } },
  )

export const moveCanary = (name: string, action: Api.CanaryAction, reason: string) =>
  call('post', '/api/v1/routes/{name}/canary', { path: { name }, body: { action, reason } })

export const replayRequest = (id: string, body: { route: string; version?: string }) =>
  call('post', '/api/v1/inference-log/{id}/replay', { path: { id }, body })

export const verifyAudit = () => call('post', '/api/v1/audit/verify', {})

type Body<I> = I extends { readonly body: infer B } ? B : never

export const createApiKey = (body: Body<Api.Input<'post', '/api/v1/api-keys'>>) =>
  call('post', '/api/v1/api-keys', { body })

export const revokeApiKey = (id: string) => call('delete', '/api/v1/api-keys/{id}', { path: { id } })

export const createServiceAccount = (body: Body<Api.Input<'post', '/api/v1/service-accounts'>>) =>
  call('post', '/api/v1/service-accounts', { body })

export const deleteServiceAccount = (id: string) =>
  call('delete', '/api/v1/service-accounts/{id}', { path: { id } })

export const signOut = () => call('delete', '/api/v1/session', {})
