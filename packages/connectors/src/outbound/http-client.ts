/**
 * HTTP to URLs that a user set: every connection is judged by the address guard, answers are bounded and uncompressed
 * (no gzip bombs), redirects are followed only where asked and lose credentials on the way to another origin.
 */
import type { Readable } from 'node:stream'
import { Agent, buildConnector, type Dispatcher } from 'undici'
import {
  type AddressGuard,
  type AddressRules,
  createAddressGuard,
  NOT_ALLOWED,
  refuseOutbound,
} from './address-guard.ts'
import { outboundErrors } from './errors.ts'

export type OutboundHeaders = Readonly<Record<string, string>>

export type OutboundRequest = {
  readonly url: URL
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers?: OutboundHeaders
  readonly body?: string | Uint8Array
  readonly signal: AbortSignal
  /** Redirects to follow, GET and HEAD only; 0 when absent: a 3xx is then the answer. */
  readonly redirects?: number
}

export type OutboundAnswer = {
  readonly status: number
  /** Lower-case names; repeated ones are joined by a comma. */
  readonly headers: OutboundHeaders
  /** Where the answer came from, after redirects. */
  readonly url: URL
}

export type OutboundStream = OutboundAnswer & {
  readonly body: AsyncIterable<Uint8Array> & { destroy(): void }
}
export type OutboundBytes = OutboundAnswer & { readonly body: Uint8Array }

export type OutboundOptions = {
  readonly addresses: AddressRules
  /** Per host; 8. */
  readonly connections?: number
  /** Longest silence of a connection, in milliseconds; 30 000. */
  readonly idleMs?: number
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string }
}

export type OutboundHttp = {
  /** Any status is an answer. Reading the body is the caller's, within its own limit. Throws `outboundErrors`. */
  stream(request: OutboundRequest): Promise<OutboundStream>
  /** Any status is an answer; a body over `maxBytes` throws OUTBOUND_ANSWER_INVALID. */
  bytes(request: OutboundRequest & { readonly maxBytes: number }): Promise<OutboundBytes>
  /** The JSON of a 2xx answer, undefined when it is empty; every other status throws what `errorOf` makes. */
  json(request: OutboundRequest & { readonly maxBytes: number }): Promise<unknown>
  /** Requests sent so far, redirects included. */
  requests(): number
  close(): Promise<void>
}

const BUSY: readonly number[] = [429, 502, 503, 504]
const KEPT_TEXT = 300

/** Milliseconds of a Retry-After header (RFC 9110 section 10.2.3), at most an hour. */
export const retryAfterMs = (value: string | undefined, now: number): number | undefined => {
  if (value === undefined) return undefined
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 3_600_000) : undefined
}

/** The error of a status that is no success. */
export const errorOf = ({ status, headers, url, body }: OutboundBytes): Error => {
  const message = `${url.host} answered ${status}`
  const text = new TextDecoder().decode(body.subarray(0, KEPT_TEXT)).replace(/\p{C}/gu, ' ')
  const wait = retryAfterMs(headers['retry-after'], Date.now())
  const details = { status, answer: text, ...(wait === undefined ? {} : { retryAfterMs: wait }) }
  if (BUSY.includes(status)) return outboundErrors.OUTBOUND_BUSY(message, { details })
  if (status >= 500) return outboundErrors.OUTBOUND_FAILED(message, { details })
  if (status === 401 || status === 403) return outboundErrors.OUTBOUND_DENIED(message, { details })
  if (status === 404 || status === 410) return outboundErrors.OUTBOUND_NOT_FOUND(message, { details })
  return outboundErrors.OUTBOUND_REFUSED(message, { details })
}

const isOwn = (error: unknown): error is Error => error instanceof Error && 'kind' in error

const codesOf = (error: unknown): unknown[] => {
  const codes: unknown[] = []
  for (let at = error; at instanceof Error && codes.length < 8; at = at.cause)
    codes.push((at as { readonly code?: unknown }).code)
  return codes
}

const failure = (url: URL, signal: AbortSignal, cause: unknown): Error => {
  if (isOwn(cause)) return cause
  if (codesOf(cause).includes(NOT_ALLOWED))
    return refuseOutbound(`${url.origin}${url.pathname}`, 'the host resolves to no address that is allowed')
  return signal.aborted || codesOf(cause).some((code) => String(code).endsWith('_TIMEOUT'))
    ? outboundErrors.OUTBOUND_DEADLINE(`${url.host} did not answer in time`, { cause })
    : outboundErrors.OUTBOUND_UNREACHABLE(`${url.host} could not be reached`, { cause })
}

const plainHeaders = (headers: Dispatcher.ResponseData['headers']): OutboundHeaders => {
  const plain: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value
  return plain
}

