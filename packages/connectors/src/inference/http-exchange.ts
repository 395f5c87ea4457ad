/** One JSON request over a pool of kept connections: deadline, size limit, no redirects, no proxy. */
import { Pool } from 'undici'
import type { AddressGuard } from './address-guard.ts'
import { inferenceErrors } from './errors.ts'

export type HttpExchange = {
  /** The text of a 2xx answer; throws the codes of `inferenceErrors`. */
  request(path: string, body: string | undefined, signal: AbortSignal, traceparent?: string): Promise<string>
  close(): Promise<void>
}

const BUSY: readonly number[] = [429, 502, 503, 504]
const CONNECT_MS = 2_000
const KEPT_TEXT = 300

const refusal = (host: string, status: number, text: string) => {
  const message = `${host} answered ${status}`
  const details = { status, answer: text.slice(0, KEPT_TEXT) }
  if (BUSY.includes(status)) return inferenceErrors.INFERENCE_OVERLOADED(message, { details })
  if (status >= 500) return inferenceErrors.INFERENCE_FAILED(message, { details })
  return inferenceErrors.INFERENCE_REFUSED(message, { details })
}

/** `url` has been checked; `signal` is the reason why an exchange was ended, if it was. */
export const failureOf = (host: string, signal: AbortSignal, cause: unknown) =>
  signal.aborted
    ? inferenceErrors.INFERENCE_DEADLINE(`${host} did not answer in time`, { cause })
    : inferenceErrors.INFERENCE_UNREACHABLE(`${host} could not be reached`, { cause })

export const createHttpExchange = (
  url: URL,
  guard: AddressGuard,
  limits: { readonly connections: number; readonly maxResponseBytes: number },
): HttpExchange => {
  const prefix = url.pathname.replace(/\/+$/, '')
  const pool = new Pool(url.origin, {
    connections: limits.connections,
    pipelining: 1,
    // Deadlines come from the caller's signal; the pool's own would only be coarser.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
    connect: { timeout: CONNECT_MS, lookup: guard.lookupFor(url) },
  })
  const read = async (body: AsyncIterable<Buffer>): Promise<string> => {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of body) {
      size += chunk.length
      if (size > limits.maxResponseBytes)
        throw inferenceErrors.INFERENCE_ANSWER_INVALID(
          `${url.host} answered more than ${limits.maxResponseBytes} bytes`,
        )
      chunks.push(chunk)
    }
    return (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size)).toString('utf8')
  }
  const exchange = async (
    path: string,
    body: string | undefined,
    signal: AbortSignal,
    traceparent: string | undefined,
  ): Promise<{ status: number; text: string }> => {
    try {
      const response = await pool.request({
        path: `${prefix}${path}`,
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(traceparent === undefined ? {} : { traceparent }),
        },
        body: body ?? null,
        signal,
      })
      return { status: response.statusCode, text: await read(response.body) }
    } catch (error) {
      if (error instanceof Error && 'kind' in error) throw error
      throw failureOf(url.host, signal, error)
    }
  }
  return {
    request: async (path, body, signal, traceparent) => {
      const { status, text } = await exchange(path, body, signal, traceparent)
      if (status >= 200 && status < 300) return text
      throw refusal(url.host, status, text)
    },
    close: () => pool.destroy(),
  }
}
