/**
 * Logins of a registry: none, basic, a fixed bearer token, or the token service that a 401 names. Credentials go to
 * the registry itself and to a token service on its own host or the one host that the operator named, nowhere else.
 */
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { type OutboundHttp, parseServerUrl } from '../outbound/index.ts'
import { readChallenge } from './challenge.ts'
import { ociErrors } from './errors.ts'

export type OciLogin =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: () => Promise<string> }
  | { readonly kind: 'bearer'; readonly token: () => Promise<string> }

export type AuthorizationDeps = {
  readonly http: Pick<OutboundHttp, 'json'>
  readonly registry: URL
  readonly login: OciLogin
  /** Host (with port) of a token service that may get the credentials, when it is not the registry's. */
  readonly tokenHost?: string | undefined
  readonly now: () => number
}

/** What one request may do; `pull`, or `pull,push` for writes. `registry:catalog:*` lists repositories. */
export type Scope = string

const TokenSchema = Type.Object({
  token: Type.Optional(Type.String({ minLength: 1, maxLength: 16_384 })),
  access_token: Type.Optional(Type.String({ minLength: 1, maxLength: 16_384 })),
  expires_in: Type.Optional(Type.Number()),
})

const MAX_TOKEN_ANSWER = 64 * 1024
const MAX_KEPT = 256
// The token specification says 60 s when the service names no time; ten are kept back for the way.
const DEFAULT_SECONDS = 60
const RESERVE_MS = 10_000

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`

const visible = (text: string): string => {
  if (!/^[\x21-\x7e]+$/.test(text))
    throw ociErrors.OCI_AUTH_REFUSED('a token has characters no header may carry')
  return text
}

export const createAuthorization = ({ http, registry, login, tokenHost, now }: AuthorizationDeps) => {
  const tokens = new Map<Scope, { readonly header: string; readonly until: number }>()
  let usesBasic = false

  const realmUrl = (realm: string): URL => {
    const protocols = registry.protocol === 'https:' ? ['https:'] : ['https:', 'http:']
    const url = parseServerUrl(realm, protocols, { query: true })
    if (login.kind === 'basic' && url.host !== registry.host && url.host !== tokenHost)
      throw ociErrors.OCI_AUTH_REFUSED(
        `${registry.host} wants our credentials sent to ${url.host}, which nobody named`,
      )
    return url
  }

  const fetchToken = async (realm: URL, scope: Scope, service: string | undefined, signal: AbortSignal) => {
    if (service !== undefined) realm.searchParams.set('service', service)
    realm.searchParams.set('scope', scope)
    const headers =
      login.kind === 'basic' ? { authorization: basic(login.username, await login.password()) } : {}
    const answer = await http.json({ url: realm, headers, signal, maxBytes: MAX_TOKEN_ANSWER })
    const token = Value.Check(TokenSchema, answer) ? (answer.token ?? answer.access_token) : undefined
    if (token === undefined) throw ociErrors.OCI_ANSWER_INVALID(`${realm.host} answered no token`)
    const seconds = (answer as { expires_in?: number }).expires_in ?? DEFAULT_SECONDS
    const until = now() + Math.min(Math.max(seconds, DEFAULT_SECONDS), 3600) * 1000 - RESERVE_MS
    if (tokens.size >= MAX_KEPT) tokens.clear()
    tokens.set(scope, { header: `Bearer ${visible(token)}`, until })
  }

  return {
    /** The header to send at once; undefined when the registry has not asked for one yet. */
    header: async (scope: Scope): Promise<string | undefined> => {
      if (login.kind === 'bearer') return `Bearer ${visible(await login.token())}`
      if (usesBasic && login.kind === 'basic') return basic(login.username, await login.password())
      const kept = tokens.get(scope)
      return kept !== undefined && kept.until > now() ? kept.header : undefined
    },
    /** After a 401: true when it is worth asking again. Throws OCI_AUTH_REFUSED. */
    answer: async (
      wwwAuthenticate: string | undefined,
      scope: Scope,
      signal: AbortSignal,
    ): Promise<boolean> => {
      if (login.kind === 'bearer') return false
      const challenge = readChallenge(wwwAuthenticate)
      if (challenge === undefined) return false
      if (challenge.scheme === 'basic') {
        if (usesBasic || login.kind !== 'basic') return false
        usesBasic = true
        return true
      }
      await fetchToken(realmUrl(challenge.realm), scope, challenge.parameters.get('service'), signal)
      return true
    },
  }
}

export type Authorization = ReturnType<typeof createAuthorization>
