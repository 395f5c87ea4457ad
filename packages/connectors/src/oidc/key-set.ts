/** The issuer's signing keys: discovered, cached, fetched again for unknown key ids but not on every stranger's whim. */
import type { Clock, Logger } from '@rampart/kit'
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey, errors as joseErrors } from 'jose'
import { oidcErrors } from './errors.ts'
import { type FetchJsonOptions, fetchJson } from './fetch-json.ts'
import { parseOutboundUrl } from './outbound-url.ts'

export type KeySetDeps = {
  readonly issuer: string
  readonly allowLoopbackHttp: boolean
  readonly clock: Clock
  readonly logger: Logger
  readonly timeoutMs: number
  /** Least time between two fetches that unknown key ids ask for. */
  readonly cooldownMs: number
  /** Keys older than this are fetched again, so that a withdrawn key stops counting. */
  readonly maxAgeMs: number
  /** While the issuer is away, keys are still believed this long. */
  readonly maxStaleMs: number
}

type Loaded = { readonly getKey: JWTVerifyGetKey; readonly fetchedAt: number }

const MAX_BYTES = 256 * 1024
const MAX_KEYS = 100

const wellKnown = (issuer: URL): URL => {
  const url = new URL(issuer)
  // OpenID Connect Discovery 1.0, section 4.1: appended to the issuer's path, after removing a terminating slash.
  url.pathname = `${issuer.pathname.replace(/\/$/, '')}/.well-known/openid-configuration`
  return url
}

const isKeySet = (value: unknown): value is JSONWebKeySet => {
  const keys = (value as { keys?: unknown } | null)?.keys
  return (
    Array.isArray(keys) &&
    keys.length <= MAX_KEYS &&
    keys.every((key) => typeof key === 'object' && key !== null)
  )
}

export type KeySet = { readonly getKey: JWTVerifyGetKey; refresh(): Promise<void> }

export const createKeySet = (deps: KeySetDeps): KeySet => {
  const issuer = parseOutboundUrl(deps.issuer, deps)
  const limits: FetchJsonOptions = { timeoutMs: deps.timeoutMs, maxBytes: MAX_BYTES, publicOnly: false }
  let loaded: Loaded | undefined
  let lastAttempt = Number.NEGATIVE_INFINITY
  let loading: Promise<Loaded> | undefined

  const discover = async (): Promise<URL> => {
    const document = (await fetchJson(wellKnown(issuer), limits)) as {
      issuer?: unknown
      jwks_uri?: unknown
    } | null
    // Section 4.3: the issuer in the document must be exactly the one that was asked.
    if (document?.issuer !== deps.issuer || typeof document.jwks_uri !== 'string') {
      throw oidcErrors.OIDC_ISSUER_UNAVAILABLE(`${issuer.host}: the discovery document is not this issuer's`)
    }
    return parseOutboundUrl(document.jwks_uri, deps)
  }

  const load = async (): Promise<Loaded> => {
    lastAttempt = deps.clock.monotonic()
    const url = await discover()
    const keys = await fetchJson(url, { ...limits, publicOnly: url.host !== issuer.host })
    if (!isKeySet(keys)) throw oidcErrors.OIDC_ISSUER_UNAVAILABLE(`${url.host}: the answer is not a key set`)
    loaded = { getKey: createLocalJWKSet(keys), fetchedAt: deps.clock.monotonic() }
    deps.logger.info({ issuer: deps.issuer, keys: keys.keys.length }, 'oidc.keys-loaded')
    return loaded
  }

  /** All who need keys at once wait for one fetch. */
  const loadOnce = (): Promise<Loaded> => {
    loading ??= load().finally(() => {
      loading = undefined
    })
    return loading
  }

  const current = async (): Promise<Loaded> => {
    const now = deps.clock.monotonic()
    if (loaded !== undefined && now - loaded.fetchedAt < deps.maxAgeMs) return loaded
    const known = loaded
    const cooling = now - lastAttempt < deps.cooldownMs
    if (known !== undefined && cooling && loading === undefined) return stillGood(known)
    try {
      return await loadOnce()
    } catch (error) {
      if (known === undefined) throw error
      deps.logger.warn({ err: error, issuer: deps.issuer }, 'oidc.keys-stale')
      return stillGood(known)
    }
  }

  const stillGood = (known: Loaded): Loaded => {
    if (deps.clock.monotonic() - known.fetchedAt < deps.maxStaleMs) return known
    throw oidcErrors.OIDC_ISSUER_UNAVAILABLE(`${issuer.host}: its keys could not be renewed for too long`)
  }

  return {
    getKey: async (header, token) => {
      const known = await current()
      try {
        return await known.getKey(header, token)
      } catch (error) {
        const unknownKey = error instanceof joseErrors.JWKSNoMatchingKey
        if (!unknownKey || (loading === undefined && deps.clock.monotonic() - lastAttempt < deps.cooldownMs))
          throw error
        return (await loadOnce()).getKey(header, token)
      }
    },
    refresh: async () => void (await loadOnce()),
  }
}
