/** Canonical JSON (RFC 8785): the one text of a value that is hashed and signed. */
import { hash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { signingErrors } from './errors.ts'

/** The canonical text; throws SIGNING_NOT_CANONICAL for NaN, infinity, cycles, lone surrogates or undefined. */
export const canonicalJson = (value: unknown): string => {
  let text: string | undefined
  try {
    text = canonicalize(value)
  } catch (cause) {
    throw signingErrors.SIGNING_NOT_CANONICAL('the value has no canonical JSON form', { cause })
  }
  if (text === undefined) throw signingErrors.SIGNING_NOT_CANONICAL('undefined has no canonical JSON form')
  return text
}

/** `sha256:<hex>` of the canonical text. */
export const canonicalDigest = (value: unknown): `sha256:${string}` =>
  `sha256:${hash('sha256', canonicalJson(value), 'hex')}`
