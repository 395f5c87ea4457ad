/** Where traces go, as the operator wrote it. */
import { tracingErrors } from './errors.ts'

const refuse = (why: string) => tracingErrors.TRACING_ENDPOINT_INVALID(`tracing.endpoint ${why}`)

/**
 * The URL for traces below a base URL (OTLP/HTTP: `/v1/traces`, unless it is named). Any host may be named: the
 * configuration is the operator's. Throws TRACING_ENDPOINT_INVALID without repeating what may hold a secret.
 */
export const tracesUrl = (text: string): string => {
  if (!URL.canParse(text)) throw refuse('is not a URL')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refuse('must be http or https')
  if (url.username !== '' || url.password !== '') throw refuse('carries credentials; use tracing.headers')
  if (url.search !== '' || url.hash !== '') throw refuse('carries a query or fragment')
  const path = url.pathname.replace(/\/+$/, '')
  return `${url.origin}${path.endsWith('/v1/traces') ? path : `${path}/v1/traces`}`
}

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/
const HEADER_VALUE = /^[\x20-\x7e]{0,4096}$/

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** `name=value,name=value`, values percent-encoded, as OTEL_EXPORTER_OTLP_HEADERS has them. */
export const parseHeaders = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(',')
      .filter((pair) => pair.trim() !== '')
      .map((pair, at) => {
        const [name = '', value = ''] = pair.split(/=(.*)/s).map((part) => part.trim())
        const plain = decoded(value)
        if (
          !pair.includes('=') ||
          !HEADER_NAME.test(name) ||
          plain === undefined ||
          !HEADER_VALUE.test(plain)
        )
          throw tracingErrors.TRACING_OPTION_INVALID(`tracing.headers: entry ${at + 1} is not NAME=VALUE`)
        return [name.toLowerCase(), plain]
      }),
  )
