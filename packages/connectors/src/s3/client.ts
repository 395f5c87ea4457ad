/**
 * The official S3 client over our guarded HTTP: the SDK signs and parses, every connection is judged by the address
 * guard, nothing is redirected or retried behind our back, and answers that are parsed are bounded.
 */
import { Readable } from 'node:stream'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { isAppError } from '@rampart/kit'
import { type OutboundHttp, type OutboundStream, outboundErrors, retryAfterMs } from '../outbound/index.ts'
import { s3Errors } from './errors.ts'

export type S3Login =
  | { readonly kind: 'none' }
  | { readonly kind: 'aws'; readonly accessKeyId: string; readonly secretAccessKey: () => Promise<string> }

export type S3ClientOptions = {
  readonly http: OutboundHttp
  readonly region: string
  readonly endpoint?: string
  readonly pathStyle: boolean
  readonly login: S3Login
}

const MAX_PARSED_BYTES = 32 * 1024 * 1024
const LONGEST_SECRET_MS = 60_000

/** The SDK's request, as far as it is used. */
type SdkRequest = {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly method: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
}

const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

const urlOf = ({ protocol, hostname, port, path, query = {} }: SdkRequest): URL => {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    (Array.isArray(value) ? (value as readonly string[]) : [value as string | null]).map((one) =>
      one === null || one === '' ? `${percentEncode(key)}=` : `${percentEncode(key)}=${percentEncode(one)}`,
    ),
  )
  const search = pairs.length === 0 ? '' : `?${pairs.join('&')}`
  const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}${search}`)
  // `..` in a key would be taken as a way up: to other prefixes, and to other buckets.
  if (url.pathname !== path) throw s3Errors.S3_KEY_REFUSED('An object has a key that leads elsewhere.')
  return url
}

const bounded = async (answer: OutboundStream): Promise<Readable> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body) {
    size += chunk.length
    if (size > MAX_PARSED_BYTES) {
      answer.body.destroy()
      throw outboundErrors.OUTBOUND_ANSWER_INVALID(
        `${answer.url.host} answered more than ${MAX_PARSED_BYTES} bytes`,
      )
    }
    chunks.push(chunk)
  }
  return Readable.from(chunks.length === 0 ? [] : [Buffer.concat(chunks)])
}

const createHandler = (http: OutboundHttp) => ({
  metadata: { handlerProtocol: 'http/1.1' },
  handle: async (request: SdkRequest, options: { readonly abortSignal?: unknown } = {}) => {
    const signal = (options.abortSignal as AbortSignal | undefined) ?? AbortSignal.timeout(60_000)
    // The connection sets its own host header; the signed one is the same.
    const { host: _host, ...headers } = request.headers
    const method = request.method as 'GET' | 'HEAD'
    const answer = await http.stream({ url: urlOf(request), method, headers, signal })
    const isObject = answer.status < 300 && request.query?.['list-type'] === undefined
    const body = isObject ? Readable.from(answer.body, { objectMode: false }) : await bounded(answer)
    return { response: { statusCode: answer.status, headers: { ...answer.headers }, body } }
  },
  destroy: () => undefined,
})

export const createS3Client = ({ http, region, endpoint, pathStyle, login }: S3ClientOptions): S3Client => {
  const config: S3ClientConfig = {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: pathStyle,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: createHandler(http) as unknown as NonNullable<S3ClientConfig['requestHandler']>,
  }
  if (login.kind === 'none')
    return new S3Client({
      ...config,
      credentials: { accessKeyId: 'anonymous', secretAccessKey: 'anonymous' },
      signer: { sign: async (request) => request },
    })
  const { accessKeyId, secretAccessKey } = login
  // Asked for again before it expires, so that a rotated key is noticed.
  const credentials = async () => ({
    accessKeyId,
    secretAccessKey: await secretAccessKey(),
    expiration: new Date(Date.now() + LONGEST_SECRET_MS),
  })
  return new S3Client({ ...config, credentials })
}

type SdkError = {
  readonly name?: string
  readonly message?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
}

export const statusOf = (error: unknown): number | undefined => (error as SdkError).$metadata?.httpStatusCode

/** What the SDK throws, as the errors of calls to a user's URL. */
export const s3Failure = (error: unknown, bucket: string): Error => {
  if (isAppError(error)) return error
  const { name = 'Error', $response } = error as SdkError
  const status = statusOf(error)
  const message = `The bucket ${bucket} answered ${status ?? name}`
  const wait = retryAfterMs($response?.headers?.['retry-after'], Date.now())
  const details = { status, name, ...(wait === undefined ? {} : { retryAfterMs: wait }) }
  const extra = { details, cause: error }
  if (status === undefined) return outboundErrors.OUTBOUND_ANSWER_INVALID(message, extra)
  if (status === 429 || status === 503) return outboundErrors.OUTBOUND_BUSY(message, extra)
  if (status >= 500) return outboundErrors.OUTBOUND_FAILED(message, extra)
  if (status === 401 || status === 403) return outboundErrors.OUTBOUND_DENIED(message, extra)
  if (status === 404) return outboundErrors.OUTBOUND_NOT_FOUND(message, extra)
  return outboundErrors.OUTBOUND_REFUSED(message, extra)
}
