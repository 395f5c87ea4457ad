/** Thin client over `fetch`, typed by the API document; the cookie session is used unless a token was pasted. */
import { type AnswerTo, fillPath, type InputOf, type Method, type PathFor } from '@rampart/client'
import { networkProblem, problemFrom } from './problem.ts'
import { readToken } from './token.ts'

type Query = Readonly<Record<string, string | number | boolean | undefined>>
type Options = { headers?: Record<string, string>; signal?: AbortSignal }

const urlOf = (path: string, query: Query = {}): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text === '' ? path : `${path}?${text}`
}

export const authHeaders = (): Record<string, string> => {
  const token = readToken()
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}

const parseBody = async (response: Response): Promise<unknown> => {
  const body = await response.text()
  if (body === '') return undefined
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

export type Answer<T> = { data: T; etag: string | undefined }
type Untyped = { path?: Record<string, unknown>; query?: Query; body?: unknown }

const send = async (method: Method, path: string, input: unknown, options: Options): Promise<Response> => {
  const { path: values, query, body } = input as Untyped
  const headers: Record<string, string> = { accept: 'application/json', ...authHeaders(), ...options.headers }
  const init: RequestInit = { method: method.toUpperCase(), headers, credentials: 'same-origin' }
  if (body !== undefined) {
    headers['content-type'] = 'application/json'
    init.body = JSON.stringify(body)
  }
  if (options.signal !== undefined) init.signal = options.signal
  try {
    return await fetch(urlOf(fillPath(path, values), query), init)
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw networkProblem(cause)
  }
}

const refusal = async (response: Response): Promise<Error> =>
  problemFrom(response.status, await parseBody(response), response.headers.get('x-request-id'))

/** One call; throws `ApiProblem` for everything but 2xx. */
export const callWithEtag = async <M extends Method, P extends PathFor<M>>(
  method: M,
  path: P,
  input: InputOf<M, P>,
  options: Options = {},
): Promise<Answer<AnswerTo<M, P>>> => {
  const response = await send(method, path, input, options)
  if (!response.ok) throw await refusal(response)
  const data = (await parseBody(response)) as AnswerTo<M, P>
  return { data, etag: response.headers.get('etag') ?? undefined }
}

/** An answer's own bytes: what is checked by digest or signature must not be written anew. */
export const download = async <P extends PathFor<'get'>>(
  path: P,
  input: InputOf<'get', P>,
): Promise<Blob> => {
  const response = await send('get', path, input, { headers: { accept: '*/*' } })
  if (!response.ok) throw await refusal(response)
  return response.blob()
}

export const call = async <M extends Method, P extends PathFor<M>>(
  method: M,
  path: P,
  input: InputOf<M, P>,
  options: Options = {},
): Promise<AnswerTo<M, P>> => (await callWithEtag(method, path, input, options)).data

export const get = <P extends PathFor<'get'>>(
  path: P,
  input: InputOf<'get', P>,
  signal?: AbortSignal,
): Promise<AnswerTo<'get', P>> => call('get', path, input, signal === undefined ? {} : { signal })
