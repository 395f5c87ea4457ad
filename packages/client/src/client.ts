/** Calls to a Rampart server: JSON requests, streamed uploads, the event stream. Every failure is an `ApiError`. */
import { ApiError, apiErrorOf, unreachable } from './api-error.ts'
import { type AnswerTo, fillPath, type InputOf, type Method, type PathFor } from './operations.ts'
import { readServerSentEvents, type ServerSentEvent } from './server-sent-events.ts'

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

export type CallOptions = {
  readonly query?: Query
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Default 30 s. */
  readonly timeoutMs?: number
}

export type ClientOptions = {
  /** Origin of the server: `http://127.0.0.1:7070`. */
  readonly server: string
  readonly token?: string
  readonly fetch?: typeof globalThis.fetch
}

export type Answer<T> = { readonly status: number; readonly data: T; readonly etag?: string }

const TIMEOUT_MS = 30_000

const urlOf = (server: string, path: string, query: Query = {}): URL => {
  const url = new URL(path, server)
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, String(value))
  return url
}

const isJson = (response: Response): boolean => /[/+]json\b/.test(response.headers.get('content-type') ?? '')

const readAnswer = async <T>(response: Response): Promise<Answer<T>> => {
  if (!response.ok) throw await apiErrorOf(response)
  const etag = response.headers.get('etag')
  const text = await response.text()
  // HEAD and 204 have no body whatever the headers say.
  const data = (isJson(response) && text !== '' ? JSON.parse(text) : text) as T
  return { status: response.status, data, ...(etag === null ? {} : { etag }) }
}

export type RampartClient = ReturnType<typeof createClient>

/** `path` starts with `/`: `/api/v1/models`, `/v2/models/card-fraud/infer`, `/readyz`. */
export const createClient = ({ server, token, fetch = globalThis.fetch }: ClientOptions) => {
  const authorization: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` }

  const send = async (path: string, query: Query | undefined, init: RequestInit): Promise<Response> => {
    const headers = {
      accept: 'application/json',
      ...authorization,
      ...(init.headers as Record<string, string>),
    }
    try {
      // A redirect would carry the token to wherever the answer points.
      return await fetch(urlOf(server, path, query), { redirect: 'error', ...init, headers })
    } catch (cause) {
      throw unreachable(server, cause)
    }
  }

  const deadline = (options: CallOptions): AbortSignal => {
    const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)
    return options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal])
  }

  const call = async <T>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> => {
    const json = options.body === undefined ? {} : { 'content-type': 'application/json' }
    const response = await send(path, options.query, {
      method,
      signal: deadline(options),
      headers: { ...json, ...options.headers },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    })
    return readAnswer<T>(response).catch((error: unknown) => {
      throw error instanceof ApiError ? error : unreachable(server, error)
    })
  }

  /** A call of the control API by its path template, with inputs and answer typed by the API document. */
  const request = <M extends Method, P extends PathFor<M>>(
    method: M,
    template: P,
    input: InputOf<M, P> & Pick<CallOptions, 'headers' | 'signal' | 'timeoutMs'>,
  ): Promise<Answer<AnswerTo<M, P>>> => {
    const { path, ...options } = input as CallOptions & { readonly path?: Record<string, unknown> }
    return call<AnswerTo<M, P>>(method.toUpperCase(), fillPath(template, path), options)
  }

  /** Streams a blob (for files: `fs.openAsBlob`); never whole in memory. No deadline but the caller's signal. */
  const upload = async <T>(
    path: string,
    blob: Blob,
    options: Pick<CallOptions, 'query' | 'signal'> & { readonly method?: 'POST' | 'PUT' } = {},
  ): Promise<Answer<T>> => {
    const response = await send(path, options.query, {
      method: options.method ?? 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: blob,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    return readAnswer<T>(response)
  }

  /** One connection's events; the caller reconnects with the last id. Ends when the server closes. */
  const events = async function* (
    path: string,
    options: Pick<CallOptions, 'query' | 'signal'> & { readonly lastEventId?: string } = {},
  ): AsyncGenerator<ServerSentEvent> {
    const resume: Record<string, string> =
      options.lastEventId === undefined ? {} : { 'last-event-id': options.lastEventId }
    const response = await send(path, options.query, {
      headers: { accept: 'text/event-stream', ...resume },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    if (!response.ok) throw await apiErrorOf(response)
    if (response.body === null) return
    try {
      yield* readServerSentEvents(response.body)
    } catch (cause) {
      throw unreachable(server, cause)
    }
  }

  return { server, call, request, upload, events }
}
