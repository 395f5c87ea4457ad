/** Tokens of Microsoft Entra ID: a fixed one, or one for a client that shows its secret. */
import type { AccessToken, TokenCredential } from '@azure/identity'
import { type OutboundHttp, parseServerUrl } from '../outbound/index.ts'
import { azuremlErrors } from './errors.ts'
import { createSdkTransport } from './guarded-transport.ts'

export type AzureLogin =
  | { readonly kind: 'bearer'; readonly token: () => Promise<string> }
  | {
      readonly kind: 'azure'
      readonly tenantId: string
      readonly clientId: string
      /** Of the cloud: `https://login.microsoftonline.com` when absent. */
      readonly authorityHost?: string | undefined
      readonly secret: () => Promise<string>
    }

/** Gives tokens for a resource's scope, such as `https://management.azure.com/.default`. */
export type TokenSource = TokenCredential

const PUBLIC_AUTHORITY = 'https://login.microsoftonline.com'
const FIXED_TOKEN_MS = 60_000

const fail = (why: string) => azuremlErrors.AZUREML_LOGIN_FAILED(why)

const fixed = (token: () => Promise<string>): TokenSource => ({
  getToken: async () => {
    const value = await token()
    if (!/^[\x21-\x7e]+$/.test(value)) throw fail('the token has characters that no header may carry')
    return { token: value, expiresOnTimestamp: Date.now() + FIXED_TOKEN_MS }
  },
})

/** Loads the SDK at the first token; a rotated secret is taken up when the old one stops to work. */
export const createTokenSource = (login: AzureLogin, http: OutboundHttp): TokenSource => {
  if (login.kind === 'bearer') return fixed(login.token)
  const authority = parseServerUrl(login.authorityHost ?? PUBLIC_AUTHORITY, ['https:'])
  let credential: TokenCredential | undefined
  const make = async (): Promise<TokenCredential> => {
    const { ClientSecretCredential } = await import('@azure/identity')
    return new ClientSecretCredential(login.tenantId, login.clientId, await login.secret(), {
      authorityHost: authority.origin,
      // The operator named the authority; asking the public cloud about it would fail in private ones.
      disableInstanceDiscovery: true,
      httpClient: await createSdkTransport(http, authority.origin),
      retryOptions: { maxRetries: 0 },
      redirectOptions: { maxRetries: 0 },
    })
  }
  return {
    getToken: async (scopes, options): Promise<AccessToken> => {
      credential ??= await make()
      try {
        const token = await credential.getToken(scopes, options)
        if (token === null) throw fail('no token')
        return token
      } catch (error) {
        credential = undefined
        if (error instanceof Error && 'kind' in error) throw error
        // The SDK's message quotes the answer, which may be anybody's text.
        const text = error instanceof Error ? error.message.replace(/\p{C}/gu, ' ').slice(0, 300) : ''
        throw fail(`${authority.host} gave no token: ${text}`)
      }
    },
  }
}
