/** GET of one small JSON document: deadline, size limit, no redirects. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { isPublicAddress } from '../outbound/public-address.ts'
import { oidcErrors } from './errors.ts'
import { publicLookup } from './outbound-url.ts'

export type FetchJsonOptions = {
  readonly timeoutMs: number
  readonly maxBytes: number
  /** Set when the URL came from a document rather than from the operator: then only public hosts are asked. */
  readonly publicOnly: boolean
}

const unavailable = (url: URL, why: string, cause?: unknown) =>
  oidcErrors.OIDC_ISSUER_UNAVAILABLE(`${url.host}: ${why}`, cause === undefined ? {} : { cause })

const parse = (url: URL, text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unavailable(url, 'the answer is not JSON', error)
  }
}

const get = (url: URL, options: FetchJsonOptions, signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send(url, {
      signal,
      headers: { accept: 'application/json' },
      ...(options.publicOnly ? { lookup: publicLookup } : {}),
    })
    request.on('error', (error) => reject(unavailable(url, 'no answer', error)))
    request.on('response', (response) => {
      if (response.statusCode !== 200) {
        request.destroy()
        return reject(unavailable(url, `answered ${response.statusCode}`))
      }
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        chunks.push(chunk)
        if (size > options.maxBytes) {
          request.destroy()
          reject(unavailable(url, `answered more than ${options.maxBytes} bytes`))
        }
      })
      response.on('error', (error) => reject(unavailable(url, 'the answer broke off', error)))
      response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    })
    request.end()
  })

/** Throws OIDC_ISSUER_UNAVAILABLE for anything but one complete JSON answer with status 200. */
export const fetchJson = async (url: URL, options: FetchJsonOptions): Promise<unknown> => {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // A literal address is never looked up, so it is judged here.
  if (options.publicOnly && isIP(host) !== 0 && !isPublicAddress(host)) {
    throw oidcErrors.OIDC_URL_REFUSED(`${url.host} is not a public address`)
  }
  return parse(url, await get(url, options, AbortSignal.timeout(options.timeoutMs)))
}
