/** From what a request carries to who is calling. */
import { DEFAULT_TENANT, type Principal, ROLES, type Role } from '@rampart/domain'
import { ALL_TENANTS, type Clock, type Database } from '@rampart/kit'
import { covers } from './api-keys.ts'
import {
  hashSecret,
  looksLikeJwt,
  readApiKeyText,
  readBearer,
  readSessionCookie,
  sameHash,
} from './credentials.ts'
import { identityErrors } from './errors.ts'
import type { CertificateVerifier, TokenVerifier } from './ports.ts'
import type { CacheEntry, PrincipalCache } from './principal-cache.ts'
import { type createSessions, sessionSource } from './sessions.ts'
import * as store from './store.ts'

export type Credentials = {
  readonly authorization?: string | undefined
  readonly cookie?: string | undefined
  /** Client certificate of the TLS connection: PEM, or DER leaf first. */
  readonly peerCertificate?: string | readonly Uint8Array[] | undefined
}

export type AuthenticatorDeps = {
  readonly database: Database
  readonly clock: Clock
  readonly cache: PrincipalCache
  readonly sessions: Pick<ReturnType<typeof createSessions>, 'find'>
  /** Development mode only. */
  readonly adminToken?: string
  /** Token of the serving processes that this control plane starts. */
  readonly processToken?: string
  readonly tokens?: TokenVerifier
  readonly certificates?: CertificateVerifier
  readonly onKeyUsed: (id: string) => void
}

const servingProcess: Principal = {
  kind: 'component',
  id: 'serving-process',
  tenant: DEFAULT_TENANT,
  roles: ['gateway'],
  via: 'token',
}

const refuse = () => identityErrors.IDENTITY_CREDENTIALS_INVALID('the credentials are not valid')

export const createAuthenticator = (deps: AuthenticatorDeps) => {
  const { cache, clock } = deps
  const processHash = deps.processToken === undefined ? undefined : hashSecret(deps.processToken)
  const adminHash = deps.adminToken === undefined ? undefined : hashSecret(deps.adminToken)

  const byApiKey = async (text: string): Promise<CacheEntry> => {
    const presented = readApiKeyText(text)
    if (presented === undefined) throw refuse()
    const key = await deps.database.read(ALL_TENANTS, (tx) => store.findApiKey(tx, presented.id))
    // The comparison runs also when there is no such key, so that time does not tell.
    const matches = sameHash(presented.hash, key?.secretHash ?? new Uint8Array(32))
    if (key === undefined || !matches || key.revokedAt !== undefined) throw refuse()
    const expiresAt = Date.parse(key.expiresAt)
    if (expiresAt <= clock.now()) throw refuse()
    const held = key.accountRoles
    if (held?.length === 0) throw refuse()
    const roles = held === undefined ? key.roles : key.roles.filter((role) => covers(held, role))
    const principal: Principal = {
      kind: key.ownerKind,
      id: key.ownerId,
      tenant: key.tenant,
      roles,
      via: 'api-key',
    }
    return { principal, expiresAt, source: `api-key:${key.id}`, keyId: key.id }
  }

  const byToken = async (token: string): Promise<CacheEntry> => {
    if (deps.tokens === undefined) throw refuse()
    const { subject, roles, expiresAt } = await deps.tokens.verify(token)
    const known = ROLES.filter((role: Role) => roles.includes(role))
    const principal: Principal = {
      kind: 'user',
      id: subject,
      tenant: DEFAULT_TENANT,
      roles: known,
      via: 'oidc',
    }
    return { principal, expiresAt, source: 'oidc' }
  }

  const byBearer = async (bearer: string): Promise<CacheEntry> => {
    if (adminHash !== undefined && sameHash(hashSecret(bearer), adminHash)) {
      const principal: Principal = {
        kind: 'user',
        id: 'admin',
        tenant: DEFAULT_TENANT,
        roles: ['admin'],
        via: 'token',
      }
      return { principal, expiresAt: Number.POSITIVE_INFINITY, source: 'token' }
    }
    if (processHash !== undefined && sameHash(hashSecret(bearer), processHash))
      return { principal: servingProcess, expiresAt: Number.POSITIVE_INFINITY, source: 'process' }
    return looksLikeJwt(bearer) ? byToken(bearer) : byApiKey(bearer)
  }

  const byCookie = async (cookie: string): Promise<CacheEntry> => {
    const session = await deps.sessions.find(cookie)
    if (session === undefined || session.expiresAt <= clock.now()) throw refuse()
    const { expiresAt, ...owner } = session
    return { principal: { ...owner, via: 'cookie' }, expiresAt, source: sessionSource(cookie) }
  }

  const byCertificate = (chain: string | readonly Uint8Array[]): Principal => {
    const verdict = deps.certificates?.verifyComponentCertificate(chain, clock.now())
    if (verdict?.verdict !== 'trusted') {
      throw identityErrors.IDENTITY_CERTIFICATE_UNTRUSTED('the client certificate is not trusted', {
        details: { reasons: verdict?.reasons ?? ['no authority is configured'] },
      })
    }
    // A component's rights come from policy by its id; it holds no human role.
    return { kind: 'component', id: verdict.id, tenant: verdict.tenant, roles: [], via: 'mtls' }
  }

  const used = (entry: CacheEntry): Principal => {
    if (entry.keyId !== undefined) deps.onKeyUsed(entry.keyId)
    return entry.principal
  }

  const remember = async (credential: string, prove: () => Promise<CacheEntry>): Promise<Principal> => {
    const cached = cache.get(credential)
    if (cached !== undefined) return used(cached)
    const epoch = cache.epoch()
    const entry = await prove()
    cache.set(credential, entry, epoch)
    return used(entry)
  }

  /** Order: Authorization, then session cookie, then client certificate; a wrong one is not skipped for the next. */
  const authenticate = async (credentials: Credentials): Promise<Principal> => {
    const { authorization, cookie, peerCertificate } = credentials
    if (authorization !== undefined) {
      const bearer = readBearer(authorization)
      if (bearer === undefined) throw refuse()
      return remember(authorization, () => byBearer(bearer))
    }
    const session = cookie === undefined ? undefined : readSessionCookie(cookie)
    if (session !== undefined) return remember(session, () => byCookie(session))
    if (peerCertificate !== undefined) return byCertificate(peerCertificate)
    throw identityErrors.IDENTITY_CREDENTIALS_MISSING('the request carries no credentials')
  }

  /** For the hot path: no waiting. Undefined means: ask `authenticate`. */
  const authenticateCached = (authorization: string | undefined): Principal | undefined => {
    const entry = authorization === undefined ? undefined : cache.get(authorization)
    return entry === undefined ? undefined : used(entry)
  }

  return { authenticate, authenticateCached }
}