/** Where a redirect leads; throws when that is no place to go. */
const nextUrl = (from: URL, location: string): URL => {
  if (!URL.canParse(location, from.href)) throw refuseOutbound(location, 'a redirect leads nowhere')
  const url = new URL(location, from)
  url.hash = ''
  const downgraded = from.protocol === 'https:' && url.protocol !== 'https:'
  if (
    downgraded ||
    (url.protocol !== 'https:' && url.protocol !== 'http:') ||
    url.username !== '' ||
    url.password !== ''
  )
    throw refuseOutbound(`${url.origin}${url.pathname}`, 'a redirect may not lead there')
  return url
}

const CREDENTIALS: readonly string[] = ['authorization', 'cookie', 'proxy-authorization']

const withoutCredentials = (headers: OutboundHeaders): OutboundHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !CREDENTIALS.includes(name.toLowerCase())))

/** Errors while the body is read are ours too. */
const guardedBody = (body: Readable, url: URL, signal: AbortSignal): OutboundStream['body'] => ({
  destroy: () => {
    // undici reports the early end as an error to whoever listens; nobody does any more.
    body.on('error', () => undefined)
    body.destroy()
  },
  async *[Symbol.asyncIterator]() {
    try {
      for await (const chunk of body) yield chunk as Uint8Array
    } catch (error) {
      throw failure(url, signal, error)
    }
  },
})

const guardedConnector =
  (guard: AddressGuard, tls: OutboundOptions['tls']): buildConnector.connector =>
  (options, callback) => {
    const { protocol, hostname, port } = options
    const host = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname
    const url = new URL(`${protocol}//${host}${port === '' ? '' : `:${port}`}`)
    try {
      guard.check(url)
    } catch (error) {
      return callback(error as Error, null)
    }
    buildConnector({ timeout: 5_000, lookup: guard.lookupFor(url), ...tls })(options, callback)
  }

const collect = async (answer: OutboundStream, maxBytes: number): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body) {
    size += chunk.length
    if (size > maxBytes) {
      answer.body.destroy()
      throw outboundErrors.OUTBOUND_ANSWER_INVALID(`${answer.url.host} answered more than ${maxBytes} bytes`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

const parseJson = ({ body, url }: OutboundBytes): unknown => {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw outboundErrors.OUTBOUND_ANSWER_INVALID(`${url.host} answered no JSON in UTF-8`, { cause })
  }
}

export const createOutboundHttp = (options: OutboundOptions): OutboundHttp => {
  const guard = createAddressGuard(options.addresses)
  const idleMs = options.idleMs ?? 30_000
  const agent = new Agent({
    connections: options.connections ?? 8,
    pipelining: 1,
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
    connect: guardedConnector(guard, options.tls),
  })
  let sent = 0
  const once = async (
    request: OutboundRequest,
    url: URL,
    headers: OutboundHeaders,
  ): Promise<OutboundStream> => {
    const { signal, method = 'GET' } = request
    sent++
    try {
      const answer = await agent.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method,
        headers: { 'accept-encoding': 'identity', ...headers },
        body: request.body ?? null,
        signal,
      })
      const plain = plainHeaders(answer.headers)
      const body = guardedBody(answer.body, url, signal)
      if ((plain['content-encoding'] ?? 'identity') !== 'identity' && method !== 'HEAD') {
        body.destroy()
        throw outboundErrors.OUTBOUND_ANSWER_INVALID(`${url.host} answered compressed though not asked to`)
      }
      return { status: answer.statusCode, headers: plain, url, body }
    } catch (error) {
      throw failure(url, signal, error)
    }
  }
  const stream = async (request: OutboundRequest): Promise<OutboundStream> => {
    let { url } = request
    let headers = request.headers ?? {}
    for (let left = request.redirects ?? 0; ; left--) {
      const answer = await once(request, url, headers)
      const { location } = answer.headers
      if (
        request.redirects === undefined ||
        answer.status < 300 ||
        answer.status > 399 ||
        location === undefined
      )
        return answer
      answer.body.destroy()
      if (left === 0) throw outboundErrors.OUTBOUND_REFUSED(`${request.url.host} redirects too often`)
      const next = nextUrl(url, location)
      if (next.origin !== url.origin) headers = withoutCredentials(headers)
      url = next
    }
  }
  const bytes: OutboundHttp['bytes'] = async (request) => {
    const answer = await stream(request)
    return { ...answer, body: await collect(answer, request.maxBytes) }
  }
  return {
    stream,
    bytes,
    json: async (request) => {
      const answer = await bytes(request)
      if (answer.status < 200 || answer.status > 299) throw errorOf(answer)
      return parseJson(answer)
    },
    requests: () => sent,
    close: () => agent.destroy(),
  }
}
