/**
 * Authentication without a database, by material that the control plane signed: hashes of API keys (256 random bits, so
 * a hash gives nothing away), and bearer tokens of the issuer. Same answers as the control plane's for both. Session
 * cookies and component certificates are not known here.
 */
import {
  type CallerRule,
  createCallerLimits,
  DEFAULT_TENANT,
  type Principal,
  principalName,
  ROLES,
  type Role,
} from '@rampart/domain'
import type { Clock } from '@rampart/kit'
import { hashSecret, looksLikeJwt, readApiKeyText, readBearer, sameHash } from './credentials.ts'
import { identityErrors } from './errors.ts'
import type { TokenVerifier } from './ports.ts'
import { type CacheEntry, createPrincipalCache } from './principal-cache.ts'

export type CallerKey = {
  readonly id: string
  /** SHA-256 of the key's text, hex. */
  readonly hash: string
  readonly kind: 'user' | 'service'
  readonly owner: string
  readonly roles: readonly Role[]
  readonly expiresAt: string
}

export type CallerMaterial = {
  readonly keys: readonly CallerKey[]
  /** Development mode only. */
  readonly adminHash?: string
  /** Callers under containment, however they are recognised. */
  readonly rules?: readonly CallerRule[]
}

export type OfflineAuthenticator = {
  /** Replaces the material; what was proven by the old one is proven again. */
  use(tenant: string, material: CallerMaterial, tokens: TokenVerifier | undefined): void
  /** Synchronous when the header was seen before, or is an API key. Throws Unauthenticated, and what `admit` throws. */
  authenticate(authorization: string): Principal | Promise<Principal>
  /** Throws IDENTITY_CALLER_DENIED and IDENTITY_CALLER_THROTTLED: each call counts. */
  admit(principal: Principal): Principal
}

const CACHE_MS = 10_000
const CACHE_ENTRIES = 10_000

const refuse = () => identityErrors.IDENTITY_CREDENTIALS_INVALID('the credentials are not valid')

export const createOfflineAuthenticator = ({ clock }: { readonly clock: Clock }): OfflineAuthenticator => {
  const cache = createPrincipalCache({ clock, ttlMs: CACHE_MS, maxEntries: CACHE_ENTRIES })
  let tenant = DEFAULT_TENANT
  let keys = new Map<string, CallerKey>()
  let adminHash: Buffer | undefined
  let tokens: TokenVerifier | undefined

  const limits = createCallerLimits(clock.monotonic)

  const admit = (principal: Principal): Principal => {
    const verdict = limits.judge(principalName(principal))
    if (verdict === undefined) return principal
    const name = principalName(principal)
    throw verdict.kind === 'denied'
      ? identityErrors.IDENTITY_CALLER_DENIED(`${name} is denied for now`)
      : identityErrors.IDENTITY_CALLER_THROTTLED(
          `${name} may call ${verdict.perMinute} times a minute for now`,
        )
  }

  const byKey = (text: string): CacheEntry => {
    const presented = readApiKeyText(text)
    if (presented === undefined) throw refuse()
    const key = keys.get(presented.id)
    // The comparison runs also when there is no such key, so that time does not tell.
    const matches = sameHash(presented.hash, Buffer.from(key?.hash ?? '00'.repeat(32), 'hex'))
    if (key === undefined || !matches) throw refuse()
    const expiresAt = Date.parse(key.expiresAt)
    if (!(expiresAt > clock.now())) throw refuse()
    const principal: Principal = { kind: key.kind, id: key.owner, tenant, roles: key.roles, via: 'api-key' }
    return { principal, expiresAt, source: `api-key:${key.id}` }
  }

  const byToken = async (token: string): Promise<CacheEntry> => {
    if (tokens === undefined) throw refuse()
    const { subject, roles, expiresAt } = await tokens.verify(token)
    const known = ROLES.filter((role: Role) => roles.includes(role))
    const principal: Principal = {
      kind: 'user',
      id: subject,
      tenant: DEFAULT_TENANT,
      roles: known,
      via: 'oidc',
    }
    if (principal.tenant !== tenant) throw refuse()
    return { principal, expiresAt, source: 'oidc' }
  }

  const byBearer = (bearer: string): CacheEntry | Promise<CacheEntry> => {
    if (adminHash !== undefined && sameHash(hashSecret(bearer), adminHash)) {
      const principal: Principal = { kind: 'user', id: 'admin', tenant, roles: ['admin'], via: 'token' }
      return { principal, expiresAt: Number.POSITIVE_INFINITY, source: 'token' }
    }
    return looksLikeJwt(bearer) ? byToken(bearer) : byKey(bearer)
  }

  return {
    use: (whose, material, verifier) => {
      tenant = whose
      keys = new Map(material.keys.map((key) => [key.id, key]))
      adminHash = material.adminHash === undefined ? undefined : Buffer.from(material.adminHash, 'hex')
      tokens = verifier
      limits.use(Map.groupBy(material.rules ?? [], ({ caller }) => caller))
      cache.invalidate()
    },
    authenticate: (authorization) => {
      const known = cache.get(authorization)
      if (known !== undefined) return admit(known.principal)
      const bearer = readBearer(authorization)
      if (bearer === undefined) throw refuse()
      const epoch = cache.epoch()
      const entry = byBearer(bearer)
      const keep = (proven: CacheEntry): Principal => {
        cache.set(authorization, proven, epoch)
        return admit(proven.principal)
      }
      return entry instanceof Promise ? entry.then(keep) : keep(entry)
    },
    admit,
  }
}
