/** The outside observables that an EVE event names: addresses, names asked for and answered, URLs, user agents, file hashes. */
import { isIP } from 'node:net'
import type { Observable } from '../siem/alert.ts'

type Json = Readonly<Record<string, unknown>>

/** Of one event; a DNS answer may name any number of hosts. */
const MAX_NAMES = 16

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const child = (value: Json, key: string): Json => {
  const found = value[key]
  return isObject(found) ? found : {}
}

const observable = (type: Observable['type'], value: unknown): Observable[] =>
  typeof value === 'string' && value !== '' ? [{ type, value: value.slice(0, 2048) }] : []

const address = (value: unknown): Observable[] =>
  typeof value === 'string' && isIP(value) !== 0
    ? [{ type: isIP(value) === 4 ? 'ipv4-addr' : 'ipv6-addr', value }]
    : []

const listOf = (dns: Json, key: string): Json[] =>
  [dns[key] ?? []].flat().filter(isObject).slice(0, MAX_NAMES)

/** One query stands in `rrname`; alerts and Suricata 8 have a list. Answers hold what names resolve to. */
const dnsObservables = (dns: Json): Observable[] => [
  ...observable('domain-name', dns['rrname']),
  ...['query', 'queries']
    .flatMap((key) => listOf(dns, key))
    .flatMap((one) => observable('domain-name', one['rrname'])),
  ...listOf(dns, 'answers').flatMap(({ rrtype, rdata }) =>
    rrtype === 'CNAME' ? observable('domain-name', rdata) : address(rdata),
  ),
]

/** `http.url` is the path of the request alone: with its host it says what was asked for. */
const urlOf = (http: Json, event: Json): unknown => {
  const { url, hostname, http_port: port } = http
  if (typeof url !== 'string' || !url.startsWith('/')) return url
  const server = typeof event['dest_ip'] === 'string' ? event['dest_ip'] : undefined
  const host =
    typeof hostname === 'string' && hostname !== ''
      ? hostname
      : isIP(server ?? '') === 6
        ? `[${server}]`
        : server
  if (host === undefined) return url
  return `http://${host}${typeof port === 'number' && port !== 80 ? `:${port}` : ''}${url}`
}

/** In the order of the event's parts, each once. */
export const observablesOf = (event: Json): Observable[] => {
  const [http, tls, quic, file] = [
    child(event, 'http'),
    child(event, 'tls'),
    child(event, 'quic'),
    child(event, 'fileinfo'),
  ]
  const found = [
    ...address(event['src_ip']),
    ...address(event['dest_ip']),
    ...dnsObservables(child(event, 'dns')),
    ...observable('domain-name', http['hostname']),
    ...observable('domain-name', tls['sni']),
    ...observable('domain-name', quic['sni']),
    ...observable('url', urlOf(http, event)),
    ...observable('user-agent', http['http_user_agent']),
    ...['sha256', 'sha1', 'md5'].flatMap((name) => observable('file-hash', file[name])),
  ]
  return [...new Map(found.map((one) => [`${one.type} ${one.value}`, one])).values()]
}
