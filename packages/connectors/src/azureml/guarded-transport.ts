/**
 * What carries the requests of Microsoft's SDKs: the guarded HTTP client, bound to one server. A next page, a redirect
 * or an endpoint in an answer that leads elsewhere is refused before any token goes there.
 */
import { Readable } from 'node:stream'
import type { HttpClient } from '@azure/core-rest-pipeline'
import type { IHttpClient } from '@azure/storage-blob'
import type { OutboundHttp, OutboundRequest } from '../outbound/index.ts'
import { azuremlErrors } from './errors.ts'

type Stoppable = {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
}

type Sent = {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  readonly abortSignal?: Stoppable | undefined
  readonly isStreamed: (status: number) => boolean
}

type Received = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bodyAsText?: string
  readonly readableStreamBody?: NodeJS.ReadableStream
}

const MAX_TEXT = 8 * 1024 * 1024
// Ours to say: connection handling, and that nothing comes compressed.
const OWN_HEADERS: readonly string[] = [
  'accept-encoding',
  'connection',
  'content-length',
  'host',
  'transfer-encoding',
]
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

const asSignal = (stoppable: Stoppable | undefined): AbortSignal => {
  const controller = new AbortController()
  if (stoppable?.aborted === true) controller.abort()
  stoppable?.addEventListener('abort', () => controller.abort())
  return controller.signal
}

const asBody = (body: unknown): string | Uint8Array | undefined => {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  throw azuremlErrors.AZUREML_ANSWER_INVALID('a request of the SDK has a body that is not sent')
}

const createExchange =
  (http: Pick<OutboundHttp, 'stream'>, origin: string) =>
  async (sent: Sent): Promise<Received> => {
    const url = new URL(sent.url)
    if (url.origin !== origin)
      throw azuremlErrors.AZUREML_ANSWER_INVALID(
        `${new URL(origin).host} leads to ${url.host}, which is not asked`,
      )
    if (!METHODS.includes(sent.method))
      throw azuremlErrors.AZUREML_ANSWER_INVALID(`${sent.method} is not sent`)
    const headers = Object.entries(sent.headers).filter(([name]) => !OWN_HEADERS.includes(name.toLowerCase()))
    const body = asBody(sent.body)
    const answer = await http.stream({
      url,
      method: sent.method as NonNullable<OutboundRequest['method']>,
      headers: Object.fromEntries(headers),
      signal: asSignal(sent.abortSignal),
      ...(body === undefined ? {} : { body }),
    })
    const { status } = answer
    if (sent.isStreamed(status))
      return { status, headers: answer.headers, readableStreamBody: Readable.from(answer.body) }
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of answer.body) {
      size += chunk.length
      if (size > MAX_TEXT) {
        answer.body.destroy()
        throw azuremlErrors.AZUREML_ANSWER_INVALID(`${url.host} answered more than ${MAX_TEXT} bytes`)
      }
      chunks.push(chunk)
    }
    return { status, headers: answer.headers, bodyAsText: Buffer.concat(chunks).toString('utf8') }
  }

const streams = (codes: Set<number> | undefined) => (status: number) =>
  codes?.has(Number.POSITIVE_INFINITY) === true || codes?.has(status) === true

/** For Azure Resource Manager and Microsoft Entra ID. */
export const createSdkTransport = async (
  http: Pick<OutboundHttp, 'stream'>,
  origin: string,
): Promise<HttpClient> => {
  const { createHttpHeaders } = await import('@azure/core-rest-pipeline')
  const exchange = createExchange(http, origin)
  return {
    sendRequest: async (request) => {
      const { headers, ...received } = await exchange({
        url: request.url,
        method: request.method,
        headers: request.headers.toJSON(),
        body: request.body,
        abortSignal: request.abortSignal as Stoppable | undefined,
        isStreamed: streams(request.streamResponseStatusCodes),
      })
      return { request, headers: createHttpHeaders(headers), ...received }
    },
  }
}

/** For blob storage, whose SDK still takes the older shape of an HTTP client. */
export const createStorageTransport = (http: Pick<OutboundHttp, 'stream'>, origin: string): IHttpClient => {
  const exchange = createExchange(http, origin)
  return {
    sendRequest: async (request) => {
      const { headers, ...received } = await exchange({
        url: request.url,
        method: request.method,
        headers: request.headers.rawHeaders(),
        body: request.body,
        abortSignal: request.abortSignal as Stoppable | undefined,
        isStreamed: streams(request.streamResponseStatusCodes),
      })
      const answered = request.headers.clone()
      for (const name of answered.headerNames()) answered.remove(name)
      for (const [name, value] of Object.entries(headers)) answered.set(name, value)
      return { request, headers: answered, ...received }
    },
  }
}
