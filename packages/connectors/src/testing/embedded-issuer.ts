/** A real OpenID Connect issuer (oidc-provider) on loopback for tests; issues JWT access tokens by client credentials. */
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { Provider } from 'oidc-provider'

const AUDIENCE = 'urn:rampart:test'

export type EmbeddedIssuer = {
  readonly issuer: string
  readonly audience: string
  /** Requests for the key set so far. */
  keyRequests(): number
  /** A token as a client of the issuer gets it. */
  token(): Promise<string>
  /** A token of any content, signed with the issuer's present key. */
  forge(claims: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>
  publicJwk(): JWK
  /** New key; the old one is withdrawn. */
  rotate(): Promise<void>
  /** While set, answers every request instead of the issuer. */
  intercept(listener: RequestListener | undefined): void
  stop(): Promise<void>
}

const newKey = async (): Promise<JWK> => {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), use: 'sig', alg: 'RS256' }
}

const configuration = (key: JWK, roles: readonly string[]) => ({
  jwks: { keys: [key] },
  clients: [
    {
      client_id: 'robot',
      client_secret: 'robot-secret',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ],
  cookies: { keys: ['test'] },
  extraTokenClaims: () => ({ roles, realm_access: { roles: ['mlops'] } }),
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => AUDIENCE,
      getResourceServerInfo: () => ({
        scope: '',
        audience: AUDIENCE,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 600,
      }),
    },
  },
})

const listen = (handler: RequestListener, tls: IssuerOptions['tls']) => {
  const server = tls === undefined ? createServer(handler) : createTlsServer(tls, handler)
  return new Promise<{ port: number; stop: () => Promise<void> }>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const stop = () =>
        new Promise<void>((done) => {
          server.close(() => done())
          server.closeAllConnections()
        })
      resolve({ port: typeof address === 'object' && address !== null ? address.port : 0, stop })
    })
  })
}

export type IssuerOptions = {
  /** Serves HTTPS: the only way a control plane in production talks to an issuer. */
  readonly tls?: { readonly key: string; readonly cert: string }
}

export const startEmbeddedIssuer = async (
  roles: readonly string[] = ['operator'],
  { tls }: IssuerOptions = {},
): Promise<EmbeddedIssuer> => {
  let handler: RequestListener
  let intercepted: RequestListener | undefined
  let key: JWK
  let keyRequests = 0
  const { port, stop } = await listen((request, response) => {
    if (request.url === '/jwks') keyRequests += 1
    return (intercepted ?? handler)(request, response)
  }, tls)
  const issuer = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`
  const rotate = async (): Promise<void> => {
    key = await newKey()
    handler = new Provider(issuer, configuration(key, roles)).callback()
  }
  await rotate()
  return {
    issuer,
    audience: AUDIENCE,
    keyRequests: () => keyRequests,
    token: async () => {
      const answer = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa('robot:robot-secret')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      })
      const body = (await answer.json()) as { access_token?: string }
      if (body.access_token === undefined) throw new Error(`no token: ${JSON.stringify(body)}`)
      return body.access_token
    },
    forge: (claims, header = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: key.kid ?? '', ...header }).sign(key),
    publicJwk: () => {
      const { kty, n, e, kid, alg, use } = key
      return { kty, n, e, kid, alg, use } as JWK
    },
    rotate,
    intercept: (listener) => {
      intercepted = listener
    },
    stop,
  }
}
