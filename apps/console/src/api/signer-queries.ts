/** Trusted signers: reading them, and taking their word back. */
import type { AnswerTo } from '@rampart/client'
import { queryOptions } from '@tanstack/react-query'
import { call, get } from './client.ts'

export type Signer = AnswerTo<'get', '/api/v1/signers'>['items'][number]

export const signerQueries = {
  signers: () =>
    queryOptions({
      queryKey: ['signers'],
      queryFn: ({ signal }) => get('/api/v1/signers', {}, signal),
    }),
  signer: (name: string) =>
    queryOptions({
      queryKey: ['signers', name],
      queryFn: ({ signal }) => get('/api/v1/signers/{name}', { path: { name } }, signal),
    }),
}

export const revokeSigner = (name: string, reason: string) =>
  call('post', '/api/v1/signers/{name}/revocation', { path: { name }, body: { reason } })
