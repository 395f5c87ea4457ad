/** Every change the console can ask for. */
import { call, callWithEtag } from './client.ts'
import type * as Api from './types.ts'

const enc = encodeURIComponent

export const transition = (ref: { name: string; version: string }, to: Api.Stage, reason: string) =>
  call<Api.ModelVersionItem>('POST', `/models/${enc(ref.name)}/versions/${enc(ref.version)}/transitions`, {
    body: { to, reason },
  })

/** The etag goes back in If-Match, so that two editors cannot overwrite each other unseen. */
export const readPolicy = (pack: string, signal: AbortSignal) =>
  callWithEtag<Api.PolicyDetail>('GET', `/policies/${enc(pack)}`, { signal })

export const checkPolicy = (pack: string, files: Record<string, string>) =>
  call<Api.PolicyCheck>('POST', `/policies/${enc(pack)}/check`, { body: { files } })

export const savePolicy = (
  pack: string,
  body: { files: Record<string, string>; message: string },
  etag: string,
) => call<Api.PolicySummary>('PUT', `/policies/${enc(pack)}`, { body, headers: { 'if-match': etag } })

export const tryPolicy = (pack: string, input: unknown) =>
  call<Api.PolicyTry>('POST', `/policies/${enc(pack)}/try`, { body: { input } })

export const rollbackPolicy = (pack: string, version: number) =>
  call<Api.PolicySummary>('POST', `/policies/${enc(pack)}/rollback`, { body: { version } })

export const verifyAudit = () => call<Api.AuditVerification>('POST', '/audit/verify', { body: {} })

export const createApiKey = (body: {
  name: string
  roles: string[]
  serviceAccount?: string
  expiresInSeconds: number
}) => call<{ apiKey: Api.ApiKey; secret: string }>('POST', '/api-keys', { body })

export const revokeApiKey = (id: string) => call<Api.ApiKey>('DELETE', `/api-keys/${enc(id)}`)

export const createServiceAccount = (body: { id: string; description: string; roles: string[] }) =>
  call<Api.ServiceAccount>('POST', '/service-accounts', { body })

export const deleteServiceAccount = (id: string) => call<void>('DELETE', `/service-accounts/${enc(id)}`)

export const signOut = () => call<void>('DELETE', '/session')
