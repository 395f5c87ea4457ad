/** Which URLs we let ourselves be sent to (server-side request forgery: OWASP SSRF prevention, case 2). */
import { lookup as dnsLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isPublicAddress } from '../outbound/public-address.ts'
import { oidcErrors } from './errors.ts'

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

export type UrlRules = {
  /** Plain HTTP to this machine, for development and tests. */
  readonly allowLoopbackHttp: boolean
}

/** Parses, and refuses credentials, fragments and everything but HTTPS (or loopback HTTP where allowed). */
export const parseOutboundUrl = (text: string, rules: UrlRules): URL => {
  const refuse = (why: string) => oidcErrors.OIDC_URL_REFUSED(`${JSON.stringify(text.slice(0, 200))}: ${why}`)
  if (!URL.canParse(text)) throw refuse('not a URL')
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') throw refuse('carries credentials')
  if (url.hash !== '') throw refuse('carries a fragment')
  if (url.protocol === 'https:') return url
  if (url.protocol === 'http:' && rules.allowLoopbackHttp && LOOPBACK.has(url.hostname)) return url
  throw refuse('must be https')
}

/**
 * A lookup that yields public addresses only. It runs inside the connection attempt itself, so a name cannot resolve
 * to one address for the check and to another for the connection.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '', 0)
    const bad = addresses.find(({ address }) => !isPublicAddress(address))
    const first = addresses[0]
    if (bad !== undefined || first === undefined) {
      return callback(Object.assign(new Error('not a public address'), { code: 'ENOTPUBLIC' }), '', 0)
    }
    if (options.all === true) return callback(null, addresses)
    return callback(null, first.address, first.family)
  })
}
