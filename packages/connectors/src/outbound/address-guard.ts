/**
 * Which servers may be connected to (server-side request forgery, OWASP SSRF prevention case 2): public addresses, and
 * those that the operator named. Whoever may write a resource with a URL may otherwise reach what only we can reach,
 * such as a cloud's metadata service. Names are judged inside the connection attempt, by what they resolve to there.
 */
import { lookup as dnsLookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { outboundErrors } from './errors.ts'
import { isPublicAddress } from './public-address.ts'

/** Which addresses may be connected to. */
export type AddressRules = {
  /** True for this machine too: development mode. */
  readonly allowLoopback: boolean
  /** `HOST`, `HOST:PORT` or an address range as `10.0.0.0/8`, named by the operator. */
  readonly allowed: readonly string[]
}

/** Makes the error for a URL that is refused. */
export type Refuse = (url: string, why: string) => Error

export type AddressGuard = {
  /** Throws what `refuse` makes. */
  check(url: URL): void
  /** For connections to `url`: yields allowed addresses only. Works for plain sockets and TLS too. */
  lookupFor(url: URL): LookupFunction
}

/** Code of the error that a lookup gives when every address of a name is refused. */
export const NOT_ALLOWED = 'ENOTALLOWED'

export const refuseOutbound: Refuse = (url, why) =>
  outboundErrors.OUTBOUND_URL_REFUSED(`${JSON.stringify(url.slice(0, 200))}: ${why}`)

export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')

/** Without credentials and query; `origin` is null for protocols that browsers do not know (`tls:`). */
const placeOf = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`

/** Parses, and refuses other protocols (as `https:`), credentials and fragments; a query unless `query`. */
export const parseServerUrl = (
  text: string,
  protocols: readonly string[],
  { refuse = refuseOutbound, query = false }: { readonly refuse?: Refuse; readonly query?: boolean } = {},
): URL => {
  // What stands before an @ or behind a ? must not get into an error: it may hold a secret.
  const shown = text.replace(/^[\s\S]*@/, '…@').replace(/[?#][\s\S]*$/, '')
  if (!URL.canParse(text)) throw refuse(shown, 'not a URL')
  const url = new URL(text)
  if (!protocols.includes(url.protocol)) throw refuse(shown, `must be one of ${protocols.join(' ')}`)
  if (url.username !== '' || url.password !== '')
    throw refuse(`${url.protocol}//${url.host}`, 'carries credentials')
  if (url.hash !== '' || (!query && url.search !== ''))
    throw refuse(placeOf(url), 'carries a query or fragment')
  if (url.hostname === '') throw refuse(text, 'has no host')
  return url
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

const loopbackRanges = (): BlockList => {
  const list = new BlockList()
  list.addSubnet('127.0.0.0', 8, 'ipv4')
  list.addAddress('::1', 'ipv6')
  return list
}

export const createAddressGuard = (rules: AddressRules, refuse: Refuse = refuseOutbound): AddressGuard => {
  const loopback = loopbackRanges()
  const ranges = new BlockList()
  const hosts = new Set<string>()
  for (const entry of rules.allowed) {
    const [address, prefix] = entry.split('/') as [string, string?]
    if (isIP(address) !== 0 && prefix !== undefined)
      ranges.addSubnet(address, Number(prefix), familyOf(address))
    else hosts.add(entry.toLowerCase())
  }
  const isNamed = (url: URL): boolean => hosts.has(hostOf(url)) || hosts.has(`${hostOf(url)}:${url.port}`)
  const isAllowed = (address: string): boolean =>
    isPublicAddress(address) ||
    ranges.check(address, familyOf(address)) ||
    (rules.allowLoopback && loopback.check(address, familyOf(address)))
  return {
    check: (url) => {
      const host = hostOf(url)
      // A literal address is never looked up, so it is judged here.
      if (isIP(host) !== 0 && !isNamed(url) && !isAllowed(host))
        throw refuse(placeOf(url), 'the address is neither public nor allowed by the configuration')
    },
    lookupFor: (url) => (hostname, options, callback) => {
      dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return callback(error, '', 0)
        const good = isNamed(url) ? addresses : addresses.filter(({ address }) => isAllowed(address))
        const first = good[0]
        if (first === undefined)
          return callback(Object.assign(new Error('address not allowed'), { code: NOT_ALLOWED }), '', 0)
        if (options.all === true) return callback(null, good)
        return callback(null, first.address, first.family)
      })
    },
  }
}
