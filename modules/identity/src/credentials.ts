/** The texts that prove identity: how they are made, recognised, hashed and compared. Pure. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Random } from '@rampart/kit'

export type Secret = { readonly text: string; readonly hash: Buffer }

const SECRET_BYTES = 32
export const hashSecret = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()

/** `prefix` and 256 random bits in base64url. */
export const newSecret = (random: Pick<Random, 'bytes'>, prefix: string): Secret => {
  const text = `${prefix}${Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url')}`
  return { text, hash: hashSecret(text) }
}

/** Equal-length hashes compared in constant time. */
export const sameHash = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b)

const API_KEY = /^rk_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/

export type ApiKeyText = { readonly id: string; readonly text: string; readonly hash: Buffer }

/** `rk_<id>_<secret>`: the id finds the row, the secret proves possession. */
export const newApiKeyText = (random: Pick<Random, 'bytes'>): ApiKeyText => {
  const id = Buffer.from(random.bytes(8)).toString('hex')
  const secret = newSecret(random, '')
  return { id, text: `rk_${id}_${secret.text}`, hash: secret.hash }
}

export const readApiKeyText = (text: string): { readonly id: string; readonly hash: Buffer } | undefined => {
  const match = API_KEY.exec(text)
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  return { id: match[1], hash: hashSecret(match[2]) }
}

const MAX_BEARER = 8_192
// RFC 6750 section 2.1: b64token.
const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i

/** The token of an Authorization header; undefined when it is not a bearer token. */
export const readBearer = (header: string): string | undefined =>
  header.length > MAX_BEARER ? undefined : BEARER.exec(header)?.[1]

/** Three non-empty base64url parts: a JWS in compact form (RFC 7515 section 7.1). */
export const looksLikeJwt = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)

export const SESSION_COOKIE = 'rampart_session'

/** Value of the session cookie; undefined when absent, or present twice (then somebody planted one). */
export const readSessionCookie = (header: string): string | undefined => {
  const values = header
    .slice(0, 16_384)
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${SESSION_COOKIE}=`))
  const value = values.length === 1 ? values[0]?.slice(SESSION_COOKIE.length + 1) : undefined
  return value !== undefined && /^rs_[A-Za-z0-9_-]{43}$/.test(value) ? value : undefined
}
