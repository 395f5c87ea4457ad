/** OIDC access tokens (JWT, RFC 9068 section 4) of one issuer for one audience → subject and roles. */
import type { Clock, Logger } from '@rampart/kit'
import { isAppError } from '@rampart/kit'
import { type JWTPayload, jwtVerify } from 'jose'
import { oidcErrors } from './errors.ts'
import { createKeySet, type KeySetDeps } from './key-set.ts'

export type OidcIdentity = {
  readonly subject: string
  /** As mapped; names without a meaning here are gone. */
  readonly roles: readonly string[]
  /** ms epoch. */
  readonly expiresAt: number
}

export type OidcVerifierOptions = {
  readonly issuer: string
  readonly audience: string
  readonly clock: Clock
  readonly logger: Logger
  /** Claim that lists the roles; dots go into objects (`realm_access.roles`). Default `roles`. */
  readonly rolesClaim?: string
  /** Issuer's role name → ours. Default: names are taken as they are. */
  readonly roleMap?: Readonly<Record<string, string>>
  /** For development and tests: an issuer on this machine without TLS. */
  readonly allowLoopbackHttp?: boolean
} & Partial<Pick<KeySetDeps, 'cooldownMs' | 'maxAgeMs' | 'maxStaleMs' | 'timeoutMs'>>

export interface OidcVerifier {
  /** Throws OIDC_TOKEN_INVALID, or OIDC_ISSUER_UNAVAILABLE when there are no keys to judge by. */
  verify(token: string): Promise<OidcIdentity>
  /** Fetches the keys now, so that a wrong issuer is noticed at start and not by the first caller. */
  refresh(): Promise<void>
}

// Asymmetric only: with HS256 in the list, the public key would be a valid secret (RFC 8725 section 3.1).
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]
const SKEW_SECONDS = 30
const MAX_ROLES = 256
const SUBJECT = /^[\x21-\x7e]{1,255}$/

const claimAt = (payload: JWTPayload, path: string): unknown => {
  if (Object.hasOwn(payload, path)) return payload[path]
  let at: unknown = payload
  for (const key of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<string, unknown>)[key]
  }
  return at
}

/** A list of names, or one text with spaces between them as in `scope`. */
const namesOf = (claim: unknown): string[] => {
  const list = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : []
  return list.filter((name): name is string => typeof name === 'string' && name !== '').slice(0, MAX_ROLES)
}

const rolesOf = (payload: JWTPayload, options: OidcVerifierOptions): string[] => {
  const names = namesOf(claimAt(payload, options.rolesClaim ?? 'roles'))
  const { roleMap } = options
  if (roleMap === undefined) return [...new Set(names)]
  const mapped = names.flatMap((name) => (Object.hasOwn(roleMap, name) ? [roleMap[name] as string] : []))
  return [...new Set(mapped)]
}

export const createOidcVerifier = (options: OidcVerifierOptions): OidcVerifier => {
  const keys = createKeySet({
    issuer: options.issuer,
    allowLoopbackHttp: options.allowLoopbackHttp ?? false,
    clock: options.clock,
    logger: options.logger,
    timeoutMs: options.timeoutMs ?? 5_000,
    cooldownMs: options.cooldownMs ?? 30_000,
    maxAgeMs: options.maxAgeMs ?? 10 * 60_000,
    maxStaleMs: options.maxStaleMs ?? 24 * 3_600_000,
  })

  const check = async (token: string): Promise<JWTPayload> => {
    try {
      const { payload } = await jwtVerify(token, keys.getKey, {
        issuer: options.issuer,
        audience: options.audience,
        algorithms: ALGORITHMS,
        clockTolerance: SKEW_SECONDS,
        currentDate: new Date(options.clock.now()),
        requiredClaims: ['exp', 'sub'],
      })
      return payload
    } catch (error) {
      if (isAppError(error)) throw error
      throw oidcErrors.OIDC_TOKEN_INVALID('the token is not valid', { cause: error })
    }
  }

  return {
    verify: async (token) => {
      const payload = await check(token)
      const { sub, exp } = payload
      if (sub === undefined || exp === undefined || !SUBJECT.test(sub)) {
        throw oidcErrors.OIDC_TOKEN_INVALID(
          'the subject of the token is not printable text of at most 255 characters',
        )
      }
      return { subject: sub, roles: rolesOf(payload, options), expiresAt: (exp + SKEW_SECONDS) * 1000 }
    },
    refresh: keys.refresh,
  }
}
