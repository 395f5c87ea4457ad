/** Which URLs we let ourselves be sent to (server-side request forgery: OWASP SSRF prevention, case 2). */
import { lookup as dnsLookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { oidcErrors } from './errors.ts'

// IANA special-purpose registries (RFC 6890): nothing here is a public host.
const notPublic = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  notPublic.addSubnet(net, prefix, 'ipv4')
}
for (const [net, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  notPublic.addSubnet(net, prefix, 'ipv6')
}

/** IPv4 in IPv6 (`::ffff:a.b.c.d`) is judged as the IPv4 address it reaches. */
export const isPublicAddress = (address: string): boolean => {
  const family = isIP(address)
  if (family === 0) return false
  return !notPublic.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

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
