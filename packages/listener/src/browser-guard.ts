/**
 * Keeps web pages away from a server that trusts loopback. A page the user visits can send requests to 127.0.0.1:
 * DNS rebinding shows as a foreign Host, cross-site requests as a foreign Origin or Sec-Fetch-Site, and "simple"
 * form posts as a content type that is not JSON. Sees headers only; costs well under a microsecond.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { AppError } from '@rampart/kit'
import { listenerErrors } from './errors.ts'

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]'])
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** Where bytes are sent as they are: artifacts, and tables of reference rows. */
const UPLOADS = /^\/api\/v1\/(?:artifacts|telemetry\/[^/?]+\/[^/?]+\/reference(?:\?|$))/

/** The name without its port; what follows the name must be a port and nothing else. */
const hostName = (host: string): string => host.replace(/:\d{1,5}$/, '').toLowerCase()

const checkOrigin = (headers: IncomingHttpHeaders): AppError | undefined => {
  const site = headers['sec-fetch-site']
  if (site === 'cross-site' || site === 'same-site')
    return listenerErrors.SERVER_ORIGIN_REFUSED('Requests from other web sites are refused.')
  const { origin } = headers
  if (origin === undefined || origin === `http://${headers.host}` || origin === `https://${headers.host}`)
    return undefined
  return listenerErrors.SERVER_ORIGIN_REFUSED('Requests from other web origins are refused.')
}

const checkContentType = (
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
): AppError | undefined => {
  if (headers['content-type'] === 'application/json') return undefined
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  if (!WITH_BODY.has(method) || !hasBody) return undefined
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json' || /^application\/[a-z0-9.+-]+\+json$/.test(type)) return undefined
  // None of these types can be sent cross-origin without a preflight, which is never granted.
  if (type === 'application/octet-stream' && UPLOADS.test(path)) return undefined
  if (type === 'application/x-ndjson' && path.startsWith('/api/v1/intake/')) return undefined
  // A header that no page can send without a preflight: binary inference, whose clients may name no type at all.
  const isBinary = (type === '' || type === 'application/octet-stream') && path.startsWith('/v2/models/')
  if (isBinary && headers['inference-header-content-length'] !== undefined) return undefined
  return listenerErrors.SERVER_CONTENT_TYPE('Send JSON with content-type: application/json.')
}

export type BrowserGuard = (request: {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
}) => AppError | undefined

/** `loopbackOnly` adds the Host check, which only makes sense when the server is reached by loopback names alone. */
export const createBrowserGuard =
  ({ loopbackOnly }: { readonly loopbackOnly: boolean }): BrowserGuard =>
  ({ method, url, headers }) => {
    if (loopbackOnly && !LOOPBACK_NAMES.has(hostName(headers.host ?? '')))
      return listenerErrors.SERVER_HOST_REFUSED(
        'In development mode the Host must be localhost, 127.0.0.1 or [::1].',
      )
    return checkOrigin(headers) ?? checkContentType(method, url, headers)
  }
